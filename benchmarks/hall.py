"""The database of the check-in measurement: a roster, a year of meetings behind it, and open meetings to sign in at."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, literal, select, text

from app import migrate
from app.core.db import Session, Sessions, new_engine
from app.meetings.models import CheckIn, Expected, Meeting, MeetingKind, Standing, Way
from app.members.models import Member, MemberKind, PartyStatus, WeChatIdentity
from app.organizations.models import Organization, OrganizationKind
from benchmarks.messages import openid
from benchmarks.scene import APP_ID, scan

BRANCH = 15
"""The reference group's branches have 14.6 members on average."""
PAST_MEETINGS = 12
AT_A_MEETING = 300
STEP = 7919
"""A prime that divides none of the rosters, so that neighbours at a meeting are strangers on disk."""
AT_ONCE = 5_000
OPEN_FROM = 1_000_000
COMMITTEE = 1


class Hall:
    """One database; meetings are opened as they are needed, and each of their people scans once."""

    def __init__(self, url: str, people: int) -> None:
        self.url = url
        self.people = people
        self._engine = new_engine(url, pool_size=2)
        self._sessions = Sessions(self._engine)
        self._opened = 0

    def close(self) -> None:
        self._engine.dispose()

    def prepare(self) -> None:
        migrate.upgrade(self._engine)
        now = datetime.now(UTC)
        with self._sessions.begin() as session:
            branches = range(COMMITTEE + 1, COMMITTEE + 2 + self.people // BRANCH)
            session.execute(insert(Organization), list(_organizations(branches)))
            for start in range(1, self.people + 1, AT_ONCE):
                self._join(session, range(start, min(start + AT_ONCE, self.people + 1)), now)
            session.execute(insert(Meeting), list(_past(branches, now)))
            _hold(session)
        with self._sessions.begin() as session:
            session.execute(text("ANALYZE"))

    def _join(self, session: Session, numbers: range, now: datetime) -> None:
        member = {"kind": MemberKind.FULL, "status": PartyStatus.NORMAL, "created_at": now}
        session.execute(
            insert(Member),
            [
                member
                | {"id": one, "name": f"党员{one}", "organization_id": COMMITTEE + 1 + (one - 1) // BRANCH}
                for one in numbers
            ],
        )
        followed = {"app_id": APP_ID, "followed_at": now}
        session.execute(
            insert(WeChatIdentity),
            [followed | {"openid": openid(one), "member_id": one} for one in numbers],
        )

    def open(self, scans: int) -> range:
        """The numbers of that many scans, each by somebody expected who has not signed in there yet."""
        meetings = -(-scans // AT_A_MEETING)
        first = self._opened
        self._opened += meetings
        numbers = range(first * AT_A_MEETING, first * AT_A_MEETING + scans)
        now = datetime.now(UTC)
        with self._sessions.begin() as session:
            session.execute(insert(Meeting), [_meeting(first + one, now) for one in range(meetings)])
            session.execute(insert(Expected), [self._expected(number) for number in numbers])
        return numbers

    def _expected(self, number: int) -> dict[str, object]:
        member = self._member(number)
        return {
            "meeting_id": OPEN_FROM + number // AT_A_MEETING,
            "member_id": member,
            "organization_id": COMMITTEE + 1 + (member - 1) // BRANCH,
            "standing": Standing.VOTING,
        }

    def _member(self, number: int) -> int:
        return 1 + number * STEP % self.people

    def scan(self, number: int) -> str:
        return scan(openid(self._member(number)), f"mopen{number // AT_A_MEETING}")

    def present(self) -> int:
        """Sign-ins at the meetings opened here."""
        with self._sessions.read() as session:
            return session.scalar(select(func.count()).where(CheckIn.meeting_id >= OPEN_FROM)) or 0


def _organizations(branches: range) -> Iterator[dict[str, object]]:
    yield _organization(COMMITTEE, OrganizationKind.COMMITTEE, None, f"/{COMMITTEE}/")
    for one in branches:
        yield _organization(one, OrganizationKind.BRANCH, COMMITTEE, f"/{COMMITTEE}/{one}/")


def _organization(number: int, kind: OrganizationKind, parent: int | None, path: str) -> dict[str, object]:
    name = f"组织{number}"
    own = {"id": number, "code": f"{number:012d}", "kind": kind, "parent_id": parent, "path": path}
    return own | {"name": name, "short_name": name}


def _past(branches: range, now: datetime) -> Iterator[dict[str, object]]:
    """A year of them in each branch, all over."""
    for branch in branches:
        for number in range(PAST_MEETINGS):
            starts_at = now - timedelta(days=30 * (number + 1))
            own = {"id": (branch - COMMITTEE) * PAST_MEETINGS + number, "organization_id": branch}
            yield own | _times(starts_at) | {"scene": f"mpast{branch}-{number}", "hand_code": None}


def _hold(session: Session) -> None:
    """Everybody of the branch was expected at each of its meetings, and two of three came."""
    mine = Member.organization_id == Meeting.organization_id
    people = select(Meeting.id, Member.id, Member.organization_id, literal(Standing.VOTING.value)).join_from(
        Meeting, Member, mine
    )
    columns = ["meeting_id", "member_id", "organization_id", "standing"]
    session.execute(insert(Expected).from_select(columns, people.order_by(Meeting.id, Member.id)))
    came = select(
        Expected.meeting_id, Expected.member_id, Meeting.starts_at, literal(Way.SCAN.value)
    ).join_from(Expected, Meeting, Meeting.id == Expected.meeting_id)
    came = came.where(Expected.id % 3 > 0).order_by(Expected.id)
    session.execute(insert(CheckIn).from_select(["meeting_id", "member_id", "checked_in_at", "way"], came))


def _meeting(number: int, now: datetime) -> dict[str, object]:
    own = {"id": OPEN_FROM + number, "organization_id": COMMITTEE}
    return own | _times(now) | {"scene": f"mopen{number}", "hand_code": f"{number:06d}"}


def _times(starts_at: datetime) -> dict[str, object]:
    return {
        "kind": MeetingKind.MEMBER_MEETING,
        "title": "支部党员大会",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "check_in_from": starts_at - timedelta(minutes=30),
        "check_in_until": starts_at + timedelta(hours=3),
        "created_by": "benchmark",
        "created_at": starts_at,
    }
