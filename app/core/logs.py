"""JSON logs: one event a line, a request id on each, and no person readable in them."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

PERSONAL = frozenset({"openid", "unionid", "touser", "phone", "id_number", "from_user", "union_id"})
SECRET_QUERY = re.compile(
    r"(?i)((?:access_token|secret|appsecret|refresh_token|js_code|code|ticket)=)[^&\s'\"]+"
)

Event = MutableMapping[str, Any]


SHORT = 8


def mask(value: str) -> str:
    """Enough of an identifier to follow it through a log, too little to use it."""
    return "***" if len(value) < SHORT else f"{value[:4]}***{value[-2:]}"


def scrub(text: str) -> str:
    """Text of a library with the secrets in its URLs removed."""
    return SECRET_QUERY.sub(r"\1***", text)


def _mask_personal(_logger: Any, _name: str, event: Event) -> Event:
    for key in PERSONAL & event.keys():
        if event[key]:
            event[key] = mask(str(event[key]))
    return event


def _scrub_texts(_logger: Any, _name: str, event: Event) -> Event:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = scrub(value)
    return event


def configure(*, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Our events and those of libraries go to one stream as JSON. Call once a process."""
    output = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask_personal,
        _scrub_texts,
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
