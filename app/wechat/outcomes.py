"""Return codes as what to do next: the table of facts/wechat.md §4."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import structlog

from app.core.outcomes import Accepted, Outcome, Rejected, RetryLater, Stopped

log = structlog.get_logger()

MINUTE: Final = timedelta(minutes=1)

_RETRY: Final[dict[str, tuple[timedelta, Iterable[int]]]] = {
    "busy": (timedelta(seconds=30), (-1,)),
    "parallel_send": (timedelta(seconds=5), (43108,)),
    "repeated_too_soon": (MINUTE, (45066,)),
    "admin_confirmation": (timedelta(minutes=30), (89504, 89505)),
}
_STOP: Final[dict[str, Iterable[int]]] = {
    "token_refused": (40001, 40014, 42001, 41001),
    "credentials": (40002, 40013, 40125, 41002, 41004, 40243, 50004, 50007),
    "ip_not_allowed": (40164,),
    "ip_confirmation": (89501, 89503, 89506, 89507),
    "quota_day": (45009,),
    "quota_mass": (45028,),
    "api_not_authorised": (48001,),
    "api_banned": (48004,),
    "platform_authorisation": (61003, 61004, 61007, 61023),
}
_REJECT: Final[dict[str, Iterable[int]]] = {
    "openid_unknown": (40003, 49003),
    "unfollowed": (43004, 50005),
    "blacklisted": (43019,),
    "not_subscribed": (43101,),
    "openid_of_other_app": (43104,),
    "template_banned": (43107, 43116),
    "turned_off": (48002,),
    "window_closed": (45015,),
    "window_quota": (45047,),
    "too_long": (45008, 45002, 40039, 45157, 45158, 45056, 45059, 40032, 45067),
    "content_refused": (45168, 87014, 40249),
    "malformed_request": (47001, 44002, 43002, 43001),
    "template_argument": (47003,),
    "template_unknown": (40036, 40037, 40246, 40247),
    "bad_arguments": (41030, 40097, 40129, 40169, 85096),
    "no_resets_left": (48006,),
    "user_limited": (50001, 50002),
    "login_code": (40029, 40163, 42003, 41008),
    "login_again": (40030, 42002, 42007),
    "login_blocked": (40226,),
    "user_inactive": (61010,),
    "minor_protection": (70000,),
    "typing": (45080, 45081),
    "admin_call": (40132, *range(65400, 65418), *range(76000, 77000)),
    "subscribe_template_admin": (*range(20001, 20023), *range(200011, 200023)),
}

TABLE: Final[dict[int, Outcome]] = {
    0: Accepted(),
    45065: Accepted(),  # this clientmsgid was taken before: done
    **{code: RetryLater(reason, after) for reason, (after, codes) in _RETRY.items() for code in codes},
    **dict.fromkeys((45011, 44990, 44991), Stopped("rate_minute", MINUTE)),
    **{code: Stopped(reason) for reason, codes in _STOP.items() for code in codes},
    **{code: Rejected(reason) for reason, codes in _REJECT.items() for code in codes},
}


def outcome_of(errcode: int, errmsg: str) -> Outcome:
    """What a return code means for the thing that was sent. `errmsg` decides nothing: its rid is logged."""
    outcome = TABLE.get(errcode) or Rejected(f"unknown_{errcode}")
    if not isinstance(outcome, Accepted):
        log.warning("wechat.send.refused", errcode=errcode, errmsg=errmsg, reason=outcome.reason)
    return outcome
