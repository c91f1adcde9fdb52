"""An invented person as a row of the registry, checked, sealed and indexed as the registry does it."""

from datetime import datetime
from typing import Any

from app.core.crypto import Vault
from app.members.models import PartyStatus
from app.members.registry import Changes, columns
from demo.people import Person


def member_row(person: Person, organization_id: int, vault: Vault, now: datetime) -> dict[str, Any]:
    stated = Changes(
        name=person.name,
        kind=person.kind,
        gender=person.gender,
        birth_year=person.birth_year,
        education=person.education,
        joined_on=person.joined_on,
        converted_on=person.converted_on,
        department=person.department,
        post=person.post,
        phone=person.phone,
        id_number=person.id_number,
    )
    own = {"organization_id": organization_id, "status": PartyStatus.NORMAL, "created_at": now}
    return own | columns(stated, vault)
