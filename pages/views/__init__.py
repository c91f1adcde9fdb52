"""The member pages; importing this package puts every route on the blueprint."""

from pages.blueprint import pages
from pages.views import (
    assets,
    card,
    check_in,
    dues,
    dues_papers,
    dues_pay,
    dues_transfers,
    dues_why,
    feed,
    home,
    me,
    meetings,
    notices,
    sdk,
    sign_in,
    tellers,
)

__all__ = [
    "assets",
    "card",
    "check_in",
    "dues",
    "dues_papers",
    "dues_pay",
    "dues_transfers",
    "dues_why",
    "feed",
    "home",
    "me",
    "meetings",
    "notices",
    "pages",
    "sdk",
    "sign_in",
    "tellers",
]
