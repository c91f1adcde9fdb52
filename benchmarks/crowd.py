"""The database of the fan-out measurement: an announcement, and a delivery for each of its people."""

import json
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select

from app import migrate
from app.core import leases
from app.core.db import Sessions, new_engine
from app.members.models import Member, MemberKind, PartyStatus, WeChatIdentity
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery, DeliveryAttempt, Urgency
from app.notices.states import DeliveryState
from app.organizations import service as organizations
from app.organizations.models import OrganizationKind
from benchmarks.messages import FIELDS, openid
from benchmarks.scene import APP_ID
from jobs import presence

OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING)


class Crowd:
    """Everybody has a chat and follows; nobody has written lately, so that a template message is the way to each."""

    def __init__(self, url: str, people: int) -> None:
        self._engine = new_engine(url, pool_size=4)
        self.sessions = Sessions(self._engine)
        self._people = people

    def prepare(self) -> None:
        migrate.upgrade(self._engine)
        self.fill()

    def fill(self) -> None:
        now = datetime.now(UTC)
        numbers = range(1, self._people + 1)
        with self.sessions.begin() as session:
            branch = organizations.found(
                session, code="000000000001", name=FIELDS["thing2"], short_name=FIELDS["thing2"],
                kind=OrganizationKind.BRANCH,
            )  # fmt: skip
            member = {"organization_id": branch.id, "kind": MemberKind.FULL, "status": PartyStatus.NORMAL}
            session.execute(
                insert(Member),
                [member | {"id": one, "name": f"党员{one}", "created_at": now} for one in numbers],
            )
            session.execute(
                insert(WeChatIdentity),
                [
                    {"app_id": APP_ID, "openid": openid(one), "member_id": one, "followed_at": now}
                    for one in numbers
                ],
            )
            session.add(_announcement(branch.id, now))

    def queue(self) -> None:
        """Everything due at once, in one transaction. At any hour: the measurement must not wait for Monday."""
        now = datetime.now(UTC)
        shared = {
            "subject": "announcement:1",
            "announcement_id": 1,
            "kind": "announcement",
            "urgency": Urgency.EMERGENCY,
            "fields": json.dumps({}),
            "state": DeliveryState.QUEUED,
            "attempts": 0,
            "created_at": now,
            "not_before": now,
        }
        with self.sessions.begin() as session:
            session.execute(
                insert(Delivery),
                [shared | {"id": uuid.uuid4().hex, "member_id": one} for one in range(1, self._people + 1)],
            )

    def left(self) -> int:
        with self.sessions.read() as session:
            return session.scalar(select(func.count()).where(Delivery.state.in_(OPEN))) or 0

    def states(self) -> dict[str, int]:
        with self.sessions.read() as session:
            rows = session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
            return {state.value: number for state, number in rows}

    def took(self) -> timedelta:
        """From the first claim to the last record."""
        with self.sessions.read() as session:
            first, last = session.execute(
                select(func.min(Delivery.claimed_at), select(func.max(DeliveryAttempt.at)).scalar_subquery())
            ).one()
        if first is None or last is None:
            raise RuntimeError("nothing was sent")
        return last - first

    def ready(self, *, workers: int) -> bool:
        with self.sessions.read() as session:
            beats = leases.last_beat(session, "scheduler") is not None
            return beats and presence.workers(session, now=datetime.now(UTC)) >= workers

    def close(self) -> None:
        self._engine.dispose()


def _announcement(organization_id: int, now: datetime) -> Announcement:
    return Announcement(
        id=1,
        organization_id=organization_id,
        title=FIELDS["thing1"],
        body="<p>请准时参加。</p>",
        audience="{}",
        urgency=Urgency.EMERGENCY,
        state=AnnouncementState.SENDING,
        author="benchmark",
        author_name="基准",
        created_at=now,
        approved_at=now,
        send_at=now,
        prepared_at=now,
    )
