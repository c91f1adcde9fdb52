"""Opening and closing accounts, and their passwords."""

from datetime import timedelta

import pytest

from app.core.crypto import Vault
from app.core.db import Session
from app.staff import accounts, passwords, roles, second_factor
from app.staff import sessions as browsers
from app.staff.models import Role, StaffAccount, StaffSession
from tests import factories
from tests.factories import NOW

PASSWORD = "春天的花开-2026"
HOUR = timedelta(hours=1)


def opened(session: Session, vault: Vault, username: str = "wang.li") -> StaffAccount:
    made = accounts.create(
        session, username=username, display_name="王丽", password=PASSWORD, vault=vault, now=NOW
    )
    return made.account


def signed_in(session: Session, account: StaffAccount) -> browsers.Resumed:
    token = browsers.start(session, account_id=account.id, lifetime=HOUR, now=NOW)
    found = browsers.resume(session, token=token, idle=HOUR, now=NOW)
    assert found is not None
    return found


def open_browsers(session: Session, *found: browsers.Resumed) -> list[int]:
    rows = (session.get_one(StaffSession, one.session_id) for one in found)
    session.expire_all()
    return [row.id for row in rows if row.ended_at is None]


@pytest.mark.parametrize("typed", ["", "ab", "王丽", "a b c", "-abc", "x" * 33, "a\nbc"])
def test_create_name_that_cannot_be_typed_everywhere_is_refused(
    session: Session, vault: Vault, typed: str
) -> None:
    with pytest.raises(accounts.BadUsername):
        opened(session, vault, typed)


def test_create_same_name_in_other_case_is_taken(session: Session, vault: Vault) -> None:
    opened(session, vault)

    with pytest.raises(accounts.UsernameTaken):
        opened(session, vault, "WANG.LI")


@pytest.mark.parametrize(
    "password",
    ["", "short-1", "x" * 129, "abcdefghijkl", "123456789012", "------------", "Wang.Li-2026"],
)
def test_create_weak_password_is_refused(session: Session, vault: Vault, password: str) -> None:
    with pytest.raises(passwords.WeakPassword):
        accounts.create(
            session, username="wang.li", display_name="王丽", password=password, vault=vault, now=NOW
        )


def test_create_secret_is_sealed(session: Session, vault: Vault) -> None:
    made = accounts.create(
        session, username="wang.li", display_name="王丽", password=PASSWORD, vault=vault, now=NOW
    )

    assert made.totp_secret not in made.account.totp_sealed
    assert vault.open(made.account.totp_sealed, second_factor.FIELD) == made.totp_secret


def test_change_password_ends_the_other_browsers(session: Session, vault: Vault) -> None:
    account = opened(session, vault)
    account.password_temporary = True
    here, elsewhere = signed_in(session, account), signed_in(session, account)

    accounts.change_password(
        session,
        account=account,
        current=PASSWORD,
        new="秋天的果实-2026",
        keep_session=here.session_id,
        now=NOW,
    )

    assert passwords.matches("秋天的果实-2026", account.password_hash)
    assert not account.password_temporary
    assert open_browsers(session, here, elsewhere) == [here.session_id]


@pytest.mark.parametrize(
    ("current", "new", "refusal"),
    [
        ("falsch-2026-xx", "秋天的果实-2026", accounts.WrongPassword),
        (PASSWORD, PASSWORD, passwords.WeakPassword),
        (PASSWORD, "short-1", passwords.WeakPassword),
    ],
)
def test_change_password_refusals(
    session: Session, vault: Vault, current: str, new: str, refusal: type[Exception]
) -> None:
    account = opened(session, vault)

    with pytest.raises(refusal):
        accounts.change_password(session, account=account, current=current, new=new, keep_session=0, now=NOW)

    assert passwords.matches(PASSWORD, account.password_hash)


def test_renew_access_replaces_both_factors_and_unlocks(session: Session, vault: Vault) -> None:
    account = opened(session, vault)
    browser = signed_in(session, account)
    before = account.totp_sealed
    account.failures, account.locked_until = 5, NOW + HOUR

    renewed = accounts.renew_access(
        session, account=account, by=account.id + 1, password="秋天的果实-2026", vault=vault, now=NOW
    )

    assert account.totp_sealed != before
    assert vault.open(account.totp_sealed, second_factor.FIELD) == renewed.totp_secret
    assert account.password_temporary
    assert (account.failures, str(account.locked_until)) == (0, "None")
    assert open_browsers(session, browser) == []


def test_deactivate_ends_every_browser(session: Session, vault: Vault) -> None:
    account = opened(session, vault)
    browser = signed_in(session, account)

    accounts.deactivate(session, account=account, by=account.id + 1, now=NOW)

    assert open_browsers(session, browser) == []
    accounts.reactivate(session, account=account)
    assert account.active


def test_nobody_closes_renews_or_empowers_themselves(session: Session, vault: Vault) -> None:
    account = opened(session, vault)
    branch = factories.organization(session)

    with pytest.raises(accounts.NotYourself):
        accounts.deactivate(session, account=account, by=account.id, now=NOW)
    with pytest.raises(accounts.NotYourself):
        accounts.renew_access(
            session, account=account, by=account.id, password="秋天的果实-2026", vault=vault, now=NOW
        )
    with pytest.raises(accounts.NotYourself):
        roles.grant(
            session, account_id=account.id, role=Role.OFFICE, organization_id=branch.id, by=account.id
        )
