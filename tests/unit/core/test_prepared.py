"""Prepared statements: the driver's speed with SQLAlchemy's types, on each engine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Boolean, bindparam, delete, insert, select, update

from app.core.calendar import CalendarDay, DayKind
from app.core.db import Driver, Sessions, driver_of
from app.core.leases import Lease
from app.core.prepared import Prepared
from app.meetings.models import CheckIn, Way
from app.members.models import WeChatIdentity
from tests import factories
from tests.unit.core.leases import PRECISE, lease, names

ADD = Prepared(
    insert(Lease).values({name: bindparam(name) for name in ("name", "holder", "until", "beat_at")})
)
BY_NAME = Prepared(select(Lease.name, Lease.holder, Lease.until).where(Lease.name == bindparam("name")))
ALL = Prepared(select(Lease.name, Lease.until).order_by(Lease.name).limit(bindparam("limit")))
EXTEND = Prepared(
    update(Lease)
    .where(Lease.until <= bindparam("until_now"))
    .values(until=bindparam("new_until"), holder="renewed")
)
REMOVE = Prepared(delete(Lease).where(Lease.name == bindparam("name")))
SIGN = Prepared(
    insert(CheckIn).values(
        {name: bindparam(name) for name in ("meeting_id", "member_id", "checked_in_at", "way")}
    )
)


def add(driver: Driver, name: str, at: datetime = PRECISE, holder: str = "0") -> bool:
    return ADD.once(driver, name=name, holder=holder, until=at, beat_at=at)


def test_first_gives_a_row_with_the_statement_s_names_and_types(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lease(session, "a")

    with any_sessions.write() as driver:
        row = BY_NAME.first(driver, name="a")

    assert row._asdict() == {"name": "a", "holder": "0", "until": PRECISE}


def test_first_gives_none_where_there_is_no_row(any_sessions: Sessions) -> None:
    with any_sessions.write() as driver:
        assert BY_NAME.first(driver, name="a") is None


def test_first_leaves_the_connection_free_for_the_next_statement(any_sessions: Sessions) -> None:
    with any_sessions.write() as driver:
        for name in ("a", "b", "c"):
            add(driver, name)

        firsts = [ALL.first(driver, limit=10).name for _ in range(3)]

    assert firsts == ["a", "a", "a"]


def test_all_gives_every_row_in_order(any_sessions: Sessions) -> None:
    later = PRECISE + timedelta(microseconds=1)
    with any_sessions.write() as driver:
        add(driver, "b", later)
        add(driver, "a")

        rows = ALL.all(driver, limit=10)
        limited = ALL.all(driver, limit=1)

    assert [tuple(row) for row in rows] == [("a", PRECISE), ("b", later)]
    assert [row.name for row in limited] == ["a"]


def test_change_counts_rows_and_processes_what_it_is_given(any_sessions: Sessions) -> None:
    with any_sessions.write() as driver:
        add(driver, "a")
        add(driver, "b", PRECISE + timedelta(days=1))

        changed = EXTEND.change(driver, until_now=PRECISE, new_until=PRECISE + timedelta(days=2))
        row = BY_NAME.first(driver, name="a")
        gone = REMOVE.change(driver, name="a"), REMOVE.change(driver, name="a")

    assert (changed, row.holder, row.until) == (1, "renewed", PRECISE + timedelta(days=2))
    assert gone == (1, 0)


def test_naive_moment_is_refused(any_sessions: Sessions) -> None:
    def add_naive(driver: Driver) -> None:
        add(driver, "a", datetime(2026, 3, 2))

    with any_sessions.write() as driver, pytest.raises(ValueError, match="naive"):
        add_naive(driver)


def test_enums_dates_and_truth_come_back_as_they_went_in(any_sessions: Sessions) -> None:
    day = Prepared(insert(CalendarDay).values({name: bindparam(name) for name in ("day", "kind", "note")}))
    days = Prepared(select(CalendarDay.day, CalendarDay.kind).order_by(CalendarDay.day))
    wanted = Prepared(select(WeChatIdentity.menu_wanted).order_by(WeChatIdentity.id))
    with any_sessions.begin() as session:
        chats = [factories.identity(session) for _ in range(2)]
        want = Prepared(
            update(WeChatIdentity)
            .where(WeChatIdentity.id == bindparam("chat"))
            .values(menu_wanted=bindparam("truth", type_=Boolean()))
        )
        driver = driver_of(session)

        day.once(driver, day=date(2026, 2, 28), kind=DayKind.WORK, note="春节调休")
        want.change(driver, chat=chats[0].id, truth=True)
        want.change(driver, chat=chats[1].id, truth=False)
        seen = days.all(driver)
        truth = [row.menu_wanted for row in wanted.all(driver)]

    assert [tuple(row) for row in seen] == [(date(2026, 2, 28), DayKind.WORK)]
    assert isinstance(seen[0].kind, DayKind)
    assert truth == [True, False]
    assert all(isinstance(value, bool) for value in truth)


def test_text_of_any_kind_passes_as_it_is(any_sessions: Sessions) -> None:
    awkward = "a'b\"c%s%(x)s:name\\😀"
    with any_sessions.write() as driver:
        add(driver, "a", holder=awkward)

        assert BY_NAME.first(driver, name="a").holder == awkward


def test_once_keeps_the_first_and_the_transaction_goes_on(any_sessions: Sessions) -> None:
    with any_sessions.write() as driver:
        answers = [add(driver, "a", holder="first"), add(driver, "a", holder="second")]
        after = add(driver, "b")
        row = BY_NAME.first(driver, name="a")

    assert (answers, after, row.holder) == ([True, False], True, "first")
    assert names(any_sessions) == ["a", "b"]


def test_once_sees_a_conflict_with_another_transaction(any_sessions: Sessions) -> None:
    with any_sessions.write() as driver:
        add(driver, "a")

    with any_sessions.write() as driver:
        assert (add(driver, "a"), add(driver, "b")) == (False, True)


def test_once_raises_for_every_other_fault_of_integrity(any_sessions: Sessions) -> None:
    refused = any_sessions.engine.dialect.loaded_dbapi.IntegrityError

    def sign_nobody() -> None:
        with any_sessions.write() as driver:
            SIGN.once(driver, meeting_id=404, member_id=404, checked_in_at=PRECISE, way=Way.SCAN)

    with pytest.raises(refused):
        sign_nobody()


def test_once_raises_for_a_missing_value(any_sessions: Sessions) -> None:
    refused = any_sessions.engine.dialect.loaded_dbapi.IntegrityError

    def add_without_holder() -> None:
        with any_sessions.write() as driver:
            ADD.once(driver, name="a", holder=None, until=PRECISE, beat_at=PRECISE)

    with pytest.raises(refused):
        add_without_holder()


def test_race_of_eight_adds_one_row_and_tells_seven(any_sessions: Sessions) -> None:
    def race(number: int) -> bool:
        with any_sessions.write() as driver:
            return add(driver, "a", holder=str(number))

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(race, range(8)))

    with any_sessions.write() as driver:
        holder = BY_NAME.first(driver, name="a").holder
    assert sorted(won) == [False] * 7 + [True]
    assert won[int(holder)] is True


def test_statement_is_compiled_once_an_engine(sessions: Sessions) -> None:
    statement: Any = Prepared(select(Lease.name))
    with sessions.write() as driver:
        statement.all(driver)
        plan = statement._plans["sqlite"]
        statement.all(driver)

    assert statement._plans["sqlite"] is plan
