"""Telling that dues were transferred to the account: a person confirms it by the bank's slip."""

from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.clock import local_day
from app.core.errors import DomainError
from app.dues import money, months
from app.dues.cash import collecting
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.forms import line
from pages.sign_in import back_to
from pages.views.dues import LONGEST_NOTE, shown

MOST_FEN = 100_000_00


@pages.post("/dues/transfers")
@member("a transfer of the signed-in member's own")
def report_transfer() -> ResponseReturnValue:
    """A second tap finds the first one reported."""
    typed = {name: line(name) for name in ("amount", "paid_on", "note")}
    fen, paid_on = money.read(typed["amount"]), _day(typed["paid_on"])
    if faults := _faults(fen, paid_on, typed["note"]):
        return shown(faults=faults, typed=typed), 400
    try:
        with services().sessions.begin() as session:
            collecting.report_transfer(
                session,
                member_id=member_id(),
                fen=fen or 0,
                paid_on=paid_on or local_day(now()),
                note=typed["note"],
                now=now(),
            )
    except DomainError as refusal:
        return shown(refused=refusal.code, typed=typed), 409
    return back_to(url_for("pages.dues", _anchor="transfer"))


def _faults(fen: int | None, paid_on: date | None, note: str) -> dict[str, str]:
    faults = {}
    if not fen or fen > MOST_FEN:
        faults["amount"] = "请填写转账的金额，例如 76.50。"
    if paid_on is None or paid_on > local_day(now()):
        faults["paid_on"] = "请选择转账的日期，不能晚于今天。"
    if len(note) > LONGEST_NOTE:
        faults["note"] = f"备注最多 {LONGEST_NOTE} 个字。"
    return faults


def _day(typed: str) -> date | None:
    """None also for a day before the century, which is a slip."""
    try:
        on = date.fromisoformat(typed)
    except ValueError:
        return None
    return on if months.valid(months.of(on)) else None


@pages.post("/dues/transfers/withdraw")
@member("the signed-in member's own open transfer")
def withdraw_transfer() -> ResponseReturnValue:
    number = request.form.get("transfer", "")
    found = int(number) if number.isascii() and number.isdigit() and len(number) <= len("2147483647") else 0
    with services().sessions.begin() as session:
        collecting.withdraw_transfer(session, transfer_id=found, member_id=member_id(), now=now())
    return back_to(url_for("pages.dues", _anchor="transfer"))
