"""The trail's page and its verification."""

import pytest
from sqlalchemy import update

from app.staff.models import AuditEntry, Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site


@pytest.fixture
def auditor(site: Site, world: World) -> Browser:
    for _ in range(3):
        site.staff(Role.SECRETARY, world.left.branch_id).post("/console/logout")
    return site.staff(Role.AUDITOR, world.root_id)


@pytest.mark.parametrize("htmx", [True, False])
def test_verify_whole_chain_says_how_many(auditor: Browser, *, htmx: bool) -> None:
    answer = auditor.post("/console/audit/verify", htmx=htmx)

    assert "全部 3 条记录完整，没有被改动过。" in answer.text
    assert ("<html" in answer.text) is not htmx


def test_verify_changed_entry_names_it(site: Site, auditor: Browser) -> None:
    with site.services.sessions.begin() as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == 2).values(actor="nobody"))

    text = auditor.post("/console/audit/verify").text

    assert "记录不完整：这条记录的内容被改动过" in text
    assert "（编号 2）" in text


def test_filter_by_action_and_day(auditor: Browser) -> None:
    assert "共 3 条" in auditor.get("/console/audit?action=staff.signed_out&since=2026-03-02").text
    assert "没有符合条件的记录" in auditor.get("/console/audit?until=2026-03-01").text
    assert "没有符合条件的记录" in auditor.get("/console/audit?actor=nobody").text


def test_entries_without_organisation_are_for_the_root_alone(site: Site, world: World) -> None:
    office = site.staff(Role.OFFICE, world.root_id)
    office.post("/console/calendar", {"day": "2027-01-01", "kind": "rest"})

    seen = [
        "调整工作日" in site.staff(Role.AUDITOR, organization).get("/console/audit").text.split("</form>")[-1]
        for organization in (world.root_id, world.left.committee_id)
    ]

    assert seen == [True, False]
