"""/v3/refund/domestic/refunds."""

from sandbox.api.pay_calls import Json, PayCall, PayRoutes
from sandbox.pay import answers
from sandbox.world import World

routes = PayRoutes()
REFUNDS = "/v3/refund/domestic/refunds"


@routes.post(REFUNDS)
def refund(world: World, call: PayCall) -> Json:
    return answers.refund(world.payments.refund(call.mchid, call.body))


@routes.get(f"{REFUNDS}/<number>")
def query(world: World, call: PayCall) -> Json:
    return answers.refund(world.payments.query_refund(call.mchid, call.names["number"]))


@routes.post(f"{REFUNDS}/<number>/apply-abnormal-refund")
def apply_abnormal(world: World, call: PayCall) -> Json:
    return answers.refund(world.payments.apply_abnormal(call.mchid, call.names["number"], call.body))
