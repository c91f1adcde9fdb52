"""Password, second factor, lock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from app.core.errors import DomainError
from app.staff import accounts, passwords
from app.staff.models import AuditEntry, StaffAccount
from app.staff.sign_in import AccountLocked, CodeUsed, WrongCredentials
from tests.factories import NOW
from tests.unit.staff.conftest import POLICY, Door

MINUTE = timedelta(minutes=1)


def outcome(door: Door, **typed: object) -> str:
    try:
        door.knock(**typed)  # type: ignore[arg-type]
    except DomainError as refusal:
        return refusal.code
    return "in"


def test_sign_in_right_everything_gives_the_account(door: Door) -> None:
    assert door.knock() == door.account_id


def test_sign_in_name_in_capitals_and_spaced_code_is_right(door: Door) -> None:
    code = door.code(NOW)

    entered = door.knock(username=" Wang.Li ", code=f"{code[:3]} {code[3:]}")

    assert entered == door.account_id


@pytest.mark.parametrize(
    "typed",
    [
        {"password": "falsch-2026-xx"},
        {"code": "000000"},
        {"code": ""},
        {"code": "一二三四五六"},
        {"username": "nobody.here"},
        {"username": "bad\x00name"},
        {"password": ""},
        {"password": "x" * 5000},
    ],
)
def test_sign_in_anything_wrong_is_one_refusal(door: Door, typed: dict[str, str]) -> None:
    with pytest.raises(WrongCredentials):
        door.knock(**typed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(-2, "wrong_credentials"), (-1, "in"), (0, "in"), (1, "in"), (2, "wrong_credentials")],
)
def test_sign_in_code_counts_one_step_either_side(door: Door, offset: int, expected: str) -> None:
    code = door.code(NOW + offset * timedelta(seconds=30))

    assert outcome(door, code=code) == expected


def test_sign_in_same_code_again_is_refused(door: Door) -> None:
    door.knock()

    with pytest.raises(CodeUsed):
        door.knock(at=NOW + timedelta(seconds=5), code=door.code(NOW))


def test_sign_in_older_code_after_newer_is_refused(door: Door) -> None:
    door.knock(code=door.code(NOW + timedelta(seconds=30)))

    with pytest.raises(CodeUsed):
        door.knock(code=door.code(NOW))


def test_sign_in_one_code_on_two_threads_opens_once(any_door: Door) -> None:
    any_door.knock()
    later = NOW + MINUTE

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: outcome(any_door, at=later), range(2)))

    assert sorted(found) == ["code_used", "in"]


def test_sign_in_third_wrong_try_locks_even_the_right_password(door: Door) -> None:
    for _ in range(3):
        assert outcome(door, password="falsch-2026-xx") == "wrong_credentials"

    with pytest.raises(AccountLocked) as locked:
        door.knock(at=NOW + MINUTE)

    assert locked.value.until == NOW + POLICY.pause


def test_sign_in_wrong_tries_side_by_side_cannot_outrun_the_lock(any_door: Door) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: outcome(any_door, code="000000"), range(8)))

    assert sorted(found) == ["account_locked"] * 5 + ["wrong_credentials"] * 3


def test_sign_in_after_the_pause_counts_from_the_start(door: Door) -> None:
    for _ in range(3):
        outcome(door, code="000000")
    later = NOW + POLICY.pause + MINUTE

    assert [outcome(door, at=later, code="000000") for _ in range(2)] == ["wrong_credentials"] * 2
    assert outcome(door, at=later) == "in"


def test_sign_in_success_forgets_earlier_failures(door: Door) -> None:
    for minute in range(4):
        assert outcome(door, code="000000") == "wrong_credentials"
        assert outcome(door, at=NOW + minute * MINUTE) == "in"


def test_sign_in_right_on_the_last_try_opens(door: Door) -> None:
    for _ in range(2):
        outcome(door, code="000000")

    assert outcome(door) == "in"
    assert outcome(door, at=NOW + MINUTE) == "in"


def test_sign_in_closed_account_is_unknown(door: Door) -> None:
    with door.sessions.begin() as session:
        account = session.get_one(StaffAccount, door.account_id)
        accounts.deactivate(session, account=account, by=0, now=NOW)

    with pytest.raises(WrongCredentials):
        door.knock()


def test_sign_in_unknown_name_costs_one_hash_of_the_same_strength(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 -- the library's name
            judged.append(str(hash).rsplit("$", 2)[0])
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "HASHER", Counting(time_cost=2, memory_cost=19 * 1024, parallelism=1))

    outcome(door, username="nobody.here")
    outcome(door, password="falsch-2026-xx")

    assert judged == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


def test_sign_in_every_judged_try_of_a_known_name_is_in_the_trail(door: Door) -> None:
    outcome(door, code="000000")
    outcome(door)
    outcome(door, username="nobody.here")

    with door.sessions.read() as session:
        rows = session.execute(select(AuditEntry.actor, AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [tuple(row) for row in rows] == [
        ("wang.li", "staff.sign_in_refused"),
        ("wang.li", "staff.signed_in"),
    ]
