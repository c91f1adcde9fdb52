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
from sandbox.log import Log
from sandbox.media import Media
from sandbox.menus import Menus
from sandbox.oauth import OAuth
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
        self.pusher = Pusher(
            config=config,
            clock=self.clock,
            serials=self.serials,
            faults=self.faults,
            chats=self.chats,
            log=self.log,
            lock=self.lock,
        )
        self.paths: set[str] = set()
        for template in config.templates:
            self.templates.define(template)

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
        }

    def dump(self) -> dict[str, Any]:
        return {name: part.dump() for name, part in self._kept().items()}

    def load(self, stored: dict[str, Any]) -> None:
        for name, part in self._kept().items():
            if name in stored:
                part.load(stored[name])
