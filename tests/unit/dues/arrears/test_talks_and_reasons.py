"""What a branch writes down: talks of the past with a date to come, and sealed reasons for whole months."""

from datetime import date

import pytest

from app.core.crypto import Vault
from app.core.db import Session
from app.dues.arrears import history, service
from app.dues.arrears.models import Excuse, Talk
from app.members.models import Member
from tests import factories
from tests.factories import NOW


@pytest.fixture
def member(session: Session) -> Member:
    return factories.member(session, factories.organization(session))


def talk(session: Session, member: Member, **given: object) -> Talk:
    told = {
        "talked_on": date(2026, 3, 1),
        "talked_by": "王书记",
        "deadline_on": date(2026, 3, 31),
        "note": "",
        **given,
    }
    return service.keep_talk(
        session,
        member_id=member.id,
        organization_id=member.organization_id,
        by="shuji",
        now=NOW,
        **told,  # type: ignore[arg-type]
    )


def excuse(session: Session, member: Member, vault: Vault, **given: object) -> Excuse:
    told = {"from_month": 202601, "until_month": 202603, "reason": "住院治疗", **given}
    return service.keep_excuse(
        session,
        member_id=member.id,
        by="shuji",
        now=NOW,
        vault=vault,
        **told,  # type: ignore[arg-type]
    )


def test_talk_is_read_again(session: Session, member: Member, vault: Vault) -> None:
    kept = talk(session, member)

    assert history.of_member(session, member.id, this_month=202603, vault=vault).talks == [kept]


@pytest.mark.parametrize(
    "given",
    [
        {"talked_on": None},
        {"talked_on": date(2026, 3, 3)},
        {"talked_on": date(2025, 2, 1), "deadline_on": None},
        {"talked_by": ""},
        {"deadline_on": date(2026, 2, 28)},
        {"deadline_on": date(2027, 4, 1)},
    ],
)
def test_talk_that_cannot_be_is_refused(session: Session, member: Member, given: dict[str, object]) -> None:
    with pytest.raises(service.TalkWrong):
        talk(session, member, **given)

    assert session.query(Talk).count() == 0


def test_reason_is_sealed_and_opens_for_the_branch(session: Session, member: Member, vault: Vault) -> None:
    kept = excuse(session, member, vault, reason="  住院治疗 ")

    found = history.of_member(session, member.id, this_month=202603, vault=vault)

    assert "住院" not in kept.reason_sealed
    assert [(one.text, one.excuse.id) for one in found.reasons] == [("住院治疗", kept.id)]
    assert found.excused == {202601, 202602, 202603}


def test_longest_reason_fits_its_column(session: Session, member: Member, vault: Vault) -> None:
    kept = excuse(session, member, vault, reason="病" * service.LONGEST_REASON)

    assert len(kept.reason_sealed) <= 1000


@pytest.mark.parametrize(
    "given",
    [
        {"reason": " "},
        {"reason": "病" * 201},
        {"reason": "𠮷" * 161},
        {"from_month": None},
        {"until_month": None},
        {"from_month": 202604},
        {"until_month": 202801},
    ],
)
def test_reason_that_cannot_be_is_refused(
    session: Session, member: Member, vault: Vault, given: dict[str, object]
) -> None:
    with pytest.raises(service.ExcuseWrong):
        excuse(session, member, vault, **given)

    assert session.query(Excuse).count() == 0


def test_reason_is_withdrawn_once(session: Session, member: Member, vault: Vault) -> None:
    kept = excuse(session, member, vault)

    service.withdraw_excuse(session, excuse_id=kept.id, by="shuji", now=NOW)
    with pytest.raises(service.ExcuseGone):
        service.withdraw_excuse(session, excuse_id=kept.id, by="other", now=NOW)

    found = history.of_member(session, member.id, this_month=202603, vault=vault)
    assert (found.excused, [one.excuse.withdrawn_by for one in found.reasons]) == (set(), ["shuji"])
