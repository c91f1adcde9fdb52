"""What a change would set and what stood there before, as one sealed text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from app.core.crypto import Vault
from app.members.models import Gender, Member, MemberKind, PartyStatus
from app.members.registry import phone_columns

FIELD = "roster_change.contents"
WATCHED = (
    "organization_id",
    "name",
    "gender",
    "birth_year",
    "education",
    "kind",
    "status",
    "joined_on",
    "converted_on",
    "department",
    "post",
    "phone_index",
    "id_number_index",
    "left_on",
)
"""If any of these differs from the preview, somebody changed the person meanwhile."""

READ = {
    "gender": Gender,
    "kind": MemberKind,
    "status": PartyStatus,
    "joined_on": date.fromisoformat,
    "converted_on": date.fromisoformat,
    "left_on": date.fromisoformat,
}


@dataclass
class Contents:
    """`wanted` and `replaced` hold columns of `member`, the phone in clear as `phone`; `before` and `after` what is
    compared; `chats` the parted WeChat identities as (id, bound since)."""

    name: str
    wanted: dict[str, Any] = field(default_factory=dict)
    replaced: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    chats: list[list[Any]] = field(default_factory=list)

    def seal(self, vault: Vault) -> str:
        return vault.seal(json.dumps(vars(self), ensure_ascii=False, default=_plain), FIELD)

    @classmethod
    def open(cls, sealed: str, vault: Vault) -> "Contents":
        raw = json.loads(vault.open(sealed, FIELD))
        for part in ("wanted", "replaced", "before", "after"):
            raw[part] = {key: _typed(key, value) for key, value in raw[part].items()}
        return cls(**raw)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no column of a member")


def _typed(key: str, value: Any) -> Any:
    read = READ.get(key)
    return read(value) if read and value is not None else value


def stands(values: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """WHERE a member still is as it was seen."""
    table = Member.__table__
    return [table.c[key].is_not_distinct_from(values[key]) for key in WATCHED]


def as_columns(values: Mapping[str, Any], vault: Vault) -> dict[str, Any]:
    """For an INSERT or UPDATE: the phone sealed and indexed again."""
    columns = {key: value for key, value in values.items() if key != "phone"}
    return columns | phone_columns(values["phone"], vault) if "phone" in values else columns


def following(before: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared once `columns` are set."""
    return {key: columns.get(key, before.get(key)) for key in WATCHED}
