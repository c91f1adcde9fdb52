"""What the codes say that we draw ourselves, so that nobody else can make one or change one.

No time here is a phone's: a link says when this server drew it, a scan when this server was first asked for its page.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from app.core.crypto import derive_key
from app.meetings.rules import Ticket, in_time

PERIOD: Final = timedelta(seconds=30)
MAC_BYTES: Final = 12
LONGEST: Final = 300
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Link:
    """The code on the screen that changes: which meeting, and when it was drawn."""

    scene: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Scan:
    """A link that somebody opened. `fresh`: it was still good at `scanned_at`."""

    scene: str
    scanned_at: datetime
    fresh: bool

    def sent(self, at: datetime) -> Ticket:
        return Ticket(fresh=self.fresh, in_time=in_time(scanned_at=self.scanned_at, sent_at=at))


@dataclass(frozen=True, slots=True)
class Card:
    """A code of one person's own, on the printed sheet of one meeting."""

    meeting_id: int
    member_id: int


class TicketSigner:
    """`period`: how long the screen shows one link. It is good for as long again, for whoever is slow to scan."""

    def __init__(self, secret: str, *, period: timedelta = PERIOD) -> None:
        self._key = derive_key(secret, "ticket")
        self.period = period

    def link_token(self, scene: str, at: datetime) -> str:
        return self._sealed("link", scene, _stamp(at))

    def read_link(self, token: str) -> Link | None:
        """None for what we did not draw. Whether it is still good is asked with `scan`."""
        parts = self._opened("link", token, 2)
        return Link(parts[0], _moment(parts[1])) if parts else None

    def good(self, link: Link, at: datetime) -> bool:
        """A link from the future is no better than an old one: some clock of ours is wrong."""
        return -self.period <= at - link.issued_at <= 2 * self.period

    def scan_token(self, link: Link, *, at: datetime, identity_id: int) -> str:
        """For the form of the opened page: `at` is when this chat's phone first asked for it."""
        return self._sealed("scan", link.scene, _stamp(link.issued_at), _stamp(at), str(identity_id))

    def read_scan(self, token: str, *, identity_id: int) -> Scan | None:
        """None for another chat's scan too: a page that is passed on signs nobody in."""
        parts = self._opened("scan", token, 4)
        if parts is None or parts[3] != str(identity_id):
            return None
        scanned_at = _moment(parts[2])
        link = Link(parts[0], _moment(parts[1]))
        return Scan(link.scene, scanned_at, fresh=self.good(link, scanned_at))

    def opening(self, token: str, at: datetime) -> str:
        """For the browser's cookie: when it first asked for that link, before it went to sign in."""
        return self._sealed("opening", _digest(token), _stamp(at))

    def opened_at(self, token: str, cookie: str) -> datetime | None:
        """None where the cookie is of another link, or none of ours."""
        parts = self._opened("opening", cookie, 2)
        return _moment(parts[1]) if parts and parts[0] == _digest(token) else None

    def card_token(self, card: Card) -> str:
        return self._sealed("card", str(card.meeting_id), str(card.member_id))

    def read_card(self, token: str) -> Card | None:
        parts = self._opened("card", token, 2)
        return Card(int(parts[0]), int(parts[1])) if parts else None

    def _sealed(self, purpose: str, *parts: str) -> str:
        body = "~".join(parts)
        return f"{body}~{self._mac(purpose, body)}"

    def _opened(self, purpose: str, token: str, count: int) -> list[str] | None:
        body, _, mac = token[:LONGEST].rpartition("~")
        if not hmac.compare_digest(mac.encode("utf-8", "replace"), self._mac(purpose, body).encode()):
            return None
        parts = body.split("~")
        return parts if len(parts) == count else None

    def _mac(self, purpose: str, body: str) -> str:
        digest = hmac.new(self._key, f"{purpose}\0{body}".encode("utf-8", "replace"), hashlib.sha256).digest()
        return urlsafe_b64encode(digest[:MAC_BYTES]).decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()[:32]


def _stamp(at: datetime) -> str:
    return f"{(at - EPOCH) // INSTANT:x}"


def _moment(stamp: str) -> datetime:
    return EPOCH + int(stamp, 16) * INSTANT
