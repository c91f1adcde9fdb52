"""One call of WeChat Pay as its handler sees it, and the table that each module fills."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Request

from sandbox.pay.orders import NOT_THIS_MERCHANT
from sandbox.pay.refusals import INVALID_REQUEST, PayRefused, bad_field
from sandbox.world import World

Json = dict[str, Any]


@dataclass(frozen=True)
class File:
    """An answer that is not signed."""

    content: bytes
    content_type: str


@dataclass
class PayCall:
    method: str
    path: str
    target: str
    """Path and query exactly as they were sent."""
    query: dict[str, str]
    raw: bytes
    headers: dict[str, str]
    host: str
    """Scheme and host by which the sandbox was reached."""
    names: dict[str, str]
    """The variable parts of the path."""
    mchid: str = ""
    body: Json = field(default_factory=dict)

    @classmethod
    def of(cls, request: Request, names: dict[str, str]) -> "PayCall":
        return cls(
            request.method,
            request.path,
            str(request.environ["REQUEST_URI"]),
            dict(request.args),
            request.get_data(),
            {name.lower(): value for name, value in request.headers.items()},
            request.host_url.rstrip("/"),
            names,
        )

    def read_json(self) -> None:
        try:
            parsed = json.loads(self.raw)
        except (ValueError, RecursionError) as error:
            raise bad_field("/", "", "不是 JSON") from error
        if not isinstance(parsed, dict):
            raise bad_field("/", "", "应为对象")
        self.body = parsed

    def check_mchid(self, named: object) -> None:
        """The merchant named in the query or body is the one that signed."""
        if named != self.mchid:
            raise PayRefused(INVALID_REQUEST, "商户号与签名的商户不一致", cause=NOT_THIS_MERCHANT)


Handler = Callable[[World, PayCall], "Json | File | None"]
"""None: 204."""


@dataclass(frozen=True)
class PayRoute:
    path: str
    method: str
    handler: Handler


class PayRoutes:
    def __init__(self) -> None:
        self.table: list[PayRoute] = []

    def get(self, path: str) -> Callable[[Handler], Handler]:
        return self._put(path, "GET")

    def post(self, path: str) -> Callable[[Handler], Handler]:
        return self._put(path, "POST")

    def _put(self, path: str, method: str) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self.table.append(PayRoute(path, method, handler))
            return handler

        return keep
