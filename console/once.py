"""Carrying a form out once, however often it is sent."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from app.core.db import Session
from app.staff import submissions
from console.edge import acting, now

LONGEST_KEY = 43


def repeated(session: Session) -> submissions.Repeated | None:
    """None: this is the first time. Ask before the verb, in its transaction."""
    token = request.form.get("once", "").replace("\x00", "")
    if not token:
        return None
    return submissions.begin(session, token=token, account_id=acting().account_id, now=now())


def key() -> str:
    """What this form is called where a verb itself does a thing once; of a form without a token, a new name."""
    return request.form.get("once", "").replace("\x00", "")[:LONGEST_KEY] or submissions.new_token()


def led_to(session: Session, location: str) -> None:
    """Where a repeat of this form is sent."""
    if token := request.form.get("once", "").replace("\x00", ""):
        submissions.led_to(session, token=token, location=location)


def answer_repeat(found: submissions.Repeated, otherwise: str) -> ResponseReturnValue:
    flash("这份表单已经提交过，没有重复办理。", "info")
    return redirect(found.location or otherwise)
