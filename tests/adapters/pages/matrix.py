"""Every route of the member pages, tried by a stranger, a follower, another member and the right one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy import select

from app.meetings import feed
from app.meetings.models import Meeting
from app.meetings.tickets import Card
from app.members import page_sessions
from app.members.models import WeChatIdentity
from app.notices.announcements.models import Confirmation
from pages.sign_in import COOKIE
from tests import factories
from tests.adapters.console.world import Side
from tests.adapters.pages import owed, study_visits
from tests.adapters.pages.addressed import announce, attach
from tests.adapters.pages.door import TOKEN
from tests.adapters.pages.visit import Visit
from tests.adapters.route_cases import Case, Who
from tests.adapters.site import Site

WORLD = "tests.world"
TRANSFER = {"amount": "76.50", "paid_on": "2026-03-01"}


VISITS = (
    Visit("pages.home", unbound=200),
    Visit("pages.me", unbound=200),
    Visit("pages.notices"),
    Visit("pages.notice", elsewhere=404),
    Visit("pages.confirm", "POST", right=303, elsewhere=404, own=False),
    Visit("pages.attachment", elsewhere=404, own=False),
    Visit("pages.vote", elsewhere=404),
    Visit("pages.confirm_count", "POST", {"count": 1}, right=303, elsewhere=404, own=False),
    Visit("pages.own_meetings"),
    Visit("pages.own_meeting", elsewhere=404),
    Visit("pages.ask_leave", "POST", {"kind": "duty"}, right=303, elsewhere=404, own=False),
    Visit("pages.withdraw_leave", "POST", right=303, elsewhere=404, own=False),
    Visit("pages.calendar", own=False),
    Visit("pages.make_calendar", "POST", own=False),
    Visit("pages.end_calendar", "POST", right=303, elsewhere=303, own=False),
    Visit("pages.check_in", unbound=200, own=False),
    Visit("pages.sign_in", "POST", {"digits": "000000"}, right=422, elsewhere=422, own=False),
    Visit("pages.scanned", unbound=200, own=False),
    Visit("pages.card", unbound=200, own=False),
    Visit("pages.use_card", "POST"),
    Visit("pages.save_topics", "POST", right=303, elsewhere=303, own=False),
    Visit("pages.dues"),
    Visit("pages.dues_why"),
    Visit("pages.ask_review", "POST", {"question": "基数不对"}, right=303, elsewhere=303, own=False),
    Visit("pages.pay_again", right=303, elsewhere=303, own=False),
    # No merchant is set up here: shown with the other ways.
    Visit("pages.pay_dues", "POST", {"extra": "1"}, right=409, elsewhere=409),
    Visit("pages.dues_order", elsewhere=404, own=False),
    Visit("pages.dues_order_state", elsewhere=404, own=False),
    Visit("pages.ask_order", "POST", right=303, elsewhere=404, own=False),
    Visit("pages.report_transfer", "POST", TRANSFER, right=303, elsewhere=303, own=False),
    Visit("pages.withdraw_transfer", "POST", {"transfer": 1}, right=303, elsewhere=303, own=False),
    Visit("pages.receipts", own=False),
    Visit("pages.own_receipt", elsewhere=404),
    Visit("pages.print_receipt", "POST", elsewhere=404, own=False),
    Visit("pages.dues_public"),
    *study_visits.VISITS,
    *study_visits.QUIZZES,
    # Signed, or honestly not: WeChat is not reached from here.
    Visit(
        "pages.sdk_config",
        query="?url=http://localhost/m/me",
        right=503,
        elsewhere=503,
        unbound=503,
        own=False,
    ),
)


DUES = frozenset(
    visit.endpoint
    for visit in VISITS
    if visit.endpoint.startswith(("pages.dues", "pages.pay"))
    or visit.endpoint.endswith(("_order", "_receipt", "_review", "_transfer", ".receipts"))
)


@dataclass(frozen=True)
class Sent:
    """What was addressed to the left side's bound member."""

    announcement_id: int
    attachment_id: int
    member_id: int
    scene: str

    def address(self, site: Site, visit: Visit) -> str:
        values: dict[str, Any] = {}
        if visit.endpoint in ("pages.notice", "pages.confirm", "pages.attachment"):
            values["announcement_id"] = self.announcement_id
        if visit.endpoint in ("pages.vote", "pages.confirm_count"):
            values["vote_id"] = _left(site).voted.counted_id
        if visit.endpoint in ("pages.own_meeting", "pages.ask_leave", "pages.withdraw_leave"):
            values["meeting_id"] = _left(site).coming_id
        if visit.endpoint in ("pages.card", "pages.use_card"):
            values["token"] = site.services.tickets.card_token(Card(_left(site).meeting_id, self.member_id))
        if visit.endpoint == "pages.scanned":
            values["token"] = site.services.tickets.link_token(self.scene, site.clock.now())
        if visit.endpoint in DUES:
            values |= _dues(site, visit, self.member_id)
        values |= study_visits.address(site, visit, _left(site), self.member_id)
        if visit.endpoint == "pages.attachment":
            values["attachment_id"] = self.attachment_id
        with site.app.test_request_context():
            return url_for(visit.endpoint, **values) + visit.query


