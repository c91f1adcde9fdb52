"""党费 at a glance: what is open now with one link each, this month in counts, and where everything is."""

from dataclasses import dataclass

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.dues import months
from app.dues.bills import listing as bills
from app.dues.bills.listing import Tally
from app.dues.policies import queries as policies
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from console import dues_place as places
from console import dues_todo
from console.blueprint import console
from console.dues_place import Place
from console.edge import acting, now, services

P = Permission
PAGES = (
    (
        "收缴",
        (
            ("dues_collect", "收现金", P.DUES_COLLECT),
            ("dues_transfers", "确认转账", P.DUES_COLLECT),
            ("dues_receipts", "收据", P.DUES_VIEW),
            ("dues_handovers", "现金上交", P.DUES_VIEW),
            ("dues_large", "大额党费", P.DUES_VIEW),
        ),
    ),
    (
        "核定和账单",
        (
            ("dues_bills", "账单", P.DUES_VIEW),
            ("dues_arrears", "欠缴", P.DUES_VIEW),
            ("dues_assessments", "核定", P.DUES_VIEW),
            ("dues_imports", "基数导入", P.DUES_ACCOUNT),
            ("dues_reliefs", "减免", P.DUES_VIEW),
            ("dues_reviews", "复核申请", P.DUES_VIEW),
        ),
    ),
    (
        "账务和公示",
        (
            ("dues_books", "凭证", P.DUES_VIEW),
            ("dues_trial", "试算平衡", P.DUES_VIEW),
            ("dues_drafts", "记账申请", P.DUES_VIEW),
            ("dues_periods", "结账", P.DUES_VIEW),
            ("dues_remittance", "上缴", P.DUES_VIEW),
            ("dues_publicity", "公示", P.DUES_VIEW),
        ),
    ),
    (
        "微信对账",
        (
            ("dues_statements", "微信账单", P.DUES_RECONCILE),
            ("dues_cases", "对账差异", P.DUES_RECONCILE),
            ("dues_orders", "订单", P.DUES_RECONCILE),
            ("dues_refunds", "退款", P.DUES_VIEW),
        ),
    ),
    (
        "规定",
        (("dues_policies", "收缴规定", P.DUES_VIEW), ("dues_standards", "收缴标准", P.DUES_VIEW)),
    ),
)


@dataclass(frozen=True)
class Month:
    """This month of a place, and who keeps its books; `keeper` is empty where nobody does yet."""

    month: int
    tally: Tally
    keeper: str


@console.get("/dues", endpoint="dues")
@staff(Permission.DUES_VIEW)
def overview() -> ResponseReturnValue:
    with services().sessions.read() as session:
        place = places.place(session)
        return render_template(
            "console/dues/overview.html",
            place=place,
            todos=dues_todo.open_now(session, place),
            found=_month(session, place),
            pages=_pages(),
        )


def _month(session: Session, place: Place) -> Month:
    month = months.current(now())
    tallies = bills.by_branch(session, place.scope, month).values()
    policy = policies.policy_for(session, place.organization.id, month)
    keeper = organizations.by_id(session, policy.organization_id) if policy else None
    return Month(month, sum(tallies, Tally()), keeper.short_name if keeper else "")


def _pages() -> list[tuple[str, list[tuple[str, str]]]]:
    """(name of a group, its pages) that the reader may open."""
    known = current_app.view_functions
    groups = [
        (
            name,
            [
                (page, text)
                for page, text, needed in pages
                if acting().may(needed) and f"console.{page}" in known
            ],
        )
        for name, pages in PAGES
    ]
    return [(name, pages) for name, pages in groups if pages]
