"""/v3/bill, and the download that its links lead to."""

from sandbox.api.pay_calls import File, Json, PayCall, PayRoutes
from sandbox.pay.counter import GZIP
from sandbox.world import World

routes = PayRoutes()
DOWNLOAD = "/v3/billdownload/file"


@routes.get("/v3/bill/tradebill")
def trade(world: World, call: PayCall) -> Json:
    kind, packed = call.query.get("bill_type", "ALL"), call.query.get("tar_type", "")
    token = world.bills.trade(call.mchid, day=call.query.get("bill_date", ""), kind=kind, packed=packed)
    return _link(world, call, token)


@routes.get("/v3/bill/fundflowbill")
def funds(world: World, call: PayCall) -> Json:
    account, packed = call.query.get("account_type", "BASIC"), call.query.get("tar_type", "")
    token = world.bills.funds(call.mchid, day=call.query.get("bill_date", ""), account=account, packed=packed)
    return _link(world, call, token)


@routes.get(DOWNLOAD)
def download(world: World, call: PayCall) -> File:
    packed = call.query.get("tartype") == "gzip"
    kind = "application/x-gzip" if packed else "text/plain; charset=utf-8"
    return File(world.bills.fetch(call.mchid, call.query.get("token", "")).content, kind)


def _link(world: World, call: PayCall, token: str) -> Json:
    packed = "&tartype=gzip" if call.query.get("tar_type") == GZIP else ""
    url = f"{call.host}{DOWNLOAD}?token={token}{packed}"
    return {"hash_type": "SHA1", "hash_value": world.bills.digest(token), "download_url": url}
