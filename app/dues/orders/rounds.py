"""Working off what is due, one by one: a merchant that does not answer is left for the next round."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from app.core.db import AnyRow

log = structlog.get_logger()

AT_ONCE: Final = 200
PATIENCE: Final = 3
"""So many of a merchant's are tried in a round in which it does not answer: each may take seconds."""


def always() -> bool:
    return True


def work_off(
    due: Sequence[AnyRow],
    ask: Callable[[int], bool],
    *,
    later: Callable[[int], None],
    goes_on: Callable[[], bool],
) -> int:
    """How many were asked about. `due` is (id, mchid); `ask` says whether there was an answer.

    What raises is logged, and put off by `later`: one of them does not hold up the others.
    """
    asked, silent = 0, Counter[str]()
    for one, mchid in due:
        if not goes_on():
            break
        if silent[mchid] >= PATIENCE:
            continue
        asked += 1
        try:
            answered = ask(one)
        except Exception:
            log.exception("dues.asking.failed", id=one, mchid=mchid)
            _put_off(later, one)
        else:
            silent[mchid] += not answered
    return asked


def _put_off(later: Callable[[int], None], one: int) -> None:
    try:
        later(one)
    except Exception:  # its row is held by somebody: it comes up again in the next round
        log.exception("dues.asking.not_put_off", id=one)
