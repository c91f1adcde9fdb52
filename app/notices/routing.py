"""Which way each delivery of a batch takes now: open to the person, permitted at this hour, not paused, paid for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from app.core.db import Session
from app.members.models import WeChatIdentity
from app.notices import pauses, timing, wallet, workdays
from app.notices.channels import Unreachable, ways
from app.notices.claimed import Chat, Claimed
from app.notices.following import REPEATABLE_FOR, Ended, Waits, sure_or_waits
from app.notices.models import Channel, Urgency
from app.notices.setup import Setup
from app.notices.states import DeliveryState
from app.notices.writing import Change

PROBE_APART: Final = timedelta(seconds=5)
"""After a pause one notice tries the channel; the others wait until it is known how that went."""
QUIET: Final = "quiet_hours"
INTERRUPTED: Final = "interrupted"
WALLETS: Final = (Channel.SUBSCRIPTION, Channel.MINI_PROGRAM)

Step = tuple[Channel, ...] | Ended | Waits


def columns(step: Ended | Waits, attempts: int, now: datetime) -> dict[str, Any]:
    """What becomes of a delivery that is over, or goes back to the queue."""
    reason = step.reason[:64] if step.reason else None
    if isinstance(step, Ended):
        over = {"state": step.state, "reason": reason, "ended_at": now}
        return {**over, "unsure_since": None, "claimed_by": None}
    return {
        "state": DeliveryState.QUEUED,
        "reason": reason,
        "not_before": step.until,
        "unsure_since": step.unsure_since,
        "attempts": attempts if step.counted else attempts - 1,
        "handed_at": None,
        "claimed_by": None,
    }


class Routes:
    """For one batch, in one transaction."""

    def __init__(self, session: Session, setup: Setup, now: datetime) -> None:
        self._session = session
        self._setup = setup
        self._now = now
        self._is_working_day = workdays.known_to(session)
        self._pauses = pauses.standing(session)
        self._probed = set[Channel]()

    def start(self, batch: Iterable[Claimed]) -> tuple[list[Change], list[Claimed]]:
        """What ends or waits without being sent, and what is sent."""
        return self._sorted((one, self._first(one)) for one in batch)

    def onward(self, batch: Iterable[Claimed]) -> tuple[list[Change], list[Claimed]]:
        """The same for deliveries whose way was refused, with the ways that are left to them."""
        return self._sorted((one, self._unpaused(one, one.ways)) for one in batch)

    def waits(self, one: Claimed, waits: Waits) -> Ended | Waits:
        """Not within the quiet hours, and no longer than the platform knows what may have arrived."""
        return sure_or_waits(replace(waits, until=self._permitted(one, waits.until)))

    def until(self, channel: Channel) -> datetime:
        """When a channel that was stopped just now may be tried again."""
        pause = self._pauses.get(channel)
        return pause.until if pause else self._now

    def _sorted(self, steps: Iterable[tuple[Claimed, Step]]) -> tuple[list[Change], list[Claimed]]:
        over, going = list[Change](), list[Claimed]()
        for one, step in steps:
            if isinstance(step, tuple):
                going.append(replace(one, ways=step))
            else:
                over.append((one.id, columns(step, one.attempts, self._now)))
        paid = self._paid(self._with_minis(going))
        nowhere = Ended(DeliveryState.LISTED, Unreachable.NO_CHANNEL.value)
        broke = [(one.id, columns(nowhere, one.attempts, self._now)) for one in paid if not one.ways]
        return [*over, *broke], [one for one in paid if one.ways]

    def _first(self, one: Claimed) -> Step:
        if (moment := self._permitted(one, self._now)) > self._now:
            return self._back(one, moment, QUIET)
        found = self._open(one)
        if isinstance(found, Unreachable):
            return Ended(DeliveryState.LISTED, found.value)
        if one.unsure_since is None:
            return self._unpaused(one, found)
        if Channel.TEMPLATE in found and self._now < one.unsure_since + REPEATABLE_FOR:
            # On another way the platform would not know it as a repeat.
            return self._unpaused(one, (Channel.TEMPLATE,))
        return Ended(DeliveryState.UNCERTAIN, INTERRUPTED)

    def _open(self, one: Claimed) -> tuple[Channel, ...] | Unreachable:
        facts = one.facts
        if self._setup.declarations[one.kind].answers:
            facts = replace(facts, window_open=True)  # WeChat knows better whether the chat is still open
        return ways(facts, self._setup.offer(one.kind), emergency=one.urgency is Urgency.EMERGENCY)

    def _unpaused(self, one: Claimed, found: Sequence[Channel]) -> Step:
        running = [pause for way in found if (pause := self._pauses.get(way)) and pause.until > self._now]
        left = tuple(way for way in found if way not in {pause.channel for pause in running})
        if not left:
            first = min(running, key=lambda pause: pause.until)
            return self._back(one, first.until, first.reason)
        if (pause := self._pauses.get(left[0])) is None:
            return left
        if left[0] in self._probed:
            return self._back(one, self._now + PROBE_APART, pause.reason)
        self._probed.add(left[0])
        return left

    def _back(self, one: Claimed, until: datetime, reason: str) -> Ended | Waits:
        return self.waits(one, Waits(until, reason, counted=False, unsure_since=one.unsure_since))

    def _permitted(self, one: Claimed, moment: datetime) -> datetime:
        """The moment, or the end of the quiet hours. An answer and an emergency wait for none."""
        answers = self._setup.declarations[one.kind].answers
        if answers or one.urgency is Urgency.EMERGENCY:
            return moment
        return timing.next_permitted(moment, self._is_working_day)

    def _with_minis(self, going: Sequence[Claimed]) -> list[Claimed]:
        wanting = {one.member_id for one in going if Channel.MINI_PROGRAM in one.ways and one.mini is None}
        if not wanting:
            return list(going)
        rows = self._session.execute(
            select(WeChatIdentity.member_id, WeChatIdentity.id, WeChatIdentity.openid).where(
                WeChatIdentity.app_id == self._setup.mini_app_id, WeChatIdentity.member_id.in_(wanting)
            )
        )
        minis = {row.member_id: Chat(row.id, row.openid) for row in rows}
        return [replace(one, mini=one.mini or minis.get(one.member_id)) for one in going]

    def _paid(self, going: list[Claimed]) -> list[Claimed]:
        """Take from the wallets before the send; whose wallet is empty goes on to the next way, if any."""
        for channel in WALLETS:
            mine = [one for one in going if one.ways[:1] == (channel,)]
            going = [one for one in going if one.ways[:1] != (channel,)]
            for template_id in {self.template_id(one) for one in mine}:
                going += self._spent(
                    template_id, [one for one in mine if self.template_id(one) == template_id]
                )
        return going

    def template_id(self, one: Claimed) -> str:
        """Whose wallet the present way asks."""
        ids = self._setup.ids_of(one.kind)
        return ids.subscription if one.channel is Channel.SUBSCRIPTION else ids.mini_program

    def _spent(self, template_id: str, wanting: list[Claimed]) -> list[Claimed]:
        done = list[Claimed]()
        while wanting:
            turn = {
                one.recipient.identity_id: one for one in wanting
            }  # two notices to one person: one after the other
            able = wallet.spend(self._session, template_id=template_id, identities=turn, now=self._now)
            done += [
                one if identity_id in able else replace(one, ways=one.ways[1:])
                for identity_id, one in turn.items()
            ]
            taken = {one.id for one in turn.values()}
            wanting = [one for one in wanting if one.id not in taken]
        return done
