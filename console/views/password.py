"""Changing one's own password."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import staff
from app.core.errors import DomainError
from app.staff import accounts
from app.staff import queries as people
from console.blueprint import console
from console.edge import acting, keep_trail, now, services
from console.refusals import sentence


@console.get("/password")
@staff(None)
def password() -> ResponseReturnValue:
    return render_template("console/password.html", fault=None)


@console.post("/password")
@staff(None)
def change_password() -> ResponseReturnValue:
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        return render_template("console/password.html", fault="两次输入的新密码不一样。"), 422
    try:
        _change(request.form.get("current", ""), new)
    except DomainError as refusal:
        return render_template("console/password.html", fault=sentence(refusal)), 422
    flash("密码已修改，其他电脑和手机上的登录已全部退出。", "ok")
    return redirect(url_for("console.dashboard"))


def _change(current: str, new: str) -> None:
    actor = acting()
    with services().sessions.begin() as session:
        accounts.change_password(
            session,
            account=people.account(session, actor.account_id),
            current=current,
            new=new,
            keep_session=current_user.session_id,
            now=now(),
        )
        home = actor.roles[0].organization_id if actor.roles else None
        keep_trail(
            session,
            "staff.password_changed",
            subject=f"account:{actor.account_id}",
            organization_id=home,
        )
