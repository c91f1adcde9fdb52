"""Who may call a route. Every view carries one declaration; a test walks the URL map and refuses one without."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from app.staff.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "zhibu_access"


class Gate(StrEnum):
    PUBLIC = "public"
    SIGNED = "signed"
    LOOPBACK = "loopback"
    STAFF = "staff"
    FOLLOWER = "follower"
    MEMBER = "member"


@dataclass(frozen=True)
class Access:
    """`permission` is None at the STAFF gate where any signed-in account may go, such as signing out."""

    gate: Gate
    reason: str
    permission: Permission | None = None


def public(reason: str) -> Callable[[View], View]:
    """Anybody: `reason` says why that is safe."""
    return _declare(Access(Gate.PUBLIC, reason))


def signed(reason: str) -> Callable[[View], View]:
    """Whoever proves by signature to be WeChat; the view itself verifies."""
    return _declare(Access(Gate.SIGNED, reason))


def loopback(reason: str) -> Callable[[View], View]:
    """This machine, or the holder of the metrics token."""
    return _declare(Access(Gate.LOOPBACK, reason))


def staff(permission: Permission | None) -> Callable[[View], View]:
    """A signed-in account whose roles give `permission` on the subtree that the view works on."""
    return _declare(Access(Gate.STAFF, permission or "any signed-in account", permission))


def follower(reason: str) -> Callable[[View], View]:
    """Whoever WeChat says they are, and whose chat we know; bound or not: `reason` says what is shown to whom."""
    return _declare(Access(Gate.FOLLOWER, reason))


def member(reason: str) -> Callable[[View], View]:
    """A follower who is bound, for their own things only: `reason` says by what the view keeps to them."""
    return _declare(Access(Gate.MEMBER, reason))


def access_of(view: Callable[..., Any]) -> Access | None:
    return getattr(view, ATTRIBUTE, None)


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, access)
        return view

    return mark
