"""The demo branch's people as rows: who sits at which place, and whose chat is bound."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core.db import Session
from app.members.models import PARTY_MEMBERS, Member, WeChatIdentity
from app.organizations.models import Organization
from demo.cast import FIRST_FREE_PLACE, Guest, follower


@dataclass(frozen=True)
class Roster:
    branch: Organization
    party: Sequence[Member]
    masses: Sequence[Member]

    @classmethod
    def of(cls, session: Session, branch: Organization) -> "Roster":
        people = session.scalars(
            select(Member).where(Member.organization_id == branch.id).order_by(Member.id)
        ).all()
        party = [one for one in people if one.kind in PARTY_MEMBERS]
        return cls(branch, party, [one for one in people if one.kind not in PARTY_MEMBERS])

    def member_of(self, guest: Guest) -> Member:
        return (self.masses if guest.masses else self.party)[guest.place]


def unbound_follower(session: Session, roster: Roster, *, app_id: str) -> tuple[Guest, Member]:
    """The first free place's person, new or still unbound: whoever was bound in an earlier demo stays so."""
    rows = session.execute(
        select(WeChatIdentity.openid, WeChatIdentity.member_id).where(
            WeChatIdentity.app_id == app_id, WeChatIdentity.member_id.is_not(None)
        )
    ).all()
    openids, bound = {row.openid for row in rows}, {row.member_id for row in rows}
    for place in range(FIRST_FREE_PLACE, len(roster.party)):
        guest, member = follower(place), roster.party[place]
        if guest.openid not in openids and member.id not in bound:
            return guest, member
    raise LookupError("everybody in the demo branch is bound; start with an empty DATA_DIR")
