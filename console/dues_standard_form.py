"""What stands in the form of a new standard: bands as lines of a table, amounts in yuan."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from flask import request

from app.dues import money
from app.dues.standards.models import DuesCategory
from app.dues.standards.rules import Band, Standard
from console import fields

NAME_LENGTH, CLAUSE_LENGTH = 100, 300
PAY, PENSION = "pay", "pension"
OF: Mapping[str, tuple[DuesCategory, ...]] = {
    PAY: (DuesCategory.SALARY, DuesCategory.ANNUAL, DuesCategory.IRREGULAR),
    PENSION: (DuesCategory.RETIRED,),
}
"""One table of bands each: the rule knows no other difference (facts/domain §1.1)."""
LINES = 6
PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?) ?%?", re.ASCII)
AMOUNTS = ("farmer_low", "farmer_high", "fixed", "ceiling", "large_from")
COUNTS = ("back_months", "advance_months", "advance_most")
WRONG_AMOUNT = "请填写金额，例如 0.20。"
WRONG_COUNT = "请填写几个月。"
WRONG_BAND = "每档写上限和比例；最后一档不写上限。"


@dataclass(frozen=True)
class TypedStandard:
    """`bands`: (upper bound in yuan, per cent) as typed, by table."""

    name: str
    clause: str
    effective_from: str
    bands: Mapping[str, Sequence[tuple[str, str]]]
    amounts: Mapping[str, str]
    counts: Mapping[str, str]

    @classmethod
    def of(cls, kept: Standard) -> "TypedStandard":
        """What is in force, to be changed."""
        return cls(
            name="",
            clause="",
            effective_from="",
            bands={name: _typed(kept.bands[kinds[0]]) for name, kinds in OF.items()},
            amounts={
                "farmer_low": money.text(kept.farmer[0]),
                "farmer_high": money.text(kept.farmer[1]),
                "fixed": money.text(kept.fixed),
                "ceiling": "" if kept.ceiling is None else money.text(kept.ceiling),
                "large_from": money.text(kept.large_from),
            },
            counts={name: str(getattr(kept, name)) for name in COUNTS},
        )

    @classmethod
    def sent(cls) -> "TypedStandard":
        return cls(
            name=fields.line("name", most=NAME_LENGTH),
            clause=fields.line("clause", most=CLAUSE_LENGTH),
            effective_from=request.form.get("effective_from", "")[:10],
            bands={name: _sent_bands(name) for name in OF},
            amounts={name: fields.line(name, most=20) for name in AMOUNTS},
            counts={name: fields.line(name, most=3) for name in COUNTS},
        )

    @property
    def day(self) -> date | None:
        try:
            return date.fromisoformat(self.effective_from)
        except ValueError:
            return None

    def faults(self) -> dict[str, str]:
        """What cannot be read, by field; the domain judges the rest."""
        needed = {
            "name": (self.name, "请写名称。"),
            "clause": (self.clause, "请写依据的文件和文号，党员会在说明里看到。"),
            "effective_from": (self.day, "请填写从哪天起执行。"),
        }
        found = {name: text for name, (value, text) in needed.items() if not value}
        found |= {name: WRONG_BAND for name, rows in self.bands.items() if _bands(rows) is None}
        found |= {
            name: WRONG_AMOUNT
            for name, typed in self.amounts.items()
            if money.read(typed) is None and not (name == "ceiling" and not typed)
        }
        return found | {name: WRONG_COUNT for name, typed in self.counts.items() if not typed.isdecimal()}

    def standard(self, kept: Standard) -> Standard:
        """Of a form without faults. When people are reminded of arrears stays as it is in `kept`."""
        fen = {name: money.read(typed) for name, typed in self.amounts.items()}
        return replace(
            kept,
            bands={
                kind: tuple(_bands(self.bands[name]) or ()) for name, kinds in OF.items() for kind in kinds
            },
            farmer=(fen["farmer_low"] or 0, fen["farmer_high"] or 0),
            fixed=fen["fixed"] or 0,
            ceiling=fen["ceiling"],
            large_from=fen["large_from"] or 0,
            back_months=int(self.counts["back_months"]),
            advance_months=int(self.counts["advance_months"]),
            advance_most=int(self.counts["advance_most"]),
        )


def _typed(rows: Sequence[Band]) -> list[tuple[str, str]]:
    return [
        ("" if one.up_to is None else money.text(one.up_to), f"{one.percent.normalize():f}") for one in rows
    ]


def _sent_bands(name: str) -> list[tuple[str, str]]:
    bounds, rates = (
        request.form.getlist(f"{name}_up_to")[:LINES],
        request.form.getlist(f"{name}_rate")[:LINES],
    )
    pairs = zip(bounds, rates, strict=False)
    found = [(fields.tidy(bound, most=16), fields.tidy(rate, most=8)) for bound, rate in pairs]
    return [pair for pair in found if any(pair)]


def _bands(rows: Sequence[tuple[str, str]]) -> list[Band] | None:
    """None where a line cannot be read."""
    made = [_band(bound, rate) for bound, rate in rows]
    return None if None in made or not made else [one for one in made if one]


def _band(bound: str, rate: str) -> Band | None:
    up_to = money.read(bound) if bound else None
    percent = PERCENT.fullmatch(rate)
    if percent is None or (bound and up_to is None):
        return None
    return Band(up_to, Decimal(percent[1]))
