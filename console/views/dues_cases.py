"""Differences between WeChat's bills and our books: each is looked at by a person and settled with a note."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.dues.statements import cases, listing
from app.dues.statements.models import Case, CaseKind, CaseState
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields
from console.blueprint import console
from console.edge import acting, now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page

NEXT_STEPS = {
    CaseKind.AMOUNT: "没有入账。请在微信商户平台核对这一笔，与本人核实：不该收的在那里原路退回；"
    "留下的，由会计在“记账申请”里记“记入待查款项（微信收到）”，再处理到本人名下。",
    CaseKind.STRANGER: "没有入账。请核对商户号、公众号和付款人。不是本单位的款，在微信商户平台原路退回，写明情况。",
    CaseKind.UNKNOWN_ORDER: "钱已到商户号，但不是从本系统下的单。请在微信商户平台查清来源：不该收的在那里原路退回，"
    "账上不用记；留下的，由会计在“记账申请”里记“记入待查款项（微信收到）”，查清以后再处理。",
    CaseKind.UNKNOWN_REFUND: "有人在微信商户平台直接退过款，请查清是谁办的。退的是账上没有的款，写明即可。整笔退的是"
    "已入账的党费：先在“订单”里申请退这一笔，微信拒绝后在“退款”里停止，再由会计记“在商户平台退的款”。",
    CaseKind.NOT_BOOKED: "微信已收款，本系统没有入账，再次查询也没有结果。请核对订单；商户号的密钥没有配置的，"
    "请系统管理员配好，再到“微信账单”里重新下载，系统会再问一次。",
    CaseKind.NOT_IN_BILL: "账上有这一笔，当天的微信账单里没有。请看第二天的账单，仍没有的再查。",
    CaseKind.BAD_BILL: "账单文件有误，没有采用。请在“微信账单”里重新下载。",
    CaseKind.NO_BILL: "账单一直没有出来。请到微信商户平台看当天有没有交易，再重新下载。",
    CaseKind.REFUND_ABNORMAL: "钱退不到原来的账户。请到微信商户平台“退款异常”里处理，处理好以后系统会再查。",
    CaseKind.REFUND_CLOSED: "微信没有退成。请与本人联系，换一种方式退，由会计记“应退款已用其他方式退给本人”。",
    CaseKind.REFUND_REFUSED: "微信拒绝了退款，常见的是商户号余额不足。补足以后系统会再申请；也可以在“退款”里停止，"
    "换一种方式退给本人，由会计记“应退款已用其他方式退给本人”。",
    CaseKind.PAID_TWICE: "多付的已按收缴规定处理（原路退回或转为预缴）。请告诉本人，看过即可。",
}
"""What a person does about it."""


@console.get("/dues/cases")
@staff(Permission.DUES_RECONCILE)
def dues_cases() -> ResponseReturnValue:
    wanted = listing.CaseFilter(
        state=fields.choice("state", CaseState) or CaseState.OPEN, kind=fields.choice("kind", CaseKind)
    )
    with services().sessions.read() as session:
        return render_template(
            "console/dues/cases.html",
            rows=listing.cases(session, scope(), wanted, offset=offset(wanted_page()), limit=PER_PAGE),
            page=Page(wanted_page(), listing.cases_total(session, scope(), wanted)),
            wanted=wanted,
            kinds=CaseKind,
            states=CaseState,
            who=shared.called(session),
        )


@console.get("/dues/cases/<int:case_id>")
@staff(Permission.DUES_RECONCILE)
def dues_case(case_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session, _wanted(session, case_id))


def _wanted(session: Session, case_id: int) -> Case:
    return listing.case_of(session, scope(), case_id) or abort(404)


def _page(session: Session, found: Case, fault: str = "") -> str:
    return render_template(
        "console/dues/case.html",
        case=found,
        next_step=NEXT_STEPS[found.kind],
        merchant=listing.merchants(session, scope()).get(found.mchid),
        most=cases.LONGEST_NOTE,
        typed=fields.line("note", most=cases.LONGEST_NOTE),
        fault=fault,
        who=shared.called(session),
    )


@console.post("/dues/cases/<int:case_id>/settle")
@staff(Permission.DUES_RECONCILE)
def settle_dues_case(case_id: int) -> ResponseReturnValue:
    note = fields.line("note", most=cases.LONGEST_NOTE)

    def settle(session: Session) -> str:
        found = _wanted(session, case_id)
        cases.settle(session, found.id, by=acting().username, note=note, now=now())
        shared.keep(session, "case_settled", "case", found.id, found.committee_id, note=note)
        return "已处理，处理情况已记下。"

    def shown(sentence: str) -> str:
        with services().sessions.read() as session:
            return _page(session, _wanted(session, case_id), sentence)

    return shared.carry_out(url_for("console.dues_cases"), settle, shown)
