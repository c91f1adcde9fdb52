"""How far the sending of an announcement is, what it waits for and why, in words."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.db import Session
from app.notices import pauses, timing
from app.notices.announcements import results
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Channel, ChannelPause, Urgency
from app.notices.reasons import sentence
from app.notices.states import OPEN, DeliveryState
from app.notices.workdays import known_to
from app.organizations.scope import Scope
from console.edge import now
from console.labels import label
from console.presentation import when

NOBODY = "没有可发的人"
"""Whoever it was for had gone when its time came."""


@dataclass(frozen=True)
class Progress:
    counts: Mapping[DeliveryState, int]
    open: bool
    waits: list[str]
    begun: bool = True

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.total - sum(self.counts.get(state, 0) for state in OPEN)

    @property
    def look_again(self) -> int:
        """Seconds until the page asks again: seldom while nothing can move."""
        return 15 if self.waits else 2

    @property
    def heading(self) -> str:
        if not self.total:
            return "马上开始发送" if self.open else NOBODY if self.begun else "还没有开始发送"
        if self.open:
            return "正在发送"
        return "等待每周汇总" if self.counts.get(DeliveryState.HELD) else "已发完"

    @property
    def shares(self) -> list[tuple[str, int]]:
        return [(label(state), self.counts[state]) for state in DeliveryState if self.counts.get(state)]


def progress(session: Session, found: Announcement) -> Progress:
    counts = results.progress(session, found.id)
    is_open = found.state is AnnouncementState.SENDING or is_due(found)
    waits = list(_waits(session, found, counts)) if is_open or counts.get(DeliveryState.HELD) else []
    return Progress(counts, is_open, waits, begun=found.prepared_at is not None)


def is_due(found: Announcement) -> bool:
    """Approved, its time has come, and the next beat of the scheduler makes its deliveries."""
    due = found.send_at is not None and found.send_at <= now()
    return due and found.state is AnnouncementState.SCHEDULED


def progress_within(session: Session, found: Announcement, scope: Scope) -> Progress:
    """Of the scope's own people alone: what a branch sees of an announcement from above."""
    counts = Counter[DeliveryState]()
    for state, _, number in results.reasons(session, scope, found.id):
        counts[state] += number
    return Progress(counts, open=False, waits=[])


def _waits(session: Session, found: Announcement, counts: Mapping[DeliveryState, int]) -> Iterator[str]:
    is_working_day = known_to(session)
    if any(counts.get(state) for state in OPEN):
        yield from paused(session)
        resumes = timing.next_permitted(now(), is_working_day)
        if found.urgency is not Urgency.EMERGENCY and resumes > now():
            yield f"现在是晚间或休息日，不打扰大家，{when(resumes)} 继续发送。"
    if held := counts.get(DeliveryState.HELD):
        gathered = timing.next_digest(now(), is_working_day)
        yield f"{held:,} 人随每周汇总收到{f'，{when(gathered)} 发出' if gathered else ''}。"


def paused(session: Session) -> Iterator[str]:
    """Each channel that stands still, and when it goes on; one sentence where nothing gets through at all."""
    standing = running(session)
    if is_away(standing):
        resumes = min(pause.until for pause in standing)
        yield f"微信现在连不上，所有通知都在等待，一条也不会丢；{when(resumes)} 自动再试。"
        return
    for pause in standing:
        yield f"{label(pause.channel)}暂停：{sentence(pause.reason)}恢复时间：{when(pause.until)}。"


def is_away(standing: Collection[ChannelPause]) -> bool:
    return len(standing) == len(Channel)


def running(session: Session) -> list[ChannelPause]:
    return [one for _, one in sorted(pauses.paused(session, now()).items())]


def expected(session: Session, urgency: Urgency, send_at: datetime | None) -> datetime | None:
    """When the first of it would go out if it were settled now."""
    is_working_day, from_then = known_to(session), max(send_at or now(), now())
    if urgency is Urgency.EMERGENCY:
        return from_then
    if urgency is Urgency.DIGEST:
        return timing.next_digest(from_then, is_working_day)
    return timing.next_permitted(from_then, is_working_day)
