"""WeChat Pay's objects in the words of dues (facts/wechat.md §6.3-6.5). Raises BadAnswer where something is missing."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from app.dues.ports import RefundSaid, RefundStatus, Trade, TradeState
from app.wechat.answers import object_of, text_of
from app.wechat.errors import BadAnswer

_TRADE_STATES: Final = {
    "NOTPAY": TradeState.NOT_PAID,
    "USERPAYING": TradeState.NOT_PAID,
    "PAYERROR": TradeState.NOT_PAID,
    "SUCCESS": TradeState.PAID,
    "REFUND": TradeState.REFUNDED,
    "CLOSED": TradeState.CLOSED,
    "REVOKED": TradeState.CLOSED,
}
_REFUND_STATES: Final = {
    "PROCESSING": RefundStatus.PROCESSING,
    "SUCCESS": RefundStatus.SUCCEEDED,
    "ABNORMAL": RefundStatus.ABNORMAL,
    "CLOSED": RefundStatus.CLOSED,
}
_WORD: Final = re.compile(r"[\x21-\x7e]{1,64}")
_FEN_BELOW: Final = 10**15
_YEARS: Final = range(2000, 2100)
_MONEY_MOVED: Final = frozenset({TradeState.PAID, TradeState.REFUNDED})


def trade(fields: Mapping[str, Any]) -> Trade:
    state = _TRADE_STATES.get(text_of(fields, "trade_state"))
    if state is None:
        raise BadAnswer("trade_state")
    numbers = word(fields, "mchid"), word(fields, "appid"), word(fields, "out_trade_no")
    if state not in _MONEY_MOVED:
        return Trade(*numbers, state)
    amount = object_of(fields, "amount")
    return Trade(
        *numbers,
        state,
        transaction_id=word(fields, "transaction_id"),
        total=fen(amount, "total"),
        currency=word(amount, "currency"),
        openid=word(object_of(fields, "payer"), "openid"),
        paid_at=moment(fields, "success_time"),
    )


def refund(fields: Mapping[str, Any], *, mchid: str, status: str) -> RefundSaid:
    """`status` names the field: `status` in answers, `refund_status` in notifications."""
    state = _REFUND_STATES.get(text_of(fields, status))
    if state is None:
        raise BadAnswer(status)
    amount = object_of(fields, "amount")
    succeeded = state is RefundStatus.SUCCEEDED
    return RefundSaid(
        mchid=mchid,
        out_trade_no=word(fields, "out_trade_no"),
        out_refund_no=word(fields, "out_refund_no"),
        status=state,
        refund_id=word(fields, "refund_id"),
        refund=fen(amount, "refund"),
        total=fen(amount, "total"),
        succeeded_at=moment(fields, "success_time") if succeeded else None,
    )


def word(fields: Mapping[str, Any], name: str) -> str:
    """A number or code of WeChat's, such as every database keeps."""
    text = text_of(fields, name)
    return text if _WORD.fullmatch(text) else _no(name)


def fen(amount: Mapping[str, Any], name: str) -> int:
    """An amount is a JSON number without a fraction: not text, and not true."""
    value = amount.get(name)
    if type(value) is not int or not 0 <= value < _FEN_BELOW:
        raise BadAnswer(f"no_{name}")
    return value


def moment(fields: Mapping[str, Any], name: str) -> datetime:
    """Aware UTC."""
    text = text_of(fields, name)
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo and at.year in _YEARS else _no(name)
    except (ValueError, OverflowError):
        return _no(name)


def _no(name: str) -> NoReturn:
    raise BadAnswer(f"no_{name}")
