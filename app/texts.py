"""Every sentence that a member reads in chat lives in templates/wechat/*.txt; this fills them in."""

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core.clock import local_day, local_text

FOLDER = Path(__file__).resolve().parents[1] / "templates" / "wechat"


NO_MARKUP = str.maketrans("<>", "＜＞")
"""In a chat WeChat reads <a> in what we write; what somebody typed must not write one."""


@lru_cache(maxsize=512)
def _date(moment: datetime) -> str:
    """3月2日, without the zeros that nobody says."""
    day = local_day(moment)
    return f"{day.month}月{day.day}日"


@lru_cache(maxsize=512)
def _day(moment: datetime) -> str:
    return f"{_date(moment)} {local_text(moment, '%H:%M')}"


class Texts:
    """Templates by name, compiled once a process. A missing value is an error, not a gap."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701 -- plain text; replies escape what XML needs
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters["plain"] = lambda typed: str(typed).translate(NO_MARKUP)
        self._environment.filters["date"] = _date
        self._environment.filters["day"] = _day
        self._environment.filters["clock"] = lambda moment: local_text(moment, "%H:%M")

    def render(self, name: str, /, **values: object) -> str:
        return self._environment.get_template(f"{name}.txt").render(values).strip()

    def names(self) -> list[str]:
        return [name.removesuffix(".txt") for name in self._environment.list_templates(["txt"])]
