"""What a job is given."""

from collections.abc import Callable
from dataclasses import dataclass

from app.wiring import Services
from jobs.tray import Tray


def always() -> bool:
    return True


@dataclass(frozen=True)
class Context:
    """`finish_silent` comes from the callback's desk: jobs do not know handlers.

    `tray` is where workers take deliveries from; without Redis there is none.
    A long job asks `goes_on` between its steps: no longer, once this process stops or another one leads.
    """

    services: Services
    finish_silent: Callable[[], int]
    goes_on: Callable[[], bool] = always
    tray: Tray | None = None
