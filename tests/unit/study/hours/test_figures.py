"""The dated figures: shipped ones, and new ones that two people put in force."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from app.core.db import Session, Sessions, in_turn
from app.core.errors import DomainError
from app.notices.announcements.content import WordingMarked
from app.staff.deciding import AlreadyDecided, Decision, SecondPersonNeeded
from app.study.hours import figures
from app.study.hours.figures import FigureOvertaken, FigurePast, FigureWrong, NoHoursFigures
from app.study.hours.lines import LineWrong
from app.study.hours.models import HoursFigure, HoursRule
from app.study.hours.rules import Figures
from tests import factories
from tests.factories import NOW
from tests.unit.study.hours.hall import account

F = HoursFigure
TODAY, TOMORROW = date(2026, 3, 2), date(2026, 3, 3)
NEXT_YEAR = date(2027, 1, 1)


def propose(
    session: Session,
    *,
    figure: HoursFigure = F.MEMBER_YEAR,
    minutes: int = 40 * 60,
    effective_from: date = NEXT_YEAR,
    clause: str = "新规划第三条",
    by: str = "office",
) -> HoursRule:
    return figures.propose_figure(
        session,
        figure=figure,
        minutes=minutes,
        effective_from=effective_from,
        clause=clause,
        by=by,
        now=NOW,
    )


def approve(session: Session, row: HoursRule, by: str = "deputy", now: datetime = NOW) -> None:
    figures.decide_figure(session, rule_id=row.id, decision=Decision.APPROVED, by=by, now=now)


def test_shipped_figures_are_those_of_the_plan_and_of_the_custom_table(session: Session) -> None:
    assert figures.figures(session, TODAY) == Figures(1920, 3360, 480, 240, 60)
    clauses = {row.clause for row in figures.in_force(session, TODAY).values()}
    assert any("全国党员教育培训工作规划" in clause for clause in clauses)


@pytest.mark.parametrize("day", [date.min, date(2018, 12, 31)])
def test_before_the_first_figures_nothing_is_known(session: Session, day: date) -> None:
    with pytest.raises(NoHoursFigures):
        figures.figures(session, day)


def test_new_figure_holds_from_its_day_once_a_second_person_agrees(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        row = propose(session)
    with any_sessions.begin() as session:
        assert figures.figures(session, NEXT_YEAR).member_year == 1920
        with pytest.raises(SecondPersonNeeded):
            approve(session, row, by="office")
        approve(session, row)
    with any_sessions.read() as session:
        assert figures.of_year(session, 2027).member_year == 2400
        assert figures.of_year(session, 2026).member_year == 1920
        assert figures.figures(session, date.max).member_year == 2400


def test_one_person_with_two_accounts_is_no_second_person(session: Session) -> None:
    same = factories.member(session, factories.organization(session))
    for name in ("office", "office2"):
        account(session, name, member=same)

    with pytest.raises(SecondPersonNeeded):
        approve(session, propose(session), by="office2")


def test_corrected_figure_replaces_the_one_of_the_same_day(session: Session) -> None:
    for minutes in (36 * 60, 40 * 60):
        approve(session, propose(session, minutes=minutes))

    assert figures.of_year(session, 2027).member_year == 2400
    standing = [row.standing for row in figures.all_of_them(session) if row.effective_from == NEXT_YEAR]
    assert standing == [1, None]


def test_refused_and_withdrawn_figures_never_hold(session: Session) -> None:
    refused, withdrawn = propose(session), propose(session)
    figures.decide_figure(session, rule_id=refused.id, decision=Decision.REFUSED, by="deputy", now=NOW)
    figures.decide_figure(session, rule_id=withdrawn.id, decision=Decision.WITHDRAWN, by="office", now=NOW)

    assert figures.of_year(session, 2027).member_year == 1920
    with pytest.raises(AlreadyDecided):
        approve(session, refused)


@pytest.mark.parametrize(
    ("figure", "effective_from"),
    [
        (F.MEMBER_YEAR, date(2025, 1, 1)),
        (F.MEMBER_YEAR, date(1, 1, 1)),
        (F.FULL_DAY, TODAY),
        (F.CLOCK_HOUR, date(2026, 1, 1)),
        (F.CLOCK_HOUR, date.min),
    ],
)
def test_what_was_reckoned_stays_as_it_was(
    session: Session, figure: HoursFigure, effective_from: date
) -> None:
    with pytest.raises(FigurePast):
        propose(session, figure=figure, effective_from=effective_from, minutes=60)


def test_running_year_may_still_be_corrected_and_a_conversion_begins_tomorrow(session: Session) -> None:
    approve(session, propose(session, effective_from=date(2026, 1, 1)))
    approve(session, propose(session, figure=F.CLOCK_HOUR, minutes=80, effective_from=TOMORROW))

    assert figures.of_year(session, 2026).member_year == 2400
    assert [figures.figures(session, day).clock_hour for day in (TODAY, TOMORROW)] == [60, 80]


def test_figure_whose_day_has_come_is_not_approved_any_more(session: Session) -> None:
    row = propose(session, figure=F.FULL_DAY, minutes=360, effective_from=TOMORROW)

    with pytest.raises(FigurePast):
        approve(session, row, now=datetime(2026, 3, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"minutes": -60}, FigureWrong),
        ({"minutes": 1921}, FigureWrong),
        ({"minutes": 30_015}, FigureWrong),
        ({"minutes": 10**20}, FigureWrong),
        ({"effective_from": date(2027, 3, 1)}, FigureWrong),
        ({"figure": F.FULL_DAY, "minutes": 0, "effective_from": TOMORROW}, FigureWrong),
        ({"figure": F.CLOCK_HOUR, "minutes": 121, "effective_from": TOMORROW}, FigureWrong),
        ({"clause": " \0 "}, LineWrong),
        ({"clause": "长" * 301}, LineWrong),
        ({"clause": "机密★五年"}, WordingMarked),
    ],
)
def test_figure_that_cannot_be_is_not_proposed(
    session: Session, given: dict[str, object], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        propose(session, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("rule_id", [0, -1, 999, 2**31, 2**63])
def test_figure_that_is_none_is_not_decided(any_sessions: Sessions, rule_id: int) -> None:
    with any_sessions.begin() as session, pytest.raises(AlreadyDecided):
        figures.decide_figure(session, rule_id=rule_id, decision=Decision.REFUSED, by="deputy", now=NOW)


def test_two_figures_of_one_day_that_are_approved_at_once_leave_one_in_force(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        rows = [propose(session, minutes=hours * 60) for hours in (36, 40)]

    def decide(row: HoursRule) -> bool:
        def once() -> bool:
            try:
                with any_sessions.begin() as session:
                    approve(session, row)
            except FigureOvertaken:
                return False
            return True

        return in_turn(once)

    with ThreadPoolExecutor(2) as pool:
        won = list(pool.map(decide, rows))

    with any_sessions.read() as session:
        standing = [row.minutes for row in figures.all_of_them(session) if row.effective_from == NEXT_YEAR]
        in_force = figures.of_year(session, 2027).member_year
    assert any(won)
    assert len(standing) == 2
    assert in_force in (36 * 60, 40 * 60)
