"""What is open now in dues for the reader, with one link each: by what their roles let them do."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flask import url_for

from app.core.clock import local_day
from app.core.db import Session
from app.dues import months
from app.dues.arrears import queries as arrears
from app.dues.assessments import import_listing as imports
from app.dues.assessments import listing as assessments
from app.dues.bills import listing as bills
from app.dues.books import listing as books
from app.dues.cash import listing as cash
from app.dues.orders import listing as orders
from app.dues.policies import listing as policy_listing
from app.dues.policies import queries as policies
from app.dues.remittance import listing as remittance
from app.dues.standards import queries as standards
from app.dues.statements import listing as statements
from app.dues.statements.listing import CaseFilter
from app.organizations import queries as organizations
from app.staff.deciding import Decision, Proposed
from app.staff.permissions import Permission
from console import convening
from console.dues_place import Place
from console.edge import acting, now, scope_of
from console.views.dues_reliefs import waiting_for_reader
from console.views.dues_reviews import answering

P = Permission
MOST = 100


@dataclass(frozen=True)
class Todo:
    """`text`: a whole sentence with its number. `act`: what the link says."""

    text: str
    act: str
    address: str
    note: str = ""


def open_now(session: Session, place: Place) -> list[Todo]:
    found = (each for of, permission in BY if acting().may(permission) for each in of(session, place))
    return list(found)


Of = Callable[[Session, Place], Iterator[Todo]]


def _bills(session: Session, _place: Place) -> Iterator[Todo]:
    """Committees that keep books and have no bills of this month yet."""
    month = months.current(now())
    own = policies.in_force(session, month)
    keepers = [one for one in organizations.in_scope(session, scope_of(P.DUES_ACCOUNT)) if one.id in own]
    made = bills.runs(session, [one.id for one in keepers], month)
    for one in keepers:
        if one.id not in made:
            text = f"{one.short_name}{months.text(month)}的账单还没有生成"
            yield Todo(text, "去生成", url_for("console.dues_bills", organization=one.id))
    if not own and scope_of(P.DUES_ACCOUNT).roots:
        yield Todo("还没有收缴规定，不能生成账单", "去制定", url_for("console.dues_policies"))


def _amounts(session: Session, place: Place) -> Iterator[Todo]:
    counts = assessments.by_branch(session, place.scope, months.current(now())).values()
    if missing := sum(one.without for one in counts):
        text = f"{missing} 名党员没有核定金额"
        note = "没有核定的，不会生成账单"
        address = url_for("console.dues_assessments", organization=place.organization.id)
        yield Todo(text, "去看看", address, note)


def _confirm(session: Session, _place: Place) -> Iterator[Todo]:
    """Proposals of others: of one's own nobody is the second person."""
    within, me = scope_of(P.DUES_DECIDE), acting().username
    waiting = (
        (imports.waiting(session, within, not_by=me), "份基数导入等您复核", "dues_assessments"),
        (assessments.waiting_assessments(session, within, not_by=me), "份核定等您复核", "dues_assessments"),
        (waiting_for_reader(session), "份减免等您审批", "dues_reliefs"),
        (
            _proposed([row for row, _ in policy_listing.rows(session, within)]),
            "份收缴规定等您复核",
            "dues_policies",
        ),
        (_standards(session), "份收缴标准等您复核", "dues_standards"),
        (_drafts(session), "份记账申请等您复核", "dues_drafts"),
        (_proposed(books.reopenings_waiting(session, within)), "份重新打开的申请等您复核", "dues_periods"),
        (
            _proposed([row[0] for row in remittance.rules(session, within)]),
            "份上缴规定等您复核",
            "dues_remittance",
        ),
        (
            _proposed([row[0] for row in remittance.sheets(session, within)]),
            "张上缴单等您复核",
            "dues_remittance",
        ),
    )
    yield from (_todo(number, text, "去复核", endpoint) for number, text, endpoint in waiting if number)


def _drafts(session: Session) -> int:
    rows = books.drafts(session, scope_of(P.DUES_DECIDE), open_only=True, limit=MOST)
    return _proposed([row[0] for row in rows])


def _proposed(rows: Sequence[Proposed]) -> int:
    me = acting().username
    return sum(row.decision is Decision.PROPOSED and row.proposed_by != me for row in rows)


def _todo(number: int, text: str, act: str, endpoint: str) -> Todo:
    return Todo(f"{number} {text}", act, url_for(f"console.{endpoint}"))


def _standards(session: Session) -> int:
    """Everybody's, and so a matter of who stands above all."""
    root = organizations.by_id(session, organizations.root_id(session))
    above_all = root is not None and scope_of(P.DUES_DECIDE).covers(root.path)
    return _proposed(standards.all_of_them(session)) if above_all else 0


def _reviews(session: Session, _place: Place) -> Iterator[Todo]:
    if number := assessments.open_reviews(session, answering(session)):
        yield _todo(number, "份复核申请等答复", "去答复", "dues_reviews")


def _arrears(session: Session, place: Place) -> Iterator[Todo]:
    counts = arrears.counts(session, place.scope, today=local_day(now())).values()
    people, lapsing = sum(one.people for one in counts), sum(one.lapsing for one in counts)
    if people:
        lapse = arrears.limits(session, local_day(now())).lapse
        note = f"其中 {lapsing} 人满 {lapse} 个月，须由支部研究" if lapsing else ""
        address = url_for("console.dues_arrears", organization=place.organization.id)
        yield Todo(f"{people} 名党员过了收缴日还没有缴清", "去看看", address, note)


def _cash(session: Session, _place: Place) -> Iterator[Todo]:
    own = [one.id for one in convening.seats(session, P.DUES_COLLECT)]
    if number := cash.transfers_total(session, own, open_only=True):
        yield _todo(number, "笔转账等确认到账", "去确认", "dues_transfers")


def _cases(session: Session, _place: Place) -> Iterator[Todo]:
    within = scope_of(P.DUES_RECONCILE)
    if number := statements.cases_total(session, within, CaseFilter()):
        yield _todo(number, "处对账差异等处理", "去处理", "dues_cases")
    if number := orders.refunds_total(session, within, open_only=True):
        yield _todo(number, "笔退款没有办完", "去看看", "dues_refunds")


BY: tuple[tuple[Of, Permission], ...] = (
    (_bills, P.DUES_ACCOUNT),
    (_amounts, P.DUES_VIEW),
    (_confirm, P.DUES_DECIDE),
    (_reviews, P.DUES_VIEW),
    (_arrears, P.DUES_VIEW),
    (_cash, P.DUES_COLLECT),
    (_cases, P.DUES_RECONCILE),
)
