"""Which standard holds in a month, and how a new one comes in force."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.core.db import Session
from app.dues.standards import queries, service
from app.dues.standards.models import DuesStandard
from app.dues.standards.queries import NoStandard, in_force
from app.dues.standards.rules import BadStandard, Standard
from app.dues.standards.service import StandardPast
from app.staff.deciding import Decision, SecondPersonNeeded
from tests.factories import NOW

APRIL = date(2026, 4, 1)


def todays(session: Session) -> Standard:
    return in_force(session, 202603).standard


def propose(
    session: Session, *, effective: date = APRIL, fixed: int = 50, clause: str = "新文件第一条"
) -> DuesStandard:
    standard = replace(todays(session), fixed=fixed)
    return service.propose(
        session,
        name="新标准",
        clause=clause,
        effective_from=effective,
        standard=standard,
        by="kuaiji",
        now=NOW,
    )


def test_shipped_standards_hold_from_their_dates(session: Session) -> None:
    found = [in_force(session, month) for month in (200804, 201612, 201701, 202603)]

    assert [one.row.effective_from.year for one in found] == [2008, 2008, 2017, 2017]
    assert [one.standard.ceiling for one in found] == [None, None, 100_000, 100_000]
    assert all("中组发〔2008〕3号" in one.row.clause for one in found)
    with pytest.raises(NoStandard):
        in_force(session, 200803)


def test_new_standard_holds_from_its_day_once_a_second_person_agrees(session: Session) -> None:
    row = propose(session)

    assert in_force(session, 202604).row is not row
    with pytest.raises(SecondPersonNeeded):
        service.decide(session, row.id, Decision.APPROVED, by="kuaiji", now=NOW)
    service.decide(session, row.id, Decision.APPROVED, by="shuji", now=NOW)

    assert in_force(session, 202604).standard.fixed == 50
    assert in_force(session, 202603).standard.fixed == 20


def test_month_has_one_standard_that_of_its_first_day(session: Session) -> None:
    row = propose(session, effective=date(2026, 4, 2))
    service.decide(session, row.id, Decision.APPROVED, by="shuji", now=NOW)

    assert [in_force(session, month).standard.fixed for month in (202604, 202605)] == [20, 50]


def test_corrected_standard_replaces_the_one_of_the_same_day(session: Session) -> None:
    for fixed in (50, 60):
        row = propose(session, fixed=fixed)
        service.decide(session, row.id, Decision.APPROVED, by="shuji", now=NOW)

    assert in_force(session, 202604).standard.fixed == 60
    assert [one.standing for one in queries.all_of_them(session)] == [1, None, 1, 1]


def test_refused_standard_never_holds(session: Session) -> None:
    row = propose(session)
    service.decide(session, row.id, Decision.REFUSED, by="shuji", now=NOW)

    assert in_force(session, 202604).standard.fixed == 20


def test_standard_begins_on_a_day_to_come(session: Session) -> None:
    with pytest.raises(StandardPast):
        propose(session, effective=date(2026, 3, 2))
    row = propose(session, effective=date(2026, 3, 3))
    with pytest.raises(StandardPast):
        service.decide(session, row.id, Decision.APPROVED, by="shuji", now=NOW + timedelta(days=1))


@pytest.mark.parametrize("clause", ["", "  ", "长" * 301])
def test_standard_names_its_clause(session: Session, clause: str) -> None:
    with pytest.raises(BadStandard):
        propose(session, clause=clause)


def test_standard_that_cannot_be_applied_is_not_proposed(session: Session) -> None:
    with pytest.raises(BadStandard):
        propose(session, fixed=0)
