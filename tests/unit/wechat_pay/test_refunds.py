"""Refunds: asked for, asked about, and never taken for another."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.dues.ports import GatewayUnclear, RefundSaid, RefundStatus, RefundWanted
from app.wechat.pay.gateway import WeChatPay
from tests.unit.wechat_pay.merchant_side import BACK, MCHID
from tests.unit.wechat_pay.platform_side import Json, PayPlatform
from tests.unit.wechat_pay.test_gateway import QUERY_REFUND, REFUND, TAKEN


def test_refund_is_asked_for_with_its_own_address_of_notification(
    platform: PayPlatform, gateway: WeChatPay
) -> None:
    platform.answer(REFUND, TAKEN)

    said = gateway.refund(BACK)

    assert said == RefundSaid(
        MCHID, "D202603020001", "R202603020001", RefundStatus.PROCESSING, "50300001", refund=250, total=1250
    )
    assert platform.calls[0].json == {
        "out_trade_no": "D202603020001",
        "out_refund_no": "R202603020001",
        "notify_url": "https://zhibu.example/wechat/pay/refund-notify",
        "amount": {"refund": 250, "total": 1250, "currency": "CNY"},
        "reason": "多缴",
    }


def test_refund_without_a_reason_names_none(platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.answer(REFUND, TAKEN)

    gateway.refund(replace(BACK, reason=""))

    assert "reason" not in platform.calls[0].json


@pytest.mark.parametrize(
    "bad",
    [
        replace(BACK, refund=0),
        replace(BACK, refund=1251),
        replace(BACK, out_refund_no=""),
        replace(BACK, out_refund_no="R" * 65),
        replace(BACK, out_refund_no="R/1"),
    ],
)
def test_refund_that_wechat_would_not_take_is_a_bug(
    bad: RefundWanted, platform: PayPlatform, gateway: WeChatPay
) -> None:
    with pytest.raises(ValueError, match=r"no number|at least one fen|no more than"):
        gateway.refund(bad)

    assert platform.calls == []


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("PROCESSING", RefundStatus.PROCESSING),
        ("SUCCESS", RefundStatus.SUCCEEDED),
        ("ABNORMAL", RefundStatus.ABNORMAL),
        ("CLOSED", RefundStatus.CLOSED),
    ],
)
def test_refund_is_asked_about(
    said: str, status: RefundStatus, platform: PayPlatform, gateway: WeChatPay
) -> None:
    platform.answer(QUERY_REFUND, TAKEN | {"status": said, "success_time": "2026-03-02T09:00:00+08:00"})

    found = gateway.query_refund(BACK.out_refund_no)

    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC) if status is RefundStatus.SUCCEEDED else None
    assert (found.status, found.succeeded_at, found.refund, found.total) == (status, at, 250, 1250)


@pytest.mark.parametrize(
    "change",
    [
        {"out_refund_no": "R202603020002"},
        {"out_trade_no": "D202603020002"},
        {"amount": {"refund": 251, "total": 1250}},
        {"amount": {"refund": 250, "total": 1251}},
        {"status": "SOMETHING"},
        {"refund_id": None},
    ],
)
def test_another_refund_than_was_asked_for_is_unclear(
    change: Json, platform: PayPlatform, gateway: WeChatPay
) -> None:
    platform.answer(REFUND, TAKEN | change)

    with pytest.raises(GatewayUnclear):
        gateway.refund(BACK)


def test_refund_that_exists_is_looked_up(platform: PayPlatform, gateway: WeChatPay) -> None:
    platform.refuse(REFUND, 409, "RESOURCE_ALREADY_EXISTS")
    platform.answer(QUERY_REFUND, TAKEN)

    assert gateway.refund(BACK).status is RefundStatus.PROCESSING
