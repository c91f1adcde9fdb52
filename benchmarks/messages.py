"""What is sent in the fan-out measurement, by both sides alike: a template message with three fields."""

from typing import Final

TEMPLATE_ID: Final = "tBenchmark0000000000000000000000000000000000"
FIELDS: Final = {"thing1": "关于召开支部党员大会的通知", "thing2": "基准党支部", "time3": "2026-11-21 16:00"}
URL: Final = "http://127.0.0.1/m/notices/1"


def openid(number: int) -> str:
    return f"oBench{number:022d}"
