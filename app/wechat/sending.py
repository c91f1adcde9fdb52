"""What a send came to, whatever went wrong on the way."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from app.core.outcomes import NO_ANSWER, Accepted, Outcome, Rejected, RetryLater
from app.wechat.errors import BadAnswer, TokenUnavailable, WeChatError, WeChatRefused, WeChatUnreachable
from app.wechat.outcomes import outcome_of

SOON: Final = timedelta(seconds=30)


def taken(answer: Mapping[str, Any]) -> Accepted:
    """The platform took it, and gave it a number or not."""
    remote_id = answer.get("msgid")
    return Accepted(None if remote_id is None else str(remote_id)[:64])


def failed(error: WeChatError, *, repeatable: bool) -> Outcome:
    """`repeatable`: the platform itself drops a repeat, so that a send without an answer may be tried again."""
    match error:
        case WeChatRefused() | TokenUnavailable(errcode=int()):
            return outcome_of(error.errcode or 0, str(error))
        case TokenUnavailable():
            return RetryLater("no_token", SOON)
        case WeChatUnreachable(may_have_arrived=False):
            return RetryLater(error.reason, SOON)
        case WeChatUnreachable() | BadAnswer() if repeatable:
            return RetryLater(error.reason, SOON, may_have_arrived=True)
        case _:
            return Rejected(NO_ANSWER)
