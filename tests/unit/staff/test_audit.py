"""The audit chain: linear under threads, and every kind of tampering is found."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from app.core.db import Session, Sessions
from app.staff import audit
from app.staff.models import GENESIS, AuditEntry, AuditHead
from app.staff.verification import Broken, Fault, Verified, in_words, verify
from tests.factories import NOW

THREADS, EACH = 8, 6


def add(session: Session, number: int = 0, **details: object) -> str:
    return audit.record(
        session,
        actor="wang.li",
        action="test.done",
        subject=f"thing:{number}",
        organization_id=None,
        details=details or {"number": number},
        now=NOW + timedelta(seconds=number),
    )


def fill(sessions: Sessions, count: int = 5) -> list[int]:
    with sessions.begin() as session:
        for number in range(count):
            add(session, number)
        return list(session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)))


def verdict(sessions: Sessions) -> Verified | Broken:
    with sessions.read() as session:
        return verify(session)


def test_verify_empty_chain_holds(any_sessions: Sessions) -> None:
    assert verdict(any_sessions) == Verified(0, GENESIS)


def test_record_eight_threads_make_one_line(any_sessions: Sessions) -> None:
    def work(thread: int) -> None:
        for number in range(EACH):
            with any_sessions.begin() as session:
                add(session, thread * EACH + number)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))

    found = verdict(any_sessions)
    with any_sessions.read() as session:
        subjects = set(session.scalars(select(AuditEntry.subject)))
    assert isinstance(found, Verified)
    assert found.count == THREADS * EACH
    assert len(subjects) == THREADS * EACH


def test_verify_while_others_write_holds(any_sessions: Sessions) -> None:
    def write(_: int) -> None:
        for number in range(20):
            with any_sessions.begin() as session:
                add(session, number)

    def check(_: int) -> list[Verified | Broken]:
        return [verdict(any_sessions) for _ in range(10)]

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write, 0)
        found = pool.submit(check, 0).result()
        writing.result()

    assert [one for one in found if isinstance(one, Broken)] == []


def test_record_rolled_back_leaves_no_gap(any_sessions: Sessions) -> None:
    fill(any_sessions, 2)

    with any_sessions.begin() as session:
        add(session, 3)
        session.rollback()
    fill(any_sessions, 1)

    found = verdict(any_sessions)
    assert isinstance(found, Verified)
    assert found.count == 3


def change_details(session: Session, ids: list[int]) -> None:
    session.execute(update(AuditEntry).where(AuditEntry.id == ids[2]).values(details='{"number":9}'))


def change_time(session: Session, ids: list[int]) -> None:
    session.execute(update(AuditEntry).where(AuditEntry.id == ids[2]).values(at=NOW))


def change_and_rehash(session: Session, ids: list[int]) -> None:
    row = session.execute(select(AuditEntry.__table__).where(AuditEntry.id == ids[2])).one()._asdict()
    forged = {name: row[name] for name in row if name not in ("id", "hash")} | {"actor": "nobody"}
    digest = audit.digest(forged)
    session.execute(update(AuditEntry).where(AuditEntry.id == ids[2]).values(actor="nobody", hash=digest))


def remove_middle(session: Session, ids: list[int]) -> None:
    session.execute(delete(AuditEntry).where(AuditEntry.id == ids[2]))


def remove_first(session: Session, ids: list[int]) -> None:
    session.execute(delete(AuditEntry).where(AuditEntry.id == ids[0]))


def swap(session: Session, ids: list[int]) -> None:
    for before, after in ((ids[1], 900), (ids[2], ids[1]), (900, ids[2])):
        session.execute(update(AuditEntry).where(AuditEntry.id == before).values(id=after))


def remove_last(session: Session, ids: list[int]) -> None:
    session.execute(delete(AuditEntry).where(AuditEntry.id == ids[-1]))


def remove_all(session: Session, ids: list[int]) -> None:
    session.execute(delete(AuditEntry))


def _forged(previous: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "at": NOW,
        "actor": "nobody",
        "action": "test.done",
        "subject": "thing:x",
        "organization_id": None,
        "details": "{}",
        "previous_hash": previous,
    }
    return values | {"hash": audit.digest(values)}


def append_unannounced(session: Session, ids: list[int]) -> None:
    last = session.scalar(select(AuditHead.last_hash)) or ""
    session.execute(insert(AuditEntry).values(**_forged(last), id=900))


def insert_in_front(session: Session, ids: list[int]) -> None:
    session.execute(insert(AuditEntry).values(**_forged("f" * 64), id=ids[0] - 1 or 900))


def change_head_hash(session: Session, ids: list[int]) -> None:
    session.execute(update(AuditHead).values(last_hash="a" * 64))


def lower_head_count(session: Session, ids: list[int]) -> None:
    session.execute(update(AuditHead).values(count=4))


def raise_head_count(session: Session, ids: list[int]) -> None:
    session.execute(update(AuditHead).values(count=6))


def remove_head(session: Session, ids: list[int]) -> None:
    session.execute(delete(AuditHead))


@pytest.mark.parametrize(
    ("tamper", "where", "fault"),
    [
        (change_details, 2, Fault.CHANGED),
        (change_time, 2, Fault.CHANGED),
        (change_and_rehash, 3, Fault.MISLINKED),
        (remove_middle, 3, Fault.MISLINKED),
        (remove_first, 1, Fault.MISLINKED),
        (swap, 1, Fault.MISLINKED),
        (remove_last, 3, Fault.TRUNCATED),
        (remove_all, None, Fault.TRUNCATED),
        (append_unannounced, 900, Fault.UNANNOUNCED),
        (insert_in_front, 900, Fault.MISLINKED),
        (change_head_hash, 4, Fault.HEAD_CHANGED),
        (lower_head_count, 4, Fault.UNANNOUNCED),
        (raise_head_count, 4, Fault.TRUNCATED),
        (remove_head, None, Fault.HEAD_MISSING),
    ],
)
def test_verify_tampered_chain_names_the_place(
    any_sessions: Sessions,
    tamper: Callable[[Session, list[int]], None],
    where: int | None,
    fault: Fault,
) -> None:
    ids = fill(any_sessions)

    with any_sessions.begin() as session:
        tamper(session, ids)

    expected = where if where in (None, 900) else ids[where]
    assert verdict(any_sessions) == Broken(expected, fault)


def test_record_without_head_refuses(sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(delete(AuditHead))

    with pytest.raises(audit.HeadMissing), sessions.begin() as session:
        add(session)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    details=st.dictionaries(
        st.text(max_size=8),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(alphabet=st.characters(codec="utf-8"), max_size=30),
        max_size=4,
    )
)
def test_record_any_details_verify_and_read_back(sessions: Sessions, details: dict[str, object]) -> None:
    with sessions.begin() as session:
        audit.record(
            session,
            actor="王丽",
            action="test.done",
            subject="🙂\u202e",
            organization_id=None,
            details=details,
            now=NOW,
        )
        kept = session.scalars(select(AuditEntry.details).order_by(AuditEntry.id.desc()).limit(1)).one()
        found = verify(session)

    assert isinstance(found, Verified)
    assert json.loads(kept) == details


def test_canonical_is_one_text_for_one_meaning() -> None:
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2026, 3, 2, 9, 0, tzinfo=shanghai)

    assert audit.canonical({"b": 1, "a": "党"}) == '{"a":"党","b":1}'
    assert audit.canonical({"a": "党", "b": 1}) == '{"a":"党","b":1}'
    assert audit.canonical({"at": at.astimezone(UTC)}) == '{"at":"2026-03-02T01:00:00+00:00"}'


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (Verified(2, "ab"), "whole: 2 entries, last hash ab"),
        (Broken(7, Fault.CHANGED), "BROKEN at entry 7: changed"),
        (Broken(None, Fault.HEAD_MISSING), "BROKEN at entry -: head_missing"),
    ],
)
def test_in_words_is_one_line_for_the_shell(found: Verified | Broken, line: str) -> None:
    assert in_words(found) == line
