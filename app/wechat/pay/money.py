"""Yuan as bills write them, to fen."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

_YUAN: Final = re.compile(r"-?\d{1,12}(\.\d{1,8})?", re.ASCII)
_FEN_OF_A_YUAN: Final = 100


@lru_cache(maxsize=4096)
def fen(yuan: str) -> int:
    """`12.30` is 1230. Raises ValueError for a part of a fen; zeros there are how WeChat writes fees."""
    if not _YUAN.fullmatch(yuan):
        raise ValueError("no amount in yuan")
    amount = Decimal(yuan) * _FEN_OF_A_YUAN
    if amount != (whole := int(amount)):
        raise ValueError("an amount with a part of a fen")
    return whole