def _dues(site: Site, visit: Visit, member_id: int) -> dict[str, Any]:
    with site.services.sessions.begin() as session:
        made = owed.seed(session, member_id=member_id, mark=_left(site).mark)
    if "receipt" in visit.endpoint and visit.endpoint != "pages.receipts":
        return {"receipt_id": made.receipt_id}
    return {"number": made.order_number} if "order" in visit.endpoint else {}


def _left(site: Site) -> Side:
    found: Side = site.app.extensions[WORLD].left
    return found


def _send(site: Site) -> Sent:
    left = _left(site)
    with site.services.sessions.begin() as session:
        sent = announce(
            session,
            organization_id=left.branch_id,
            members=[left.bound_member_id],
            title=f"{left.mark}组织生活会",
            basis="组织生活会方案",
        )
        scene = session.get_one(Meeting, left.meeting_id).scene
        return Sent(sent, attach(session, sent), left.bound_member_id, scene)


def _ask(site: Site, visit: Visit, sent: Sent, identity_id: int | None) -> tuple[int, str, str]:
    """(status, text, where it led)."""
    client = site.app.test_client()
    form = dict(visit.form)
    if identity_id is not None:
        client.set_cookie(COOKIE, _token(site, identity_id), path="/m")
        token = TOKEN.search(client.get("/m/me").text)
        form["csrf_token"] = token[1] if token else ""
    address = sent.address(site, visit)
    answer = client.open(address, method=visit.method, data=form if visit.method == "POST" else None)
    return (
        answer.status_code,
        answer.get_data().decode("utf-8", "replace"),
        answer.headers.get("Location", ""),
    )


def _token(site: Site, identity_id: int) -> str:
    with site.services.sessions.begin() as session:
        return page_sessions.start(
            session, identity_id=identity_id, lifetime=timedelta(hours=12), now=site.clock.now()
        )


def _chat_of(site: Site, member_id: int) -> int:
    with site.services.sessions.read() as session:
        return session.scalars(select(WeChatIdentity.id).where(WeChatIdentity.member_id == member_id)).one()


def _confirmed(site: Site) -> list[int]:
    with site.services.sessions.read() as session:
        return list(session.scalars(select(Confirmation.member_id)))


def by_stranger(visit: Visit, site: Site) -> None:
    status, text, location = _ask(site, visit, _send(site), None)

    assert (status, text) == (302, "")
    assert location.startswith("http://127.0.0.1:9/connect/oauth2/authorize?")


def by_follower(visit: Visit, site: Site) -> None:
    sent = _send(site)
    with site.services.sessions.begin() as session:
        follower = factories.identity(session).id

    status, text, _ = _ask(site, visit, sent, follower)

    # A form's token is on pages that an unbound follower does not get: refused before the binding is asked for.
    assert status == (400 if visit.method == "POST" else visit.unbound)
    assert _left(site).mark not in text


def by_other_member(visit: Visit, site: Site) -> None:
    sent = _send(site)

    status, text, _ = _ask(
        site, visit, sent, _chat_of(site, site.app.extensions[WORLD].right.bound_member_id)
    )

    assert status == visit.elsewhere
    assert _left(site).mark not in text
    assert _confirmed(site) == []


def by_right_one(visit: Visit, site: Site) -> None:
    sent, left = _send(site), _left(site)

    status, text, _ = _ask(site, visit, sent, _chat_of(site, left.bound_member_id))

    assert status == visit.right
    assert (left.mark in text) is visit.own
    assert _confirmed(site) == ([left.bound_member_id] if visit.endpoint == "pages.confirm" else [])


def asset_to_stranger(site: Site) -> None:
    with site.stranger().get("/m/static/pages.css") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/css")


def worker_to_stranger(site: Site) -> None:
    with site.stranger().get("/m/study/worker.js") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/javascript")


def calendar_to_whoever_has_its_address(site: Site) -> None:
    left = _left(site)
    with site.services.sessions.begin() as session:
        token = feed.make(session, member_id=left.bound_member_id, now=site.clock.now())

    theirs = site.stranger().get(f"/m/calendar/{token}.ics")
    nobody_s = site.stranger().get(f"/m/calendar/{'a' * 43}.ics")

    assert (theirs.status_code, left.mark in theirs.text) == (200, True)
    assert (nobody_s.status_code, left.mark in nobody_s.text) == (404, False)


def way_in_without_an_attempt(site: Site) -> None:
    assert site.stranger().get("/m/login?code=x&state=y").status_code == 400


def no_such_page(site: Site) -> None:
    assert site.stranger().get("/m/no/such/page").status_code == 404


def _cases() -> Iterator[Case]:
    trials = {
        Who.STRANGER: by_stranger,
        Who.FOLLOWER: by_follower,
        Who.OTHER_MEMBER: by_other_member,
        Who.RIGHT: by_right_one,
    }
    for visit in VISITS:
        for who, trial in trials.items():
            yield Case(visit.endpoint, visit.method, who, partial(trial, visit))
    yield Case("pages.static", "GET", Who.STRANGER, asset_to_stranger)
    yield Case("pages.study_worker", "GET", Who.STRANGER, worker_to_stranger)
    yield Case("pages.calendar_file", "GET", Who.STRANGER, calendar_to_whoever_has_its_address)
    yield Case("pages.login", "GET", Who.STRANGER, way_in_without_an_attempt)
    yield Case("pages.nowhere", "GET", Who.STRANGER, no_such_page)


CASES = tuple(_cases())
