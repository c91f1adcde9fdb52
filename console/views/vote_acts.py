"""What the recorder does with a vote: tellers, written opinions, the count, a signature on paper, an end."""

from collections.abc import Callable

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings.models import Meeting
from app.meetings.votes import queries, service
from app.meetings.votes.models import Vote
from app.meetings.votes.refusals import CountWrong
from app.staff.permissions import Permission
from console import fields, once, vote_form
from console.blueprint import console
from console.convening import keep
from console.edge import acting, now, services
from console.refusals import sentence
from console.views.meetings import keeps_names
from console.views.votes import page, wanted

REASON_LENGTH = 200
SURPLUS = "收回的票多于发出的票，表决无效。"

Verb = Callable[[Session, Vote, Meeting], str]
"""Does it and keeps it; what to say afterwards."""


class Unread(DomainError):
    """The form itself has faults, by field."""

    code = "count_unread"


def _carry_out(vote_id: int, verb: Verb) -> ResponseReturnValue:
    """Once per form; a refusal is shown on the page itself, and nothing has happened."""
    address = url_for("console.vote", vote_id=vote_id)
    try:
        with services().sessions.begin() as session:
            found, at = _recorded(session, vote_id)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            said = verb(session, found, at)
            once.led_to(session, address)
    except DomainError as refusal:
        return _refused(vote_id, refusal), 409
    flash(said, "ok")
    return redirect(address)


def _recorded(session: Session, vote_id: int) -> tuple[Vote, Meeting]:
    """Only of the acting recorder's own branch."""
    found = wanted(session, vote_id)
    at = session.get_one(Meeting, found.meeting_id)
    if not keeps_names(session, at, Permission.MEETINGS_MANAGE):
        abort(403)
    return found, at


def _refused(vote_id: int, refusal: DomainError) -> str:
    faults: dict[str, str] = {}
    match refusal:
        case Unread():
            faults = dict(refusal.details)  # type: ignore[arg-type]
        case CountWrong(details={"flaws": dict(flaws)}):
            faults = {name: vote_form.FLAWS[code] for name, code in flaws.items()}
    with services().sessions.read() as session:
        fault = sentence(refusal)
        return page(session, wanted(session, vote_id), faults=faults | {"code": refusal.code}, fault=fault)


@console.post("/meetings/votes/<int:vote_id>/tellers")
@staff(Permission.MEETINGS_MANAGE)
def name_tellers(vote_id: int) -> ResponseReturnValue:
    def name(session: Session, found: Vote, at: Meeting) -> str:
        service.name_tellers(session, vote=found, member_ids=vote_form.Put.sent().tellers)
        keep(session, "tellers_named", at, vote=found.number)
        return "监票人已确定。"

    return _carry_out(vote_id, name)


@console.post("/meetings/votes/<int:vote_id>/opinions")
@staff(Permission.MEETINGS_MANAGE)
def add_opinion(vote_id: int) -> ResponseReturnValue:
    def add(session: Session, found: Vote, at: Meeting) -> str:
        received_at = fields.moment("day", "time")
        if received_at is None:
            raise Unread(received="请填写收到书面意见的日期和时间。")
        member_id = fields.number("member") or 0
        service.add_written_opinion(
            session,
            vote=found,
            member_id=member_id,
            received_at=received_at,
            by=acting().display_name,
            now=now(),
        )
        keep(session, "opinion_added", at, vote=found.number, member=member_id, received=received_at)
        return "已登记。意见内容只在纸上，票数在计票时一并录入。"

    return _carry_out(vote_id, add)


@console.post("/meetings/votes/<int:vote_id>/opinions/back")
@staff(Permission.MEETINGS_MANAGE)
def take_opinion_back(vote_id: int) -> ResponseReturnValue:
    def take_back(session: Session, found: Vote, at: Meeting) -> str:
        member_id = fields.number("member") or 0
        if service.take_opinion_back(session, vote=found, member_id=member_id):
            keep(session, "opinion_taken_back", at, vote=found.number, member=member_id)
        return "已撤回，这份书面意见不计入。"

    return _carry_out(vote_id, take_back)


@console.post("/meetings/votes/<int:vote_id>/count")
@staff(Permission.MEETINGS_MANAGE)
def count_vote(vote_id: int) -> ResponseReturnValue:
    def count(session: Session, found: Vote, at: Meeting) -> str:
        counted, unread = vote_form.counted(queries.sheet(session, found))
        if unread:
            raise Unread(**unread)
        confirmed = fields.line("surplus", most=3) == "yes"
        seen = fields.number("seen") or 0
        kept = service.record_count(
            session,
            vote=found,
            counted=counted,
            seen=seen,
            by=acting().display_name,
            now=now(),
            surplus_reason=SURPLUS if confirmed else "",
        )
        keep(session, "vote_counted", at, vote=kept.number, round=kept.count_number)
        return "已作废：" + SURPLUS if counted.surplus else "计票已录入，请两位监票人在自己手机上核对确认。"

    return _carry_out(vote_id, count)


@console.post("/meetings/votes/<int:vote_id>/signature")
@staff(Permission.MEETINGS_MANAGE)
def record_signature(vote_id: int) -> ResponseReturnValue:
    """纸质签字: for a teller without WeChat, with a reason that is kept."""

    def record(session: Session, found: Vote, at: Meeting) -> str:
        reason = fields.line("reason", most=REASON_LENGTH)
        member_id, seen = fields.number("member") or 0, fields.number("seen") or 0
        result = service.record_signature(
            session, vote=found, member_id=member_id, count_number=seen, reason=reason, now=now()
        )
        if result.fresh:
            keep(
                session,
                "teller_signed_on_paper",
                at,
                vote=found.number,
                round=seen,
                member=member_id,
                reason=reason,
            )
        return "已登记纸质签字，签过字的计票单请存档。"

    return _carry_out(vote_id, record)


@console.post("/meetings/votes/<int:vote_id>/void")
@staff(Permission.MEETINGS_MANAGE)
def void_vote(vote_id: int) -> ResponseReturnValue:
    def void(session: Session, found: Vote, at: Meeting) -> str:
        reason = fields.line("reason", most=REASON_LENGTH)
        service.void(session, vote=found, reason=reason, now=now())
        keep(session, "vote_voided", at, vote=found.number, reason=reason)
        return "已作废。需要的话，请另开一次票决。"

    return _carry_out(vote_id, void)
