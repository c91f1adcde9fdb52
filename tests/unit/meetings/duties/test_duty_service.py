"""Stating why nothing was held, taking it back, and entering a term."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from sqlalchemy import select

from app.core.clock import from_local
from app.core.db import Session, Sessions, in_turn
from app.meetings.duties import queries, service
from app.meetings.duties.models import Duty, DutyStatement, Statement, Term
from app.meetings.duties.service import (
    NoTerm,
    StatementEarly,
    StatementPeriodWrong,
    StatementWrong,
    TermWrong,
)
from app.organizations.models import Organization, OrganizationKind
from tests import factories
from tests.factories import NOW

EXPLAINED, NOT_APPLICABLE = Statement.EXPLAINED, Statement.NOT_APPLICABLE
TODAY = date(2026, 3, 2)


def state(
    session: Session,
    organization: Organization,
    *,
    duty: Duty = Duty.THEME_DAY,
    period: str = "2026-03",
    statement: Statement = EXPLAINED,
    text: str = "防汛值守",
    by: str = "wang.li",
    now: datetime = NOW,
) -> None:
    service.state(
        session,
        organization=organization,
        duty=duty,
        period=period,
        statement=statement,
        text=text,
        by=by,
        now=now,
    )


def stated(session: Session) -> list[tuple[str, Statement, str, str]]:
    rows = session.scalars(select(DutyStatement).order_by(DutyStatement.period))
    return [(row.period, row.statement, row.text, row.stated_by) for row in rows]


def test_statement_is_kept_with_who_said_it_and_when(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        state(session, factories.organization(session), text=" 防汛值守 ")

    with any_sessions.read() as session:
        row = session.scalars(select(DutyStatement)).one()
        assert (row.duty, row.period, row.statement) == (Duty.THEME_DAY, "2026-03", EXPLAINED)
        assert (row.text, row.stated_by, row.stated_at) == ("防汛值守", "wang.li", NOW)


def test_statement_said_again_is_the_later_one(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        own = factories.organization(session)
        state(session, own)
        state(session, own, statement=NOT_APPLICABLE, text="当月刚成立", by="li.qiang")

        assert stated(session) == [("2026-03", NOT_APPLICABLE, "当月刚成立", "li.qiang")]


def test_two_people_who_state_at_once_leave_one_statement(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        own = factories.organization(session).id

    def say(number: int) -> None:
        def transact() -> None:
            with any_sessions.begin() as session:
                state(session, session.get_one(Organization, own), text=f"原因{number}")

        in_turn(transact)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(say, range(4)))

    with any_sessions.read() as session:
        assert len(stated(session)) == 1


@pytest.mark.parametrize("text", ["", " \n", "因" * 301])
def test_statement_wants_a_text_that_fits(session: Session, text: str) -> None:
    with pytest.raises(StatementWrong):
        state(session, factories.organization(session), text=text)


def test_statement_of_three_hundred_characters_fits(session: Session) -> None:
    state(session, factories.organization(session), text="因" * 300)

    assert len(stated(session)) == 1


@pytest.mark.parametrize(
    ("duty", "period", "kind"),
    [
        (Duty.THEME_DAY, "2026-Q1", OrganizationKind.BRANCH),
        (Duty.THEME_DAY, "2026", OrganizationKind.BRANCH),
        (Duty.THEME_DAY, "2026-13", OrganizationKind.BRANCH),
        (Duty.THEME_DAY, "", OrganizationKind.BRANCH),
        (Duty.THEME_DAY, "2018-10", OrganizationKind.BRANCH),
        (Duty.MEMBER_MEETING, "2026-03", OrganizationKind.BRANCH),
        (Duty.APPRAISAL, "2026-Q1", OrganizationKind.BRANCH),
        (Duty.RENEWAL, "2026-03", OrganizationKind.BRANCH),
        (Duty.RENEWAL, "2026", OrganizationKind.TEMPORARY_BRANCH),
        (Duty.THEME_DAY, "2026-03", OrganizationKind.COMMITTEE),
        (Duty.THEME_DAY, "2026-03", OrganizationKind.GROUP),
    ],
)
def test_statement_about_a_period_that_the_duty_does_not_have_is_refused(
    session: Session, duty: Duty, period: str, kind: OrganizationKind
) -> None:
    with pytest.raises(StatementPeriodWrong):
        state(session, factories.organization(session, kind=kind), duty=duty, period=period)


@pytest.mark.parametrize(
    ("duty", "period", "kind"),
    [
        (Duty.THEME_DAY, "2018-11", OrganizationKind.BRANCH),
        (Duty.MEMBER_MEETING, "2026-Q1", OrganizationKind.TEMPORARY_BRANCH),
        (Duty.GROUP_MEETING, "2026-01", OrganizationKind.JOINT_BRANCH),
        (Duty.APPRAISAL, "2025", OrganizationKind.FLOATING_BRANCH),
        (Duty.RENEWAL, "2026", OrganizationKind.COMMITTEE),
        (Duty.RENEWAL, "2026", OrganizationKind.BRANCH),
    ],
)
def test_statement_about_a_period_of_the_duty_is_taken(
    session: Session, duty: Duty, period: str, kind: OrganizationKind
) -> None:
    state(session, factories.organization(session, kind=kind), duty=duty, period=period)

    assert [row[0] for row in stated(session)] == [period]


EVE, FIRST = from_local(date(2026, 3, 31), 23, 59), from_local(date(2026, 4, 1))


@pytest.mark.parametrize(
    ("statement", "now", "early"),
    [
        (EXPLAINED, EVE, True),
        (EXPLAINED, FIRST, False),
        (NOT_APPLICABLE, EVE, False),
        (NOT_APPLICABLE, FIRST, False),
    ],
)
def test_only_what_has_begun_can_be_explained(
    session: Session, statement: Statement, now: datetime, *, early: bool
) -> None:
    own = factories.organization(session)

    if early:
        with pytest.raises(StatementEarly):
            state(session, own, period="2026-04", statement=statement, now=now)
    else:
        state(session, own, period="2026-04", statement=statement, now=now)

    assert len(stated(session)) == (not early)


def test_statement_is_taken_back_alone(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        own, other = factories.organization(session), factories.organization(session, name="第二党支部")
        for one in (own, other):
            state(session, one, period="2026-02")
            state(session, one, period="2026-03")

        def withdraw() -> bool:
            return service.withdraw_statement(
                session, organization=own, duty=Duty.THEME_DAY, period="2026-02"
            )

        assert (withdraw(), withdraw()) == (True, False)
        assert [row[0] for row in stated(session)] == ["2026-02", "2026-03", "2026-03"]


def set_term(
    session: Session, organization: Organization, elected_on: date, ends_on: date, **given: bool
) -> None:
    service.set_term(
        session,
        organization=organization,
        elected_on=elected_on,
        ends_on=ends_on,
        has_committee=given.get("has_committee", True),
        by="wang.li",
        now=NOW,
    )


def test_term_is_kept_and_a_later_one_replaces_it(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        own = factories.organization(session)
        set_term(session, own, date(2023, 6, 15), date(2026, 6, 15))
        before = queries.term(session, own.id)
        assert before
        assert (before.elected_on, before.ends_on) == (date(2023, 6, 15), date(2026, 6, 15))

        set_term(session, own, date(2026, 2, 1), date(2029, 2, 1), has_committee=False)

        after = queries.term(session, own.id)
        assert after
        assert (after.elected_on, after.ends_on) == (date(2026, 2, 1), date(2029, 2, 1))
        assert (after.has_committee, after.entered_by, after.entered_at) == (False, "wang.li", NOW)

    with any_sessions.read() as session:
        assert session.scalars(select(Term.ends_on)).all() == [date(2029, 2, 1)]


def test_term_of_nobody_is_unknown(session: Session) -> None:
    assert queries.term(session, 1) is None


@pytest.mark.parametrize(
    ("kind", "elected_on", "ends_on"),
    [
        (OrganizationKind.BRANCH, TODAY, date(2029, 3, 2)),
        (OrganizationKind.BRANCH, TODAY, date(2030, 3, 2)),
        (OrganizationKind.BRANCH, TODAY, date(2026, 3, 3)),
        (OrganizationKind.GENERAL_BRANCH, date(2024, 2, 29), date(2028, 2, 28)),
        (OrganizationKind.COMMITTEE, TODAY, date(2032, 3, 2)),
    ],
)
def test_term_is_at_most_the_usual_one_and_a_year(
    session: Session, kind: OrganizationKind, elected_on: date, ends_on: date
) -> None:
    own = factories.organization(session, kind=kind)

    set_term(session, own, elected_on, ends_on)

    kept = queries.term(session, own.id)
    assert kept
    assert kept.ends_on == ends_on


@pytest.mark.parametrize(
    ("kind", "elected_on", "ends_on"),
    [
        (OrganizationKind.BRANCH, TODAY, date(2030, 3, 3)),
        (OrganizationKind.COMMITTEE, TODAY, date(2032, 3, 3)),
        (OrganizationKind.BRANCH, TODAY, TODAY),
        (OrganizationKind.BRANCH, TODAY, date(2026, 3, 1)),
        (OrganizationKind.BRANCH, date(2026, 3, 3), date(2029, 3, 3)),
        (OrganizationKind.BRANCH, date(9999, 12, 1), date(9999, 12, 31)),
        (OrganizationKind.BRANCH, date.min, date.min),
    ],
)
def test_term_that_cannot_be_is_refused(
    session: Session, kind: OrganizationKind, elected_on: date, ends_on: date
) -> None:
    own = factories.organization(session, kind=kind)

    with pytest.raises(TermWrong):
        set_term(session, own, elected_on, ends_on)

    assert queries.term(session, own.id) is None


@pytest.mark.parametrize(
    "kind", [OrganizationKind.TEMPORARY_BRANCH, OrganizationKind.WORK_COMMITTEE, OrganizationKind.GROUP]
)
def test_organisation_that_is_not_elected_has_no_term(session: Session, kind: OrganizationKind) -> None:
    with pytest.raises(NoTerm):
        set_term(session, factories.organization(session, kind=kind), date(2026, 1, 1), date(2027, 1, 1))
