"""What all workers together may send a minute: one flow in the store that they share."""

from datetime import timedelta
from typing import Final

from app.notices.ports import Allowance
from app.wechat.grants import SharedStore

_MINUTE: Final = timedelta(minutes=1)
_BURSTS_A_MINUTE: Final = 30


class SharedPace:
    """Meets `app.notices.ports.Pace`. No window of a minute sees more than `per_minute`, bursts included."""

    def __init__(self, store: SharedStore, name: str, *, per_minute: int) -> None:
        self._store = store
        self._name = name
        self._burst = max(1, per_minute // _BURSTS_A_MINUTE)
        self._every = _MINUTE / max(1, per_minute - self._burst)

    def take(self, wanted: int) -> Allowance:
        granted, wait = self._store.take(self._name, wanted, every=self._every, burst=self._burst)
        return Allowance(granted, wait)

    def give_back(self, unused: int) -> None:
        self._store.take(self._name, -unused, every=self._every, burst=self._burst)
