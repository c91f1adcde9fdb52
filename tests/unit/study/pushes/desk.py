"""Pushes scheduled and sent with little ado."""

from datetime import datetime

from app.core.db import Session
from app.notices.announcements.audience import Audience, Target
from app.notices.declarations import load
from app.notices.models import Urgency
from app.notices.setup import Setup, TemplateIds
from app.organizations.models import Organization
from app.study.library.models import StudyItem
from app.study.pushes import service
from app.study.pushes.models import StudyPush
from tests.factories import APP_ID, NOW

SETUP = Setup(APP_ID, "wxmini0000000000", load(), {service.KIND: TemplateIds("t", "s", "m")})


def all_of(organization: Organization) -> Audience:
    return Audience((Target(organization.id),))


def schedule(
    session: Session,
    item: StudyItem,
    organization: Organization,
    *,
    audience: Audience | None = None,
    urgency: Urgency = Urgency.OWN_PUSH,
    send_at: datetime | None = None,
    now: datetime = NOW,
) -> StudyPush:
    return service.schedule_push(
        session,
        item=item,
        organization=organization,
        audience=audience or all_of(organization),
        urgency=urgency,
        send_at=send_at,
        by="wang.li",
        now=now,
    )


def send(session: Session, push: StudyPush, now: datetime = NOW) -> int:
    return service.send(session, push_id=push.id, setup=SETUP, now=now)


def sent(
    session: Session,
    item: StudyItem,
    organization: Organization,
    *,
    urgency: Urgency = Urgency.OWN_PUSH,
    now: datetime = NOW,
) -> StudyPush:
    """Everybody has a delivery."""
    push = schedule(session, item, organization, urgency=urgency, now=now)
    send(session, push, now)
    session.refresh(push)
    return push


def subject(push: StudyPush) -> str:
    return service.subject_of(push.item_id, push.id)
