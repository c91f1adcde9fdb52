"""Paying by WeChat: the order, WeChat's sheet, and waiting until our own books say that it is paid."""

from datetime import timedelta

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.errors import DomainError
from app.dues import money, own
from app.dues.orders.desk import PayNoAnswer, PayRefused
from app.dues.orders.models import Order
from app.dues.orders.states import OrderState
from app.dues.orders.wishes import Wish
from app.dues.own import OwnOrder
from app.dues.ports import PaySheet
from app.members import identities
from app.wechat import jssdk
from pages import headers
from pages.blueprint import pages
from pages.edge import member_id, now, services, visitor
from pages.forms import line
from pages.sign_in import back_to
from pages.views.dues import shown

MOST_BILLS = 120
MOST_DIGITS = 12
MOST_AHEAD = 12
ASK_AGAIN = timedelta(seconds=5)


@pages.get("/dues/pay")
@member("leads back to the member's own dues")
def pay_again() -> ResponseReturnValue:
    """Where a phone opens the address of a form."""
    return back_to(url_for("pages.dues"))


@pages.post("/dues/pay")
@member("an order of the signed-in member's own bills; anything else is refused")
def pay_dues() -> ResponseReturnValue:
    """Shows what is paid, and WeChat's sheet. The same wish again shows the same order."""
    typed = {"ahead": line("ahead"), "extra": line("extra")}
    extra = money.read(typed["extra"]) if typed["extra"] else 0
    if extra is None:
        return shown(faults={"extra": "请填写金额，例如 20 或 20.50；不多缴就空着。"}, typed=typed), 400
    try:
        order, sheet = _opened(Wish(_bills(), _ahead(typed["ahead"]), extra))
    except (PayNoAnswer, PayRefused) as away:
        return render_template("pages/dues_away.html", refused=isinstance(away, PayRefused)), 503
    except DomainError as refusal:
        return shown(refused=refusal.code, typed=typed), 409
    return _sheet_page(order, sheet)


def _opened(wish: Wish) -> tuple[Order, PaySheet]:
    with services().sessions.read() as session:
        openid = identities.openid_of(session, visitor().identity_id) or abort(403)
    return services().pay_desk.open(member_id=member_id(), openid=openid, wish=wish)


def _sheet_page(order: Order, sheet: PaySheet) -> ResponseReturnValue:
    settings = services().settings.wechat
    headers.allow(script=jssdk.resources(settings), style="")
    with services().sessions.read() as session:
        seen = own.order(session, member_id=member_id(), out_trade_no=order.out_trade_no) or abort(404)
        return render_template(
            "pages/dues_pay.html",
            seen=seen,
            sheet={
                "appId": sheet.app_id,
                "timeStamp": sheet.timestamp,
                "nonceStr": sheet.nonce,
                "package": sheet.package,
                "signType": sheet.sign_type,
                "paySign": sheet.signature,
            },
            wechat_script=jssdk.script_url(settings),
        )


def _bills() -> tuple[int, ...]:
    sent = request.form.getlist("bill")[:MOST_BILLS]
    return tuple(sorted({int(one) for one in sent if _is_number(one)}))


def _ahead(sent: str) -> int:
    return min(int(sent), MOST_AHEAD) if _is_number(sent) else 0


def _is_number(sent: str) -> bool:
    return sent.isascii() and sent.isdigit() and len(sent) <= MOST_DIGITS


@pages.get("/dues/orders/<number>")
@member("the signed-in member's own order; anything else is 404")
def dues_order(number: str) -> ResponseReturnValue:
    """`back=1`: WeChat's sheet said that it was paid, which we do not believe before our books say so."""
    seen = _own(number)
    return render_template("pages/dues_order.html", seen=seen, back="back" in request.args, said=_said(seen))


@pages.get("/dues/orders/<number>/state")
@member("the state of the signed-in member's own order; anything else is 404")
def dues_order_state(number: str) -> ResponseReturnValue:
    """For the page that waits."""
    return jsonify(state=_said(_own(number)))


@pages.post("/dues/orders/<number>/ask")
@member("the signed-in member's own order; anything else is 404")
def ask_order(number: str) -> ResponseReturnValue:
    """Asks WeChat at once instead of at the next turn; not more often than every few seconds."""
    seen = _own(number)
    waits = seen.order.state is not OrderState.PAID
    if waits and services().store.acquire(f"pages:pay-ask:{seen.order.id}", ASK_AGAIN) is not None:
        services().pay_desk.ask(seen.order.id)
    return back_to(url_for("pages.dues_order", number=number, back="1"))


def _own(number: str) -> OwnOrder:
    with services().sessions.read() as session:
        return own.order(session, member_id=member_id(), out_trade_no=number) or abort(404)


def _said(seen: OwnOrder) -> str:
    """paid, open or over."""
    order = seen.order
    if order.state is OrderState.PAID:
        return "paid"
    payable = order.state in (OrderState.CREATED, OrderState.PENDING) and now() < order.expires_at
    return "open" if payable and order.open_member_id else "over"
