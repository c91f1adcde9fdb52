"""JSON logs: one event a line, a request id on each, and no person readable in them."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, TextIO

import structlog

PERSONAL = frozenset({"openid", "unionid", "touser", "phone", "id_number", "from_user", "union_id"})
SECRET_QUERY = re.compile(
    r"(?i)((?<![a-z_])(?:[a-z_]*(?:token|secret|ticket)|(?:js_|auth_)?code)=)[^&\s'\"]+"
)
CALENDAR = re.compile(r"(/m/calendar/)[^/\s'\"]+(?=\.ics)")
"""Whoever reads this address reads somebody's calendar."""
PASSWORD = re.compile(r"(://)[^/@\s'\"]+@")
# PostgreSQL quotes the row that it refuses: a letter, a name. What a traceback says after it goes too.
REFUSED_ROW = re.compile(r"(Failing row contains )\(.*\)", re.DOTALL)
PERSON = re.compile(
    r"(?:(?<![\w-])|(?<=wx[0-9a-f]{16}-))o[\w-]{27}(?![\w-])"  # an OpenID, alone or as MariaDB quotes a key
    r"|(?<!\w)1[3-9]\d{9}(?!\w)"  # a mobile phone
    r"|(?<!\w)[1-9]\d{16}[\dXx](?!\w)",  # an identity card
    re.ASCII,
)

Event = MutableMapping[str, Any]


request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the callback's requests; set on each, read only when something is logged."""

SHORT = 8


def mask(value: str) -> str:
    """Enough of an identifier to follow it through a log, too little to use it."""
    return "***" if len(value) < SHORT else f"{value[:4]}***{value[-2:]}"


def scrub(text: str) -> str:
    """Text of a library without the secrets in its URLs and the rows in its complaints."""
    text = REFUSED_ROW.sub(r"\1(***)", text)
    text = CALENDAR.sub(r"\1***", text)
    return PASSWORD.sub(r"\1***@", SECRET_QUERY.sub(r"\1***", text))


def _name_request(_logger: Any, _name: str, event: Event) -> Event:
    if number := request_id.get():
        event.setdefault("request_id", number)
    return event


def _clean(_logger: Any, _name: str, event: Event) -> Event:
    for key, value in event.items():
        if not key.startswith("_"):  # structlog's own
            event[key] = _cleaned(key, value)
    return event


def _cleaned(key: str, value: Any) -> Any:
    match value:
        case Mapping():
            return {str(name): _cleaned(str(name), inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_cleaned(key, inner) for inner in value]
        case _ if key in PERSONAL and value not in (None, ""):
            return mask(str(value))
        case None | bool() | int() | float():
            return value
    text = f"{type(value).__name__}: {value}" if isinstance(value, Exception) else str(value)
    return PERSON.sub(lambda found: mask(found[0]), scrub(text))


def configure(*, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Our events and those of libraries go to one stream as JSON. Call once a process."""
    output = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _name_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _clean,
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(output),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.getLevelName(level), logging.WARNING))
