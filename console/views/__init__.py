"""The views by subject; importing them puts their routes on the blueprint."""

from console.blueprint import console
from console.views import (
    accounts,
    assets,
    calendar,
    dashboard,
    feedback,
    meetings,
    members,
    organizations,
    password,
    roster,
    screen,
    sign_in,
    trail,
)

__all__ = [
    "accounts",
    "assets",
    "calendar",
    "console",
    "dashboard",
    "feedback",
    "meetings",
    "members",
    "organizations",
    "password",
    "roster",
    "screen",
    "sign_in",
    "trail",
]
