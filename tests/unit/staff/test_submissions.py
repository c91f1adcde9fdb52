"""A form that is sent twice is carried out once, on every engine and side by side."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from app.core.crypto import Vault
from app.core.db import Session, Sessions
from app.staff import accounts, submissions
from app.staff.models import FormSubmission, StaffAccount
from app.staff.submissions import Repeated
from tests.factories import NOW


def account(session: Session, vault: Vault) -> StaffAccount:
    return accounts.create(
        session, username="wang.li", display_name="王丽", password="春天的花开-2026", vault=vault, now=NOW
    ).account


def test_begin_repeat_leads_where_the_first_one_led(session: Session, vault: Vault) -> None:
    token, owner = submissions.new_token(), account(session, vault).id

    first = submissions.begin(session, token=token, account_id=owner, now=NOW)
    submissions.led_to(session, token=token, location="/console/meetings/7")

    assert first is None
    assert submissions.begin(session, token=token, account_id=owner, now=NOW) == Repeated(
        "/console/meetings/7"
    )


def test_begin_rolled_back_may_be_sent_again(sessions: Sessions, vault: Vault) -> None:
    with sessions.begin() as session:
        owner = account(session, vault).id
    with sessions.begin() as session:
        submissions.begin(session, token="t", account_id=owner, now=NOW)
        session.rollback()

    with sessions.begin() as session:
        assert submissions.begin(session, token="t", account_id=owner, now=NOW) is None


def test_begin_eight_threads_carry_out_once(any_sessions: Sessions, vault: Vault) -> None:
    with any_sessions.begin() as session:
        owner = account(session, vault).id

    def send(_: int) -> str:
        with any_sessions.begin() as session:
            found = submissions.begin(session, token="t", account_id=owner, now=NOW)
            if found is None:
                submissions.led_to(session, token="t", location="/done")
                return "first"
            return found.location

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))

    assert sorted(answers) == ["/done"] * 7 + ["first"]


def test_forget_drops_only_what_is_old(session: Session, vault: Vault) -> None:
    owner = account(session, vault).id
    for days in (1, 40):
        submissions.begin(session, token=f"t{days}", account_id=owner, now=NOW - timedelta(days=days))

    forgotten = submissions.forget(session, before=NOW - timedelta(days=30))

    assert forgotten == 1
    assert [row.token for row in session.query(FormSubmission)] == ["t1"]
