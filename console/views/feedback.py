"""The in-tray of what people wrote, and answering it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.feedback import queries as feedback
from app.feedback import service as answering
from app.feedback.models import Side, Thread
from app.feedback.service import ANSWER_LIMIT
from app.feedback.states import ThreadState
from app.organizations import queries as organizations
from app.staff.permissions import Permission
from console import fields, once
from console.blueprint import console
from console.edge import acting, keep_trail, now, scope, scope_of, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.refusals import sentence


@console.get("/feedback")
@staff(Permission.FEEDBACK_VIEW)
def tray() -> ResponseReturnValue:
    state = fields.choice("state", ThreadState)
    with services().sessions.read() as session:
        rows = feedback.tray(session, scope(), state=state, offset=offset(wanted_page()), limit=PER_PAGE)
        total = feedback.total(session, scope(), state=state)
        counts = feedback.counts(session, scope(), now=now())
    return render_template(
        "console/tray.html", rows=rows, counts=counts, state=state, page=Page(wanted_page(), total)
    )


@console.get("/feedback/<int:thread_id>")
@staff(Permission.FEEDBACK_VIEW)
def thread(thread_id: int) -> ResponseReturnValue:
    return _page(thread_id)


def _page(thread_id: int, *, typed: str = "", fault: str = "") -> str:
    with services().sessions.read() as session:
        found = _wanted(session, thread_id)
        organization = organizations.by_id(session, found.organization_id)
        messages = feedback.messages(session, found.id)
        writer = feedback.writer_name(session, found)
    path = organization.path if organization else ""
    return render_template(
        "console/thread.html",
        thread=found,
        organization=organization,
        messages=messages,
        writer=writer,
        last_id=messages[-1].id if messages else 0,
        may_answer=scope_of(Permission.FEEDBACK_ANSWER).covers(path),
        limit=ANSWER_LIMIT,
        typed=typed,
        fault=fault,
    )


def _wanted(session: Session, thread_id: int) -> Thread:
    return feedback.by_id(session, scope(), thread_id) or abort(404)


@console.post("/feedback/<int:thread_id>/answer")
@staff(Permission.FEEDBACK_ANSWER)
def answer_thread(thread_id: int) -> ResponseReturnValue:
    text = fields.body("text", most=ANSWER_LIMIT)
    try:
        return _answer(thread_id, text)
    except DomainError as refusal:
        return _page(thread_id, typed=text, fault=sentence(refusal)), 422


def _answer(thread_id: int, text: str) -> ResponseReturnValue:
    """A repeat has no effect; a colleague's answer that this writer has not seen is shown first."""
    address = url_for("console.thread", thread_id=thread_id)
    with services().sessions.begin() as session:
        found = _wanted(session, thread_id)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, address)
        if unseen := _unseen_answer(session, found):
            session.rollback()
            return _page(thread_id, typed=text, fault=unseen), 409
        answering.answer(session, thread=found, by=acting().display_name, text=text, now=now())
        once.led_to(session, address)
        keep_trail(
            session,
            "feedback.answered",
            subject=f"feedback:{found.number}",
            organization_id=found.organization_id,
        )
        reachable = found.identity_id is not None
    if reachable:
        flash("回复已保存，会发到来信人的微信。", "ok")
    else:
        flash("回复已保存。来信人收不到微信通知，请另行告知本人。", "warn")
    return redirect(address)


def _unseen_answer(session: Session, found: Thread) -> str:
    seen = fields.number("seen") or 0
    newer = [one for one in feedback.messages(session, found.id) if one.id > seen and one.side is Side.OFFICE]
    if not newer:
        return ""
    return f"{newer[-1].author}刚刚已经回复了这件意见，见下。请看过再决定是否补充；您写的内容还在。"
