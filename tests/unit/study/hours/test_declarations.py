"""自主申报: said once, accepted or sent back by somebody else, and exactly as it was read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import from_local
from app.core.db import Session, Sessions, in_turn
from app.core.errors import DomainError
from app.members.models import Member, MemberKind, PartyStatus
from app.notices.announcements.content import WordingMarked
from app.study.hours import declarations
from app.study.hours.declarations import (
    DayWrong,
    DeclarationUnknown,
    DeclaredAlready,
    NotADeclarer,
)
from app.study.hours.figures import NoHoursFigures
from app.study.hours.lines import LineWrong
from app.study.hours.models import Declaration, HoursUnit
from app.study.hours.rules import MinutesWrong
from app.study.hours.states import DeclarationState
from tests import factories
from tests.factories import NOW
from tests.unit.study.hours.hall import (
    HOUR,
    correct,
    decide,
    declared,
    take_back,
    told,
)

S, U = DeclarationState, HoursUnit


@pytest.fixture
def member(session: Session) -> Member:
    return factories.member(session, factories.organization(session))


def test_declaration_waits_in_the_members_branch(session: Session, member: Member) -> None:
    row = declared(session, member, topic=" 市委党校\0专题班 ", minutes=100)

    assert (row.organization_id, row.topic, row.minutes) == (member.organization_id, "市委党校专题班", 90)
    assert (row.state, row.declared_at, row.revision) == (S.DECLARED, NOW, 1)


def test_days_elsewhere_are_reckoned_by_the_custom_table(session: Session, member: Member) -> None:
    whole = declared(session, member, unit=U.FULL_DAY, minutes=None)
    half = declared(session, member, unit=U.HALF_DAY, minutes=None, topic="另一班")

    assert (whole.minutes, half.minutes) == (480, 240)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"held_on": date(2026, 3, 3)}, DayWrong),
        ({"held_on": date(2025, 12, 31)}, DayWrong),
        ({"held_on": date.min}, DayWrong),
        ({"held_on": date.max}, DayWrong),
        ({"topic": "\0"}, LineWrong),
        ({"topic": "学" * 101}, LineWrong),
        ({"topic": "学" * 10_000}, LineWrong),
        ({"held_by": ""}, LineWrong),
        ({"held_by": "校" * 81}, LineWrong),
        ({"held_by": "内部资料学习班"}, WordingMarked),
        ({"minutes": 0}, MinutesWrong),
        ({"minutes": 10**18}, MinutesWrong),
        ({"unit": U.FULL_DAY, "minutes": 60}, MinutesWrong),
    ],
)
def test_declaration_that_cannot_be_is_refused(
    session: Session, member: Member, given: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        declared(session, member, **given)

    assert session.scalars(select(Declaration)).all() == []


def test_day_before_the_first_figures_has_no_hours(session: Session, member: Member) -> None:
    with pytest.raises(NoHoursFigures):
        declared(session, member, now=from_local(date(2018, 6, 2)), held_on=date(2018, 6, 1))


def test_only_party_members_who_are_here_declare(session: Session, member: Member) -> None:
    home = factories.organization(session)
    activist = factories.member(session, home, kind=MemberKind.ACTIVIST)
    gone = factories.member(session, home, status=PartyStatus.TRANSFERRED)

    for other in (activist, gone):
        with pytest.raises(NotADeclarer):
            declared(session, other)
    assert declared(session, factories.member(session, home, kind=MemberKind.PROBATIONARY)).id


@pytest.mark.parametrize("member_id", [0, -1, 999_999, 2**31, 2**63])
def test_unknown_people_and_rows_are_refused_on_every_engine(any_sessions: Sessions, member_id: int) -> None:
    with any_sessions.begin() as session:
        one = factories.member(session, factories.organization(session))
        with pytest.raises(NotADeclarer):
            declarations.declare(session, member_id=member_id, told=told(), now=NOW)
        with pytest.raises(DeclarationUnknown):
            declarations.own(session, member_id=one.id, declaration_id=member_id)


def test_last_year_is_declared_until_the_end_of_january(session: Session, member: Member) -> None:
    december = date(2025, 12, 30)
    row = declared(session, member, held_on=december, now=from_local(date(2026, 1, 31), 23))

    with pytest.raises(DayWrong):
        declared(session, member, held_on=december, topic="另一班", now=from_local(date(2026, 2, 1)))
    assert row.held_on == december


def test_what_was_declared_in_time_may_be_corrected_later(session: Session, member: Member) -> None:
    december = date(2025, 12, 30)
    row = declared(session, member, held_on=december, now=from_local(date(2026, 1, 20)))
    decide(session, row, accept=False)

    correct(session, row, held_on=december, held_by="市委党校分校")
    with pytest.raises(DayWrong):
        correct(session, row, held_on=date(2024, 12, 30))
    with pytest.raises(DayWrong):
        correct(session, row, held_on=date(2026, 3, 3))

    assert (row.held_by, row.state, row.declared_at) == (
        "市委党校分校",
        S.DECLARED,
        from_local(date(2026, 1, 20)),
    )


def test_same_day_and_topic_is_declared_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        one = factories.member(session, factories.organization(session))
        row = declared(session, one)
        other = declared(session, one, topic="另一班")

        with pytest.raises(DeclaredAlready):
            declared(session, one, topic=" 市委党校专题班\u200b")
        with pytest.raises(DeclaredAlready):
            correct(session, other)

        assert (row.revision, other.topic, other.revision) == (1, "另一班", 1)
        assert len(session.scalars(select(Declaration)).all()) == 2


def test_one_that_was_taken_back_is_declared_again(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        one = factories.member(session, factories.organization(session))
        row = declared(session, one)
        take_back(session, row)
        again = declared(session, one, minutes=60, now=NOW + HOUR)

        assert (again.id, again.state, again.minutes, again.revision) == (row.id, S.DECLARED, 60, 3)
        assert again.declared_at == NOW + HOUR


def test_two_phones_that_declare_at_once_declare_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        one = factories.member(session, factories.organization(session))

    def say(_: int) -> str:
        try:
            with any_sessions.begin() as session:
                declared(session, one)
        except DeclaredAlready:
            return "already"
        return "declared"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(lambda turn: in_turn(lambda: say(turn)), range(4)))

    assert said == ["already"] * 3 + ["declared"]


def test_somebody_elses_declaration_does_not_exist(session: Session, member: Member) -> None:
    other = factories.member(session, factories.organization(session))
    row = declared(session, member)
    mine = {"member_id": other.id, "declaration_id": row.id, "revision": 1}

    with pytest.raises(DeclarationUnknown):
        declarations.take_back(session, **mine)
    with pytest.raises(DeclarationUnknown):
        declarations.correct(session, told=told(), now=NOW, **mine)

    assert declarations.own_latest(session, member_id=other.id, limit=9) == []
    assert declarations.own_latest(session, member_id=member.id, limit=9) == [row]


def test_member_who_moved_corrects_it_for_the_new_branch(session: Session, member: Member) -> None:
    row = declared(session, member)
    member.organization_id = factories.organization(session).id
    session.flush()

    assert correct(session, row).organization_id == member.organization_id
