"""题库导入: a file looked at as a difference from the bank, and taken over when its sender says so."""

import base64
import binascii
from collections import Counter
from collections.abc import Sequence
from contextlib import closing

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.members.roster.archive import RosterRefused
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from app.study.quizzes import importing, template
from app.study.quizzes.importing import Applied, Line
from app.study.quizzes.rules import QuestionLineKind
from app.study.quizzes.workbook import MOST_ROWS
from console import exports, fields, once
from console.blueprint import console
from console.dues_money import of_scope
from console.edge import acting, keep_trail, now, scope, services

MOST_BYTES = 2 * 1024 * 1024
"""The file travels in the preview's form and back: it is kept nowhere in between."""
TOO_LARGE = "文件超过 2 MB，请去掉里面的图片，或者分成几个文件。"
K = QuestionLineKind
KINDS = (K.FAULTY, K.TWICE, K.RETIRED, K.CHANGED, K.NEW, K.SAME)
"""What somebody must look at comes first."""
LEFT_OUT = frozenset({K.FAULTY, K.TWICE, K.RETIRED})


@console.get("/study/questions/import")
@staff(Permission.STUDY_WRITE)
def study_question_import() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _upload_page(session)


def _upload_page(session: Session, faults: Sequence[str] = ()) -> str:
    return render_template(
        "console/study/questions_import.html",
        choices=organizations.tree(session, scope()),
        organization=fields.number("organization"),
        most=MOST_ROWS,
        most_bytes=MOST_BYTES,
        too_large=TOO_LARGE,
        faults=faults,
    )


@console.get("/study/questions/template.xlsx")
@staff(Permission.STUDY_WRITE)
def study_question_template() -> ResponseReturnValue:
    answer = Response(template.write(), mimetype=exports.EXCEL)
    answer.headers.set("Content-Disposition", "attachment", filename="questions.xlsx")
    return answer


@console.post("/study/questions/import")
@staff(Permission.STUDY_WRITE)
def preview_study_questions() -> ResponseReturnValue:
    """Nothing is changed yet."""
    content = _sent()
    with services().sessions.read() as session:
        organization = of_scope(session, fields.number("organization"))
        if not content:
            return _upload_page(session, ["请选择一个 Excel 文件（.xlsx）。"]), 422
        if len(content) > MOST_BYTES:
            return _upload_page(session, [TOO_LARGE]), 422
        try:
            lines = importing.preview(session, organization_id=organization.id, content=content)
        except RosterRefused as refusal:
            return _upload_page(session, refusal.faults), 422
        return _preview_page(organization, lines, content)


def _sent() -> bytes:
    """One byte more than is taken, so that too much is seen."""
    sent = request.files.get("file")
    if sent is None:
        return b""
    with closing(sent):
        return sent.stream.read(MOST_BYTES + 1)


def _preview_page(organization: Organization, lines: Sequence[Line], content: bytes) -> str:
    counts = Counter(line.kind for line in lines)
    return render_template(
        "console/study/questions_preview.html",
        organization=organization,
        groups=[(kind, [line for line in lines if line.kind is kind]) for kind in KINDS if counts[kind]],
        left_out=LEFT_OUT,
        taking=counts[K.NEW] + counts[K.CHANGED],
        counts=counts,
        content=base64.b64encode(content).decode(),
    )


@console.post("/study/questions/import/apply")
@staff(Permission.STUDY_WRITE)
def apply_study_questions() -> ResponseReturnValue:
    """The file is read anew: what others changed since the preview is seen once more."""
    address = url_for("console.study_questions")
    try:
        with services().sessions.begin() as session:
            organization = of_scope(session, fields.number("organization"))
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            applied = importing.apply(
                session,
                organization_id=organization.id,
                content=_carried(),
                by=acting().username,
                now=now(),
            )
            address = url_for("console.study_questions", organization=organization.id)
            once.led_to(session, address)
            _keep(session, organization, applied)
    except RosterRefused as refusal:
        with services().sessions.read() as session:
            return _upload_page(session, refusal.faults), 422
    flash(_said(applied), "ok")
    return redirect(address)


def _carried() -> bytes:
    """Raises RosterRefused."""
    try:
        return base64.b64decode(request.form.get("content", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RosterRefused("页面里带的文件不完整，请重新上传") from error


def _keep(session: Session, organization: Organization, applied: Applied) -> None:
    keep_trail(
        session,
        "study.questions_imported",
        subject=f"organization:{organization.id}",
        organization_id=organization.id,
        count=applied.added + applied.changed,
    )


def _said(applied: Applied) -> str:
    parts = [f"新增 {applied.added} 题", f"改动 {applied.changed} 题"]
    parts += [f"题库已有 {applied.same} 题"] if applied.same else []
    parts += [f"没有导入 {applied.left_out} 题"] if applied.left_out else []
    return f"已导入：{'，'.join(parts)}。"
