"""Binding: a name and a code, counted tries, one winner."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from app.core.crypto import Vault
from app.core.db import Session, Sessions
from app.members import binding, codes, identities
from app.members.binding import (
    AlreadyBound,
    BindingLocked,
    BindingRefused,
    BindingRules,
    Bound,
    CodeExpired,
    WrongNameOrCode,
)
from app.members.models import BindingCode, Member, PartyStatus, WeChatIdentity
from app.members.names import clean_name, same_name
from tests import factories

RULES = BindingRules(attempts=3, lock=timedelta(minutes=60))


class Desk:
    """A branch with one member, whose code can be issued and tried."""

    def __init__(self, session: Session, vault: Vault, now: datetime) -> None:
        self.session, self.vault, self.now = session, vault, now
        self.branch = factories.organization(session, name="机电党支部")
        self.member = factories.member(session, self.branch, name="阿依古丽·买买提")
        self.chat_id = factories.identity(session).id

    def issue(self, member: Member | None = None) -> str:
        return binding.issue_code(
            self.session, member=member or self.member, by="书记", now=self.now, vault=self.vault, days=14
        )

    def bind(
        self,
        code: str,
        *,
        name: str = "阿依古丽·买买提",
        chat_id: int | None = None,
        at: datetime | None = None,
    ) -> Bound | BindingRefused:
        return binding.bind(
            self.session,
            identity_id=chat_id or self.chat_id,
            name=name,
            code=code,
            vault=self.vault,
            now=at or self.now,
            rules=RULES,
        )


@pytest.fixture
def desk(session: Session, vault: Vault, now: datetime) -> Desk:
    return Desk(session, vault, now)


def verdict(outcome: Bound | BindingRefused) -> tuple[str, object]:
    match outcome:
        case Bound(member_id=member_id):
            return ("bound", member_id)
        case BindingLocked(until=until):
            return ("binding_locked", until)
        case WrongNameOrCode(left=left):
            return ("wrong_name_or_code", left)
        case AlreadyBound(which=which):
            return ("already_bound", which)
        case CodeExpired():
            return ("code_expired", None)


def test_issue_code_shows_eight_unambiguous_signs(desk: Desk) -> None:
    code = desk.issue()

    left, _, right = code.partition("-")
    assert (len(left), len(right)) == (4, 4)
    assert set(left + right) <= set(codes.ALPHABET)
    assert set(codes.ALPHABET).isdisjoint("01258BILOSZ")


def test_issue_code_keeps_only_the_blind_index(desk: Desk) -> None:
    code = desk.issue()

    row = desk.session.scalars(select(BindingCode)).one()
    assert row.code_index == desk.vault.index(code.replace("-", ""), "binding_code.code")
    assert row.expires_at == desk.now + timedelta(days=14)


def test_issue_codes_gives_each_member_a_slip(desk: Desk) -> None:
    other = factories.member(desk.session, desk.branch, name="李四")

    slips = binding.issue_codes(
        desk.session, members=[desk.member, other], by="书记", now=desk.now, vault=desk.vault, days=1
    )

    assert [(slip.member_id, slip.name) for slip in slips] == [
        (desk.member.id, "阿依古丽·买买提"),
        (other.id, "李四"),
    ]
    assert verdict(desk.bind(slips[1].code, name="李四")) == ("bound", other.id)


def test_issue_codes_for_nobody_is_an_empty_sheet(desk: Desk) -> None:
    assert (
        binding.issue_codes(desk.session, members=[], by="书记", now=desk.now, vault=desk.vault, days=1) == []
    )


def test_bind_right_name_and_code_links_and_wants_a_menu(desk: Desk) -> None:
    outcome = desk.bind(desk.issue())

    row = desk.session.execute(
        select(WeChatIdentity.member_id, WeChatIdentity.bound_at, WeChatIdentity.menu_wanted)
    ).one()
    assert outcome == Bound(desk.member.id, "阿依古丽·买买提", desk.branch.id, "机电党支部")
    assert tuple(row) == (desk.member.id, desk.now, True)


@pytest.mark.parametrize(
    "name",
    ["阿依古丽买买提", "阿依古丽•买买提", " 阿依古丽 · 买买提 ", "阿依古丽.买买提", "阿依古丽・买买提\u200b"],
)
def test_bind_name_as_people_type_it_is_the_same(desk: Desk, name: str) -> None:
    assert verdict(desk.bind(desk.issue(), name=name)) == ("bound", desk.member.id)


@pytest.mark.parametrize("form", ["lower", "bare", "full", "spaced", "long dash"])
def test_bind_code_as_people_type_it_is_the_same(desk: Desk, form: str) -> None:
    code = desk.issue()
    typed = {
        "lower": code.lower(),
        "bare": code.replace("-", ""),
        "full": "".join(chr(ord(one) + 0xFEE0) for one in code),
        "spaced": " ".join(code),
        "long dash": code.replace("-", "——"),
    }[form]

    assert verdict(desk.bind(typed)) == ("bound", desk.member.id)


def test_bind_wrong_name_and_wrong_code_are_told_alike(desk: Desk) -> None:
    code = desk.issue()

    outcomes = [verdict(desk.bind(code, name="李四")), verdict(desk.bind("AAAA-AAAA"))]

    assert outcomes == [("wrong_name_or_code", 2), ("wrong_name_or_code", 1)]


def test_bind_last_attempt_locks_even_for_the_right_code(desk: Desk) -> None:
    code = desk.issue()
    until = desk.now + RULES.lock

    outcomes = [verdict(desk.bind("AAAA-AAAA")) for _ in range(3)] + [verdict(desk.bind(code))]

    assert outcomes == [
        ("wrong_name_or_code", 2),
        ("wrong_name_or_code", 1),
        ("binding_locked", until),
        ("binding_locked", until),
    ]


def test_bind_after_the_lock_has_all_attempts_again(desk: Desk) -> None:
    for _ in range(3):
        desk.bind("AAAA-AAAA")
    later = desk.now + RULES.lock

    wrong = desk.bind("AAAA-AAAA", at=later)
    right = desk.bind(desk.issue(), at=later)

    assert verdict(wrong) == ("wrong_name_or_code", 2)
    assert verdict(right) == ("bound", desk.member.id)
    assert desk.session.scalar(select(WeChatIdentity.binding_failures)) == 0


def test_bind_code_at_its_expiry_is_expired(desk: Desk) -> None:
    code = desk.issue()

    assert verdict(desk.bind(code, at=desk.now + timedelta(days=14))) == ("code_expired", None)


def test_bind_replaced_code_is_expired(desk: Desk) -> None:
    first = desk.issue()
    second = desk.issue()

    assert verdict(desk.bind(first)) == ("code_expired", None)
    assert verdict(desk.bind(second)) == ("bound", desk.member.id)


def test_bind_code_of_somebody_who_left_is_expired(desk: Desk) -> None:
    code = desk.issue()
    desk.member.status = PartyStatus.LEFT
    desk.session.flush()

    assert verdict(desk.bind(code)) == ("code_expired", None)


def test_bind_used_code_from_another_chat_is_expired(desk: Desk) -> None:
    code = desk.issue()
    other = factories.identity(desk.session).id
    desk.bind(code)

    assert verdict(desk.bind(code, chat_id=other)) == ("code_expired", None)


def test_bind_chat_that_has_a_member_is_refused(desk: Desk) -> None:
    desk.bind(desk.issue())

    assert verdict(desk.bind(desk.issue())) == ("already_bound", "chat")


def test_bind_member_with_another_chat_is_refused_and_keeps_the_code(desk: Desk) -> None:
    desk.bind(desk.issue())
    other = factories.identity(desk.session).id
    code = desk.issue()

    refused = desk.bind(code, chat_id=other)
    identities.unbind(desk.session, identity_id=desk.chat_id, now=desk.now)
    after = desk.bind(code, chat_id=other)

    assert verdict(refused) == ("already_bound", "member")
    assert verdict(after) == ("code_expired", None)  # unbinding ends every slip that is still out


def test_bind_ten_wrong_names_end_the_code(desk: Desk) -> None:
    code = desk.issue()
    chats = [factories.identity(desk.session).id for _ in range(5)]
    for chat_id in chats:
        desk.bind(code, name="李四", chat_id=chat_id)
        desk.bind(code, name="王五", chat_id=chat_id)

    assert verdict(desk.bind(code)) == ("code_expired", None)


def test_bind_nine_wrong_names_leave_the_code(desk: Desk) -> None:
    code = desk.issue()
    desk.session.execute(update(BindingCode).values(wrong_names=8))
    desk.bind(code, name="李四")

    assert verdict(desk.bind(code)) == ("bound", desk.member.id)


def test_refusals_have_codes_for_their_sentences(now: datetime) -> None:
    refusals = [BindingLocked(now), WrongNameOrCode(2), CodeExpired(), AlreadyBound("chat")]

    assert [(one.code, one.details) for one in refusals] == [
        ("binding_locked", {"until": now}),
        ("wrong_name_or_code", {"left": 2}),
        ("code_expired", {}),
        ("already_bound", {"which": "chat"}),
    ]


def race(
    sessions: Sessions, *, chat_ids: list[int], name: str, code: str, vault: Vault, now: datetime
) -> list[str]:
    start = Barrier(len(chat_ids))

    def attempt(chat_id: int) -> str:
        start.wait()
        with sessions.begin() as session:
            outcome = binding.bind(
                session, identity_id=chat_id, name=name, code=code, vault=vault, now=now, rules=RULES
            )
        return verdict(outcome)[0]

    with ThreadPoolExecutor(len(chat_ids)) as threads:
        return sorted(threads.map(attempt, chat_ids))


def test_bind_two_chats_with_one_code_has_one_winner(
    any_sessions: Sessions, vault: Vault, now: datetime
) -> None:
    with any_sessions.begin() as session:
        desk = Desk(session, vault, now)
        code = desk.issue()
        chats = [factories.identity(session).id for _ in range(4)]

    outcomes = race(any_sessions, chat_ids=chats, name=desk.member.name, code=code, vault=vault, now=now)

    with any_sessions.read() as session:
        linked = session.scalar(select(func.count(WeChatIdentity.member_id)))
    assert outcomes == ["bound", "code_expired", "code_expired", "code_expired"]
    assert linked == 1


def test_bind_many_guesses_of_one_chat_at_once_are_all_counted(
    any_sessions: Sessions, vault: Vault, now: datetime
) -> None:
    with any_sessions.begin() as session:
        desk = Desk(session, vault, now)

    outcomes = race(
        any_sessions, chat_ids=[desk.chat_id] * 5, name="李四", code="AAAA-AAAA", vault=vault, now=now
    )

    assert outcomes == ["binding_locked"] * 3 + ["wrong_name_or_code"] * 2


@given(name=st.text(alphabet="张李王·欧阳a bＺé", min_size=1, max_size=12))
def test_clean_name_is_stable_and_same_as_typed(name: str) -> None:
    cleaned = clean_name(name)

    assert clean_name(cleaned) == cleaned
    assert same_name(cleaned, name)
