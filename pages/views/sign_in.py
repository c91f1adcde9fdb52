"""Back from WeChat with a code."""

import structlog
from flask import request
from flask.typing import ResponseReturnValue

from app.access import public
from app.members import identities, page_sessions
from app.wechat.errors import WeChatError, WeChatRefused
from app.wechat.oauth import OAuthIdentity
from pages import edge, problems, sign_in
from pages.blueprint import pages
from pages.edge import HOME, services
from pages.problems import Problem
from pages.sign_in import Attempt

log = structlog.get_logger()

AGAIN = frozenset({40029, 40163, 41008, 42003})
"""The code is wrong, used, missing or too old: a fresh start helps."""
BUSY = frozenset({-1, 45011, 45009})
LONGEST_CODE = 512


@pages.get("/login")
@public("whoever comes back from WeChat; the state is checked against the browser, the code by WeChat")
def login() -> ResponseReturnValue:
    attempt = sign_in.attempt()
    if attempt is None or request.args.get("state", "") != attempt.state:
        return _no_attempt()
    code = request.args.get("code", "")
    if not code or len(code) > LONGEST_CODE or not sign_in.use_up(attempt.state):
        return problems.page(Problem.AGAIN, again=attempt.wanted)
    try:
        found = services().web_login.exchange(code)
    except WeChatError as error:
        return problems.page(_problem_of(error), again=attempt.wanted)
    return _arrived(found, attempt)


def _no_attempt() -> ResponseReturnValue:
    """Somebody else's link, or the phone's back button: who is signed in already just goes on."""
    return sign_in.back_to(HOME) if sign_in.resume() else problems.page(Problem.STALE)


def _problem_of(error: WeChatError) -> Problem:
    errcode = error.errcode if isinstance(error, WeChatRefused) else None
    if errcode in AGAIN:
        return Problem.AGAIN
    log.warning("pages.sign_in.failed", error=type(error).__name__, errcode=errcode)
    return Problem.WECHAT_AWAY if errcode is None or errcode in BUSY else Problem.FAULT


def _arrived(found: OAuthIdentity, attempt: Attempt) -> ResponseReturnValue:
    if found.snapshot:
        return problems.page(Problem.SNAPSHOT, again=attempt.wanted)
    token = _open_session(found.openid)
    if token is None:
        return problems.page(Problem.NOT_FOLLOWING, again=attempt.wanted)
    return sign_in.finish(attempt.wanted, token)


def _open_session(openid: str) -> str | None:
    """None for somebody whose chat we do not know; nothing is kept of them. An older session here ends."""
    app_id, old = services().settings.wechat.app_id, request.cookies.get(sign_in.COOKIE, "")
    with services().sessions.begin() as session:
        page_sessions.end(session, token=old)
        person = identities.hold(session, app_id=app_id, openid=openid)
        if person is None:
            return None
        return page_sessions.start(
            session, identity_id=person.identity_id, lifetime=sign_in.lifetime(), now=edge.now()
        )
