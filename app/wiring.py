"""Everything that a process needs, built once: the only place that joins ports and what meets them."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError

from app.core.clock import Clock, SystemClock
from app.core.crypto import BadKeys, KeyRing, Vault, derive_key
from app.core.db import Sessions, new_engine
from app.core.settings import BadSettings, Database, Settings
from app.dues.inbound.finishing import PayInbox
from app.dues.orders.desk import PayDesk
from app.dues.statements.desk import StatementDesk
from app.meetings.tickets import TicketSigner
from app.notices import declarations
from app.notices.declarations import BadDeclaration
from app.notices.dispatch import Post
from app.notices.ports import NoLimit, NoticeSender, Pace
from app.notices.setup import Setup, TemplateIds
from app.redis_store import MemoryStore, RedisStore
from app.texts import Texts
from app.wechat.client import WeChatClient, token_broker
from app.wechat.codec import Codec
from app.wechat.crowd import Crowd
from app.wechat.grants import SharedStore
from app.wechat.jssdk import JsSdk
from app.wechat.letters import Letters
from app.wechat.mini_codes import MiniCodes
from app.wechat.notices import PlatformSender
from app.wechat.oauth import WebLogin
from app.wechat.pace import SharedPace
from app.wechat.pay.gateways import Gateways, gateways


@dataclass(frozen=True)
class Services:
    settings: Settings
    clock: Clock
    sessions: Sessions
    vault: Vault
    texts: Texts
    store: SharedStore
    codec: Codec
    wechat: WeChatClient
    web_login: WebLogin
    js_sdk: JsSdk
    mini_codes: MiniCodes
    tickets: TicketSigner
    setup: Setup
    sender: NoticeSender
    pace: Pace
    gateways: Gateways

    @cached_property
    def post(self) -> Post:
        """What sending notices needs; its worker's name is this process's own."""
        return Post(self.sessions, self.sender, self.clock, self.setup, self.pace)

    @cached_property
    def pay_desk(self) -> PayDesk:
        """Where members pay by WeChat, and where it is found out what became of it."""
        return PayDesk(self.sessions, self.gateways, self.clock)

    @cached_property
    def pay_inbox(self) -> PayInbox:
        """Where WeChat Pay's notifications are kept, and acted on."""
        return PayInbox(self.sessions, self.clock)

    @cached_property
    def statement_desk(self) -> StatementDesk:
        """Where WeChat's trade bills are fetched, and compared with our books."""
        return StatementDesk(self.sessions, self.gateways, self.clock)


def build(settings: Settings, *, clock: Clock | None = None) -> Services:
    """Opens nothing yet: databases, Redis and WeChat are reached at the first use. Raises BadSettings, BadKeys."""
    clock = clock or SystemClock()
    store = _store(settings, clock)
    texts = Texts()
    wechat = WeChatClient(settings.wechat, store=store, clock=clock)
    setup = _setup(settings)
    return Services(
        settings=settings,
        clock=clock,
        sessions=Sessions(_engine(settings.database)),
        vault=vault_of(settings),
        texts=texts,
        store=store,
        codec=_codec(settings),
        wechat=wechat,
        web_login=WebLogin(settings.wechat, wechat.session),
        js_sdk=JsSdk(wechat.api, store, clock),
        mini_codes=_mini_codes(settings, wechat, store, clock),
        tickets=_tickets(settings),
        setup=setup,
        sender=_sender(settings, wechat, _letters(settings, setup, texts), store, clock),
        pace=_pace(settings, store),
        gateways=gateways(settings, store=store, clock=clock),
    )


def vault_of(settings: Settings) -> Vault:
    """Raises BadKeys."""
    security = settings.security
    try:
        ring = KeyRing.parse(security.field_keys.get_secret_value())
    except BadKeys as fault:
        raise BadKeys(f"ZHIBU_SECURITY__FIELD_KEYS: {fault}") from None
    return Vault(ring, derive_key(security.secret_key.get_secret_value(), "blind-index"))


def _setup(settings: Settings) -> Setup:
    try:
        declared = declarations.load()
    except BadDeclaration as fault:
        raise BadSettings(f"templates/notices/{fault}") from None
    configured = settings.notices.model_dump()
    ids = {
        kind: TemplateIds(*(configured.get(f"{way}_{kind}", "") for way in TemplateIds.__slots__))
        for kind in declared
    }
    return Setup(settings.wechat.app_id, settings.miniprogram.app_id, declared, ids)


def _letters(settings: Settings, setup: Setup, texts: Texts) -> Letters:
    try:
        return Letters(setup, texts, base_url=settings.site.base_url)
    except BadDeclaration as fault:
        raise BadSettings(f"templates/notices/{fault}") from None


def _sender(
    settings: Settings, wechat: WeChatClient, letters: Letters, store: SharedStore, clock: Clock
) -> PlatformSender:
    mini_program = token_broker(settings.miniprogram, wechat.session, store, clock)
    crowd = Crowd(settings.wechat, at_once=settings.notices.concurrency)
    return PlatformSender(crowd, letters, wechat.broker, mini_program)


def _mini_codes(settings: Settings, wechat: WeChatClient, store: SharedStore, clock: Clock) -> MiniCodes:
    broker = token_broker(settings.miniprogram, wechat.session, store, clock)
    page = settings.meetings.mini_program_page
    return MiniCodes(settings.miniprogram.app_id, page, session=wechat.session, broker=broker, store=store)


def _tickets(settings: Settings) -> TicketSigner:
    period = timedelta(seconds=settings.meetings.link_seconds)
    return TicketSigner(settings.security.secret_key.get_secret_value(), period=period)


def _pace(settings: Settings, store: SharedStore) -> Pace:
    per_minute = settings.notices.per_minute
    name = f"wechat:{settings.wechat.app_id}:pace"
    return SharedPace(store, name, per_minute=per_minute) if per_minute else NoLimit()


def _engine(database: Database) -> Engine:
    try:
        return new_engine(database.url.get_secret_value(), pool_size=database.pool_size)
    except (ArgumentError, ImportError, ValueError):
        # Not the fault's own text: it may repeat the password in the address.
        raise BadSettings("ZHIBU_DATABASE__URL: no address of a database that can be used") from None


def _codec(settings: Settings) -> Codec:
    wechat = settings.wechat
    try:
        return Codec(
            wechat.app_id, wechat.token.get_secret_value(), wechat.encoding_aes_key.get_secret_value()
        )
    except ValueError as fault:
        raise BadSettings(f"ZHIBU_WECHAT__ENCODING_AES_KEY: {fault}") from None


def _store(settings: Settings, clock: Clock) -> SharedStore:
    url = settings.redis.url.get_secret_value()
    if not url:
        return MemoryStore(clock)
    try:
        return RedisStore.at(url, prefix=settings.redis.prefix, clock=clock)
    except ValueError:
        raise BadSettings("ZHIBU_REDIS__URL: no redis:// address") from None
