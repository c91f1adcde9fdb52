"""What a job is given."""

from collections.abc import Callable
from dataclasses import dataclass

from app.wiring import Services


@dataclass(frozen=True)
class Context:
    """`finish_silent` comes from the callback's desk: jobs do not know handlers."""

    services: Services
    finish_silent: Callable[[], int]
