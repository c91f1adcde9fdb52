"""Signing in and out."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import public, staff
from app.core.errors import DomainError
from app.staff import sessions as browsers
from app.staff import sign_in as door
from app.staff.sign_in import Claim, LockPolicy
from console.blueprint import console
from console.edge import acting, keep_trail, now, services
from console.refusals import sentence
from console.signed_in import enter, leave, open_browser

TOO_LONG = 400


@console.get("/login")
@public("a stranger must be able to knock")
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_wanted())
    return render_template("console/login.html", username="", fault=None)


@console.post("/login")
@public("proves itself with password and second factor; locked after wrong tries")
def knock() -> ResponseReturnValue:
    claim = Claim(*(request.form.get(field, "")[:TOO_LONG] for field in ("username", "password", "code")))
    try:
        account_id = _try(claim)
    except DomainError as refusal:
        page = render_template("console/login.html", username=claim.username[:64], fault=sentence(refusal))
        return page, 401
    with services().sessions.begin() as transaction:
        token = open_browser(transaction, services(), account_id=account_id)
    enter(services(), token)
    return redirect(_wanted())


def _try(claim: Claim) -> int:
    console_settings = services().settings.console
    policy = LockPolicy(console_settings.login_attempts, timedelta(minutes=console_settings.lock_minutes))
    return door.sign_in(services().sessions, claim, vault=services().vault, policy=policy, now=now())


def _wanted() -> str:
    """The page that was asked for before, if it is one of ours."""
    address = request.args.get("next", "")
    ours = address.startswith("/console/") and not any(sign in address for sign in "\\\r\n\t")
    return address if ours else url_for("console.dashboard")


@console.post("/logout")
@staff(None)
def sign_out() -> ResponseReturnValue:
    with services().sessions.begin() as transaction:
        browsers.end(transaction, token=current_user.token, now=now())
        home = acting().roles[0].organization_id if acting().roles else None
        keep_trail(
            transaction,
            "staff.signed_out",
            subject=f"account:{acting().account_id}",
            organization_id=home,
        )
    leave()
    session.clear()
    flash("您已退出登录。", "ok")
    return redirect(url_for("console.sign_in"))
