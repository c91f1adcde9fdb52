"""撤销账单: the accountant takes back a month that was made with a wrong amount, and it is made anew."""

import re
from typing import Any

import pytest

from app.dues.assessments.models import Assessment
from app.dues.bills import queries as bills
from app.dues.books.models import Draft
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

DECEMBER = 202512


@pytest.fixture
def accountant(site: Site, world: World) -> Browser:
    return site.staff(Role.ACCOUNTANT, world.left.committee_id)


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.committee_id)


@pytest.fixture
def path(world: World) -> str:
    """Of the member who owes December, and has reported a transfer for November."""
    return f"/console/dues/assessments/{world.left.member_id}"


def links(page: str) -> list[str]:
    found = re.findall(r'href="(/console/dues/drafts/new\?[^"]*kind=bill[^"]*)"', page)
    return [one.replace("&amp;", "&") for one in found]


def amount(site: Site, world: World) -> int | None:
    with site.services.sessions.read() as session:
        found = bills.bill_of(session, member_id=world.left.member_id, month=DECEMBER)
        return found.amount_fen if found else None


def newest(site: Site, kind: type[Any]) -> Any:
    with site.services.sessions.read() as session:
        return session.query(kind).order_by(kind.id.desc()).first()


def test_month_with_a_wrong_amount_is_taken_back_by_two_and_made_anew(
    site: Site, accountant: Browser, secretary: Browser, world: World, path: str
) -> None:
    (link,) = links(accountant.get(path).text)
    form = dict(one.split("=") for one in link.split("?")[1].split("&"))
    assert "2025年12月，¥30.00" in accountant.get(link).text

    without = accountant.post("/console/dues/drafts/new", form).status_code
    accountant.post("/console/dues/drafts/new", {**form, "reason": "基数录错"})
    waits = accountant.get(path).text
    decide = f"/console/dues/drafts/{newest(site, Draft).id}"
    assert (without, links(waits), f'href="{decide}"' in waits) == (422, [], True)
    own = accountant.post(f"{decide}/decide", {"decision": "approved"}).status_code
    secretary.post(f"{decide}/decide", {"decision": "approved"})
    assert (own, amount(site, world)) == (403, None)

    new = {"category": "salary", "base": "6000", "from_month": "2025-12", "cause": "correction"}
    accountant.post(path, {**new, "reason": "更正"})
    right: Assessment = newest(site, Assessment)
    secretary.post(f"/console/dues/assessments/decide/{right.id}", {"decision": "approved"})
    accountant.post(
        "/console/dues/bills/generate", {"committee": world.left.committee_id, "month": "2025-12"}
    )

    assert amount(site, world) == 90_00
    assert "2025年12月" in accountant.get(path).text.split('id="bills-head"')[1].split("</section>")[0]


def test_months_are_taken_back_by_the_accountant_alone(site: Site, world: World, path: str) -> None:
    readers = (Role.SECRETARY, Role.COLLECTOR, Role.ORGANIZER)
    pages = [site.staff(role, world.left.branch_id).get(path).text for role in readers]

    assert [links(page) for page in pages] == [[], [], []]
