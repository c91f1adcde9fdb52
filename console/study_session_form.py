"""What stands in the form of a study session, in 学时, and what its meeting could give."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings.models import Meeting
from app.organizations import queries as organizations
from app.study.hours import rules
from app.study.hours.figures import figures
from app.study.hours.models import HoursUnit, StudySession
from app.study.hours.service import TOPIC_WIDTH
from app.study.plans import queries as plans
from app.study.plans.models import PlanEntry
from app.study.plans.states import PlanState
from console import fields
from console.study_place import upwards

LONGEST_NUMBER = 8
MOST_HOURS = 1000


def minutes_of(text: str) -> int | None:
    """Study minutes of 学时 as typed, 1.5 → 90; None for what is no such number, or no whole minutes."""
    try:
        given = Decimal(text) * rules.HOUR
    except InvalidOperation:
        return None
    if not given.is_finite() or not 0 <= given <= MOST_HOURS * rules.HOUR or given != int(given):
        return None
    return int(given)


@dataclass(frozen=True)
class TypedSession:
    """`hours`: as typed; empty: the whole meeting."""

    topic: str = ""
    unit: HoursUnit | None = None
    hours: str = ""
    entry: int | None = None

    @classmethod
    def of(cls, kept: StudySession, meeting: Meeting, gives: "Gives") -> "TypedSession":
        whole = gives.of.get(kept.unit) == kept.minutes and meeting.kind in rules.WHOLE
        return cls(kept.topic, kept.unit, "" if whole else rules.text(kept.minutes), kept.entry_id)

    @classmethod
    def sent(cls) -> "TypedSession":
        return cls(
            fields.line("topic", most=TOPIC_WIDTH),
            fields.choice("unit", HoursUnit),
            fields.line("hours", most=LONGEST_NUMBER),
            fields.number("entry"),
        )

    @property
    def minutes(self) -> int | None:
        return minutes_of(self.hours) if self.hours else None

    def faults(self, meeting: Meeting) -> dict[str, str]:
        """What is missing or cannot be read, by field; the domain judges the rest."""
        found = {}
        if not self.topic:
            found["topic"] = "请写学了什么。"
        if self.unit is None:
            found["unit"] = "请选择怎样折算。"
        if self.hours and self.minutes is None:
            found["hours"] = "请填写数字，例如 1.5。"
        if not self.hours and meeting.kind in rules.PARTLY:
            found["hours"] = "这类会议只有一部分是学习，请填写其中学习的部分是多少学时。"
        return found


@dataclass(frozen=True)
class Gives:
    """Study minutes of the whole meeting by each way of reckoning; without those that it is too short for."""

    of: Mapping[HoursUnit, int]
    partly: bool


def gives(session: Session, meeting: Meeting) -> Gives:
    """Raises NoHoursFigures."""
    standing = figures(session, local_day(meeting.starts_at))
    partly = meeting.kind in rules.PARTLY
    units = (HoursUnit.CLOCK,) if partly else (HoursUnit.CLOCK, HoursUnit.HALF_DAY, HoursUnit.FULL_DAY)
    found = {}
    for unit in units:
        try:
            found[unit] = rules.credited(unit, meeting.starts_at, meeting.ends_at, standing)
        except DomainError:  # too short for it
            continue
    return Gives(found, partly)


def entries(session: Session, meeting: Meeting) -> list[PlanEntry]:
    """Of the published plans that the meeting's organisation follows in its year."""
    organization = organizations.by_id(session, meeting.organization_id)
    if organization is None:
        return []
    year = local_day(meeting.starts_at).year
    listed = plans.plans(session, upwards(session, organization), year=year)
    standing = [one.plan for one in listed if one.plan.state is PlanState.PUBLISHED]
    return [entry for plan in standing for entry in plans.entries(session, plan)]
