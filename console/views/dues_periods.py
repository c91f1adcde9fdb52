"""结账: a month is locked, and opened again only for a reason by two people."""

from dataclasses import dataclass

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.dues import months
from app.dues.books import listing, periods
from app.dues.books.drafts import FAR_BACK
from app.dues.books.models import Period, PeriodState, Reopening
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields
from console.blueprint import console
from console.dues_money_books import TypedMonth
from console.edge import acting, now, scope, services

SHOWN = FAR_BACK


@dataclass(frozen=True)
class Line:
    """A month, also one in which nothing was booked. `lockable`: it is over, and those before it are locked."""

    month: int
    period: Period | None
    lockable: bool

    @property
    def locked(self) -> bool:
        return self.period is not None and self.period.state is PeriodState.LOCKED


@console.get("/dues/periods")
@staff(Permission.DUES_VIEW)
def dues_periods() -> ResponseReturnValue:
    with services().sessions.read() as session:
        choices, committee = shared.keeper(session)
        lines = _lines(session, committee.id) if committee else []
        nxt = next((one.month for one in lines if one.lockable), None)
        return render_template(
            "console/dues/periods.html",
            choices=choices,
            committee=committee,
            lines=lines,
            hints=periods.hints(session, committee_id=committee.id, month=nxt) if committee and nxt else None,
            next_month=nxt,
            reopenings=listing.reopenings(session, committee.id) if committee else (),
            may_lock=shared.covers(Permission.DUES_ACCOUNT, committee),
            may_decide=shared.covers(Permission.DUES_DECIDE, committee),
            who=shared.called(session),
        )


def _lines(session: Session, committee_id: int) -> list[Line]:
    """The latest first, from the first month in which anything was booked."""
    this = months.current(now())
    kept = {
        one.month: one
        for one in listing.periods(session, committee_id, first=months.plus(this, -SHOWN), last=this)
    }
    if not kept:
        return []
    lines, before_locked = [], True
    for month in months.through(min(kept), this):
        period = kept.get(month)
        locked = period is not None and period.state is PeriodState.LOCKED
        lines.append(Line(month, period, lockable=before_locked and not locked and month < this))
        before_locked = before_locked and locked
    return lines[::-1]


@console.post("/dues/periods/lock")
@staff(Permission.DUES_ACCOUNT)
def lock_dues_period() -> ResponseReturnValue:
    typed = TypedMonth.sent()

    def lock(session: Session) -> str:
        committee, month = shared.kept_by(session), typed.month or abort(400)
        found = periods.lock(session, committee_id=committee.id, month=month, by=acting().username, now=now())
        shared.keep(session, "period_locked", "period", found.id, committee.id, month=months.text(month))
        return f"{months.text(month)}已结账，以后的记账自动落到没有结账的月份。"

    return shared.carry_out(_page(), lock)


def _page() -> str:
    return url_for("console.dues_periods", committee=fields.number("committee"))


@console.post("/dues/periods/reopen")
@staff(Permission.DUES_ACCOUNT)
def propose_dues_reopening() -> ResponseReturnValue:
    typed = TypedMonth.sent()

    def propose(session: Session) -> str:
        committee, month = shared.kept_by(session), typed.month or abort(400)
        made = periods.propose_reopening(
            session,
            committee_id=committee.id,
            month=month,
            reason=typed.reason,
            by=acting().username,
            now=now(),
        )
        shared.keep(
            session,
            "reopening_proposed",
            "period",
            made.period_id,
            committee.id,
            month=months.text(month),
            reason=typed.reason,
        )
        return "已提交，等另一位同志复核。"

    return shared.carry_out(_page(), propose)


def _wanted(session: Session, reopening_id: int) -> tuple[Reopening, Period]:
    return listing.reopening(session, scope(), reopening_id) or abort(404)


@console.post("/dues/reopenings/<int:reopening_id>/decide")
@staff(Permission.DUES_DECIDE)
def decide_dues_reopening(reopening_id: int) -> ResponseReturnValue:
    return _decide(reopening_id, shared.decision())


@console.post("/dues/reopenings/<int:reopening_id>/withdraw")
@staff(Permission.DUES_ACCOUNT)
def withdraw_dues_reopening(reopening_id: int) -> ResponseReturnValue:
    return _decide(reopening_id, Decision.WITHDRAWN)


def _decide(reopening_id: int, wanted: Decision) -> ResponseReturnValue:
    note = fields.line("note", most=shared.NOTE_LENGTH)

    def decide(session: Session) -> str:
        found, period = _wanted(session, reopening_id)
        periods.decide_reopening(
            session, reopening_id=found.id, decision=wanted, by=acting().username, now=now(), note=note
        )
        shared.keep(
            session,
            "reopening_decided",
            "period",
            period.id,
            period.committee_id,
            month=months.text(period.month),
            decision=wanted.value,
            note=note,
        )
        said = {
            Decision.APPROVED: f"{months.text(period.month)}已重新打开，改完请再结账。",
            Decision.REFUSED: "没有同意，仍是已结账。",
        }
        return said.get(wanted, "已撤回。")

    return shared.carry_out(_page(), decide)
