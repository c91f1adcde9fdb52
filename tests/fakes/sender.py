"""A NoticeSender that keeps what it was given and answers as told."""

from app.core.outcomes import Accepted, Outcome
from app.notices.ports import Notice, Sent


class FakeSender:
    def __init__(self, outcome: Outcome | None = None) -> None:
        self.outcome: Outcome = outcome or Accepted("1")
        self.sent: list[Notice] = []

    def send(self, notice: Notice) -> Sent:
        self.sent.append(notice)
        return Sent("customer", self.outcome)
