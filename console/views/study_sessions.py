"""集中学习: a meeting is made one, its list is confirmed, and a confirmation is taken back for a reason."""

from collections.abc import Callable, Mapping

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings import queries as meetings
from app.meetings.models import Meeting
from app.members import queries as members
from app.staff.permissions import Permission
from app.study.hours import queries, rules, service
from app.study.hours.credits import declared_beside
from app.study.hours.models import StudySession
from console import dues_money as shared
from console import fields
from console import study_place as places
from console.blueprint import console
from console.edge import acting, now, services
from console.study_session_form import Gives, TypedSession, entries, gives

HOURS = Permission.STUDY_HOURS


@console.get("/study/hours/meetings/<int:meeting_id>")
@staff(HOURS)
def study_meeting(meeting_id: int) -> ResponseReturnValue:
    """The form for a meeting that is none yet; that of the session where it is one."""
    with services().sessions.read() as session:
        meeting = _meeting(session, meeting_id)
        found = queries.session_of(session, places.all_seats(session, HOURS), meeting_id)
        if found is not None:
            return redirect(url_for("console.study_session", session_id=found.id))
        return _new(session, meeting, TypedSession())


def _meeting(session: Session, meeting_id: int) -> Meeting:
    return meetings.managed(session, places.all_seats(session, HOURS), meeting_id) or abort(404)


def _new(
    session: Session,
    meeting: Meeting,
    typed: TypedSession,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    return render_template(
        "console/study/session_new.html",
        meeting=meeting,
        typed=typed,
        faults=faults or {},
        refusal=refusal,
        gives=_gives(session, meeting),
        giving=meeting.kind in rules.GIVING,
        entries=entries(session, meeting),
    )


def _gives(session: Session, meeting: Meeting) -> Gives:
    try:
        return gives(session, meeting)
    except DomainError:
        return Gives({}, partly=meeting.kind in rules.PARTLY)


@console.post("/study/hours/meetings/<int:meeting_id>")
@staff(HOURS)
def make_study_session(meeting_id: int) -> ResponseReturnValue:
    typed = TypedSession.sent()
    with services().sessions.read() as session:
        meeting = _meeting(session, meeting_id)
        if faults := typed.faults(meeting):
            return _new(session, meeting, typed, faults), 422

    def make(session: Session) -> str:
        meeting = _meeting(session, meeting_id)
        made = service.make_session(
            session,
            meeting=meeting,
            topic=typed.topic,
            unit=typed.unit or abort(400),
            minutes=typed.minutes,
            entry_id=typed.entry,
            by=acting().username,
            now=now(),
        )
        _keep(session, "session_made", made, meeting)
        return "已列为集中学习。散会并核对签到名单以后，在这里确认，到会的同志就有学时。"

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            return _new(session, _meeting(session, meeting_id), typed, refusal=refusal)

    return shared.carry_out(url_for("console.study_meeting", meeting_id=meeting_id), make, shown)


@console.get("/study/hours/sessions/<int:session_id>")
@staff(HOURS)
def study_session(session_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session, _wanted(session, session_id))


def _wanted(session: Session, session_id: int) -> StudySession:
    return queries.session_for_staff(session, places.all_seats(session, HOURS), session_id) or abort(404)


def _page(
    session: Session,
    found: StudySession,
    typed: TypedSession | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    meeting = session.get_one(Meeting, found.meeting_id)
    seats = places.all_seats(session, HOURS)
    declared = declared_beside(session, found)
    names = {one.id: one.name for one in members.named(session, seats, {one.member_id for one in declared})}
    shown = _gives(session, meeting)
    return render_template(
        "console/study/session.html",
        found=found,
        meeting=meeting,
        present=queries.present_count(session, meeting.id),
        over=now() > meeting.check_in_until,
        gives=shown,
        giving=True,
        typed=typed or TypedSession.of(found, meeting, shown),
        opened=typed is not None,
        faults=faults or {},
        refusal=refusal,
        entries=entries(session, meeting),
        beside=[(one, names[one.member_id]) for one in declared if one.member_id in names],
        beside_elsewhere=len([one for one in declared if one.member_id not in names]),
        who=shared.called(session),
        note_width=service.NOTE_WIDTH,
    )


Verb = Callable[[Session, StudySession, Meeting], str]


def _act(session_id: int, verb: Verb, typed: TypedSession | None = None) -> ResponseReturnValue:
    """On the revision that was on the page, once; what is refused is said on the page."""

    def carry_out(session: Session) -> str:
        found = _wanted(session, session_id)
        return verb(session, found, session.get_one(Meeting, found.meeting_id))

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            return _page(session, _wanted(session, session_id), typed, refusal=refusal)

    return shared.carry_out(url_for("console.study_session", session_id=session_id), carry_out, shown)


def _revision() -> int:
    return fields.number("revision") or 0


@console.post("/study/hours/sessions/<int:session_id>/change")
@staff(HOURS)
def change_study_session(session_id: int) -> ResponseReturnValue:
    typed = TypedSession.sent()
    with services().sessions.read() as session:
        found = _wanted(session, session_id)
        if faults := typed.faults(session.get_one(Meeting, found.meeting_id)):
            return _page(session, found, typed, faults), 422

    def change(session: Session, found: StudySession, meeting: Meeting) -> str:
        service.change_session(
            session,
            study_session=found,
            revision=_revision(),
            topic=typed.topic,
            unit=typed.unit or abort(400),
            minutes=typed.minutes,
            entry_id=typed.entry,
            by=acting().username,
            now=now(),
        )
        _keep(session, "session_changed", found, meeting)
        return "已保存。"

    return _act(session_id, change, typed)


@console.post("/study/hours/sessions/<int:session_id>/confirm")
@staff(HOURS)
def confirm_study_session(session_id: int) -> ResponseReturnValue:
    def confirm(session: Session, found: StudySession, meeting: Meeting) -> str:
        service.confirm_session(
            session, study_session=found, revision=_revision(), by=acting().username, now=now()
        )
        _keep(session, "session_confirmed", found, meeting)
        return "已确认，签到的同志都记上了学时。"

    return _act(session_id, confirm)


@console.post("/study/hours/sessions/<int:session_id>/take-back")
@staff(HOURS)
def take_back_study_session(session_id: int) -> ResponseReturnValue:
    def take_back(session: Session, found: StudySession, meeting: Meeting) -> str:
        reason = fields.line("reason", most=service.NOTE_WIDTH)
        service.take_back_confirmation(session, study_session=found, revision=_revision(), reason=reason)
        _keep(session, "session_reopened", found, meeting, reason=reason)
        return "已撤回确认，这次的学时暂时不算，核对好以后请再确认一次。"

    return _act(session_id, take_back)


@console.post("/study/hours/sessions/<int:session_id>/remove")
@staff(HOURS)
def remove_study_session(session_id: int) -> ResponseReturnValue:
    """Where it led once it is gone: the list."""

    def remove(session: Session) -> str:
        found = _wanted(session, session_id)
        meeting = session.get_one(Meeting, found.meeting_id)
        service.remove_session(session, study_session=found, revision=_revision())
        _keep(session, "session_removed", found, meeting)
        return "这次会议不再计学时。"

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            return _page(session, _wanted(session, session_id), refusal=refusal)

    return shared.carry_out(url_for("console.study_hours"), remove, shown)


def _keep(session: Session, act: str, about: StudySession, meeting: Meeting, **details: object) -> None:
    subject = f"meeting:{about.meeting_id}"
    places.keep(session, act, subject, meeting.organization_id, **details)
