"""Where a member's money is taken in: their branch, and the committee whose rule holds there."""

from dataclasses import dataclass
from datetime import datetime

from app.core.db import Session
from app.core.errors import DomainError
from app.dues import months
from app.dues.policies import queries as policies
from app.dues.policies.models import DuesPolicy
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind


class WayNotAllowed(DomainError):
    """No rule of a committee lets dues come in this way here."""

    code = "dues_way_not_allowed"


@dataclass(frozen=True, slots=True)
class Desk:
    """`organization_id`: the branch; a 党小组 holds no money."""

    member_id: int
    organization_id: int
    policy: DuesPolicy

    @property
    def committee_id(self) -> int:
        return self.policy.organization_id


def desk_of(session: Session, member_id: int, now: datetime) -> Desk:
    """Raises WayNotAllowed where no committee has a rule in force."""
    member = session.get_one(Member, member_id)
    home = session.get_one(Organization, member.organization_id)
    branch_id = home.parent_id if home.kind is OrganizationKind.GROUP and home.parent_id else home.id
    policy = policies.policy_for(session, branch_id, months.current(now))
    if policy is None:
        raise WayNotAllowed
    return Desk(member.id, branch_id, policy)
