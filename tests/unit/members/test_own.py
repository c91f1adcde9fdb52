"""What a person sees of their own record."""

from datetime import date, datetime

from app.core.crypto import Vault
from app.core.db import Session
from app.members import own, registry
from app.members.models import MemberKind
from tests import factories


def test_record_masks_the_numbers(session: Session, vault: Vault, now: datetime) -> None:
    branch = factories.organization(session, name="机电党支部")
    member = registry.register(
        session,
        organization_id=branch.id,
        name="赵一",
        kind=MemberKind.FULL,
        vault=vault,
        now=now,
        phone="13800138000",
        id_number="11010519491231002X",
    )
    member.joined_on = date(1999, 7, 1)

    assert own.record(session, member_id=member.id, vault=vault) == own.OwnRecord(
        name="赵一",
        organization_name="机电党支部",
        kind=MemberKind.FULL,
        phone="138****8000",
        id_number="**************002X",
        joined_on=date(1999, 7, 1),
    )


def test_record_with_gaps_stays_empty_there(session: Session, vault: Vault) -> None:
    member = factories.member(session, factories.organization(session))

    found = own.record(session, member_id=member.id, vault=vault)

    assert (found.phone, found.id_number) == ("", "")
