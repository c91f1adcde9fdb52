"""The records of the demo branch: what was on the agenda, and what was written down afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.core.clock import local_day
from app.meetings.models import MeetingKind
from app.meetings.records.content import Action, Content, Item
from demo.occasions import Occasion
from demo.topics import COMMITTEES, LECTURES, MEMBER_MEETINGS, RECTIFIED, THEME_DAYS, Topic

AMENDED_FOR = "决议中“更衣柜”的数量误写为20组，应为12组"
WITHIN = timedelta(days=20)


@dataclass(frozen=True)
class Roles:
    """Names of those who do what is decided."""

    secretary: str
    organizer: str
    publicist: str


def agenda(occasion: Occasion, more: Sequence[Topic] = ()) -> str:
    """One line for each item."""
    topics = [topic for topic, *_ in (*_topics(occasion), *more)] or [*RECTIFIED.get(occasion.kind, ())]
    return "\n".join(f"{number}. {topic}" for number, topic in enumerate(topics, start=1))


def minutes(occasion: Occasion, roles: Roles, more: Sequence[Topic] = ()) -> Content:
    """What the recorder typed. Of meetings whose speeches are not kept: what is to be put right, and by whom."""
    due = local_day(occasion.starts_at) + WITHIN
    to_do = RECTIFIED.get(occasion.kind)
    if to_do is not None:
        actions = [Action(what, who, due) for what, who in zip(to_do, _names(roles), strict=False)]
        return Content(actions=tuple(actions), attachments="签到表一份、征求意见汇总一份（纸质存支部）")
    items = tuple(Item(*topic) for topic in (*_topics(occasion), *more))
    followed = Action(items[-1].decision, roles.organizer, due) if items else Action()
    return Content(items=items, actions=(followed,))


def corrected(content: Content) -> Content:
    """The amended record's second version."""
    *others, last = content.items
    return replace(content, items=(*others, replace(last, decision=f"{last.decision}更衣柜数量为12组。")))


def _names(roles: Roles) -> tuple[str, str]:
    return roles.publicist, roles.secretary


def _topics(occasion: Occasion) -> tuple[Topic, ...]:
    month = occasion.day.month
    quarter = (month + 2) // 3
    match occasion.kind:
        case MeetingKind.THEME_DAY:
            return (THEME_DAYS[month],)
        case MeetingKind.MEMBER_MEETING:
            return MEMBER_MEETINGS[quarter]
        case MeetingKind.PARTY_LECTURE:
            return (LECTURES[quarter],)
        case MeetingKind.BRANCH_COMMITTEE:
            return COMMITTEES[month % len(COMMITTEES)]
    return ()
