"""Everything that a process needs, built once: the only place that joins ports and what meets them."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError

from app.core.clock import Clock, SystemClock
from app.core.crypto import BadKeys, KeyRing, Vault, derive_key
from app.core.db import Sessions, new_engine
from app.core.settings import BadSettings, Database, Settings
from app.notices.ports import NoticeSender
from app.redis_store import MemoryStore, RedisStore
from app.texts import Texts
from app.wechat.client import WeChatClient
from app.wechat.codec import Codec
from app.wechat.grants import SharedStore
from app.wechat.notices import ChatSender


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
    sender: NoticeSender


def build(settings: Settings, *, clock: Clock | None = None) -> Services:
    """Opens nothing yet: databases, Redis and WeChat are reached at the first use. Raises BadSettings, BadKeys."""
    clock = clock or SystemClock()
    store = _store(settings, clock)
    texts = Texts()
    wechat = WeChatClient(settings.wechat, store=store, clock=clock)
    return Services(
        settings=settings,
        clock=clock,
        sessions=Sessions(_engine(settings.database)),
        vault=vault_of(settings),
        texts=texts,
        store=store,
        codec=_codec(settings),
        wechat=wechat,
        sender=ChatSender(wechat, texts, settings.notices),
    )


def vault_of(settings: Settings) -> Vault:
    """Raises BadKeys."""
    security = settings.security
    try:
        ring = KeyRing.parse(security.field_keys.get_secret_value())
    except BadKeys as fault:
        raise BadKeys(f"ZHIBU_SECURITY__FIELD_KEYS: {fault}") from None
    return Vault(ring, derive_key(security.secret_key.get_secret_value(), "blind-index"))


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
    try:
        return RedisStore.at(url, clock=clock) if url else MemoryStore(clock)
    except ValueError:
        raise BadSettings("ZHIBU_REDIS__URL: no redis:// address") from None
