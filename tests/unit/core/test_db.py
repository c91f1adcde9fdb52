"""Column types, and what each engine must enforce itself."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from app.core.calendar import CalendarDay
from app.core.db import Sessions, new_engine, rows_changed
from app.core.leases import Lease, hold
from app.feedback.models import Thread as Letter
from app.members.models import WeChatIdentity
from tests import factories
from tests.unit.core.leases import PRECISE, lease, names


def test_moment_comes_back_to_the_microsecond_in_utc(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lease(session, "a")

    with any_sessions.read() as session:
        kept = session.scalars(select(Lease.until)).one()

    assert (kept, kept.tzinfo) == (PRECISE, UTC)


def test_moment_of_another_zone_is_the_same_moment(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lease(session, "a", PRECISE.astimezone(timezone(timedelta(hours=8))))

    with any_sessions.read() as session:
        assert session.scalars(select(Lease.until)).one() == PRECISE
        assert session.scalars(select(Lease.name).where(Lease.until == PRECISE)).all() == ["a"]


def test_naive_moment_is_refused(any_sessions: Sessions) -> None:
    with pytest.raises(StatementError, match="naive datetime"), any_sessions.begin() as session:
        lease(session, "a", datetime(2026, 3, 2))

    assert names(any_sessions) == []


def test_foreign_key_is_enforced(any_sessions: Sessions) -> None:
    with pytest.raises(IntegrityError), any_sessions.begin() as session:
        session.add(WeChatIdentity(app_id="wx", openid="o1", member_id=404))


def test_value_outside_an_enum_is_refused_by_the_database(any_sessions: Sessions) -> None:
    outside = text("INSERT INTO calendar_day (day, kind, note) VALUES ('2026-03-02', 'holiday', '')")

    # MariaDB reports a broken CHECK as an operational error.
    with pytest.raises(DBAPIError) as refused, any_sessions.begin() as session:
        session.execute(outside)

    assert "ck_calendar_day_daykind" in str(refused.value)


def test_openids_that_differ_in_case_are_two_people(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lower = factories.identity(session, openid="oabcdefghijklmnopqrstuvwxyz0")
        upper = factories.identity(session, openid="oABCDEFGHIJKLMNOPQRSTUVWXYZ0")

    with any_sessions.read() as session:
        found = select(WeChatIdentity.id).where(WeChatIdentity.openid == "oABCDEFGHIJKLMNOPQRSTUVWXYZ0")
        assert session.scalars(found).all() == [upper.id]
        assert lower.id != upper.id


def test_astral_characters_and_long_texts_come_back(any_sessions: Sessions) -> None:
    words = "𠮷野家😀\u202e" * 400
    with any_sessions.begin() as session:
        letter = Letter(
            number="N1",
            organization_id=factories.organization(session).id,
            state="open",
            opened_at=PRECISE,
            due_at=PRECISE,
        )
        session.add(letter)
        session.flush()
        session.execute(
            text(
                "INSERT INTO feedback_message (thread_id, side, author, text, at)"
                " VALUES (:thread, 'writer', '', :words, '2026-03-02')"
            ),
            {"thread": letter.id, "words": words},
        )

    with any_sessions.read() as session:
        assert session.execute(text("SELECT text FROM feedback_message")).scalar_one() == words


def test_exception_of_a_statement_names_no_person(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        factories.identity(session, openid="oneperson")

    with pytest.raises(IntegrityError) as refused, any_sessions.begin() as session:
        session.add(WeChatIdentity(app_id=factories.APP_ID, openid="oneperson", topic_data="张三的电话"))

    assert "张三" not in str(refused.value)


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar_one()


def test_sqlite_writes_ahead_and_checks_foreign_keys(sessions: Sessions) -> None:
    assert pragma(sessions.engine, "journal_mode") == "wal"
    assert pragma(sessions.engine, "foreign_keys") == 1
    assert pragma(sessions.engine, "busy_timeout") == 3000


def test_rows_changed_counts(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        lease(session, "a")
        lease(session, "b")
        session.flush()

        changed = rows_changed(session, update(Lease).where(Lease.name != "a").values(holder="x"))
        unchanged = rows_changed(session, update(Lease).where(Lease.name == "c").values(holder="x"))

    assert (changed, unchanged) == (1, 0)


def test_server_gives_up_a_lock_before_wechat_hangs_up(any_sessions: Sessions) -> None:
    """BUSY_SECONDS reaches each engine in its own words."""
    asked = {
        "sqlite": ("PRAGMA busy_timeout", 3000),
        "postgresql": ("SHOW lock_timeout", "3s"),
        "mysql": ("SELECT @@innodb_lock_wait_timeout", 3),
    }
    statement, expected = asked[any_sessions.engine.dialect.name]

    with any_sessions.read() as session:
        assert session.execute(text(statement)).scalar_one() == expected


def test_reader_on_a_server_sees_what_was_committed_meanwhile(any_sessions: Sessions) -> None:
    """A repeat must find the first one's reply; on SQLite it has to look in a new transaction."""
    with any_sessions.read() as session:
        before = session.scalars(select(Lease.name)).all()
        with any_sessions.begin() as other:
            hold(other, name="a", holder="h", lasts=timedelta(1), now=PRECISE)
        after = session.scalars(select(Lease.name)).all()

    snapshot = any_sessions.engine.dialect.name == "sqlite"
    assert (before, after) == ([], [] if snapshot else ["a"])


def test_sqlite_leaves_one_file_once_it_is_closed(tmp_path: Path) -> None:
    engine = new_engine(f"sqlite:///{tmp_path}/new.db")
    CalendarDay.metadata.create_all(engine, tables=[CalendarDay.metadata.tables["calendar_day"]])
    engine.dispose()

    assert [path.name for path in tmp_path.iterdir()] == ["new.db"]
