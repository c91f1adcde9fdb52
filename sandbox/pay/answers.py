"""Orders and refunds as WeChat Pay shows them."""

from typing import Any

from sandbox.pay.orders import CLOSED, NOTPAY, REFUND, SUCCESS, Order
from sandbox.pay.refunds import Refund
from sandbox.pay.times import rfc3339

Json = dict[str, Any]
STATES = {
    SUCCESS: "支付成功",
    NOTPAY: "订单未支付",
    CLOSED: "订单已关闭",
    REFUND: "订单发生过退款，退款详情请查询退款单",
}
RECEIVED = "支付用户零钱"


def transaction(order: Order) -> Json:
    """Who paid, and when, only once it is paid."""
    common: Json = {
        "appid": order.app_id,
        "mchid": order.mchid,
        "out_trade_no": order.out_trade_no,
        "trade_state": order.state,
        "trade_state_desc": STATES[order.state],
        "attach": order.attach,
        "promotion_detail": [],
    }
    if not order.paid:
        return common | {"amount": {"total": order.total, "currency": "CNY"}}
    return common | {
        "transaction_id": order.transaction_id,
        "trade_type": "JSAPI",
        "bank_type": "OTHERS",
        "success_time": rfc3339(order.paid_at),
        "payer": {"openid": order.openid},
        "amount": {
            "total": order.total,
            "payer_total": order.total,
            "currency": "CNY",
            "payer_currency": "CNY",
        },
    }


def refund(one: Refund) -> Json:
    ended = {"success_time": rfc3339(one.success_at)} if one.success_at else {}
    return {
        "refund_id": one.refund_id,
        "out_refund_no": one.out_refund_no,
        "transaction_id": one.transaction_id,
        "out_trade_no": one.out_trade_no,
        "channel": one.way,
        "user_received_account": RECEIVED,
        **ended,
        "create_time": rfc3339(one.created_at),
        "status": one.status,
        "funds_account": one.funds_account,
        "amount": {
            "total": one.total,
            "refund": one.refund,
            "payer_total": one.total,
            "payer_refund": one.refund,
            "settlement_total": one.total,
            "settlement_refund": one.refund,
            "discount_refund": 0,
            "from": [],
            "currency": "CNY",
        },
        "promotion_detail": [],
    }


def refund_notice(one: Refund) -> Json:
    ended = {"success_time": rfc3339(one.success_at)} if one.success_at else {}
    return {
        "mchid": one.mchid,
        "transaction_id": one.transaction_id,
        "out_trade_no": one.out_trade_no,
        "refund_id": one.refund_id,
        "out_refund_no": one.out_refund_no,
        "refund_status": one.status,
        **ended,
        "user_received_account": RECEIVED,
        "amount": {
            "total": one.total,
            "refund": one.refund,
            "payer_total": one.total,
            "payer_refund": one.refund,
        },
    }
