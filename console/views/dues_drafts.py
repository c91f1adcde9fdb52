"""Entries by hand: the accountant proposes, another person decides, and only then is anything booked."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.dues.bills.models import Bill
from app.dues.books import ahead, drafts, listing, owed
from app.dues.books.models import Account, Draft, DraftKind, Journal, UseItem
from app.dues.books.trial import TrialLine, trial
from app.members import queries as members
from app.members.models import Member
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.deciding import Decision
from app.staff.permissions import Permission
from console import dues_money as shared
from console import fields
from console.blueprint import console
from console.dues_money_books import BY_HAND, HELP, POINTING, TypedDraft
from console.edge import acting, now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page

SAME_NAME = 50


class MemberUnclear(DomainError):
    """Nobody is called so, or several are."""

    code = "dues_member_unclear"


@console.get("/dues/drafts")
@staff(Permission.DUES_VIEW)
def dues_drafts() -> ResponseReturnValue:
    done = request.args.get("done") == shared.YES
    by, at = acting().username, offset(wanted_page())
    with services().sessions.read() as session:
        rows = listing.drafts(session, scope(), open_only=not done, by=by, offset=at, limit=PER_PAGE)
        return render_template(
            "console/dues/drafts.html",
            rows=rows,
            page=Page(wanted_page(), listing.drafts_total(session, scope(), open_only=not done, by=by)),
            done=done,
            who=shared.called(session),
        )


@console.get("/dues/drafts/new")
@staff(Permission.DUES_ACCOUNT)
def new_dues_draft() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _form(session, TypedDraft.sent())


def _form(
    session: Session, typed: TypedDraft, *, faults: shared.Faults | None = None, fault: str = ""
) -> str:
    choices, committee = shared.keeper(session)
    return render_template(
        "console/dues/draft_form.html",
        choices=choices,
        committee=committee,
        typed=typed,
        kinds=BY_HAND,
        pointing=typed.kind in POINTING,
        of_member=typed.kind in drafts.OF_MEMBERS,
        helps=HELP,
        items=UseItem,
        journal=listing.journal(session, scope(), typed.journal or 0),
        bill=_bill(session, typed.bill),
        balances=_balances(session, committee),
        branches=organizations.tree(session, shared.subtree(committee)) if committee else (),
        month=shared.field_of(typed.month) if typed.month else "",
        faults=faults or {},
        fault=fault,
        today=local_day(now()),
    )


def _balances(session: Session, committee: Organization | None) -> dict[Account, TrialLine]:
    month = shared.month("", None)
    lines = trial(session, committee.id, first=month, last=month) if committee else []
    return {one.account: one for one in lines}


def _bill(session: Session, bill_id: int | None) -> Bill | None:
    """Of books that the acting accountant keeps."""
    found = session.get(Bill, bill_id or 0)
    kept = {one.id for one in shared.keepers(session)}
    return found if found and found.committee_id in kept else None


@console.post("/dues/drafts/new")
@staff(Permission.DUES_ACCOUNT)
def propose_dues_draft() -> ResponseReturnValue:
    typed = TypedDraft.sent()
    if faults := typed.faults(local_day(now())):
        with services().sessions.read() as session:
            shared.kept_by(session)
            return _form(session, typed, faults=faults), 422

    def propose(session: Session) -> str:
        committee = shared.kept_by(session)
        made = _propose(session, committee, typed)
        shared.keep(
            session,
            "draft_proposed",
            "draft",
            made.id,
            committee.id,
            draft=typed.kind.value,
            reason=typed.reason,
        )
        return "已提交，等另一位同志复核；复核通过以后记账。"

    def shown(sentence: str) -> str:
        with services().sessions.read() as session:
            return _form(session, typed, fault=sentence)

    return shared.carry_out(url_for("console.dues_drafts"), propose, shown)


def _propose(session: Session, committee: Organization, typed: TypedDraft) -> Draft:
    by, reason = acting().username, typed.reason
    if typed.kind is DraftKind.REVERSAL:
        journal = listing.journal(session, shared.subtree(committee), typed.journal or 0) or abort(404)
        return drafts.propose_reversal(session, journal_id=journal.id, reason=reason, by=by, now=now())
    if typed.kind is DraftKind.BILL:
        bill = _bill(session, typed.bill) or abort(404)
        return drafts.propose_bill_back(session, bill_id=bill.id, reason=reason, by=by, now=now())
    return drafts.propose_draft(
        session,
        committee_id=committee.id,
        kind=typed.kind,
        fen=typed.fen,
        month=typed.month,
        item=typed.item,
        decided_on=typed.decided_on,
        document_no=typed.document_no,
        reason=reason,
        member_id=_member_id(session, committee, typed),
        by=by,
        now=now(),
    )


def _member_id(session: Session, committee: Organization, typed: TypedDraft) -> int | None:
    """Raises MemberUnclear where the name is nobody's, or that of several."""
    if typed.kind not in drafts.OF_MEMBERS or not typed.member:
        return None
    if typed.kind in drafts.GIVEN_BACK:
        owed_to = owed.called(session, committee.id, typed.member)
        if len(owed_to) == 1:
            return owed_to[0]
    within = shared.subtree(committee)
    of = organizations.by_id(session, typed.organization or 0)
    path = of.path if of else None
    if typed.kind is DraftKind.ADVANCE_BACK and (
        paid_ahead := ahead.called(session, committee.id, typed.member, path=path)
    ):
        if len(paid_ahead) > 1:
            raise MemberUnclear
        return paid_ahead[0]
    found = members.search(
        session,
        within,
        vault=services().vault,
        text=typed.member,
        organization_path=path,
        per_page=SAME_NAME,
    )
    exact = [one.id for one in found.rows if one.name == typed.member]
    if len(exact) != 1:
        raise MemberUnclear
    return exact[0]


