"""What stands in the forms about remitting and publishing, and what is missing in them."""

import re
from dataclasses import dataclass

from app.dues import months
from app.dues.remittance.models import RemitEvery
from app.dues.remittance.rules import WHOLE
from console import fields

TO_LENGTH = 100
CLAUSE_LENGTH = 200
LONGEST_WAIT = 366
_PERCENT = re.compile(r"(?P<whole>\d{1,3})(?:\.(?P<rest>\d{1,2}))?[%％]?", re.ASCII)


def basis_points(typed: str) -> int:
    """Hundredths of a percent, of a percentage as typed; 0 where it is none."""
    found = _PERCENT.fullmatch(typed)
    return int(found["whole"]) * 100 + int((found["rest"] or "0").ljust(2, "0")) if found else 0


@dataclass(frozen=True)
class TypedRule:
    to_name: str = ""
    ratio: str = ""
    every: RemitEvery | None = RemitEvery.QUARTER
    due_days: int | None = 30
    clause: str = ""
    effective_from: int | None = None

    @classmethod
    def sent(cls) -> "TypedRule":
        return cls(
            fields.line("to_name", most=TO_LENGTH),
            fields.line("ratio", most=8),
            fields.choice("every", RemitEvery),
            fields.number("due_days"),
            fields.line("clause", most=CLAUSE_LENGTH),
            months.read(fields.line("effective_from", most=7)),
        )

    def faults(self) -> dict[str, str]:
        needed = {
            "to_name": (self.to_name, "请写上缴给哪个组织。"),
            "ratio": (0 < basis_points(self.ratio) <= WHOLE, "请填写比例，例如 50 或 12.5，最多 100。"),
            "every": (self.every, "请选择多久上缴一次。"),
            "due_days": (1 <= (self.due_days or 0) <= LONGEST_WAIT, "请填写天数，1 到 366。"),
            "clause": (self.clause, "请写依据的文件。"),
            "effective_from": (self.effective_from, "请填写从哪个月起。"),
        }
        return {name: text for name, (right, text) in needed.items() if not right}
