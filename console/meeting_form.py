"""What stands in the form of a meeting, and what is missing in it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flask import request

from app.core.clock import from_local
from app.meetings import kinds
from app.meetings.models import MeetingKind
from console import fields

NAME_LENGTH = 100
PERSON_LENGTH = 50
AGENDA_LENGTH = 2000
REASON_LENGTH = 200
QUARTERS = "一二三四"
FIRST_YEAR, LAST_YEAR = 2000, 2100
TOO_LONG = f"议程太长了，最多 {AGENDA_LENGTH:,} 个字，详细内容请写在会议记录里。"


def title_of(kind: MeetingKind, on: date) -> str:
    """The name that is offered for a meeting of that kind on that day."""
    quarter = QUARTERS[(on.month - 1) // 3]
    return kinds.template(kind).title.format(year=on.year, quarter=quarter, month=on.month)


@dataclass(frozen=True)
class Typed:
    """`people`: 应到 where the kind has it chosen; `present`: who came, of a late entry; `was`: the kind before."""

    organization: int | None = None
    kind: MeetingKind | None = MeetingKind.MEMBER_MEETING
    title: str = ""
    place: str = ""
    day: str = ""
    starts: str = "14:00"
    ends: str = "15:30"
    chair: str = ""
    recorder: str = ""
    agenda: str = ""
    partners: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    present: tuple[int, ...] = ()
    reason: str = ""
    was: MeetingKind | None = None

    @classmethod
    def blank(cls, kind: MeetingKind, organization: int | None, on: date) -> "Typed":
        return cls(organization=organization, kind=kind, day=on.isoformat()).with_template()

    @classmethod
    def sent(cls) -> "Typed":
        return cls(
            organization=fields.number("organization"),
            kind=fields.choice("kind", MeetingKind),
            title=fields.line("title", most=NAME_LENGTH),
            place=fields.line("place", most=NAME_LENGTH),
            day=request.form.get("day", "")[:10],
            starts=request.form.get("starts", "")[:5],
            ends=request.form.get("ends", "")[:5],
            chair=fields.line("chair", most=PERSON_LENGTH),
            recorder=fields.line("recorder", most=PERSON_LENGTH),
            agenda=fields.body("agenda", most=AGENDA_LENGTH),
            partners=tuple(fields.numbers("partner")),
            people=tuple(fields.numbers("person")),
            present=tuple(fields.numbers("present")),
            reason=fields.line("reason", most=REASON_LENGTH),
            was=fields.choice("was", MeetingKind),
        )

    def with_template(self) -> "Typed":
        """What the kind offers, in place of what the kind before had offered; nothing that somebody wrote is lost."""
        if self.kind is None:
            return self
        on, before = as_day(self.day), kinds.template(self.was) if self.was else None
        offered = (title_of(self.was, on) if self.was and on else "", before.lines if before else "")
        template = kinds.template(self.kind)
        return replace(
            self,
            title=title_of(self.kind, on) if on and self.title in ("", offered[0]) else self.title,
            agenda=template.lines if self.agenda.strip() in ("", offered[1]) else self.agenda,
            ends=clock_after(self.starts, template.minutes, self.ends)
            if self.was is not self.kind
            else self.ends,
            was=self.kind,
        )

    @property
    def starts_at(self) -> datetime | None:
        return _moment(self.day, self.starts)

    @property
    def ends_at(self) -> datetime | None:
        return _moment(self.day, self.ends)

    def faults(self) -> dict[str, str]:
        """What is missing, by field."""
        needed = {
            "organization": (self.organization, "请选择召开会议的组织。"),
            "kind": (self.kind, "请选择会议类型。"),
            "title": (self.title, "请写会议名称。"),
            "starts": (self.starts_at, "请填写日期和开始时间。"),
            "ends": (self.ends_at, "请填写结束时间。"),
        }
        missing = {name: text for name, (value, text) in needed.items() if not value}
        if self.kind and not self.people and not kinds.template(self.kind).everybody:
            missing["people"] = "这类会议不是全体党员参加，请勾选应到的人。"
        return missing | ({"agenda": TOO_LONG} if len(self.agenda) > AGENDA_LENGTH else {})


def as_day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def as_time(typed: str) -> time | None:
    try:
        return time.fromisoformat(typed)
    except ValueError:
        return None


def clock_after(starts: str, minutes: int, otherwise: str = "") -> str:
    """The clock so many minutes later, on the same day; `otherwise` where that is no longer the same."""
    start = as_time(starts)
    if start is None:
        return otherwise
    end = datetime.combine(date.min, start) + timedelta(minutes=minutes)
    return end.strftime("%H:%M") if end.date() == date.min else otherwise


def _moment(day: str, clock: str) -> datetime | None:
    """As `fields.moment`, of what stands in the form."""
    on, at = as_day(day), as_time(clock)
    return from_local(on, at.hour, at.minute) if on and at and FIRST_YEAR <= on.year <= LAST_YEAR else None