@console.get("/dues/drafts/<int:draft_id>")
@staff(Permission.DUES_VIEW)
def dues_draft(draft_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = _wanted(session, draft_id)
        committee = session.get_one(Organization, found.committee_id)
        decides = shared.covers(Permission.DUES_DECIDE, committee)
        accounts = shared.covers(Permission.DUES_ACCOUNT, committee)
        return render_template(
            "console/dues/draft.html",
            draft=found,
            committee=committee,
            help=HELP[found.kind],
            reverses=session.get_one(Journal, found.reverses_id) if found.reverses_id else None,
            bill=session.get_one(Bill, found.bill_id) if found.bill_id else None,
            member=session.get(Member, found.member_id)  # wherever they are by now: it is about these books
            if found.member_id and (decides or accounts)
            else None,
            journal=session.get_one(Journal, found.journal_id) if found.journal_id else None,
            may_decide=decides,
            books=shared.covers(Permission.DUES_VIEW, committee),
            who=shared.called(session),
        )


def _wanted(session: Session, draft_id: int) -> Draft:
    return listing.draft(session, scope(), draft_id, by=acting().username) or abort(404)


@console.post("/dues/drafts/<int:draft_id>/decide")
@staff(Permission.DUES_DECIDE)
def decide_dues_draft(draft_id: int) -> ResponseReturnValue:
    return _decide(draft_id, shared.decision())


@console.post("/dues/drafts/<int:draft_id>/withdraw")
@staff(Permission.DUES_VIEW)
def withdraw_dues_draft(draft_id: int) -> ResponseReturnValue:
    """By whoever proposed it: the accountant, or the collector whose receipt it is."""
    return _decide(draft_id, Decision.WITHDRAWN)


def _decide(draft_id: int, wanted: Decision) -> ResponseReturnValue:
    note = fields.line("note", most=shared.NOTE_LENGTH)

    def decide(session: Session) -> str:
        found = _wanted(session, draft_id)
        drafts.decide_draft(
            session, draft_id=found.id, decision=wanted, by=acting().username, now=now(), note=note
        )
        shared.keep(
            session, "draft_decided", "draft", found.id, found.committee_id, decision=wanted.value, note=note
        )
        said = {Decision.APPROVED: "已同意并记账。", Decision.REFUSED: "没有同意，账上没有变化。"}
        return said.get(wanted, "已撤回。")

    return shared.carry_out(url_for("console.dues_draft", draft_id=draft_id), decide)
