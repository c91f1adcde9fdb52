"""A letter written and answered with as little as a test needs to say."""

from datetime import datetime

from app.core.db import Session
from app.feedback import service
from app.feedback.models import Thread
from app.organizations.models import Organization
from tests.factories import NOW


def submit(
    session: Session,
    organization: Organization,
    text: str = "食堂晚班没有热菜",
    *,
    member_id: int | None = None,
    identity_id: int | None = None,
    working_days: int = 5,
    now: datetime = NOW,
) -> Thread:
    return service.submit(
        session,
        organization_id=organization.id,
        member_id=member_id,
        identity_id=identity_id,
        author="张三",
        text=text,
        working_days=working_days,
        now=now,
    )


def answer(session: Session, thread: Thread, text: str = "已安排热菜", *, now: datetime = NOW) -> int:
    return service.answer(session, thread=thread, by="李书记", text=text, now=now).id
