"""Records of a branch: a draft, one that is closed in two versions, one whose amendment is open, an own form."""

from dataclasses import dataclass, replace

from app.core.db import Session
from app.meetings.models import Meeting
from app.meetings.records import own_forms, service
from app.meetings.records.content import Content, Item
from app.meetings.records.models import PaperKind
from app.members.models import Member
from app.organizations.models import Organization
from app.papers import blank
from tests import factories
from tests.factories import NOW


@dataclass(frozen=True)
class Recorded:
    draft_id: int
    closed_id: int
    amended_id: int


def seed(session: Session, mark: str, branch: Organization, people: tuple[Member, ...]) -> Recorded:
    said = Content((Item(f"{mark}的议题", f"{mark}的汇报", f"{mark}赵一：同意", f"{mark}的决定"),))
    draft, closed, amended = (
        _meeting(session, mark, branch, people, name) for name in ("草稿", "定稿", "修订")
    )
    for meeting in (draft, closed, amended):
        service.save_draft(session, meeting=meeting, content=said, by=f"{mark}王丽", now=NOW)
    for meeting in (closed, amended):
        service.close(session, meeting=meeting, by=f"{mark}王丽", now=NOW)
        service.amend(session, meeting=meeting, reason="写漏了", by=f"{mark}王丽", now=NOW)
    changed = replace(said, items=(replace(said.items[0], decision=f"{mark}改过的决定"),))
    service.save_draft(session, meeting=closed, content=changed, by=f"{mark}王丽", now=NOW)
    service.close(session, meeting=closed, by=f"{mark}王丽", now=NOW)
    own_forms.keep(
        session,
        organization=branch,
        kind=PaperKind.QUARTER,
        filename=f"{mark}一览表.docx",
        content=blank.form(PaperKind.QUARTER),
        by=f"{mark}王丽",
        now=NOW,
    )
    return Recorded(draft.id, closed.id, amended.id)


def _meeting(
    session: Session, mark: str, branch: Organization, people: tuple[Member, ...], name: str
) -> Meeting:
    made = factories.meeting(session, branch, expected=people)
    made.title = f"{mark}{name}党员大会"
    session.flush()
    return made
