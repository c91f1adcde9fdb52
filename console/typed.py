"""What stands in the form of an announcement, and what is missing in it."""

from dataclasses import dataclass
from datetime import date, datetime

from app.core.clock import from_local, local_day
from app.notices.announcements.audience import Audience
from app.notices.announcements.content import Content
from app.notices.announcements.models import Announcement
from app.notices.models import Urgency
from console import fields, markup

TITLE_LENGTH = 60
BASIS_LENGTH = 120
BODY_LENGTH = 20_000
TOO_LONG = f"正文太长了，最多 {BODY_LENGTH:,} 个字：请缩短，或者把全文做成附件。"
DAY_OVER = "这一天已经过去，请改一个以后的日期。"
LAST_HOUR, LAST_MINUTE = 23, 59


@dataclass(frozen=True)
class Typed:
    """What stands in the form: of a new announcement, of a kept one, or what was sent and refused."""

    organization: int | None = None
    title: str = ""
    body: str = ""
    urgency: Urgency | None = Urgency.DIGEST
    basis: str = ""
    confirm_until: str = ""
    revision: int = 0

    @classmethod
    def of(cls, kept: Announcement) -> "Typed":
        until = local_day(kept.confirm_until).isoformat() if kept.confirm_until else ""
        return cls(
            kept.organization_id,
            kept.title,
            markup.to_text(kept.body),
            kept.urgency,
            kept.confirmation_basis,
            until,
            kept.revision,
        )

    @classmethod
    def sent(cls) -> "Typed":
        until = fields.day("confirm_until")
        return cls(
            fields.number("organization"),
            fields.line("title", most=TITLE_LENGTH),
            fields.body("body", most=BODY_LENGTH),
            fields.choice("urgency", Urgency),
            fields.line("basis", most=BASIS_LENGTH),
            until.isoformat() if until else "",
            fields.number("revision") or 0,
        )

    def faults(self, *, new: bool, today: date) -> dict[str, str]:
        """What is missing or too much, by field."""
        needed = {
            "organization": (not new or self.organization, "请选择以哪个组织的名义发。"),
            "title": (self.title, "请写标题。"),
            "body": (self.body.strip(), "请写正文。"),
            "urgency": (self.urgency, "请选择怎样送达。"),
        }
        missing = {name: text for name, (value, text) in needed.items() if not value}
        over = self.confirm_until and self.confirm_until < today.isoformat()
        missing |= {"confirm_until": DAY_OVER} if over else {}
        return missing | ({"body": TOO_LONG} if len(self.body) > BODY_LENGTH else {})

    def content(self, audience: Audience) -> Content:
        return Content(
            title=self.title,
            body=markup.to_html(self.body),
            audience=audience,
            urgency=self.urgency or Urgency.DIGEST,
            confirmation_basis=self.basis,
            confirm_until=_end_of(self.confirm_until),
        )


def _end_of(day: str) -> datetime | None:
    return from_local(date.fromisoformat(day), LAST_HOUR, LAST_MINUTE) if day else None
