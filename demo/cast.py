"""The people whom a visitor plays, and the console accounts: known to everybody, good for a demo only."""

import base64
from dataclasses import dataclass
from enum import StrEnum

from app.staff.models import Role

PASSWORD = "Zhibu-2026-demo"
OPENID_LENGTH = 28
TOTP_BYTES = 20


class Seat(StrEnum):
    """Where a console account's subtree begins."""

    GROUP = "group"
    SUPERIOR = "superior"
    BRANCH = "branch"
    COMMITTEE = "committee"
    """The nearest above the demo branch: it keeps the books of its dues."""


@dataclass(frozen=True)
class Account:
    role: Role
    username: str
    seat: Seat
    name: str

    @property
    def totp_secret(self) -> str:
        """Fixed, so that an authenticator app set up once works with every demo."""
        return base64.b32encode(
            f"zhibu demo {self.username}".encode().ljust(TOTP_BYTES)[:TOTP_BYTES]
        ).decode()


ACCOUNTS = (
    Account(Role.OFFICE, "office", Seat.GROUP, "党群工作部"),
    Account(Role.SECRETARY, "secretary", Seat.BRANCH, "支部书记"),
    Account(Role.ORGANIZER, "organizer", Seat.SUPERIOR, "组织委员"),
    Account(Role.AUDITOR, "auditor", Seat.GROUP, "审计员"),
    Account(Role.ADMINISTRATOR, "administrator", Seat.GROUP, "系统管理员"),
    Account(Role.OFFICE, "deputy", Seat.GROUP, "党委副书记"),
    Account(Role.COLLECTOR, "collector", Seat.BRANCH, "支部党费收缴人"),
    Account(Role.COLLECTOR, "cashier", Seat.COMMITTEE, "党委出纳"),
    Account(Role.ACCOUNTANT, "accountant", Seat.COMMITTEE, "党委党费会计"),
    Account(Role.RECONCILER, "reconciler", Seat.COMMITTEE, "党委党费对账人"),
    Account(Role.ORGANIZER, "writer", Seat.GROUP, "宣传干事"),
    Account(Role.OFFICE, "chief", Seat.GROUP, "党委书记"),
)


@dataclass(frozen=True)
class Guest:
    """Somebody with a phone. `place` is the place on the demo branch's roster; 群众 are counted apart."""

    key: str
    place: int
    masses: bool = False

    @property
    def openid(self) -> str:
        return openid(self.key)


MEMBER = Guest("Member", 0)
SECRETARY = Guest("Secretary", 1)
STAFF = Guest("Staff", 0, masses=True)
COLLEAGUES = tuple(Guest(f"Colleague{number}", 1 + number) for number in range(1, 7))
BOUND = (MEMBER, SECRETARY, STAFF, *COLLEAGUES)
FIRST_FREE_PLACE = 8


def follower(place: int) -> Guest:
    """The person at that place as a follower who is not bound yet."""
    return Guest(f"Follower{place}", place)


def openid(key: str) -> str:
    """28 characters, as WeChat's are."""
    return f"oDemo{key}".ljust(OPENID_LENGTH, "0")
