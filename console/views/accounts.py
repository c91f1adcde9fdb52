"""Accounts for administrators: open, give and take roles, renew, close."""

import base64
import secrets

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import qr
from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.members import queries as members
from app.members.names import name_key
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff import accounts as opening
from app.staff import queries as people
from app.staff import roles, second_factor
from app.staff.models import Role, StaffAccount
from app.staff.permissions import Permission
from console import fields, once
from console.blueprint import console
from console.edge import acting, keep_trail, now, scope, services
from console.refusals import sentence

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
NAME_LENGTH = 50
NUMBER_LENGTH = 24


@console.get("/accounts", endpoint="accounts")
@staff(Permission.STAFF_MANAGE)
def list_accounts() -> ResponseReturnValue:
    return _page()


def _page(fault: str = "", issued: dict[str, str] | None = None) -> str:
    with services().sessions.read() as session:
        listed = people.in_scope(session, scope())
        choices = organizations.tree(session, scope())
    return render_template(
        "console/accounts.html",
        listed=listed,
        choices=choices,
        roles=Role,
        typed=request.form if fault else {},
        fault=fault,
        issued=issued,
    )


def temporary_password() -> str:
    """Twelve signs that can be read aloud."""
    while True:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(12))
        if any(map(str.isdigit, drawn)) and any(map(str.isalpha, drawn)):
            return drawn


@console.post("/accounts")
@staff(Permission.STAFF_MANAGE)
def open_account() -> ResponseReturnValue:
    """The password and the secret for the authenticator app are on the answer, and nowhere else."""
    role, name = fields.choice("role", Role), fields.line("display_name", most=NAME_LENGTH)
    if role is None or not name:
        return _page("请填写姓名并选择角色。"), 422
    try:
        return _open(role, name)
    except DomainError as refusal:
        return _page(sentence(refusal)), 422


def _open(role: Role, name: str) -> ResponseReturnValue:
    password = temporary_password()
    with services().sessions.begin() as session:
        organization = _organization(session)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.accounts"))
        made = opening.create(
            session,
            username=fields.line("username", most=64),
            display_name=name,
            password=password,
            vault=services().vault,
            now=now(),
            temporary=True,
        )
        roles.grant(
            session,
            account_id=made.account.id,
            role=role,
            organization_id=organization.id,
            by=acting().account_id,
        )
        _keep(session, "staff.account_created", made.account, organization.id, role=role.value)
    return _page(issued=_issued(made, password))


def _organization(session: Session) -> Organization:
    found = organizations.by_id(session, fields.number("organization") or 0)
    if found is None or not scope().covers(found.path):
        abort(404)
    return found


def _issued(made: opening.NewAccount, password: str) -> dict[str, str]:
    """What the new person needs, once; the picture goes inside the page and is never stored."""
    uri = second_factor.uri(made.totp_secret, username=made.account.username, issuer="智支部")
    picture = base64.b64encode(qr.svg(uri)).decode()
    secret = made.totp_secret
    return {
        "name": made.account.display_name,
        "username": made.account.username,
        "password": password,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "picture": f"data:image/svg+xml;base64,{picture}",
    }


def _keep(
    session: Session, action: str, about: StaffAccount, organization_id: int | None, **details: object
) -> None:
    keep_trail(
        session,
        action,
        subject=f"account:{about.id}",
        organization_id=organization_id,
        username=about.username,
        **details,
    )


def _account(session: Session, account_id: int) -> StaffAccount:
    return people.managed_account(session, scope(), account_id) or abort(404)


@console.post("/accounts/<int:account_id>/person")
@staff(Permission.STAFF_MANAGE)
def tie_account(account_id: int) -> ResponseReturnValue:
    """By name and number, which whoever manages the account knows of a colleague: nothing of the registry is shown."""
    with services().sessions.begin() as session:
        account = _account(session, account_id)
        member_id = _person(session, account)
        if member_id is None:
            flash("名册里没有姓名和号码都对得上的人，请核对账号上的姓名和填写的号码。", "warn")
            return redirect(url_for("console.accounts"))
        roles.tie(session, account_id=account.id, member_id=member_id, by=acting().account_id)
        home = roles.home(session, account_id=account.id)
        _keep(session, "staff.account_tied", account, home, member=member_id)
    flash(f"已关联到{account.display_name}本人的党员信息。", "ok")
    return redirect(url_for("console.accounts"))


def _person(session: Session, account: StaffAccount) -> int | None:
    """The one who is called as the account is, and has that phone or ID number."""
    number = fields.line("number", most=NUMBER_LENGTH)
    found = members.numbered(session, scope(), number, vault=services().vault)
    called = [one for one, name in found.items() if name_key(name) == name_key(account.display_name)]
    return called[0] if len(called) == 1 else None


@console.post("/accounts/<int:account_id>/renew")
@staff(Permission.STAFF_MANAGE)
def renew_account(account_id: int) -> ResponseReturnValue:
    """For somebody who lost the password or the phone."""
    password = temporary_password()
    with services().sessions.begin() as session:
        account = _account(session, account_id)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.accounts"))
        made = opening.renew_access(
            session,
            account=account,
            by=acting().account_id,
            password=password,
            vault=services().vault,
            now=now(),
        )
        _keep(session, "staff.access_renewed", account, roles.home(session, account_id=account.id))
    return _page(issued=_issued(made, password))


@console.post("/accounts/<int:account_id>/close")
@staff(Permission.STAFF_MANAGE)
def close_account(account_id: int) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        account = _account(session, account_id)
        if account.active:
            opening.deactivate(session, account=account, by=acting().account_id, now=now())
            _keep(session, "staff.account_closed", account, roles.home(session, account_id=account.id))
    flash(f"{account.display_name}的账号已停用，正在使用的登录已全部退出。", "ok")
    return redirect(url_for("console.accounts"))


@console.post("/accounts/<int:account_id>/reopen")
@staff(Permission.STAFF_MANAGE)
def reopen_account(account_id: int) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        account = _account(session, account_id)
        if not account.active:
            opening.reactivate(session, account=account)
            _keep(session, "staff.account_reopened", account, roles.home(session, account_id=account.id))
    flash(f"{account.display_name}的账号已恢复，原密码和验证器仍然有效。", "ok")
    return redirect(url_for("console.accounts"))


@console.post("/accounts/<int:account_id>/roles")
@staff(Permission.STAFF_MANAGE)
def grant_role(account_id: int) -> ResponseReturnValue:
    role = fields.choice("role", Role)
    if role is None:
        return _page("请选择角色。"), 422
    with services().sessions.begin() as session:
        account, organization = _account(session, account_id), _organization(session)
        roles.grant(
            session, account_id=account.id, role=role, organization_id=organization.id, by=acting().account_id
        )
        _keep(session, "staff.role_granted", account, organization.id, role=role.value)
    flash("角色已授予，马上生效。", "ok")
    return redirect(url_for("console.accounts"))


@console.post("/accounts/<int:account_id>/roles/<int:role_id>/withdraw")
@staff(Permission.STAFF_MANAGE)
def withdraw_role(account_id: int, role_id: int) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        account = _account(session, account_id)
        home = roles.home(session, account_id=account.id)
        if roles.withdraw(session, account_id=account.id, role_id=role_id, by=acting().account_id):
            _keep(session, "staff.role_withdrawn", account, home, role=role_id)
    flash("角色已收回，马上生效。", "ok")
    return redirect(url_for("console.accounts"))
