"""One API call as its handler sees it, and the table of calls that each module fills."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Request

from sandbox.errors import ApiError
from sandbox.world import World

Json = dict[str, Any]
NO_TOKEN, ACCOUNT, MINI, EITHER = "none", "account", "mini", "either"
OK: Json = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True)
class Binary:
    content: bytes
    content_type: str


@dataclass
class Call:
    query: dict[str, str]
    raw: bytes
    files: dict[str, bytes]
    remote: str
    body: Json = field(default_factory=dict)
    app_id: str = ""
    before_answer: list[Callable[[], None]] = field(default_factory=list)
    """What happens, outside the lock, between the effect and the answer."""

    @classmethod
    def of(cls, request: Request) -> "Call":
        multipart = request.mimetype == "multipart/form-data"
        files = {name: item.read() for name, item in request.files.items()} if multipart else {}
        raw = b"" if multipart else request.get_data()
        return cls(dict(request.args), raw, files, request.remote_addr or "")

    def read_json(self) -> None:
        """WeChat never looks at the Content-Type: whatever is posted is taken for JSON."""
        if not self.raw.strip():
            raise ApiError(44002)
        try:
            parsed = json.loads(self.raw)
        except (ValueError, RecursionError) as error:
            raise ApiError(47001) from error
        if not isinstance(parsed, dict):
            raise ApiError(47001)
        self.body = parsed

    def text(self, name: str) -> str:
        value = self.body.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        value = self.body.get(name)
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        return value if isinstance(value, int) else 0

    def texts(self, name: str, longest: int) -> list[str]:
        """A list of openids; 40032 when it is none, empty or too long."""
        value = self.body.get(name)
        if not isinstance(value, list) or not 1 <= len(value) <= longest:
            raise ApiError(40032)
        return [str(item) for item in value]


Handler = Callable[[World, Call], "Json | Binary"]


@dataclass(frozen=True)
class Route:
    path: str
    method: str
    handler: Handler
    needs: str
    reads_json: bool


class Routes:
    def __init__(self) -> None:
        self.table: list[Route] = []

    def get(self, path: str, *, needs: str = ACCOUNT) -> Callable[[Handler], Handler]:
        return self._put(path, "GET", needs, reads_json=False)

    def post(
        self, path: str, *, needs: str = ACCOUNT, reads_json: bool = True
    ) -> Callable[[Handler], Handler]:
        return self._put(path, "POST", needs, reads_json=reads_json)

    def _put(self, path: str, method: str, needs: str, *, reads_json: bool) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self.table.append(Route(path, method, handler, needs, reads_json))
            return handler

        return keep
