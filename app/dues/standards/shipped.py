"""The standards that come with the product (facts/domain §1.1, §1.3, §1.4; sources S1, S2)."""

import json
from datetime import UTC, date, datetime
from typing import Any, Final

_2008: Final[dict[str, Any]] = {
    "bands": {
        "salary": [[300000, "0.5"], [500000, "1"], [1000000, "1.5"], [None, "2"]],
        "annual": [[300000, "0.5"], [500000, "1"], [1000000, "1.5"], [None, "2"]],
        "irregular": [[300000, "0.5"], [500000, "1"], [1000000, "1.5"], [None, "2"]],
        "retired": [[500000, "0.5"], [None, "1"]],
    },
    "farmer": [20, 100],
    "fixed": 20,
    "ceiling": None,
    "large_from": 100000,
    "back_months": 6,
    "advance_months": 3,
    "advance_most": 6,
    "arrears_reminders": [2, 4, 5],
    "lapse_months": 6,
}
_2017: Final[dict[str, Any]] = _2008 | {"ceiling": 100000}


def _row(effective: date, name: str, clause: str, table: dict[str, Any]) -> dict[str, Any]:
    moment = datetime(effective.year, effective.month, effective.day, tzinfo=UTC)
    return {
        "name": name,
        "clause": clause,
        "effective_from": effective,
        "table": json.dumps(table),
        "standing": 1,
        "decision": "approved",
        "proposed_by": "zhibu",
        "proposed_at": moment,
        "decided_by": "shipped",
        "decided_at": moment,
        "decision_note": "",
    }


ROWS: Final = (
    _row(
        date(2008, 4, 1),
        "2008年收缴标准",
        "《关于中国共产党党费收缴、使用和管理的规定》（中组发〔2008〕3号）",
        _2008,
    ),
    _row(
        date(2017, 1, 1),
        "现行收缴标准",
        "中组发〔2008〕3号，并按组电明字〔2017〕5号：年初核定、年内一般不变，月缴一般不超过1000元",
        _2017,
    ),
)
"""The day of the notice of 2017 was not seen; the first of its year stands for it."""
