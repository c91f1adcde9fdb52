"""Yuan as people write them, fen as we count. Never a binary fraction."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

FEN: Final = 100
_TYPED: Final = re.compile(r"[¥￥]?(?P<yuan>\d{1,9})(?:\.(?P<fen>\d{1,2}))?(?:元)?", re.ASCII)


def text(fen: int) -> str:
    """`1234567` → `12,345.67`; without a sign of currency."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // FEN:,}.{abs(fen) % FEN:02d}"


def read(typed: str) -> int | None:
    """Fen of an amount as typed; None where it is not one. Zero is an amount, a minus is not."""
    found = _TYPED.fullmatch(typed.strip().replace(",", "").replace("，", ""))
    if found is None:
        return None
    return int(found["yuan"]) * FEN + int((found["fen"] or "0").ljust(2, "0"))


def rounded(exact: Decimal, to: int = 1) -> int:
    """`exact` fen to whole multiples of `to` fen, half up (facts/domain §1.1 Rounding)."""
    return int((exact / to).quantize(Decimal(1), rounding=ROUND_HALF_UP)) * to
