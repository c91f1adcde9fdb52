"""Everything that WeChat knows, joined in one place and guarded by one lock."""

import threading
from typing import Any

from sandbox.chats import Chats
from sandbox.clock import Clock
from sandbox.config import Config
from sandbox.faults import Faults
from sandbox.followers import Followers
from sandbox.inbound import Writer
from sandbox.jsapi import JsTickets
from sandbox.later import Later
from sandbox.log import Log
from sandbox.media import Media
from sandbox.menus import Menus
from sandbox.oauth import OAuth
from sandbox.pay.counter import Counter
from sandbox.pay.keys import PlatformKeys
from sandbox.pay.model import Payments
from sandbox.pay.notifier import Notifier
from sandbox.pay.settings import PaySettings
from sandbox.push import Pusher
from sandbox.quotas import Quotas
from sandbox.sent import SentMessages
from sandbox.serials import Serials
from sandbox.shelf import Kept
from sandbox.tags import Tags
from sandbox.template_messages import TemplateMessages
from sandbox.tickets import Tickets
from sandbox.tokens import Tokens
from sandbox.wallet import Wallet
from sandbox.windows import Windows


class World:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.lock = threading.RLock()
        self.clock = Clock()
        self.serials = Serials()
        self.faults = Faults()
        self.log = Log(self.serials)
        self.tokens = Tokens(self.clock)
        self.quotas = Quotas(self.clock, config.limits)
        self.followers = Followers(self.clock, config.mini_app_id)
        self.tags = Tags(self.followers)
        self.windows = Windows(self.clock)
        self.tickets = Tickets(self.clock)
        self.menus = Menus(self.serials)
        self.templates = TemplateMessages(self.clock, self.serials)
        self.wallet = Wallet()
        self.sent = SentMessages()
        self.oauth = OAuth(self.clock)
        self.jsapi = JsTickets(self.clock)
        self.media = Media(self.clock)
        self.chats = Chats(self.clock, self.serials)
        self.writer = Writer(config.original_id)
        self.jobs = Later(config.push_hands)
        self.pusher = Pusher(
            config=config,
            clock=self.clock,
            serials=self.serials,
            faults=self.faults,
            chats=self.chats,
            log=self.log,
            lock=self.lock,
            jobs=self.jobs,
        )
        self._open_pay(PaySettings.of(config.pay))
        self.paths: set[str] = set()
        for template in config.templates:
            self.templates.define(template)

    def _open_pay(self, settings: PaySettings) -> None:
        self.pay_keys = PlatformKeys(settings)
        self.payments = Payments(
            self.clock,
            settings.merchants.values(),
            fee_rate=settings.fee_rate,
            serials=self.serials,
            faults=self.faults,
            knows=self._knows,
        )
        self.bills = Counter(self.payments, self.faults)
        self.notifier = Notifier(
            payments=self.payments,
            keys=self.pay_keys,
            settings=settings,
            config=self.config,
            serials=self.serials,
            faults=self.faults,
            log=self.log,
            jobs=self.jobs,
            lock=self.lock,
        )

    def _knows(self, app_id: str, openid: str) -> bool:
        """Whether somebody has that openid in that app, following or not."""
        if app_id == self.config.mini_app_id:
            return self.followers.has_in_mini(openid)
        return app_id == self.config.app_id and openid in self.followers.people

    def _kept(self) -> dict[str, Kept]:
        return {
            "clock": self.clock,
            "serials": self.serials,
            "faults": self.faults,
            "tokens": self.tokens,
            "quotas": self.quotas,
            "followers": self.followers,
            "tags": self.tags,
            "windows": self.windows,
            "tickets": self.tickets,
            "menus": self.menus,
            "templates": self.templates,
            "wallet": self.wallet,
            "oauth": self.oauth,
            "jsapi": self.jsapi,
            "chats": self.chats,
            "payments": self.payments,
            "pay_keys": self.pay_keys,
            "pay_notices": self.notifier,
        }

    def dump(self) -> dict[str, Any]:
        return {name: part.dump() for name, part in self._kept().items()}

    def load(self, stored: dict[str, Any]) -> None:
        for name, part in self._kept().items():
            if name in stored:
                part.load(stored[name])
