"""One short transaction at the present moment, for those who talk to WeChat between two of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from app.core.clock import Clock
from app.core.db import Session, Sessions, in_turn

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Writing:
    sessions: Sessions
    clock: Clock

    def __call__(self, verb: Callable[[Session, datetime], Given]) -> Given:
        """What `verb` returns; called again where its transaction gave way to another, and so did nothing."""

        def transact() -> Given:
            with self.sessions.begin() as session:
                return verb(session, self.clock.now())

        return in_turn(transact)
