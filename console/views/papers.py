"""Papers of one meeting: downloads, and the text for the notice board."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core import wording
from app.core.db import Session
from app.core.errors import DomainError
from app.meetings.models import Meeting
from app.meetings.records import own_forms
from app.meetings.records import queries as records
from app.meetings.records.content import RecordMarked, from_json, readable
from app.meetings.records.models import PaperKind
from app.meetings.records.redaction import Redacted, public_text, redact
from app.organizations import queries as organizations
from app.papers import ballots, excel, pdf, sheets, word
from app.papers.paper import MEDIA, Format, Paper
from app.staff.permissions import Permission
from console import exports, fields
from console.blueprint import console
from console.convening import keep
from console.edge import services
from console.refusals import sentence
from console.views import meetings as pages
from console.views import records as pages_of_records
from console.views.records import REASON_LENGTH, written_by

VOTES = "votes"
FORMATS = {
    PaperKind.RECORD.value: tuple(Format),
    PaperKind.ATTENDANCE.value: tuple(Format),
    VOTES: (Format.PDF,),
}
LONGEST_TEXT = 20_000


def printed(paper: Paper, wanted: Format, form: bytes | None) -> bytes:
    """Outside of any transaction: a page of PDF takes a tenth of a second."""
    match wanted:
        case Format.PDF:
            return pdf.printed(paper)
        case Format.EXCEL:
            return excel.printed(paper)
        case Format.WORD:
            return word.printed(paper, form)


def own_form(session: Session, found: Meeting, kind: str, wanted: Format) -> bytes | None:
    """What the organisation or the nearest above it uses for that paper."""
    organization = organizations.by_id(session, found.organization_id)
    if wanted is not Format.WORD or organization is None:
        return None
    form = own_forms.used_by(session, organization, PaperKind(kind))
    return own_forms.content_of(session, form) if form else None


@console.post("/meetings/<int:meeting_id>/papers")
@staff(Permission.MEETINGS_VIEW)
def take_paper(meeting_id: int) -> ResponseReturnValue:
    """One file. Papers name people: somebody above the branch gives a reason, which is kept."""
    kind, wanted = request.form.get("kind", ""), fields.choice("format", Format)
    if wanted is None or wanted not in FORMATS.get(kind, ()):
        abort(400)
    why = fields.line("reason", most=REASON_LENGTH)
    with services().sessions.begin() as session:
        found = pages.wanted(session, meeting_id)
        if not why and not pages.rights(session, found).names:
            return pages_of_records.page(session, found, fault="请写明下载的原因。"), 422
        paper = _paper(session, found, kind) or abort(404)
        form = own_form(session, found, kind, wanted)
        told = {"reason": why} if why else {}
        keep(session, "paper_taken", found, paper=kind, format=wanted, **told)
    try:
        content = printed(paper, wanted, form)
    except DomainError as refusal:
        flash(sentence(refusal), "warn")
        return redirect(url_for("console.record", meeting_id=meeting_id))
    return exports.download(content, MEDIA[wanted], f"{paper.name}.{wanted}")


def _paper(session: Session, found: Meeting, kind: str) -> Paper | None:
    if kind == VOTES:
        return ballots.paper(session, found)
    may = pages.rights(session, found)
    if kind == PaperKind.RECORD:
        writes = pages_of_records.may_write(session, found) and fields.line("draft", most=3) == "yes"
        return sheets.record(session, found, draft=writes, names=may.within is None)
    return sheets.attendance(session, found, within=may.within)


@console.get("/meetings/<int:meeting_id>/record/public")
@staff(Permission.MEETINGS_MANAGE)
def public_text_of(meeting_id: int) -> ResponseReturnValue:
    """公开稿 as it comes out of the closed record: to be looked through before anybody uses it."""
    with services().sessions.read() as session:
        found = written_by(session, meeting_id)
        offered = _offered(session, found)
    if offered is None:
        flash("会议记录定稿以后，才能生成公开稿。", "warn")
        return redirect(url_for("console.record", meeting_id=meeting_id))
    return _public_page(found, offered.text, offered=offered)


def _offered(session: Session, found: Meeting) -> Redacted | None:
    standing = records.standing(session, found.id)
    content = from_json(standing.content) if standing else None
    if content is None or content.facts is None:
        return None
    return public_text(content, content.facts, records.names_to_hide(session, found))


def _public_page(
    found: Meeting, text: str, *, offered: Redacted | None = None, fault: str = "", ask: bool = False
) -> str:
    """`ask`: there still are names or numbers in it; using it so needs a tick."""
    return render_template(
        "console/record_public.html",
        meeting=found,
        text=text,
        offered=offered,
        fault=fault,
        ask=ask,
        most=LONGEST_TEXT,
    )


@console.post("/meetings/<int:meeting_id>/record/public")
@staff(Permission.MEETINGS_MANAGE)
def print_public_text(meeting_id: int) -> ResponseReturnValue:
    """As the secretary has changed it; what looks like a person is asked about once more."""
    text = readable(request.form.get("text", ""))
    wanted = fields.choice("format", Format)
    if wanted not in (Format.PDF, Format.WORD):
        abort(400)
    with services().sessions.begin() as session:
        found = written_by(session, meeting_id)
        if fault := _fault(text):
            return _public_page(found, text, fault=fault), 422
        left = redact(text, records.names_to_hide(session, found))
        if (left.names or left.numbers) and not fields.line("agreed", most=3):
            return _public_page(found, text, fault=_left(left), ask=True), 422
        paper = _public(session, found, text) or abort(404)
        form = own_form(session, found, PaperKind.PUBLIC, wanted)
        keep(session, "public_made", found, format=wanted, count=left.names + left.numbers)
    try:
        return exports.download(printed(paper, wanted, form), MEDIA[wanted], f"{paper.name}.{wanted}")
    except DomainError as refusal:
        return _public_page(found, text, fault=sentence(refusal)), 422


def _public(session: Session, found: Meeting, text: str) -> Paper | None:
    standing = records.standing(session, found.id)
    facts = from_json(standing.content).facts if standing else None
    return sheets.public(found, facts, text) if facts else None


def _fault(text: str) -> str:
    if not text:
        return "公开稿是空的。"
    if len(text) > LONGEST_TEXT:
        return f"公开稿太长了，最多 {LONGEST_TEXT:,} 个字。"
    marks = wording.marked(text)
    return sentence(RecordMarked(marks=marks)) if marks else ""


def _left(left: Redacted) -> str:
    found = [f"{left.names} 处像是姓名"] if left.names else []
    found += [f"{left.numbers} 处像是电话或证件号码"] if left.numbers else []
    return f"里面还有{'、'.join(found)}。公开个人信息要本人单独同意：请改掉，或者确认后再下载。"
