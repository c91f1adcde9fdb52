"""What a branch offers and is asked for: a plan with an entry, a wish, two items to read, one of them scheduled."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.db import Session
from app.members.models import Member
from app.notices.announcements.audience import Audience, Target
from app.notices.models import Urgency
from app.organizations.models import Organization
from app.study.library.models import StudyItem
from app.study.plans import service, wishes
from app.study.plans.models import Learner, Slot, Wish
from app.study.plans.rules import Entry
from app.study.pushes import service as pushes
from tests.factories import NOW
from tests.unit.study.plans import shelf

SECRETARY = "shuji"


@dataclass(frozen=True)
class Offered:
    """The plan is a draft of 2026 with one entry, at its second revision."""

    study_plan_id: int
    entry_id: int
    wish_key: str
    push_id: int
    item_id: int
    free_item_id: int
    """Nobody has scheduled it."""


def seed(session: Session, mark: str, branch: Organization, people: Sequence[Member]) -> Offered:
    one, _ = people
    column = shelf.column(session, branch, name=f"{mark}政策导读", position=90)
    item = shelf.item(session, column, title=f"{mark}条例要点")
    free = shelf.item(session, column, title=f"{mark}规则解读")
    plan = service.make_plan(
        session,
        organization=branch,
        year=2026,
        learner=Learner.EVERYBODY,
        title=f"{mark}2026年学习计划",
        by=SECRETARY,
        now=NOW,
    )
    entry = Entry(4, Slot.COURSE, f"{mark}二季度党课", item.id)
    made = service.add_entry(session, plan=plan, revision=plan.revision, entry=entry, now=NOW)
    wish_id = wishes.wish(session, member_id=one.id, text=f"{mark}想学安全生产法", now=NOW)
    return Offered(
        study_plan_id=plan.id,
        entry_id=made.id,
        wish_key=session.get_one(Wish, wish_id).key,
        push_id=_push(session, branch, item),
        item_id=item.id,
        free_item_id=free.id,
    )


def _push(session: Session, branch: Organization, item: StudyItem) -> int:
    return pushes.schedule_push(
        session,
        item=item,
        organization=branch,
        audience=Audience(targets=(Target(branch.id),)),
        urgency=Urgency.DIGEST,
        send_at=None,
        by=SECRETARY,
        now=NOW,
    ).id
