"""What WeChat Pay refuses with: an HTTP status, a code, and the number at the end of Request-ID."""

from typing import Any

Json = dict[str, Any]
PARAM_ERROR, INVALID_REQUEST, SYSTEM_ERROR = "PARAM_ERROR", "INVALID_REQUEST", "SYSTEM_ERROR"
BAD_PARAMETER, OUT_OF_RANGE, UNKNOWN_PARAMETER, NO_OPENID = 268435461, 268435464, 270924358, 268501013
SERVER_ERROR = 500
STATUS = {
    "USER_PAYING": 202,
    "SIGN_ERROR": 401,
    "NO_AUTH": 403,
    "OUT_TRADE_NO_USED": 403,
    "RULE_LIMIT": 403,
    "TRADE_ERROR": 403,
    "ACCOUNT_ERROR": 403,
    "NOT_ENOUGH": 403,
    "USER_ACCOUNT_ABNORMAL": 403,
    "REQUEST_BLOCKED": 403,
    "ORDER_NOT_EXIST": 404,
    "RESOURCE_NOT_EXISTS": 404,
    "REFUND_NOT_EXIST": 404,
    "RESOURCE_ALREADY_EXISTS": 409,
    "FREQUENCY_LIMITED": 429,
    "RATE_LIMITED": 429,
    "RATELIMIT_EXCEEDED": 429,
    "SYSTEM_ERROR": 500,
    "BANK_ERROR": 500,
    "OPENID_MISMATCH": 500,
    "INVALID_TRANSACTIONID": 500,
}
"""Every other code comes with 400."""
CAUSES = {
    "PARAM_ERROR": BAD_PARAMETER,
    "SIGN_ERROR": 268443699,
    "APPID_MCHID_NOT_MATCH": 268445527,
    "ORDERPAID": 268449538,
    "ORDER_CLOSED": 268447914,
    "ORDER_NOT_EXIST": 268512771,
    "FREQUENCY_LIMITED": 268447840,
}


class PayRefused(Exception):
    def __init__(
        self, code: str, message: str = "", *, cause: int | None = None, detail: Json | None = None
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message or code
        self.status = STATUS.get(code, 400)
        self.cause = CAUSES.get(code, 0) if cause is None else cause
        self.detail = detail

    def as_json(self) -> Json:
        answer: Json = {"code": self.code, "message": self.message}
        return answer | {"detail": self.detail} if self.detail else answer


class CannotPay(ValueError):
    """What the phone says instead of opening, or finishing, the pay sheet."""


def bad_field(
    where: str, value: object, issue: str, *, cause: int = BAD_PARAMETER, location: str = "body"
) -> PayRefused:
    detail = {"field": where, "value": value, "issue": issue, "location": location}
    return PayRefused(PARAM_ERROR, f"参数错误：{where} {issue}", cause=cause, detail=detail)
