"""What follows one outcome, where a delivery stands: every case of the table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.outcomes import NO_ANSWER, Accepted, Outcome, Rejected, RetryLater, Stopped
from app.notices.following import (
    FALLS,
    LONGEST_PAUSE,
    MAX_ATTEMPTS,
    REPEATABLE_FOR,
    Ended,
    Goes,
    Standing,
    Step,
    Waits,
    after,
)
from app.notices.models import Channel
from app.notices.states import DeliveryState
from tests.factories import NOW

C, S = Channel, DeliveryState
SOON = timedelta(seconds=30)
FIRST = Standing(C.TEMPLATE, (), attempts=1, claimed_at=NOW, unsure_since=None)
LAST = replace(FIRST, attempts=MAX_ATTEMPTS)
UNSURE = replace(FIRST, attempts=2, unsure_since=NOW - timedelta(minutes=1))
FURTHER = replace(FIRST, channel=C.CUSTOMER, further=(C.TEMPLATE, C.SUBSCRIPTION))
SILENT = RetryLater("timeout", SOON, may_have_arrived=True)


@pytest.mark.parametrize(
    ("outcome", "standing", "step"),
    [
        (Accepted("1"), FIRST, Ended(S.SENT, None)),
        (Accepted("1"), UNSURE, Ended(S.SENT, None)),
        (Rejected("blacklisted"), FIRST, Ended(S.REJECTED, "blacklisted")),
        (Rejected("blacklisted"), FURTHER, Ended(S.REJECTED, "blacklisted")),
        (Rejected("blacklisted"), UNSURE, Ended(S.UNCERTAIN, "blacklisted")),
        (Rejected(NO_ANSWER), FURTHER, Ended(S.UNCERTAIN, NO_ANSWER)),
        (Rejected("window_closed"), FIRST, Ended(S.LISTED, "no_channel")),
        (Rejected("not_subscribed"), FIRST, Ended(S.LISTED, "no_channel")),
        (Rejected("window_closed"), FURTHER, Goes((C.TEMPLATE, C.SUBSCRIPTION))),
        (Rejected("template_argument:thing1"), FURTHER, Goes((C.TEMPLATE, C.SUBSCRIPTION))),
        (Rejected("unfollowed"), FURTHER, Goes((C.SUBSCRIPTION,))),
        (Rejected("unfollowed"), replace(FURTHER, further=(C.TEMPLATE,)), Ended(S.REJECTED, "unfollowed")),
        (Rejected("window_closed"), replace(FURTHER, unsure_since=NOW), Ended(S.UNCERTAIN, "window_closed")),
        (Stopped("credentials"), LAST, Waits(NOW, "credentials", counted=False)),
        (
            Stopped("rate_minute", timedelta(minutes=1)),
            FIRST,
            Waits(NOW + timedelta(minutes=1), "rate_minute", counted=False),
        ),
        (
            Stopped("credentials", timedelta(minutes=7)),
            UNSURE,
            Ended(S.UNCERTAIN, "credentials"),
        ),
        (RetryLater("busy", SOON), FIRST, Waits(NOW + SOON, "busy")),
        (RetryLater("busy", SOON), replace(FIRST, attempts=3), Waits(NOW + 4 * SOON, "busy")),
        (RetryLater("busy", SOON), replace(FIRST, attempts=9), Waits(NOW + LONGEST_PAUSE, "busy")),
        (RetryLater("busy", SOON), LAST, Ended(S.REJECTED, "busy")),
        (RetryLater("busy", SOON), replace(LAST, unsure_since=NOW), Ended(S.UNCERTAIN, "busy")),
        (RetryLater("no_token", SOON), LAST, Waits(NOW + SOON, "no_token", counted=False)),
        (SILENT, FIRST, Waits(NOW + SOON, "timeout", unsure_since=NOW)),
        (SILENT, UNSURE, Waits(NOW + 2 * SOON, "timeout", unsure_since=UNSURE.unsure_since)),
        (SILENT, replace(UNSURE, attempts=5), Ended(S.UNCERTAIN, "timeout")),
    ],
)
def test_step(outcome: Outcome, standing: Standing, step: Step) -> None:
    assert after(outcome, standing, now=NOW) == step


def test_pauses_are_spread() -> None:
    step = after(RetryLater("busy", SOON), FIRST, now=NOW, spread=1.2)

    assert step == Waits(NOW + timedelta(seconds=36), "busy")


@pytest.mark.parametrize("reason", sorted(FALLS))
def test_no_way_is_tried_while_the_first_may_have_arrived(reason: str) -> None:
    standing = replace(FURTHER, unsure_since=NOW)

    assert after(Rejected(reason), standing, now=NOW) == Ended(S.UNCERTAIN, reason)


@pytest.mark.parametrize(("early", "state"), [(1, None), (0, S.UNCERTAIN)])
def test_repeat_comes_while_wechat_still_drops_it(early: int, state: DeliveryState | None) -> None:
    since = NOW + SOON - REPEATABLE_FOR + timedelta(microseconds=early)

    step = after(RetryLater("busy", SOON), replace(FIRST, unsure_since=since), now=NOW)

    assert (step.state if isinstance(step, Ended) else None) is state
