"""Two subtrees that must not see each other, each with one of everything."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from app.core.crypto import Vault
from app.core.db import Session, Sessions, new_engine
from app.feedback import service as feedback
from app.meetings.models import Leave, LeaveKind, Meeting, MeetingKind
from app.meetings.plans.models import Frequency, Plan
from app.meetings.states import LeaveState
from app.members import registry
from app.members.models import Member, MemberKind
from app.members.roster.models import RosterImport
from app.organizations.models import Organization, OrganizationKind
from app.staff.models import Role, StaffAccount, StaffRole
from tests import factories, tables
from tests.adapters.console import booked, credited, dued, offered, quizzed, recorded, studied, voted
from tests.adapters.console.announced import Announced, seed
from tests.adapters.console.booked import Booked
from tests.adapters.console.credited import Credited
from tests.adapters.console.dued import Dued
from tests.adapters.console.offered import Offered
from tests.adapters.console.quizzed import Quizzed
from tests.adapters.console.recorded import Recorded
from tests.adapters.console.studied import Studied
from tests.adapters.console.voted import Voted
from tests.factories import NOW


@dataclass(frozen=True)
class Side:
    """`mark` stands in every name of this side, so that a leak into the other's page can be seen."""

    mark: str
    committee_id: int
    branch_id: int
    member_id: int
    bound_member_id: int
    meeting_id: int
    coming_id: int
    plan_id: int
    thread_id: int
    account_id: int
    spare_role_id: int
    roster_id: int
    announced: Announced
    voted: Voted
    recorded: Recorded
    booked: Booked
    dued: Dued
    credited: Credited
    offered: Offered
    studied: Studied
    quizzed: Quizzed


@dataclass(frozen=True)
class World:
    root_id: int
    left: Side
    right: Side


def build(database: Path, vault: Vault) -> World:
    engine = new_engine(f"sqlite:///{database}")
    tables.empty(engine)
    with Sessions(engine).begin() as session:
        root = factories.organization(session, name="集团党委", kind=OrganizationKind.COMMITTEE)
        world = World(root.id, _side(session, root, "东山", vault), _side(session, root, "西河", vault))
    engine.dispose()
    return world


def _side(session: Session, root: Organization, mark: str, vault: Vault) -> Side:
    committee = factories.organization(
        session, name=f"{mark}公司党委", parent=root, kind=OrganizationKind.COMMITTEE
    )
    branch = factories.organization(session, name=f"{mark}一支部", parent=committee)
    member = registry.register(
        session,
        organization_id=branch.id,
        name=f"{mark}赵一",
        kind=MemberKind.FULL,
        vault=vault,
        now=NOW,
        phone="13800138000" if mark == "东山" else "13900139000",
    )
    bound = factories.member(session, branch, name=f"{mark}钱二")
    chat = factories.identity(session, member=bound)
    meeting = factories.meeting(session, branch, expected=(member, bound))
    meeting.title = f"{mark}支部党员大会"
    meeting.ticket_url = "http://weixin.qq.com/q/02test"
    meeting.ticket_until = NOW + timedelta(hours=3)
    coming = _coming(session, mark, branch, bound)
    thread = feedback.submit(
        session,
        organization_id=branch.id,
        member_id=bound.id,
        identity_id=chat.id,
        author=bound.name,
        text=f"{mark}的食堂能不能早点开门",
        working_days=5,
        now=NOW,
    )
    account_id, spare = _colleague(session, mark, committee)
    return Side(
        mark=mark,
        committee_id=committee.id,
        branch_id=branch.id,
        member_id=member.id,
        bound_member_id=bound.id,
        meeting_id=meeting.id,
        coming_id=coming.id,
        plan_id=_plan(session, mark, branch).id,
        thread_id=thread.id,
        account_id=account_id,
        spare_role_id=spare,
        roster_id=_roster(session, mark, branch).id,
        announced=seed(session, mark, branch, (member, bound)),
        voted=voted.seed(session, mark, branch, (member, bound)),
        recorded=recorded.seed(session, mark, branch, (member, bound)),
        booked=booked.seed(session, mark, committee, branch, (bound, member)),
        dued=dued.seed(session, mark, committee, branch, (member, bound), vault),
        offered=offered.seed(session, mark, branch, (member, bound)),
        credited=credited.seed(session, mark, committee, branch, (member, bound)),
        studied=studied.seed(session, mark, branch, owner=f"colleague{committee.id}"),
        quizzed=quizzed.seed(session, mark, branch, (member, bound)),
    )


def _coming(session: Session, mark: str, branch: Organization, away: Member) -> Meeting:
    """In ten days, and somebody has asked for leave from it."""
    made = factories.meeting(session, branch, starts_at=NOW + timedelta(days=10), expected=(away,))
    made.title = f"{mark}三月党课"
    made.kind = MeetingKind.PARTY_LECTURE
    asked = Leave(meeting_id=made.id, member_id=away.id, kind=LeaveKind.DUTY, state=LeaveState.ASKED)
    asked.asked_at, asked.reason = NOW, f"去{mark}工地"
    session.add(asked)
    session.flush()
    return made


def _plan(session: Session, mark: str, branch: Organization) -> Plan:
    """The theme day, on the second Wednesday of each month at 14:00: 11 March 2026 is the next one."""
    made = Plan(
        organization_id=branch.id,
        kind=MeetingKind.THEME_DAY,
        title=f"{mark}主题党日",
        frequency=Frequency.MONTHLY,
        month=1,
        nth=2,
        weekday=2,
        starts_minute=14 * 60,
        minutes=120,
        begins_on=date(2026, 1, 1),
        created_by="somebody",
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def _roster(session: Session, mark: str, branch: Organization) -> RosterImport:
    made = RosterImport(
        filename=f"{mark}名册.xlsx",
        digest="0" * 64,
        organization_id=branch.id,
        complete=False,
        row_total=0,
        unchanged=0,
        notes="",
        created_at=NOW,
        created_by="somebody",
    )
    session.add(made)
    session.flush()
    return made


def _colleague(session: Session, mark: str, committee: Organization) -> tuple[int, int]:
    account = StaffAccount(
        username=f"colleague{committee.id}",
        display_name=f"{mark}周五",
        password_hash="none",
        totp_sealed="none",
        created_at=NOW,
    )
    session.add(account)
    session.flush()
    held = [
        StaffRole(account_id=account.id, role=role, organization_id=committee.id)
        for role in (Role.SECRETARY, Role.ORGANIZER)
    ]
    session.add_all(held)
    session.flush()
    return account.id, held[1].id
