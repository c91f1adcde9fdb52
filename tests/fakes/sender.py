"""A NoticeSender that keeps what it was given and answers as told."""

from collections.abc import Callable, Iterator, Sequence
from threading import Lock

from app.core.outcomes import Accepted, Outcome, Stopped
from app.notices.models import Channel
from app.notices.ports import GoesOn, Notice, Sent

Answer = Outcome | Callable[[Notice], Outcome]


class FakeSender:
    """`answer`: one outcome for all, or what to say to each. As the real one, it leaves a stopped channel alone."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.answer: Answer = answer or Accepted("1")
        self.sent: list[Notice] = []
        self._lock = Lock()

    def send_many(self, notices: Sequence[Notice], goes_on: GoesOn) -> list[Sent]:
        return list(self._each(notices, goes_on))

    def close(self) -> None:
        return

    def _each(self, notices: Sequence[Notice], goes_on: GoesOn) -> Iterator[Sent]:
        stopped = set[Channel]()
        for notice in notices:
            if notice.channel in stopped or not goes_on():
                continue
            with self._lock:
                self.sent.append(notice)
            outcome = self.answer(notice) if callable(self.answer) else self.answer
            if isinstance(outcome, Stopped):
                stopped.add(notice.channel)
            yield Sent(notice.id, outcome)


class Script(FakeSender):
    """Answers one after the other as written, and then as the last."""

    def __init__(self, *outcomes: Outcome) -> None:
        super().__init__(self._next)
        self._outcomes = list(outcomes)

    def _next(self, _: Notice) -> Outcome:
        return self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
