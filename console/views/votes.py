"""Votes of a meeting: the list, a new one, one count sheet, and the sheet on paper."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings import queries as meetings
from app.meetings.models import Meeting
from app.meetings.votes import clauses, queries, rules, service
from app.meetings.votes.models import Matter, Vote
from app.meetings.votes.sheets import Sheet
from app.meetings.votes.states import VoteState
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from console import fields, once, vote_form
from console.blueprint import console
from console.convening import keep
from console.edge import acting, now, scope, services
from console.refusals import sentence
from console.views import meetings as pages
from console.vote_form import Put

S = VoteState


@console.get("/meetings/<int:meeting_id>/votes")
@staff(Permission.MEETINGS_VIEW)
def votes(meeting_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = pages.wanted(session, meeting_id)
        tally = meetings.tally(session, found.id)
        gate = rules.gate_for_meeting(
            found.kind,
            voting_expected=tally.voting_expected,
            voting_present=tally.voting_present,
            on=local_day(found.starts_at),
        )
        return render_template(
            "console/votes.html",
            meeting=found,
            sheets=queries.of_meeting(session, found.id),
            gate=gate,
            hindrance=_hindrance(session, found),
            may_record=_may_record(session, found),
            names=_may_read(session, found),
        )


def _may_read(session: Session, found: Meeting) -> bool:
    """A vote on a person names them: those above the branch take the sheet with a reason (console.views.papers)."""
    return pages.keeps_names(session, found, Permission.MEETINGS_VIEW)


def _may_record(session: Session, found: Meeting) -> bool:
    return pages.keeps_names(session, found, Permission.MEETINGS_MANAGE)


def _hindrance(session: Session, found: Meeting) -> str:
    """Why nothing can be put to the vote here; the verbs refuse it too."""
    if found.cancelled_at or found.merged_into_id:
        return "gone"
    if meetings.partners(session, found.id):
        return "joint"
    return "" if found.kind in rules.POSSIBLE else "kind"


@console.get("/meetings/<int:meeting_id>/votes/new")
@staff(Permission.MEETINGS_MANAGE)
def new_vote(meeting_id: int) -> ResponseReturnValue:
    """Without `matter` the choice among those that this meeting decides."""
    with services().sessions.read() as session:
        return _form(session, _recorded(session, meeting_id), fields.choice("matter", Matter), {})


def _recorded(session: Session, meeting_id: int) -> Meeting:
    """A meeting of the acting recorder's own branch."""
    found = pages.wanted(session, meeting_id)
    return found if _may_record(session, found) else abort(403)


def _form(
    session: Session, found: Meeting, matter: Matter | None, faults: dict[str, str], refusal: str = ""
) -> str:
    on = local_day(found.starts_at)
    possible = [one for one in Matter if one in rules.POSSIBLE.get(found.kind, frozenset())]
    organization = organizations.by_id(session, found.organization_id)
    kind = organization.kind if organization else None
    return render_template(
        "console/vote_new.html",
        meeting=found,
        matter=matter if matter in possible else None,
        rules={one: clauses.rule(one, on=on) for one in possible},
        unusual=bool(kind and matter and rules.unusual_for(kind, matter)),
        about_person=matter in rules.ONE_BY_ONE,
        people=queries.people(session, found.id),
        hindrance=_hindrance(session, found),
        typed=request.form,
        faults=faults,
        refusal=refusal,
    )


@console.post("/meetings/<int:meeting_id>/votes/new")
@staff(Permission.MEETINGS_MANAGE)
def open_vote(meeting_id: int) -> ResponseReturnValue:
    put = Put.sent()
    try:
        with services().sessions.begin() as session:
            found = _recorded(session, meeting_id)
            if put.matter is None:
                return redirect(url_for("console.new_vote", meeting_id=meeting_id))
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, url_for("console.votes", meeting_id=meeting_id))
            address = url_for("console.vote", vote_id=_open(session, found, put, put.matter))
            once.led_to(session, address)
    except DomainError as refusal:
        return _refused(meeting_id, put, refusal), 422
    return redirect(address)


def _open(session: Session, found: Meeting, put: Put, matter: Matter) -> int:
    opened = service.open_vote(
        session,
        meeting=found,
        matter=matter,
        method=put.method,
        subject=put.subject,
        seats=put.seats,
        candidates=put.candidates,
        by=acting().display_name,
        now=now(),
    )
    if put.tellers:
        service.name_tellers(session, vote=opened, member_ids=put.tellers)
    keep(session, "vote_opened", found, vote=opened.number)
    return opened.id


def _refused(meeting_id: int, put: Put, refusal: DomainError) -> str:
    text, beside = sentence(refusal), vote_form.FIELD_OF.get(refusal.code)
    with services().sessions.read() as session:
        found = _recorded(session, meeting_id)
        return _form(session, found, put.matter, {beside: text} if beside else {}, "" if beside else text)


@console.get("/meetings/votes/<int:vote_id>")
@staff(Permission.MEETINGS_VIEW)
def vote(vote_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return page(session, _readable(session, vote_id))


def _readable(session: Session, vote_id: int) -> Vote:
    found = wanted(session, vote_id)
    return found if _may_read(session, session.get_one(Meeting, found.meeting_id)) else abort(403)


def wanted(session: Session, vote_id: int) -> Vote:
    """The vote, if its meeting is one of the acting account's subtrees."""
    return queries.by_id(session, scope(), vote_id) or abort(404)


def page(session: Session, found: Vote, *, faults: dict[str, str] | None = None, fault: str = "") -> str:
    sheet = queries.sheet(session, found)
    may_record = _may_record(session, sheet.meeting)
    changeable = may_record and found.state in (S.OPEN, S.COUNTED)
    needed = clauses.rule(found.matter, on=local_day(sheet.meeting.starts_at))
    return render_template(
        "console/vote.html",
        sheet=sheet,
        vote=found,
        rule=needed,
        names=pages.keeps_names(session, sheet.meeting, Permission.MEETINGS_VIEW),
        may_record=may_record,
        changeable=changeable,
        people=queries.people(session, found.meeting_id) if changeable else (),
        opinions=queries.opinions(session, found.id) if may_record and needed.written else (),
        tally=meetings.tally(session, found.meeting_id),
        spare_wanted=_spare_wanted(sheet),
        nominated=vote_form.nominated(sheet),
        asked=vote_form.asked(sheet),
        begun=sheet.meeting.starts_at <= now(),
        typed=request.form,
        faults=faults or {},
        fault=fault,
    )


def _spare_wanted(sheet: Sheet) -> bool:
    standing = len(vote_form.nominated(sheet))
    return (
        sheet.is_election
        and sheet.vote.state is S.OPEN
        and rules.too_few_candidates(candidates=standing, seats=sheet.vote.seats)
    )


@console.get("/meetings/votes/<int:vote_id>/paper")
@staff(Permission.MEETINGS_VIEW)
def vote_paper(vote_id: int) -> ResponseReturnValue:
    """A resolution only where every test is passed; before the tellers' word, a sheet for them to sign."""
    with services().sessions.read() as session:
        found = _readable(session, vote_id)
        if found.state is S.OPEN:
            return redirect(url_for("console.vote", vote_id=vote_id))
        sheet = queries.sheet(session, found)
        return render_template(
            "console/vote_paper.html",
            sheet=sheet,
            vote=found,
            names=pages.keeps_names(session, sheet.meeting, Permission.MEETINGS_VIEW),
        )
