"""/v3/pay/transactions, and the certificates that answers may be signed with."""

from sandbox.api.pay_calls import Json, PayCall, PayRoutes
from sandbox.pay import answers, requests, signatures
from sandbox.pay.orders import NOTPAY
from sandbox.pay.refusals import SYSTEM_ERROR, PayRefused
from sandbox.pay.times import rfc3339
from sandbox.world import World

routes = PayRoutes()
ORDERS = "/v3/pay/transactions"


@routes.post(f"{ORDERS}/jsapi")
def prepay(world: World, call: PayCall) -> Json:
    return {"prepay_id": world.payments.prepay(call.mchid, call.body)}


@routes.get(f"{ORDERS}/out-trade-no/<number>")
def query(world: World, call: PayCall) -> Json:
    call.check_mchid(call.query.get("mchid"))
    return answers.transaction(world.payments.query(call.mchid, call.names["number"]))


@routes.get(f"{ORDERS}/id/<number>")
def query_transaction(world: World, call: PayCall) -> Json:
    call.check_mchid(call.query.get("mchid"))
    return answers.transaction(world.payments.query_transaction(call.mchid, call.names["number"]))


@routes.post(f"{ORDERS}/out-trade-no/<number>/close")
def close(world: World, call: PayCall) -> None:
    requests.CLOSE.check(call.body)
    call.check_mchid(call.body["mchid"])
    if world.faults.strikes("pay.pay_while_closing", world.faults.pay.pay_while_closing):
        _pay_instead(world, call)
    world.payments.close(call.mchid, call.names["number"])


@routes.get("/v3/certificates")
def certificates(world: World, call: PayCall) -> Json:
    keys, key = world.pay_keys, world.payments.merchants[call.mchid].api_v3_key
    if not key:
        raise PayRefused("INVALID_REQUEST", "未设置 APIv3 密钥")
    begins, ends = keys.certificate_life
    one = {
        "serial_no": keys.certificate_serial,
        "effective_time": rfc3339(begins),
        "expire_time": rfc3339(ends),
        "encrypt_certificate": signatures.seal(key, keys.certificate.encode(), "certificate"),
    }
    return {"data": [one]}


def _pay_instead(world: World, call: PayCall) -> None:
    """The payer was quicker, and the call never hears of it."""
    order = world.payments.query(call.mchid, call.names["number"])
    mine = [number for number, one in world.payments.orders.prepays.items() if one.order == order.key]
    if order.state == NOTPAY:
        world.payments.pay(mine[-1], order.openid)
        raise PayRefused(SYSTEM_ERROR, "系统繁忙，请稍后再试")
