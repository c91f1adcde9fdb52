"""Where two people are needed, two accounts of one person are not enough."""

import pytest

from app.core.crypto import Vault
from app.core.db import Session
from app.dues.policies.models import DuesPolicy
from app.staff import accounts, deciding
from app.staff.deciding import AlreadyDecided, Decision, SecondPersonNeeded
from tests import factories
from tests.factories import NOW
from tests.unit.dues import rows


def proposed(session: Session, by: str) -> int:
    row = rows.policy(session, rows.house(session).committee, standing=None, from_month=202612)
    row.decision, row.proposed_by, row.decided_by, row.decided_at = Decision.PROPOSED, by, None, None
    session.flush()
    return row.id


def decide(session: Session, row_id: int, decision: Decision, by: str) -> Decision:
    deciding.decide(session, DuesPolicy, row_id, decision, by=by, now=NOW)
    return session.get_one(DuesPolicy, row_id).decision


def account(session: Session, vault: Vault, username: str, member_id: int | None) -> None:
    made = accounts.create(
        session, username=username, display_name="王丽", password="春天的花开-2026", vault=vault, now=NOW
    )
    made.account.member_id = member_id
    session.flush()


@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.REFUSED])
def test_nobody_decides_what_they_proposed(session: Session, decision: Decision) -> None:
    with pytest.raises(SecondPersonNeeded):
        decide(session, proposed(session, "kuaiji"), decision, "kuaiji")


def test_nobody_decides_with_another_account_of_their_own(session: Session, vault: Vault) -> None:
    member = factories.member(session, rows.house(session, name="华宁集团党委").branch)
    account(session, vault, "kuaiji", member.id)
    account(session, vault, "shuji", member.id)

    with pytest.raises(SecondPersonNeeded):
        decide(session, proposed(session, "kuaiji"), Decision.APPROVED, "shuji")


@pytest.mark.parametrize("tied", [True, False])
def test_another_person_decides(session: Session, vault: Vault, tied: bool) -> None:  # noqa: FBT001 -- two cases
    branch = rows.house(session, name="华宁集团党委").branch
    for username in ("kuaiji", "shuji"):
        account(session, vault, username, factories.member(session, branch).id if tied else None)

    assert decide(session, proposed(session, "kuaiji"), Decision.APPROVED, "shuji") is Decision.APPROVED


def test_only_the_proposer_withdraws_and_only_once(session: Session) -> None:
    row_id = proposed(session, "kuaiji")

    with pytest.raises(SecondPersonNeeded):
        decide(session, row_id, Decision.WITHDRAWN, "shuji")
    assert decide(session, row_id, Decision.WITHDRAWN, "kuaiji") is Decision.WITHDRAWN
    with pytest.raises(AlreadyDecided):
        decide(session, row_id, Decision.APPROVED, "shuji")
