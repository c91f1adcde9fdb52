"""The figures that come with the product (facts/domain §3; sources S14, S14b)."""

from datetime import UTC, date, datetime
from typing import Any, Final

_FROM: Final = date(2019, 1, 1)
_PLAN: Final = "《2019—2023年全国党员教育培训工作规划》；新规划的数字以上级通知为准"
_CUSTOM: Final = "各地学时认定办法的通行做法：全天8学时、半天4学时，其余每小时1学时"


def _row(figure: str, hours: int, clause: str) -> dict[str, Any]:
    moment = datetime(_FROM.year, _FROM.month, _FROM.day, tzinfo=UTC)
    return {
        "figure": figure,
        "effective_from": _FROM,
        "minutes": hours * 60,
        "clause": clause,
        "standing": 1,
        "decision": "approved",
        "proposed_by": "zhibu",
        "proposed_at": moment,
        "decided_by": "shipped",
        "decided_at": moment,
        "decision_note": "",
    }


ROWS: Final = (
    _row("member_year", 32, _PLAN),
    _row("leader_year", 56, _PLAN),
    _row("full_day", 8, _CUSTOM),
    _row("half_day", 4, _CUSTOM),
    _row("clock_hour", 1, _CUSTOM),
)
