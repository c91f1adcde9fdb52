"""The member pages; importing this package puts every route on the blueprint."""

from pages.blueprint import pages
from pages.views import assets, home, me, notices, sdk, sign_in

__all__ = ["assets", "home", "me", "notices", "pages", "sdk", "sign_in"]
