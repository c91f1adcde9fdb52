"""/sim/pay: the pay sheet of the phone, what merchants are told, and their books."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, request

from sandbox.here import the_world
from sandbox.pay import letters, signatures
from sandbox.pay.books import MOVED
from sandbox.pay.keys import CERT, PUBKEY
from sandbox.pay.letters import Letter
from sandbox.pay.notifier import posted
from sandbox.pay.orders import Order
from sandbox.pay.refusals import CannotPay
from sandbox.pay.settings import Merchant
from sandbox.serials import random_name
from sandbox.sim import asked
from sandbox.sim.asked import Json, Refused
from sandbox.world import World

blueprint = Blueprint("pay", __name__)
OUTCOMES = ("ok", "cancel", "fail")
SIGNED = ("appId", "timeStamp", "nonceStr", "package")
OTHER = "other"


@blueprint.get("/sim/pay/keys")
def keys() -> Json:
    world = the_world()
    made = world.pay_keys.as_json()
    world.notifier.changed()  # they may have been made just now, and are to stay
    return made


@blueprint.post("/sim/pay/<prepay_id>/sheet")
def sheet(prepay_id: str) -> Json:
    """What the sheet shows, after the checks that WeChat makes before it opens."""
    world, given = the_world(), asked.body()
    with world.lock:
        order = _checked(world, prepay_id, given)
        merchant = world.payments.merchants[order.mchid]
        shown = {"description": order.description, "total": order.total, "currency": "CNY"}
        return {"merchant": merchant.name or merchant.mchid, **shown}


@blueprint.post("/sim/pay/<prepay_id>")
def pay(prepay_id: str) -> Json:
    """The person's answer to the sheet: `outcome` ok, cancel or fail. With `wait`, after the first notification."""
    world, given = the_world(), asked.body()
    outcome = given.get("outcome", "ok")
    if outcome not in OUTCOMES:
        raise Refused(f"outcome 应为 {'、'.join(OUTCOMES)} 之一")
    answer: Json = {"err_msg": f"get_brand_wcpay_request:{outcome}"}
    with world.lock:
        order = _checked(world, prepay_id, given)
        if outcome == "ok":
            world.payments.pay(prepay_id, order.openid)
    if outcome == "ok":
        answer |= {"out_trade_no": order.out_trade_no, "transaction_id": order.transaction_id}
        answer["notices"] = [one.id for one in world.notifier.tell(wait=given.get("wait") is True)]
    return answer


@blueprint.get("/sim/pay/notifications")
def notifications() -> Json:
    """Every notice with its attempts and what the merchant answered; `mchid`, `out_trade_no` narrow it down."""
    world = the_world()
    wanted = {name: request.args[name] for name in ("mchid", "out_trade_no") if name in request.args}
    with world.lock:
        found = [asdict(one) for one in world.notifier.all.values()]
    shown = [one for one in found if all(one[name] == value for name, value in wanted.items())]
    return {"notifications": shown}


@blueprint.post("/sim/pay/notify")
def notify() -> Json:
    """Any notification: what `resource` says is sealed and signed unless `body`, `headers` or `key` ask otherwise."""
    world, given = the_world(), asked.body()
    merchant = _merchant(world, asked.text(given, "mchid", needed=False))
    letter = _crafted(world, merchant, given)
    said = posted(world.config, asked.text(given, "url"), letter)
    return said | {"sent": {"headers": letter.headers, "body": letter.body.decode(errors="replace")}}


@blueprint.get("/sim/pay/books")
def books() -> Json:
    """All the money of a merchant in fen."""
    world = the_world()
    mchid = _merchant(world, request.args.get("mchid", "")).mchid
    with world.lock:
        orders = [one for one in world.payments.orders.of_merchant(mchid) if one.paid]
        refunds = world.payments.refunds.of_merchant(mchid)
        return {
            "mchid": mchid,
            "balance": world.payments.books.balance(mchid),
            "payments": [_shown(one) for one in orders],
            "refunds": [_shown(one) for one in refunds],
            "entries": [asdict(one) for one in world.payments.books.entries(mchid)],
        }


@blueprint.post("/sim/pay/balance")
def balance() -> Json:
    """Money put in (`move` in fen), or taken out with a minus."""
    world, given = the_world(), asked.body()
    mchid, move = _merchant(world, asked.text(given, "mchid", needed=False)).mchid, given.get("move")
    if not isinstance(move, int) or isinstance(move, bool):
        raise Refused("move 应为整数，单位为分")
    with world.lock:
        world.payments.books.write(mchid, MOVED, move, note="商户充值或提现")
        return {"mchid": mchid, "balance": world.payments.books.balance(mchid)}


def _checked(world: World, prepay_id: str, given: Json) -> Order:
    """The order, after the checks of person, app and paySign."""
    fields = {name: asked.text(given, name) for name in (*SIGNED, "signType", "paySign")}
    try:
        order = world.payments.orders.payable(prepay_id, _payer(world, prepay_id, given))
    except CannotPay as error:
        raise Refused(str(error), code=409) from error
    merchant = world.payments.merchants[order.mchid]
    message = signatures.lines(*(fields[name] for name in SIGNED))
    if (
        fields["appId"] != order.app_id
        or fields["signType"] != "RSA"
        or fields["package"] != f"prepay_id={prepay_id}"
        or not signatures.fits(merchant.merchant_public_key, message, fields["paySign"])
    ):
        raise Refused("支付验证签名失败")
    return order


def _payer(world: World, prepay_id: str, given: Json) -> str:
    """The openid of the person in the app that ordered."""
    openid = asked.text(given, "openid")
    prepay = world.payments.orders.prepays.get(prepay_id)
    order = world.payments.orders.all.get(prepay.order) if prepay else None
    if order is not None and order.app_id == world.config.mini_app_id:
        person = world.followers.people.get(openid)
        return world.followers.mini_openid(openid) if person else openid
    return openid


def _merchant(world: World, mchid: str) -> Merchant:
    merchants = world.payments.merchants
    found = merchants.get(mchid) if mchid else next(iter(merchants.values()), None)
    if found is None:
        raise Refused(f"没有这个商户：{mchid}", code=404)
    return found


def _crafted(world: World, merchant: Merchant, given: Json) -> Letter:
    kind, stamp = given.get("key", PUBKEY), int(given.get("timestamp", world.clock.wall()))
    if kind not in {PUBKEY, CERT, OTHER}:
        raise Refused("key 应为 pubkey、cert 或 other")
    body = asked.text(given, "body", needed=False).encode() or _body(world, merchant, given)
    wrong = "notify_forged" if kind == OTHER else ""
    letter = letters.address(
        body, keys=world.pay_keys, kind=CERT if kind == CERT else PUBKEY, at=stamp, wrong=wrong
    )
    changed: dict[str, Any] = letter.headers | given.get("headers", {})
    return Letter(letter.body, {name: str(value) for name, value in changed.items() if value is not None})


def _body(world: World, merchant: Merchant, given: Json) -> bytes:
    resource = given.get("resource")
    if not isinstance(resource, dict):
        raise Refused("需要 resource 对象，或 body")
    return letters.envelope(
        number=asked.text(given, "id", needed=False) or f"EV-{random_name(22)}",
        event=asked.text(given, "event_type", needed=False) or "TRANSACTION.SUCCESS",
        clear=resource,
        api_v3_key=asked.text(given, "api_v3_key", needed=False) or merchant.api_v3_key,
        at=world.clock.now(),
    )


def _shown(record: Any) -> Json:
    hidden = {"asked", "history"}
    return {name: value for name, value in asdict(record).items() if name not in hidden}
