"""Whom an announcement is for: organisations, roles, kinds and named people, never beyond the writer's scope."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import aliased

from app.core.db import Session
from app.core.errors import DomainError
from app.members.models import GONE, Member, MemberKind
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.models import Role, StaffAccount, StaffRole

KEYS = frozenset({"targets", "kinds", "roles", "members"})
TARGET_KEYS = frozenset({"organization", "below"})
MOST = 500
"""Targets, and named people, of one audience: more than a person chooses by hand, less than a statement bears."""
LARGEST_ID = 2**31 - 1
Value = TypeVar("Value", bound=StrEnum)


class AudienceUnreadable(DomainError):
    code = "audience_unreadable"


class AudienceTooLarge(DomainError):
    """More was ticked than one audience holds; a higher organisation with all below it says the same."""

    code = "audience_too_large"


class AudienceEmpty(DomainError):
    """Nobody would get it; the code of each kind says why."""

    code = "audience_nobody"


class NothingChosen(AudienceEmpty):
    code = "audience_nothing_chosen"


class OutOfScope(AudienceEmpty):
    """Something is chosen, and none of it belongs to the organisation in whose name it is written."""

    code = "audience_out_of_scope"


@dataclass(frozen=True, slots=True)
class Target:
    organization_id: int
    below: bool = True


@dataclass(frozen=True, slots=True)
class Audience:
    """Who belongs to a target and to what else is asked, and the named people beside them.

    No kinds: all of them. Roles: those who hold one of them on a targeted organisation.
    """

    targets: tuple[Target, ...] = ()
    kinds: frozenset[MemberKind] = frozenset()
    roles: frozenset[Role] = frozenset()
    members: tuple[int, ...] = ()

    def to_json(self) -> str:
        """The same text for the same audience. Raises AudienceTooLarge: what is kept can be read again."""
        targets = sorted({(one.organization_id, one.below) for one in self.targets})
        members = sorted(set(self.members))
        if max(len(targets), len(members)) > MOST:
            raise AudienceTooLarge(limit=MOST)
        return json.dumps(
            {
                "targets": [{"organization": one, "below": below} for one, below in targets],
                "kinds": sorted(self.kinds),
                "roles": sorted(self.roles),
                "members": members,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Audience":
        """Exactly what `to_json` writes; anything else raises AudienceUnreadable."""
        try:
            given = json.loads(text)
        except ValueError as error:
            raise AudienceUnreadable from error
        _expect(isinstance(given, dict) and given.keys() == KEYS)
        return cls(
            targets=tuple(_target(one) for one in _list(given["targets"])),
            kinds=_values(MemberKind, given["kinds"]),
            roles=_values(Role, given["roles"]),
            members=tuple(_id(one) for one in _list(given["members"])),
        )


def _expect(condition: bool) -> None:  # noqa: FBT001 -- reads as a sentence where it is called
    if not condition:
        raise AudienceUnreadable


def _list(given: Any) -> list[Any]:
    _expect(isinstance(given, list) and len(given) <= MOST)
    return list(given)


def _target(given: Any) -> Target:
    _expect(isinstance(given, dict) and given.keys() == TARGET_KEYS and isinstance(given["below"], bool))
    return Target(_id(given["organization"]), given["below"])


def _id(given: Any) -> int:
    _expect(type(given) is int and 0 < given <= LARGEST_ID)
    return int(given)


def _values(kind: type[Value], given: Any) -> frozenset[Value]:
    try:
        return frozenset(kind(one) for one in _list(given))
    except (ValueError, TypeError) as error:
        raise AudienceUnreadable from error


def people(audience: Audience, scope: Scope) -> Select[int]:
    """The ids of those whom it is for, as a statement to count or to insert from. Never those who have gone."""
    named = Member.id.in_(sorted(set(audience.members))) if audience.members else false()
    return select(Member.id).where(
        Member.status.not_in(GONE),
        scope.owns(Member.organization_id),
        or_(and_(*_chosen(audience)), named),
    )


def _chosen(audience: Audience) -> list[ColumnElement[bool]]:
    if not audience.targets:
        return [false()]
    targeted = _targeted(audience.targets)
    kinds = Member.kind.in_(audience.kinds) if audience.kinds else true()
    if audience.roles:
        return [kinds, Member.id.in_(_holders(audience.roles, targeted))]
    return [kinds, Member.organization_id.in_(targeted)]


def _targeted(targets: Collection[Target]) -> Select[int]:
    """The ids of the organisations meant. A path has digits and strokes only, so LIKE needs no escape."""
    root = aliased(Organization)
    alone = [one.organization_id for one in targets if not one.below]
    whole = [one.organization_id for one in targets if one.below]
    below = (
        select(root.id)
        .where(root.id.in_(whole), Organization.path.like(root.path.concat("%")))
        .correlate(Organization)
        .exists()
    )
    return select(Organization.id).where(or_(Organization.id.in_(alone), below))


def _holders(roles: Collection[Role], targeted: Select[int]) -> Select[int | None]:
    return (
        select(StaffAccount.member_id)
        .join(StaffRole, StaffRole.account_id == StaffAccount.id)
        .where(
            StaffAccount.active,
            StaffAccount.member_id.is_not(None),
            StaffRole.role.in_(roles),
            StaffRole.organization_id.in_(targeted),
        )
    )


def count(session: Session, audience: Audience, scope: Scope) -> int:
    return session.scalar(select(func.count()).select_from(people(audience, scope).subquery())) or 0


def check(session: Session, audience: Audience, scope: Scope) -> int:
    """How many people it is for. Raises NothingChosen, OutOfScope, AudienceEmpty."""
    if not audience.targets and not audience.members:
        raise NothingChosen
    if number := count(session, audience, scope):
        return number
    raise AudienceEmpty if _inside(session, audience, scope) else OutOfScope


def _inside(session: Session, audience: Audience, scope: Scope) -> bool:
    """Whether anything that was chosen belongs to the scope."""
    targets = [one.organization_id for one in audience.targets]
    organizations = select(Organization.id).where(Organization.id.in_(targets), scope.organizations())
    named = select(Member.id).where(Member.id.in_(audience.members), scope.owns(Member.organization_id))
    return any(session.scalar(one.limit(1)) is not None for one in (organizations, named))
