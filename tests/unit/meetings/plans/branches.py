"""A branch with a member and a plan of its monthly theme day."""

from datetime import date
from typing import Any

from app.core.db import Session
from app.meetings.models import MeetingKind
from app.meetings.plans import service
from app.meetings.plans.models import Frequency, Plan
from app.meetings.plans.rules import Recurrence
from app.organizations.models import Organization
from tests import factories
from tests.factories import NOW

ELEVENTH, EIGHTH_OF_APRIL = date(2026, 3, 11), date(2026, 4, 8)
SECOND_WEDNESDAY = Recurrence(Frequency.MONTHLY, 1, None, 2, 2)


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def branch(session: Session, name: str = "第一党支部") -> Organization:
    made = factories.organization(session, name=name)
    factories.member(session, made)
    return made


def plan(session: Session, organization: Organization, **given: Any) -> Plan:
    """On the second Wednesday of each month, 15:30 to 17:00, from January 2026 on."""
    return service.make(
        session,
        organization=organization,
        **{
            "kind": MeetingKind.THEME_DAY,
            "title": "主题党日",
            "place": "三楼会议室",
            "chair": "王丽",
            "recorder": "李强",
            "agenda": "一、重温入党誓词",
            "rule": SECOND_WEDNESDAY,
            "starts_minute": 15 * 60 + 30,
            "minutes": 90,
            "begins_on": date(2026, 1, 1),
            "ends_on": None,
            "by": "wang.li",
            "now": NOW,
            **given,
        },
    )
