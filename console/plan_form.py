"""What stands in the form of a recurring plan, and what is missing in it."""

from dataclasses import dataclass
from datetime import date

from flask import request

from app.meetings import kinds
from app.meetings.models import MeetingKind
from app.meetings.periods import MONTHS
from app.meetings.plans.models import Frequency
from app.meetings.plans.rules import Recurrence
from console import fields
from console.labels import label
from console.meeting_form import (
    AGENDA_LENGTH,
    NAME_LENGTH,
    PERSON_LENGTH,
    TOO_LONG,
    as_day,
    as_time,
    clock_after,
)

USUAL = {
    MeetingKind.MEMBER_MEETING: Frequency.QUARTERLY,
    MeetingKind.PARTY_LECTURE: Frequency.QUARTERLY,
    MeetingKind.ORGANIZATIONAL_LIFE: Frequency.YEARLY,
    MeetingKind.APPRAISAL: Frequency.YEARLY,
    MeetingKind.DEMOCRATIC_LIFE: Frequency.YEARLY,
}
"""How often each kind is held by rule; the others, every month."""
WEDNESDAY = 2
LAST = -1
HOUR = 60


@dataclass(frozen=True)
class TypedPlan:
    """`by`: whether the day is a date of the month or a weekday of it."""

    organization: int | None = None
    kind: MeetingKind | None = MeetingKind.THEME_DAY
    title: str = ""
    place: str = ""
    chair: str = ""
    recorder: str = ""
    agenda: str = ""
    frequency: Frequency | None = Frequency.MONTHLY
    month: int = 1
    by: str = "weekday"
    month_day: int | None = 10
    nth: int | None = 2
    weekday: int | None = WEDNESDAY
    starts: str = "14:00"
    ends: str = "16:00"
    begins_on: str = ""
    ends_on: str = ""

    @classmethod
    def blank(cls, kind: MeetingKind, organization: int | None, today: date) -> "TypedPlan":
        template = kinds.template(kind)
        return cls(
            organization=organization,
            kind=kind,
            title=label(kind),
            agenda=template.lines,
            frequency=USUAL.get(kind, Frequency.MONTHLY),
            month=12 if USUAL.get(kind) is Frequency.YEARLY else 1,
            ends=clock_after("14:00", template.minutes),
            begins_on=today.isoformat(),
        )

    @classmethod
    def sent(cls) -> "TypedPlan":
        nth = request.form.get("nth", "")
        return cls(
            organization=fields.number("organization"),
            kind=fields.choice("kind", MeetingKind),
            title=fields.line("title", most=NAME_LENGTH),
            place=fields.line("place", most=NAME_LENGTH),
            chair=fields.line("chair", most=PERSON_LENGTH),
            recorder=fields.line("recorder", most=PERSON_LENGTH),
            agenda=fields.body("agenda", most=AGENDA_LENGTH),
            frequency=fields.choice("frequency", Frequency),
            month=fields.number("month") or 1,
            by="date" if request.form.get("by") == "date" else "weekday",
            month_day=fields.number("month_day"),
            nth=LAST if nth == str(LAST) else fields.number("nth"),
            weekday=fields.number("weekday"),
            starts=request.form.get("starts", "")[:5],
            ends=request.form.get("ends", "")[:5],
            begins_on=request.form.get("begins_on", "")[:10],
            ends_on=request.form.get("ends_on", "")[:10],
        )

    @property
    def rule(self) -> Recurrence:
        frequency = self.frequency or Frequency.MONTHLY
        by_date = self.by == "date"
        return Recurrence(
            frequency,
            1 if frequency is Frequency.MONTHLY else min(self.month, MONTHS[frequency]),
            self.month_day if by_date else None,
            None if by_date else self.nth,
            None if by_date else self.weekday,
        )

    @property
    def starts_minute(self) -> int:
        at = as_time(self.starts)
        return at.hour * HOUR + at.minute if at else -1

    @property
    def minutes(self) -> int:
        ends = as_time(self.ends)
        return ends.hour * HOUR + ends.minute - self.starts_minute if ends else 0

    def faults(self) -> dict[str, str]:
        """What is missing, by field; the domain judges the rest."""
        needed = {
            "organization": (self.organization, "请选择组织。"),
            "kind": (self.kind, "请选择会议类型。"),
            "title": (self.title, "请写会议名称。"),
            "frequency": (self.frequency, "请选择多久一次。"),
            "month_day": (self.by != "date" or self.month_day, "请填写几号，1 到 31。"),
            "starts": (as_time(self.starts), "请填写开始时间。"),
            "ends": (as_time(self.ends) and self.minutes > 0, "结束时间要晚于开始时间。"),
            "begins_on": (as_day(self.begins_on), "请填写从哪天开始。"),
            "ends_on": (not self.ends_on or as_day(self.ends_on), "请填写正确的日期，或者留空。"),
        }
        missing = {name: text for name, (value, text) in needed.items() if not value}
        return missing | ({"agenda": TOO_LONG} if len(self.agenda) > AGENDA_LENGTH else {})
