"""签到 on a page: the link on the screen, or the six digits. Opening it changes nothing; its form signs in."""

from collections.abc import Callable
from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.access import follower
from app.core.db import Driver, in_turn
from app.meetings import check_in as door
from app.meetings import code_tries
from app.meetings.check_in import UNKNOWN, CheckInResult
from app.meetings.models import Way
from app.meetings.rules import CheckInOutcome
from app.members import identities
from pages.blueprint import pages
from pages.edge import now, services, visitor
from pages.opened import opened_at

Verb = Callable[[Driver], CheckInResult]
LARGEST_KEY = 2**31 - 1


@pages.get("/check-in")
@follower("an empty form")
def check_in() -> ResponseReturnValue:
    return render_template("pages/check_in.html", wrong=False)


@pages.get("/check-in/<token>")
@follower("shows nothing of the meeting; the scan is tied to the chat that opened it")
def scanned(token: str) -> ResponseReturnValue:
    """Signs in at once by its form: sent by a script, or by the button where there is none."""
    link = services().tickets.read_link(token)
    if link is None:
        return told(UNKNOWN)
    opened, mine = opened_at(token), visitor().identity_id
    scan = services().tickets.scan_token(link, at=opened, identity_id=mine)
    return render_template("pages/check_in_scanned.html", scan=scan, opened=opened)


@pages.post("/check-in")
@follower("signs in the chat's own member; of a chat that is not bound the time is kept, for that chat alone")
def sign_in() -> ResponseReturnValue:
    """By a link's scan, by digits, or by the answer to what the page has asked."""
    if "digits" in request.form:
        return _by_digits()
    verb = _answer() if "meeting" in request.form else _scan()
    return told(counted(verb) if verb else UNKNOWN)


def _by_digits() -> ResponseReturnValue:
    typed = "".join(request.form["digits"].split())
    digits = typed if typed.isascii() and typed.isdigit() else ""
    who = visitor()
    result = counted(
        lambda driver: code_tries.try_code(
            driver, hand_code=digits, identity_id=who.identity_id, member_id=who.member_id, now=now()
        )
    )
    if result.outcome is CheckInOutcome.UNKNOWN:
        return render_template("pages/check_in.html", wrong=True), 422
    return told(result, Way.HAND_CODE)


def _scan() -> Verb | None:
    who = visitor()
    scan = services().tickets.read_scan(request.form.get("scan", ""), identity_id=who.identity_id)
    if scan is None:
        return None
    if who.member_id is None:
        return lambda driver: door.keep_link(driver, scan=scan, identity_id=who.identity_id, now=now())
    member_id = who.member_id
    return lambda driver: door.by_link(driver, scan=scan, member_id=member_id, now=now())


def _answer() -> Verb | None:
    """改为到会 or 列席, after a scan that asked for it; the verbs know whether there was one."""
    member_id, number = visitor().member_id, request.form["meeting"]
    meeting_id = (
        int(number) if number.isascii() and number.isdigit() and len(number) <= len("2147483647") else 0
    )
    if member_id is None or not 0 < meeting_id <= LARGEST_KEY:
        return None
    verb = {"come": door.attend_instead, "sit_in": door.ask_to_sit_in}.get(request.form.get("act", ""))
    way = next((one for one in (Way.HAND_CODE, Way.CARD) if one == request.form.get("way")), Way.LINK)
    if verb is None:
        return None
    return lambda driver: verb(driver, meeting_id=meeting_id, member_id=member_id, now=now(), way=way)


def counted(verb: Verb) -> CheckInResult:
    """In a transaction of its own. Who is not bound yet is asked for their name when they come back to the chat."""

    def carried_out() -> CheckInResult:
        with services().sessions.write() as driver:
            result = verb(driver)
            if result.outcome is CheckInOutcome.KEPT:
                minutes = timedelta(minutes=services().settings.conversations.minutes)
                identities.set_topic(
                    driver,
                    identity_id=visitor().identity_id,
                    topic="bind_name",
                    data={},
                    until=now() + minutes,
                )
            return result

    return in_turn(carried_out)


def told(result: CheckInResult, way: Way = Way.LINK, *, person: str = "") -> ResponseReturnValue:
    """`person`: whom a recorder has signed in, where it is not the reader."""
    seconds = services().settings.meetings.link_seconds
    return render_template(
        "pages/check_in_result.html", result=result, way=way.value, seconds=seconds, person=person
    )
