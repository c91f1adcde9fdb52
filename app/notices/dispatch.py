"""Sending what is due: a batch is claimed, sent outside any transaction, and recorded; batches overlap."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from app.core.clock import Clock
from app.core.db import Session, Sessions, in_turn
from app.core.outcomes import Outcome
from app.notices import claims, endings, ledger, receipts
from app.notices.claimed import Claimed
from app.notices.claims import Batch
from app.notices.ports import GoesOn, NoLimit, Notice, NoticeSender, Pace
from app.notices.setup import Setup

log = structlog.get_logger()

BATCH: Final = 100
LANES: Final = 2
"""While one batch is on the wire, the other is recorded and the next one claimed."""
LONGEST_WAIT: Final = timedelta(seconds=5)
RECORD_AGAIN_SECONDS: Final = (0.2, 0.5, 1, 2, 4, 8)


def always() -> bool:
    return True


@dataclass(frozen=True)
class Post:
    """What sending needs. `worker` marks this process's claims."""

    sessions: Sessions
    sender: NoticeSender
    clock: Clock
    setup: Setup
    pace: Pace = field(default_factory=NoLimit)
    worker: str = field(default_factory=claims.new_worker)
    sleep: Callable[[float], None] = time.sleep


def send_batch(
    post: Post, *, limit: int = BATCH, ids: Sequence[str] | None = None, goes_on: GoesOn = always
) -> int:
    """Send up to `limit` of what is due, or of these ids; how many deliveries were dealt with."""
    limit = limit if ids is None else len(ids)
    granted = _granted(post, limit, ids)
    if not granted:
        return 0
    batch = _claimed(post, granted, ids)
    if unused := granted - len(batch.going):
        post.pace.give_back(unused)
    going = batch.going
    while going:
        outcomes = {sent.id: sent.outcome for sent in post.sender.send_many(_notices(going), goes_on)}
        going = _recorded(post, batch, going, outcomes)
    _end(post, batch)
    return batch.seen


def pump(post: Post, *, lanes: int = LANES, goes_on: GoesOn = always) -> int:
    """Send until nothing is due; how many deliveries were dealt with."""

    def lane(_: int) -> int:
        dealt = 0
        while goes_on() and (seen := send_batch(post, goes_on=goes_on)):
            dealt += seen
        return dealt

    with ThreadPoolExecutor(lanes, "notices") as pool:
        return sum(pool.map(lane, range(lanes)))


def tidy(post: Post) -> None:
    """What two transactions may have left to each other: words that came early, announcements that ended."""
    with post.sessions.begin() as session:
        now = post.clock.now()
        receipts.settle(session, now=now)
        receipts.forget_old(session, now=now)
    with post.sessions.begin() as session:
        endings.end(session, now=post.clock.now())


def _granted(post: Post, limit: int, ids: Sequence[str] | None) -> int:
    """How many may be claimed: no more than are due, and than the pace of all workers allows."""
    with post.sessions.read() as session:
        wanted = claims.due(session, now=post.clock.now(), limit=limit, ids=ids)
    if not wanted:
        return 0
    allowance = post.pace.take(wanted)
    if not allowance.granted and allowance.wait <= LONGEST_WAIT:
        post.sleep(allowance.wait.total_seconds())
        allowance = post.pace.take(wanted)
    return allowance.granted


def _claimed(post: Post, limit: int, ids: Sequence[str] | None) -> Batch:
    def claim() -> Batch:
        with post.sessions.begin() as session:
            return claims.claim(
                session, worker=post.worker, setup=post.setup, now=post.clock.now(), limit=limit, ids=ids
            )

    return in_turn(claim)


def _notices(going: Sequence[Claimed]) -> list[Notice]:
    return [one.notice() for one in going]


def _recorded(
    post: Post, batch: Batch, going: Sequence[Claimed], outcomes: Mapping[str, Outcome]
) -> Sequence[Claimed]:
    """Tried again while the database is away: what has been sent must not be forgotten."""

    def write(session: Session) -> Sequence[Claimed]:
        return ledger.record(
            session, going, outcomes, token=batch.token, setup=post.setup, now=post.clock.now()
        )

    def once() -> Sequence[Claimed]:
        with post.sessions.begin() as session:
            return write(session)

    def again() -> Sequence[Claimed]:
        with post.sessions.begin() as session:
            held = ledger.held(session, [one.id for one in going], token=batch.token)
            return write(session) if held else ()  # the commit whose answer was lost had taken place

    attempt = once
    for pause in RECORD_AGAIN_SECONDS:
        try:
            return in_turn(attempt)
        except (OperationalError, InterfaceError) as fault:
            log.warning("notices.batch.not_recorded", error=type(fault).__name__, again_in=pause)
            post.sleep(pause)
            attempt = again
    return in_turn(attempt)


def _end(post: Post, batch: Batch) -> None:
    if batch.announcement_ids:
        with post.sessions.begin() as session:
            endings.end(session, announcement_ids=batch.announcement_ids, now=post.clock.now())
