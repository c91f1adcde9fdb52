"""Writing down what became of a batch: one transaction for all its results, whatever their number."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import insert, select

from app.core.db import Session
from app.core.outcomes import NO_ANSWER, Accepted, Outcome, Rejected, RetryLater, Stopped
from app.members import identities
from app.notices import pauses, receipts, wallet
from app.notices.claimed import Claimed
from app.notices.following import FOLLOWERS_ONLY, UNREACHABLE, Ended, Goes, Waits, after
from app.notices.models import Delivery, DeliveryAttempt
from app.notices.routing import WALLETS, Routes, columns
from app.notices.setup import Setup
from app.notices.states import DeliveryState
from app.notices.writing import Change, write

log = structlog.get_logger()

NOT_BEGUN: Final = "not_begun"
UNANSWERED: Final = "unanswered"
_LATE: Final = (DeliveryState.SENDING, DeliveryState.UNCERTAIN, DeliveryState.QUEUED)
"""Also where the claim was given up meanwhile: the token says that nobody else has claimed it since."""


def record(
    session: Session,
    batch: Sequence[Claimed],
    outcomes: Mapping[str, Outcome],
    *,
    token: str,
    setup: Setup,
    now: datetime,
) -> list[Claimed]:
    """Attempts, states, wallets and pauses; what goes on to its next way, paid for and still ours."""
    tried = [(one, outcomes[one.id]) for one in batch if one.id in outcomes]
    _attempts(session, tried, now)
    _pause(session, tried, now)
    routes = Routes(session, setup, now)
    _settle_wallets(session, routes, tried, batch, now)
    _mark_who_left(session, tried)
    over, onward = _steps(routes, batch, outcomes, now)
    stuck, going = routes.onward(_still_ours(session, onward, token))
    ours = Delivery.claimed_by == token
    write(session, [*over, *stuck], ours, Delivery.state.in_(_LATE))
    write(session, [(one.id, {"channel": one.channel}) for one in going], ours)
    numbers = [
        outcome.remote_id for _, outcome in tried if isinstance(outcome, Accepted) and outcome.remote_id
    ]
    if numbers:
        receipts.settle(session, remote_ids=numbers, now=now)
    _tell(tried)
    return going


def _attempts(session: Session, tried: Iterable[tuple[Claimed, Outcome]], now: datetime) -> None:
    rows = [
        {
            "delivery_id": one.id,
            "channel": one.channel,
            "at": now,
            "outcome": name_of(outcome),
            "reason": None if isinstance(outcome, Accepted) else outcome.reason[:64],
            "remote_id": outcome.remote_id if isinstance(outcome, Accepted) else None,
        }
        for one, outcome in tried
    ]
    if rows:
        session.execute(insert(DeliveryAttempt), rows)


def name_of(outcome: Outcome) -> str:
    return UNANSWERED if _unanswered(outcome) else type(outcome).__name__.lower()


def _unanswered(outcome: Outcome) -> bool:
    if isinstance(outcome, RetryLater):
        return outcome.may_have_arrived
    return isinstance(outcome, Rejected) and outcome.reason == NO_ANSWER


def _pause(session: Session, tried: Sequence[tuple[Claimed, Outcome]], now: datetime) -> None:
    """What stops a channel stops it for all; a platform that answered nobody is left alone for a while."""
    silent = [outcome for _, outcome in tried if _unanswered(outcome) or _unreachable(outcome)]
    if tried and len(silent) == len(tried):
        pauses.wait_out(session, reason=_reason(silent[0]), now=now)
        return
    stops = {one.channel: outcome for one, outcome in tried if isinstance(outcome, Stopped)}
    answered = {one.channel for one, outcome in tried if outcome not in silent} - stops.keys()
    if answered:
        pauses.lift(session, answered, now=now)
    if stops:
        pauses.stop(session, stops, now=now)


def _unreachable(outcome: Outcome) -> bool:
    return isinstance(outcome, RetryLater) and outcome.reason in UNREACHABLE


def _reason(outcome: Outcome) -> str:
    return "" if isinstance(outcome, Accepted) else outcome.reason


def _steps(
    routes: Routes, batch: Sequence[Claimed], outcomes: Mapping[str, Outcome], now: datetime
) -> tuple[list[Change], list[Claimed]]:
    """What ends or waits, and what goes on, with the ways left to it."""
    over, onward = list[Change](), list[Claimed]()
    spread = random.uniform(1, 1.25)
    for one in batch:
        step = _step(routes, one, outcomes.get(one.id), now, spread)
        if isinstance(step, Goes):
            onward.append(replace(one, ways=step.ways))
        else:
            over.append((one.id, columns(step, one.attempts, now)))
    return over, onward


def _step(
    routes: Routes, one: Claimed, outcome: Outcome | None, now: datetime, spread: float
) -> Ended | Waits | Goes:
    if outcome is None:
        until = routes.until(one.channel)
        return routes.waits(one, Waits(until, NOT_BEGUN, counted=False, unsure_since=one.unsure_since))
    step = after(outcome, one.standing(), now=now, spread=spread)
    if not isinstance(step, Waits):
        return step
    return routes.waits(one, replace(step, until=max(step.until, routes.until(one.channel))))


def held(session: Session, ids: Sequence[str], *, token: str) -> bool:
    """Whether any of them is still claimed with this token."""
    mine = select(Delivery.id).where(Delivery.id.in_(ids), Delivery.claimed_by == token).limit(1)
    return session.scalar(mine) is not None


def _still_ours(session: Session, onward: Sequence[Claimed], token: str) -> list[Claimed]:
    if not onward:
        return []
    held = session.scalars(
        select(Delivery.id)
        .where(
            Delivery.id.in_([one.id for one in onward]),
            Delivery.state == DeliveryState.SENDING,
            Delivery.claimed_by == token,
        )
        .with_for_update()
    ).all()
    ours = frozenset(held)
    return [one for one in onward if one.id in ours]


def _settle_wallets(
    session: Session,
    routes: Routes,
    tried: Sequence[tuple[Claimed, Outcome]],
    batch: Sequence[Claimed],
    now: datetime,
) -> None:
    """What the platform took stays spent; what it refused, or was not asked, goes back into the wallet."""
    outcomes = {one.id: outcome for one, outcome in tried}
    back, gone = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for one in batch:
        if one.channel in WALLETS:
            outcome = outcomes.get(one.id)
            wallets = gone if outcome == Rejected("not_subscribed") else back
            if not (isinstance(outcome, Accepted) or (outcome and _unanswered(outcome))):
                wallets[routes.template_id(one)].append(one.recipient.identity_id)
    for template_id, owners in back.items():
        wallet.give_back(session, template_id=template_id, identities=Counter(owners), now=now)
    for template_id, owners in gone.items():
        wallet.empty(session, template_id=template_id, identities=owners, now=now)


def _mark_who_left(session: Session, tried: Sequence[tuple[Claimed, Outcome]]) -> None:
    """So that the next reach counts them right."""
    gone = [
        one.recipient.identity_id
        for one, outcome in tried
        if outcome == Rejected("unfollowed") and one.channel in FOLLOWERS_ONLY
    ]
    if gone:
        identities.stopped_following(session, identity_ids=gone)


def _tell(tried: Sequence[tuple[Claimed, Outcome]]) -> None:
    """One line for a batch: what happened to how many, and to nobody by name."""
    told = Counter(
        f"{one.channel.value}.{name_of(outcome)}" + (f".{reason}" if (reason := _reason(outcome)) else "")
        for one, outcome in tried
    )
    if told:
        log.info("notices.batch.sent", **told)
