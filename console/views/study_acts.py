"""What may be done with a version: to its three reviews, back, away, and on to the next."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.staff.permissions import Permission
from app.study.library import service
from app.study.library.models import ReviewVerdict, StudyColumn, StudyItem, StudyVersion
from app.study.library.states import VersionState
from console import fields, once
from console.blueprint import console
from console.edge import acting, now, services
from console.refusals import sentence
from console.study_typed import ROOM
from console.studying import item_of, keep_item, revision, wanted_version
from console.views.study_items import page

STAGES = ("初审", "复审", "终审")

Verb = Callable[[Session, StudyVersion, StudyItem], str]
"""Does it and keeps it; what to say afterwards."""


class VerdictMissing(DomainError):
    """Neither passed nor returned."""

    code = "study_verdict_missing"


def _carry_out(version_id: int, verb: Verb) -> ResponseReturnValue:
    """Once per form; a refusal is shown on the page itself, and nothing has happened."""
    address = url_for("console.study_version", version_id=version_id)
    try:
        with services().sessions.begin() as session:
            found = wanted_version(session, version_id)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            said = verb(session, found, item_of(session, found))
            once.led_to(session, address)
    except DomainError as refusal:
        with services().sessions.read() as session:
            return page(session, wanted_version(session, version_id), fault=sentence(refusal)), 409
    flash(said, "ok")
    return redirect(address)


@console.post("/study/versions/<int:version_id>/submit")
@staff(Permission.STUDY_WRITE)
def submit_study_version(version_id: int) -> ResponseReturnValue:
    def submit(session: Session, found: StudyVersion, item: StudyItem) -> str:
        service.submit(session, version=found, revision=revision(), now=now())
        keep_item(session, "submitted", item, version=found.number)
        return "已提交。三位同志依次审核，都通过后党员才能看到。"

    return _carry_out(version_id, submit)


@console.post("/study/versions/<int:version_id>/review")
@staff(Permission.STUDY_REVIEW)
def review_study_version(version_id: int) -> ResponseReturnValue:
    def review(session: Session, found: StudyVersion, item: StudyItem) -> str:
        verdict, stage = fields.choice("verdict", ReviewVerdict), fields.number("stage") or 0
        note = fields.line("note", most=ROOM)
        if verdict is None:
            raise VerdictMissing
        service.review(
            session,
            version=found,
            revision=revision(),
            stage=stage,
            verdict=verdict,
            note=note,
            reviewer=acting().username,
            reviewer_name=acting().display_name,
            now=now(),
        )
        act = "reviewed" if verdict is ReviewVerdict.PASSED else "sent_back"
        keep_item(session, act, item, version=found.number, stage=STAGES[stage - 1], note=note)
        return _said(verdict, stage, found)

    return _carry_out(version_id, review)


def _said(verdict: ReviewVerdict, stage: int, found: StudyVersion) -> str:
    if verdict is ReviewVerdict.RETURNED:
        return "已退回撰稿人修改。"
    if found.state is VersionState.PUBLISHED:
        return "终审通过，已经发布，党员现在就能看到。"
    return f"{STAGES[stage - 1]}通过，等待{STAGES[stage]}。"


@console.post("/study/versions/<int:version_id>/withdraw")
@staff(Permission.STUDY_WRITE)
def withdraw_study_item(version_id: int) -> ResponseReturnValue:
    def withdraw(session: Session, found: StudyVersion, item: StudyItem) -> str:
        reason = fields.line("reason", most=ROOM)
        if found.state is not VersionState.PUBLISHED:
            raise service.NotPublished
        service.withdraw(session, item=item, reason=reason, by=acting().username, now=now())
        keep_item(session, "withdrawn", item, version=found.number, reason=reason)
        return "已撤下，党员看不到了，也搜不到了。"

    return _carry_out(version_id, withdraw)


@console.post("/study/versions/<int:version_id>/drop")
@staff(Permission.STUDY_WRITE)
def drop_study_version(version_id: int) -> ResponseReturnValue:
    def drop(session: Session, found: StudyVersion, item: StudyItem) -> str:
        service.drop(session, version=found, revision=revision(), by=acting().username, now=now())
        keep_item(session, "dropped", item, version=found.number)
        return "已放弃这份草稿，文件已删除，文字留有记录。"

    return _carry_out(version_id, drop)


@console.post("/study/versions/<int:version_id>/move")
@staff(Permission.STUDY_WRITE)
def move_study_item(version_id: int) -> ResponseReturnValue:
    def move(session: Session, _: StudyVersion, item: StudyItem) -> str:
        service.move_item(session, item=item, column_id=fields.number("column") or 0)
        name = session.get_one(StudyColumn, item.column_id).name
        keep_item(session, "moved", item, column=name)
        return f"已移到栏目“{name}”。"

    return _carry_out(version_id, move)


@console.post("/study/versions/<int:version_id>/again")
@staff(Permission.STUDY_WRITE)
def begin_study_version(version_id: int) -> ResponseReturnValue:
    """The next version, as a draft; of two who begin at once, the second is led to the first one's."""
    try:
        with services().sessions.begin() as session:
            item = item_of(session, wanted_version(session, version_id))
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, request.path.removesuffix("/again"))
            made = service.new_version(
                session,
                item=item,
                author=acting().username,
                author_name=acting().display_name,
                now=now(),
            )
            address = url_for("console.edit_study_version", version_id=made.id)
            once.led_to(session, address)
            keep_item(session, "begun", item, version=made.number)
    except DomainError as refusal:
        with services().sessions.read() as session:
            return page(session, wanted_version(session, version_id), fault=sentence(refusal)), 409
    flash("新的一版是草稿。它通过三审之前，党员看到的还是现在这一版。", "ok")
    return redirect(address)
