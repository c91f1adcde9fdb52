"""What the signed-in member owes and how it can be paid. Nobody else's."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.clock import local_day
from app.core.db import Session
from app.dues import own
from app.dues.own import Statement
from pages.blueprint import pages
from pages.edge import member_id, now, services

LONGEST_NOTE = 100


@pages.get("/dues")
@member("the dues of the signed-in member")
def dues() -> ResponseReturnValue:
    return shown()


def shown(**given: Any) -> str:
    """The page, with what was typed and what is wrong with it."""
    with services().sessions.read() as session:
        return _page(session, **given)


def _page(session: Session, **given: Any) -> str:
    seen = own.statement(session, member_id=member_id(), now=now())
    return render_template(
        "pages/dues.html",
        seen=seen,
        by_wechat=_by_wechat(seen),
        collectors=own.collectors(session, member_id()) if seen.policy and seen.policy.by_cash else (),
        today=local_day(now()).isoformat(),
        longest=LONGEST_NOTE,
        **{"faults": {}, "refused": "", "typed": {}, **given},
    )


def _by_wechat(seen: Statement) -> bool:
    """The committee takes it, and its merchant account is set up here."""
    policy = seen.policy
    return bool(policy and policy.by_wechat and services().gateways.of(policy.mchid))
