"""台账: a year of one organisation, its quarters, and the whole as one zip."""

from datetime import date

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings import periods
from app.meetings.periods import Period
from app.meetings.plans.models import Frequency
from app.meetings.records import own_forms
from app.meetings.records.models import PaperKind
from app.meetings.records.quarter import lines
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.papers import ledger as ledgers
from app.papers import lists, pdf
from app.papers.paper import MEDIA, Format
from app.staff.permissions import Permission
from console import exports, fields
from console.blueprint import console
from console.convening import chosen, seats
from console.edge import keep_trail, now, scope, services
from console.refusals import sentence
from console.views.papers import printed
from console.views.records import REASON_LENGTH

FIRST_YEAR = 2021
ZIP = "application/zip"


def _year() -> int:
    asked, this = fields.number("year") or 0, local_day(now()).year
    return asked if FIRST_YEAR <= asked <= this + 1 else this


def _organization(session: Session) -> Organization | None:
    """The one asked for, else one's own, else the first that one sees."""
    if fields.number("organization"):
        return chosen(session, fields.number("organization"))
    own = seats(session, Permission.MEETINGS_VIEW)
    return next(iter(own or organizations.in_scope(session, scope())), None)


@console.get("/meetings/ledger")
@staff(Permission.MEETINGS_VIEW)
def ledger() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _page(session, _organization(session))


def _page(session: Session, organization: Organization | None, *, fault: str = "") -> str:
    year = Period(date(_year(), 1, 1), Frequency.YEARLY)
    found = lines(session, organization, first=year.first, last=year.last) if organization else []
    quarters = [
        (period, lists.title_of(period), [one for one in found if period.holds(local_day(one.starts_at))])
        for period in periods.between(year.first, year.last, Frequency.QUARTERLY)
    ]
    held = [one for one in found if one.cancel_reason is None]
    return render_template(
        "console/ledger.html",
        organization=organization,
        choices=organizations.tree(session, scope()),
        year=_year(),
        years=range(local_day(now()).year + 1, FIRST_YEAR - 1, -1),
        quarters=quarters,
        held=held,
        missing=[one for one in held if not one.closed and one.starts_at <= now()],
        own=organization is not None and _sits(session, organization),
        state=lists.state,
        remark=lists.remark,
        fault=fault,
    )


def _sits(session: Session, organization: Organization) -> bool:
    return organization.id in {one.id for one in seats(session, Permission.MEETINGS_VIEW)}


@console.post("/meetings/ledger")
@staff(Permission.MEETINGS_VIEW)
def take_ledger() -> ResponseReturnValue:
    """The zip names people: somebody above gives a reason, which is kept. It is printed while it is sent."""
    why = fields.line("reason", most=REASON_LENGTH)
    with services().sessions.read() as session:
        organization = chosen(session, fields.number("organization"))
        if not why and not _sits(session, organization):
            return _page(session, organization, fault="请写明下载台账的原因。"), 422
        gathered = ledgers.gather(session, organization, year=_year(), now=now())
    pdf.ready()
    with services().sessions.begin() as session:
        told = {"reason": why} if why else {}
        subject = f"organization:{organization.id}"
        keep_trail(
            session, "ledger.taken", subject=subject, organization_id=organization.id, year=_year(), **told
        )
    answer = exports.download(b"", ZIP, gathered.name)
    answer.response = ledgers.stream(gathered, now=now())
    del answer.content_length
    return answer


@console.get("/meetings/ledger/quarter")
@staff(Permission.MEETINGS_VIEW)
def quarter_list() -> ResponseReturnValue:
    """季度一览表: counts and states, nobody's name."""
    wanted = fields.choice("format", Format) or abort(404)
    period = periods.read(fields.line("period", most=7))
    if period is None or period.frequency is not Frequency.QUARTERLY:
        abort(404)
    if not FIRST_YEAR <= period.first.year <= local_day(now()).year + 1:
        abort(404)
    with services().sessions.read() as session:
        organization = chosen(session, fields.number("organization"))
        paper = lists.quarter(session, organization, period)
        own = own_forms.used_by(session, organization, PaperKind.QUARTER)
        form = own_forms.content_of(session, own) if own and wanted is Format.WORD else None
    try:
        content = printed(paper, wanted, form)
    except DomainError as refusal:
        with services().sessions.read() as session:
            return _page(session, chosen(session, organization.id), fault=sentence(refusal)), 422
    return exports.download(content, MEDIA[wanted], f"{paper.name}.{wanted}")
