"""A declaration is accepted or sent back by somebody else, once, and exactly as it was read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.clock import from_local
from app.core.db import Session, Sessions, in_turn
from app.core.errors import DomainError
from app.members.models import Member
from app.staff.deciding import SecondPersonNeeded
from app.study.hours.credits import beside
from app.study.hours.declarations import (
    DeclarationDecided,
    DeclarationOvertaken,
)
from app.study.hours.lines import LineWrong
from app.study.hours.models import Declaration, HoursUnit
from app.study.hours.states import DECLARATION, DeclarationState
from tests import factories
from tests.unit.study.hours.hall import (
    DAY,
    HOUR,
    accepted,
    account,
    confirmed,
    correct,
    decide,
    declared,
    held,
    made,
    take_back,
)

S, U = DeclarationState, HoursUnit
STEPS = st.lists(st.sampled_from(["declare", "correct", "take_back", "accept", "return"]), max_size=12)


@pytest.fixture
def member(session: Session) -> Member:
    return factories.member(session, factories.organization(session))


def test_accepted_declaration_is_closed_to_the_member(session: Session, member: Member) -> None:
    row = accepted(session, member)

    with pytest.raises(DeclarationDecided):
        correct(session, row, minutes=480)
    with pytest.raises(DeclarationDecided):
        take_back(session, row)
    with pytest.raises(DeclarationDecided):
        decide(session, row)

    assert (row.state, row.minutes, row.decided_by) == (S.ACCEPTED, 120, "wang.li")


def test_sent_back_with_a_word_it_is_corrected_and_waits_again(session: Session, member: Member) -> None:
    row = declared(session, member)
    for note in ("", "\0", "因" * 201):
        with pytest.raises(LineWrong):
            decide(session, row, accept=False, note=note)
    decide(session, row, accept=False)
    assert (row.state, row.note) == (S.RETURNED, "请写明主办单位")

    with pytest.raises(DeclarationDecided):
        decide(session, row)
    correct(session, row, held_by="区委党校")

    assert (row.state, row.note, row.decided_by, row.decided_at) == (S.DECLARED, "", None, None)


def test_accepted_by_mistake_it_may_still_be_sent_back(session: Session, member: Member) -> None:
    row = accepted(session, member)

    decide(session, row, accept=False)

    assert row.state is S.RETURNED


def test_what_was_corrected_meanwhile_is_not_accepted(any_sessions: Sessions) -> None:
    """The decider read two hours; the member has made eight of them since."""
    with any_sessions.begin() as session:
        row = declared(session, factories.member(session, factories.organization(session)))
    with any_sessions.begin() as session:
        correct(session, session.get_one(Declaration, row.id), minutes=480)
    with any_sessions.begin() as session, pytest.raises(DeclarationOvertaken):
        decide(session, session.get_one(Declaration, row.id), revision=1)
    with any_sessions.begin() as session:
        kept = session.get_one(Declaration, row.id)
        assert (kept.state, kept.minutes) == (S.DECLARED, 480)


def test_two_who_decide_at_once_decide_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        row_id = declared(session, factories.member(session, factories.organization(session))).id

    def one(*, accept: bool) -> str:
        try:
            with any_sessions.begin() as session:
                decide(session, session.get_one(Declaration, row_id), accept=accept, revision=1)
        except (DeclarationDecided, DeclarationOvertaken):
            return "too late"
        return "accepted" if accept else "returned"

    with ThreadPoolExecutor(2) as pool:
        told_them = list(pool.map(lambda accept: in_turn(lambda: one(accept=accept)), (True, False)))

    with any_sessions.read() as session:
        kept = session.get_one(Declaration, row_id)
    assert sorted(told_them) == sorted(["too late", kept.state.value])
    assert kept.revision == 2


def test_nobody_decides_their_own_under_any_account(session: Session, member: Member) -> None:
    for name in ("zhang.san", "zhang.san.2"):
        account(session, name, member=member)
    row = declared(session, member)

    for name in ("zhang.san", "zhang.san.2"):
        with pytest.raises(SecondPersonNeeded):
            decide(session, row, by=name)
    account(session, "li.si", member=factories.member(session, factories.organization(session)))
    decide(session, row, by="li.si")


def test_what_else_counts_that_day_is_pointed_out(session: Session, member: Member) -> None:
    branch = factories.organization(session, name="三车间党支部")
    there = from_local(DAY, 9)
    confirmed(session, held(session, branch, member, starts_at=there), topic="专题班")
    made(session, held(session, branch, member, starts_at=there + 3 * HOUR), topic="研讨")
    made(session, held(session, branch, starts_at=there), topic="没有参加")
    made(session, held(session, branch, member, starts_at=there + timedelta(days=1)), topic="第二天")
    accepted(session, member, topic="上午班")
    taken = declared(session, member, topic="撤回的班")
    take_back(session, taken)
    declared(session, member, topic="前一天", held_on=DAY - timedelta(days=1))

    found = beside(session, declared(session, member))

    assert [tuple(row) for row in found] == [
        ("专题班", "三车间党支部", 120, 1),
        ("研讨", "三车间党支部", 120, 0),
        ("上午班", "市委党校", 120, 1),
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_tried_only_the_steps_of_the_table_happen(
    session: Session, member: Member, steps: list[str]
) -> None:
    """From a declaration on, in any order: what is refused changes nothing."""
    topic = f"班次{next(factories.serial)}"
    row = declared(session, member, topic=topic)
    acts: dict[str, Callable[[], object]] = {
        "declare": lambda: declared(session, member, topic=topic),
        "correct": lambda: correct(session, row, topic=topic),
        "take_back": lambda: take_back(session, row),
        "accept": lambda: decide(session, row),
        "return": lambda: decide(session, row, accept=False),
    }
    for step in steps:
        before, revision = row.state, row.revision
        try:
            acts[step]()
        except DomainError:
            assert (row.state, row.revision) == (before, revision)
        else:
            assert row.revision == revision + 1
            assert row.state in DECLARATION[before] or (before is row.state is S.DECLARED)
