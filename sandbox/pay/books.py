"""A merchant's money: every movement in fen, and what is left."""

from dataclasses import asdict, dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.pay.settings import basis_points
from sandbox.serials import Serials

Json = dict[str, Any]
WHOLE = 10_000
PAYMENT, FEE, REFUND, REFUND_BACK, MOVED = "payment", "fee", "refund", "refund_closed", "moved"


@dataclass(frozen=True)
class Entry:
    at: float
    kind: str
    amount: int
    """Fen; negative for what goes out."""
    balance: int
    number: str
    """The transaction or refund it belongs to."""
    flow: str
    note: str = ""
    voucher: str = ""


class Books:
    def __init__(self, clock: Clock, serials: Serials, fee_rate: str = "0.60") -> None:
        self._clock = clock
        self._serials = serials
        self._points = basis_points(fee_rate)
        self.rate = f"{self._points // 100}.{self._points % 100:02d}%"
        self._entries: dict[str, list[Entry]] = {}

    def fee(self, amount: int) -> int:
        """Fen that WeChat keeps of an amount that stays with the merchant, half a fen rounded up."""
        return (amount * self._points + WHOLE // 2) // WHOLE

    def balance(self, mchid: str) -> int:
        entries = self._entries.get(mchid)
        return entries[-1].balance if entries else 0

    def entries(self, mchid: str) -> list[Entry]:
        return self._entries.get(mchid, [])

    def write(
        self, mchid: str, kind: str, amount: int, *, number: str = "", note: str = "", voucher: str = ""
    ) -> None:
        flow = f"{self._serials.next('money'):020d}"
        entry = Entry(
            self._clock.now(), kind, amount, self.balance(mchid) + amount, number, flow, note, voucher
        )
        self._entries.setdefault(mchid, []).append(entry)

    def dump(self) -> Json:
        return {mchid: [asdict(one) for one in entries] for mchid, entries in self._entries.items()}

    def load(self, stored: Json) -> None:
        self._entries = {mchid: [Entry(**one) for one in entries] for mchid, entries in stored.items()}
