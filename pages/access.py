"""The gate: one place that asks whose page it is, and whether the view's declaration lets them in."""

import structlog
from flask import abort, g, request
from flask.typing import ResponseReturnValue

from app.access import Gate
from pages import browser, forms, problems, sign_in
from pages.blueprint import pages
from pages.edge import HOME, declared, services
from pages.problems import Problem

log = structlog.get_logger()

READS = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_FORM = 16 * 1024
LARGEST = {"pages.hand_in_quiz": 480 * 1024}
"""A paper of a hundred questions with ten blanks each."""


@pages.before_request
def guard() -> ResponseReturnValue | None:
    """A view without a declaration is not served at all."""
    access = declared()
    if access is None or access.gate not in (Gate.PUBLIC, Gate.FOLLOWER, Gate.MEMBER):
        abort(500)
    request.max_content_length = LARGEST.get(request.endpoint or "", LARGEST_FORM)
    if any("\x00" in str(one) for one in (request.view_args or {}).values()):
        abort(404)  # nothing is called so, and PostgreSQL would not be asked for it
    return None if access.gate is Gate.PUBLIC else _known(access.gate)


def _known(gate: Gate) -> ResponseReturnValue | None:
    visitor = sign_in.resume()
    if visitor is None:
        return _way_in()
    if request.method not in READS and not forms.genuine():
        return problems.page(Problem.STALE)
    if gate is Gate.MEMBER and visitor.member_id is None:
        return problems.page(Problem.NOT_BOUND)
    g.visitor = visitor
    return None


def _way_in() -> ResponseReturnValue:
    """To WeChat; elsewhere the page's own address as a code: scanned by WeChat, it opens there."""
    if not services().settings.site.base_url:
        log.error("pages.sign_in.no_address", setting="site.base_url")
        return problems.page(Problem.FAULT)
    if not browser.can_sign_in():
        return problems.page(Problem.OUTSIDE, address=sign_in.wanted())
    return sign_in.begin()


def is_member_path() -> bool:
    return request.path == HOME.rstrip("/") or request.path.startswith(HOME)
