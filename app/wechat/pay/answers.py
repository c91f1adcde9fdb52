"""What WeChat Pay answered: sound, refused, or nothing to rely on (facts/wechat.md §6.7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from app.dues.ports import GatewayRefused, GatewayUnclear
from app.wechat.errors import clean

log = structlog.get_logger()

_CODES: Final = {
    code.replace("_", ""): code
    for code in (
        "ORDER_PAID",
        "ORDER_CLOSED",
        "ORDER_NOT_EXIST",
        "OUT_TRADE_NO_USED",
        "RESOURCE_NOT_EXISTS",
        "RESOURCE_ALREADY_EXISTS",
        "REFUND_NOT_EXIST",
        "NOT_ENOUGH",
        "NO_AUTH",
        "SIGN_ERROR",
        "SYSTEM_ERROR",
        "FREQUENCY_LIMITED",
        "RATE_LIMITED",
        "RATELIMIT_EXCEEDED",
        "OPENID_MISMATCH",
        "INVALID_TRANSACTIONID",
        "NO_STATEMENT_EXIST",
        "STATEMENT_CREATING",
        "BILL_NOT_EXIST",
        "FILE_NOT_EXIST",
    )
}
"""Pages of the manual differ in where they put `_`; here each code has one spelling."""
_CAUSES: Final = {
    "268449538": "ORDER_PAID",
    "268498689": "ORDER_PAID",
    "268498688": "OUT_TRADE_NO_USED",
    "268447914": "ORDER_CLOSED",
    "268512771": "ORDER_NOT_EXIST",
    "268447840": "FREQUENCY_LIMITED",
    "268443699": "SIGN_ERROR",
}
"""What stands behind an INVALID_REQUEST: the tail of its Request-ID (facts/wechat, appendix B)."""
UNKNOWN: Final = frozenset({"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS", "REFUND_NOT_EXIST"})
BUSY: Final = frozenset(
    {"FREQUENCY_LIMITED", "RATE_LIMITED", "RATELIMIT_EXCEEDED", "SYSTEM_ERROR", "USER_PAYING"}
)
_FINAL_500: Final = frozenset({"OPENID_MISMATCH", "INVALID_TRANSACTIONID"})
"""Come as an HTTP 500 and stay what they are however often one asks."""

_OK, _NO_CONTENT, _BAD_REQUEST, _TOO_MANY, _BROKEN = 200, 204, 400, 429, 500


@dataclass(frozen=True, slots=True)
class Answer:
    """Sound (a signed 2xx), or a refusal with its `code`. `unsigned` says why it is not signed, "" where it is."""

    status: int
    fields: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    unsigned: str
    code: str = ""

    @property
    def sound(self) -> bool:
        return not self.code

    @property
    def unknown(self) -> bool:
        """WeChat says that what was asked about does not exist."""
        return self.code in UNKNOWN

    def refusal(self, kinds: Mapping[str, type[GatewayRefused]] | None = None) -> GatewayRefused:
        """What to raise; `kinds` by code."""
        text = self.fields.get("message")
        return (kinds or {}).get(self.code, GatewayRefused)(
            self.code, clean(text if isinstance(text, str) else "")
        )


def judged(
    status: int, fields: Mapping[str, Any] | None, headers: Mapping[str, str], *, unsigned: str
) -> Answer:
    """The answer, or GatewayUnclear. `fields` is None where the body is no JSON object.

    A 2xx counts only signed. A refusal counts unsigned, for WeChat does not sign each, and nothing is believed
    for it but that nothing was done.
    """
    if status in (_OK, _NO_CONTENT):
        if unsigned:
            log.error("pay.answer.not_signed", reason=unsigned, status=status)
            raise GatewayUnclear(f"unsigned: {unsigned}")
        if fields is None:
            raise GatewayUnclear("not_json")
        return Answer(status, fields, headers, unsigned)
    code = _code(fields or {}, headers)
    if status < _BAD_REQUEST or not code or _passing(status, code):
        raise GatewayUnclear(f"http_{status} {code}".rstrip())
    if code == "SIGN_ERROR":
        log.error("pay.sign_error", hint="merchant serial, merchant key or clock: run `flask doctor`")
    return Answer(status, fields or {}, headers, unsigned, code)


def _code(fields: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """In the one spelling; "" where WeChat Pay did not say one."""
    said = fields.get("code")
    if not isinstance(said, str):
        return ""
    if said == "INVALID_REQUEST":
        cause = next((value for name, value in headers.items() if name.lower() == "request-id"), "")
        return _CAUSES.get(cause.rpartition("-")[2], said)
    return _CODES.get(said.replace("_", "").upper(), clean(said))


def _passing(status: int, code: str) -> bool:
    """What was asked for may have been done, or may be done when it is asked again."""
    return status == _TOO_MANY or code in BUSY or (status >= _BROKEN and code not in _FINAL_500)
