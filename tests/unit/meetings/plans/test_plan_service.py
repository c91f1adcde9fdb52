"""Making a plan, leaving a date out, announcing one of its meetings, and ending it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.core.clock import from_local
from app.core.db import Session, Sessions, in_turn
from app.meetings.models import Expected, Meeting, MeetingKind
from app.meetings.plans import service
from app.meetings.plans.models import Frequency, Plan, Skip
from app.meetings.plans.rules import Recurrence
from app.meetings.plans.service import (
    AlreadyAnnounced,
    NotPlanned,
    PlanEnded,
    PlannedDayPast,
    PlannedDaySkipped,
    PlanWrong,
    SkipReasonWrong,
)
from app.meetings.service import EverybodyExpected, NobodyExpected
from tests import factories
from tests.factories import NOW
from tests.unit.meetings.plans.branches import EIGHTH_OF_APRIL, ELEVENTH, branch, plan, weekdays


def announce(session: Session, of: Plan, planned_on: date = ELEVENTH, **given: Any) -> Meeting:
    wanted = {"works": weekdays, "by": "li.qiang", "now": NOW, **given}
    return service.announce_planned(session, plan=of, planned_on=planned_on, **wanted)


def skip(session: Session, of: Plan, planned_on: date = ELEVENTH, reason: str = "迎检，与上月合并") -> None:
    service.skip(session, plan=of, planned_on=planned_on, reason=reason, by="li.qiang", now=NOW)


def skips(session: Session) -> list[tuple[date, str]]:
    return [(row.planned_on, row.reason) for row in session.scalars(select(Skip).order_by(Skip.planned_on))]


def test_plan_keeps_what_was_entered(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = plan(session, branch(session), title=" 主题党日 ", ends_on=date(2026, 12, 31)).id

    with any_sessions.read() as session:
        kept = session.get_one(Plan, made)
        assert (kept.title, kept.place, kept.chair, kept.recorder) == (
            "主题党日",
            "三楼会议室",
            "王丽",
            "李强",
        )
        assert (kept.frequency, kept.month, kept.month_day) == (Frequency.MONTHLY, 1, None)
        assert (kept.nth, kept.weekday, kept.starts_minute, kept.minutes) == (2, 2, 930, 90)
        assert (kept.begins_on, kept.ends_on) == (date(2026, 1, 1), date(2026, 12, 31))
        assert (kept.created_by, kept.created_at, kept.ended_at) == ("wang.li", NOW, None)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "党" * 101}),
        ("place", {"place": "室" * 101}),
        ("chair", {"chair": "王" * 51}),
        ("recorder", {"recorder": "李" * 51}),
        ("agenda", {"agenda": "一" * 2001}),
        ("rule", {"rule": Recurrence(Frequency.MONTHLY, 1, 32, None, None)}),
        ("rule", {"rule": Recurrence(Frequency.QUARTERLY, 4, 1, None, None)}),
        ("starts_minute", {"starts_minute": -1}),
        ("starts_minute", {"starts_minute": 1440}),
        ("minutes", {"minutes": 0}),
        ("minutes", {"minutes": 3 * 1440 + 1}),
        ("ends_on", {"begins_on": date(2026, 3, 2), "ends_on": date(2026, 3, 1)}),
    ],
)
def test_plan_that_makes_no_sense_is_refused_and_says_where(
    session: Session, field: str, given: dict[str, Any]
) -> None:
    own = branch(session)

    with pytest.raises(PlanWrong) as refusal:
        plan(session, own, **given)

    assert refusal.value.details == {"field": field}
    assert session.scalar(select(func.count(Plan.id))) == 0


@pytest.mark.parametrize(
    "given",
    [
        {"starts_minute": 0, "minutes": 1},
        {"starts_minute": 1439, "minutes": 3 * 1440},
        {"begins_on": date(2026, 3, 1), "ends_on": date(2026, 3, 1)},
        {"title": "党" * 100, "agenda": "一" * 2000},
    ],
)
def test_plan_at_the_edge_of_sense_is_made(session: Session, given: dict[str, Any]) -> None:
    assert plan(session, branch(session), **given).id


def test_announced_meeting_is_what_the_plan_says(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        own = branch(session)
        made = plan(session, own)
        meeting = announce(session, made).id

    with any_sessions.read() as session:
        kept = session.get_one(Meeting, meeting)
        assert (kept.organization_id, kept.kind, kept.title) == (own.id, MeetingKind.THEME_DAY, "主题党日")
        assert (kept.place, kept.chair, kept.recorder) == ("三楼会议室", "王丽", "李强")
        assert (kept.agenda, kept.created_by) == ("一、重温入党誓词", "li.qiang")
        assert (kept.starts_at, kept.ends_at) == (from_local(ELEVENTH, 15, 30), from_local(ELEVENTH, 17))
        assert (kept.plan_id, kept.planned_on) == (made.id, ELEVENTH)


def test_meeting_planned_on_a_rest_day_is_announced_for_the_day_it_moves_to(session: Session) -> None:
    made = plan(session, branch(session))

    meeting = announce(session, made, works=lambda day: day != ELEVENTH)

    assert (meeting.starts_at, meeting.planned_on) == (from_local(date(2026, 3, 12), 15, 30), ELEVENTH)


def test_of_a_committee_only_the_chosen_are_expected(session: Session) -> None:
    own = branch(session)
    chosen = factories.member(session, own, name="委员").id
    made = plan(session, own, kind=MeetingKind.BRANCH_COMMITTEE)

    meeting = announce(session, made, only=[chosen])

    assert session.scalars(select(Expected.member_id).where(Expected.meeting_id == meeting.id)).all() == [
        chosen
    ]


def test_same_date_is_announced_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = plan(session, branch(session))
        announce(session, made)

    with any_sessions.begin() as session:
        again = session.get_one(Plan, made.id)
        with pytest.raises(AlreadyAnnounced):
            announce(session, again)
        announce(session, again, EIGHTH_OF_APRIL)

    assert announced(any_sessions) == [ELEVENTH, EIGHTH_OF_APRIL]


def test_two_secretaries_at_once_announce_one_meeting(any_sessions: Sessions) -> None:
    """Nobody looks first: the key in the database decides."""
    with any_sessions.begin() as session:
        made = plan(session, branch(session)).id

    def press(_: int) -> bool:
        def transact() -> bool:
            with any_sessions.begin() as session:
                try:
                    announce(session, session.get_one(Plan, made))
                except AlreadyAnnounced:
                    return False
                return True

        return in_turn(transact)

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(press, range(6)))

    assert outcomes.count(True) == 1
    assert announced(any_sessions) == [ELEVENTH]
    with any_sessions.read() as session:
        assert session.scalar(select(func.count(Expected.id))) == 1


def announced(sessions: Sessions) -> list[date | None]:
    with sessions.read() as session:
        return list(session.scalars(select(Meeting.planned_on).order_by(Meeting.planned_on)))


def test_a_cancelled_meeting_is_not_announced_anew_from_the_plan(session: Session) -> None:
    made = plan(session, branch(session))
    announce(session, made).cancelled_at = NOW

    with pytest.raises(AlreadyAnnounced):
        announce(session, made)


def test_refusals_of_announcing_pass_through_and_leave_nothing(session: Session) -> None:
    nobody = plan(session, factories.organization(session, name="空支部"))
    everybody = plan(session, branch(session), kind=MeetingKind.MEMBER_MEETING)

    with pytest.raises(NobodyExpected):
        announce(session, nobody)
    with pytest.raises(EverybodyExpected):
        announce(session, everybody, only=[1])

    assert session.scalar(select(func.count(Meeting.id))) == 0


def test_what_else_the_database_refuses_is_not_taken_for_an_announced_meeting(session: Session) -> None:
    made = plan(session, branch(session))

    with pytest.raises(IntegrityError):
        announce(session, made, by=None)


@pytest.mark.parametrize(
    ("given", "planned_on"),
    [
        ({}, date(2026, 3, 12)),
        ({}, date(2026, 3, 18)),
        ({"begins_on": date(2026, 3, 12)}, ELEVENTH),
        ({"ends_on": date(2026, 3, 10)}, ELEVENTH),
    ],
)
def test_date_that_is_not_the_plans_is_refused(
    session: Session, given: dict[str, Any], planned_on: date
) -> None:
    made = plan(session, branch(session), **given)

    with pytest.raises(NotPlanned):
        announce(session, made, planned_on)
    with pytest.raises(NotPlanned):
        skip(session, made, planned_on)


@pytest.mark.parametrize("given", [{"begins_on": ELEVENTH}, {"ends_on": ELEVENTH}])
def test_first_and_last_day_of_a_plan_belong_to_it(session: Session, given: dict[str, Any]) -> None:
    assert announce(session, plan(session, branch(session), **given)).planned_on == ELEVENTH


ENDS = from_local(ELEVENTH, 17)


@pytest.mark.parametrize(("now", "past"), [(ENDS - timedelta(seconds=1), False), (ENDS, True)])
def test_meeting_that_would_be_over_is_not_announced(session: Session, now: datetime, *, past: bool) -> None:
    made = plan(session, branch(session))

    if past:
        with pytest.raises(PlannedDayPast):
            announce(session, made, now=now)
    else:
        assert announce(session, made, now=now).planned_on == ELEVENTH


def test_ended_plan_announces_nothing_and_ends_once(session: Session) -> None:
    made = plan(session, branch(session))

    service.end(session, plan=made, now=NOW)
    service.end(session, plan=made, now=NOW + timedelta(days=1))

    assert made.ended_at == NOW
    with pytest.raises(PlanEnded):
        announce(session, made)


def test_skipped_date_keeps_the_first_reason_and_is_not_announced(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = plan(session, branch(session))
        skip(session, made, reason=" 迎检 ")
        skip(session, made, reason="另一个原因")

        assert skips(session) == [(ELEVENTH, "迎检")]
        with pytest.raises(PlannedDaySkipped):
            announce(session, made)
        assert announce(session, made, EIGHTH_OF_APRIL).planned_on == EIGHTH_OF_APRIL


def test_date_taken_back_in_is_announced(session: Session) -> None:
    made = plan(session, branch(session))
    skip(session, made)

    service.unskip(session, plan=made, planned_on=ELEVENTH)
    service.unskip(session, plan=made, planned_on=ELEVENTH)

    assert skips(session) == []
    assert announce(session, made).planned_on == ELEVENTH


def test_announced_date_is_not_skipped(session: Session) -> None:
    made = plan(session, branch(session))
    announce(session, made)

    with pytest.raises(AlreadyAnnounced):
        skip(session, made)


@pytest.mark.parametrize("reason", ["", "  ", "因" * 201])
def test_skip_wants_a_reason_that_fits(session: Session, reason: str) -> None:
    with pytest.raises(SkipReasonWrong):
        skip(session, plan(session, branch(session)), reason=reason)


def test_skips_of_one_plan_are_not_those_of_another(session: Session) -> None:
    own = branch(session)
    one, other = plan(session, own), plan(session, own)
    skip(session, one)
    skip(session, other)

    service.unskip(session, plan=one, planned_on=ELEVENTH)

    assert announce(session, one).plan_id == one.id
    assert skips(session) == [(ELEVENTH, "迎检，与上月合并")]
