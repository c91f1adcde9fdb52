"""A new meeting: what its kind offers, joint, of chosen people, and one entered late."""

from datetime import timedelta

import pytest

from app.meetings.models import CheckIn, Expected, Meeting, MeetingKind, MeetingOrganization
from app.organizations.models import Organization
from app.staff.models import Role
from tests import factories
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

NEW = "/console/meetings/new"
LATE = "/console/meetings/late"
FORM: dict[str, object] = {
    "kind": "party_lecture",
    "title": "党课",
    "day": "2026-03-05",
    "starts": "14:00",
    "ends": "15:30",
}


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def form(world: World, **more: object) -> dict[str, object]:
    return {**FORM, "organization": world.left.branch_id, **more}


def last(site: Site) -> Meeting:
    with site.services.sessions.read() as session:
        return session.query(Meeting).order_by(Meeting.id.desc()).limit(1).one()


def expected(site: Site) -> set[int]:
    with site.services.sessions.read() as session:
        rows = session.query(Expected).filter_by(meeting_id=last(site).id)
        return {row.member_id for row in rows}


def beside(site: Site, world: World) -> tuple[int, int]:
    """(another branch of the same committee, a member of it)."""
    with site.services.sessions.begin() as session:
        above = session.get_one(Organization, world.left.committee_id)
        branch = factories.organization(session, name="东山二支部", parent=above)
        return branch.id, factories.member(session, branch, name="东山孙三").id


def test_form_offers_what_the_kind_needs(secretary: Browser) -> None:
    page = secretary.get(f"{NEW}?kind=branch_committee").text

    assert 'value="3月支部委员会会议"' in page
    assert ("第十二条" in page, "1. 传达上级精神" in page) == (True, True)
    assert ('name="person"' in page, "东山赵一" in page) == (True, True)


def test_another_kind_brings_its_template_and_keeps_what_was_written(
    site: Site, secretary: Browser, world: World
) -> None:
    before = last(site).id
    typed = form(
        world,
        step="kind",
        was="member_meeting",
        title="我自己起的名",
        place="四楼",
        agenda="",
        kind="theme_day",
    )
    offered = form(
        world, step="kind", was="member_meeting", title="2026年第一季度支部党员大会", kind="theme_day"
    )

    pages = [secretary.post(NEW, one) for one in (typed, offered)]

    assert [page.status_code for page in pages] == [200, 200]
    assert ('value="我自己起的名"' in pages[0].text, 'value="四楼"' in pages[0].text) == (True, True)
    assert 'value="3月主题党日"' in pages[1].text
    assert 'value="16:00"' in pages[1].text
    assert last(site).id == before


def test_meeting_of_chosen_people_expects_them_alone(site: Site, secretary: Browser, world: World) -> None:
    chosen = form(world, kind="branch_committee", person=world.left.member_id)

    nobody = secretary.post(NEW, form(world, kind="branch_committee"))
    secretary.post(NEW, chosen)

    assert (nobody.status_code, "请勾选应到的人" in nobody.text) == (422, True)
    assert expected(site) == {world.left.member_id}
    again = secretary.get(f"{NEW}?kind=branch_committee").text
    assert f'value="{world.left.member_id}" checked' in again


def test_of_a_meeting_of_all_members_nobody_is_left_out(site: Site, secretary: Browser, world: World) -> None:
    secretary.post(NEW, form(world, kind="member_meeting", person=world.left.member_id))

    assert expected(site) == {world.left.member_id, world.left.bound_member_id}
    assert "只请一部分人" not in secretary.get(f"{NEW}?kind=election").text


def test_somebody_of_another_branch_cannot_be_chosen(site: Site, secretary: Browser, world: World) -> None:
    before = last(site).id

    answer = secretary.post(NEW, form(world, person=world.right.member_id))

    assert (answer.status_code, last(site).id) == (422, before)


def test_joint_meeting_expects_both_and_is_in_the_trail_of_both(
    site: Site, secretary: Browser, world: World
) -> None:
    partner, guest = beside(site, world)

    answer = secretary.post(NEW, form(world, partner=partner))
    page = secretary.get(answer.location).text

    assert guest in expected(site)
    assert ("联合召开" in page, "东山二支部 0 / 1" in page) == (True, True)
    assert "列为联合召开" in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


def test_partner_sees_its_own_people_and_changes_nothing(
    site: Site, secretary: Browser, world: World
) -> None:
    partner, _ = beside(site, world)
    path = secretary.post(NEW, form(world, partner=partner)).location
    colleague = site.staff(Role.SECRETARY, partner)

    page = colleague.get(path).text

    assert ("东山孙三" in page, "东山赵一" in page) == (True, False)
    assert ("打开签到屏" in page, "取消这次会议" in page) == (False, False)
    assert colleague.post(f"{path}/cancel", {"reason": "不开"}).status_code == 404
    assert colleague.get(f"{path}/screen").status_code == 404
    assert path in colleague.get("/console/meetings").text


def test_people_of_a_partner_are_not_listed_by_choosing_it(
    site: Site, secretary: Browser, world: World
) -> None:
    partner, _ = beside(site, world)
    with site.services.sessions.begin() as session:
        factories.member(session, session.get_one(Organization, partner), name="邻家王五")

    answer = secretary.post(NEW, form(world, partner=partner, kind="branch_committee", step="1"))

    assert "邻家王五" not in answer.text


def test_branch_of_another_committee_is_no_partner(site: Site, secretary: Browser, world: World) -> None:
    answer = secretary.post(NEW, form(world, partner=world.right.branch_id))

    assert answer.status_code == 404
    with site.services.sessions.read() as session:
        assert session.query(MeetingOrganization).count() == 0


def test_committee_looks_for_its_people_by_name(site: Site, world: World) -> None:
    office = site.staff(Role.OFFICE, world.left.committee_id)
    asked = {**FORM, "organization": world.left.committee_id, "kind": "committee_meeting"}

    found = office.post(NEW, {**asked, "who": "赵"}).text
    office.post(NEW, {**asked, "person": world.left.member_id})

    assert ("东山赵一" in found, "西河赵一" in found, "东山钱二" in found) == (True, False, False)
    assert expected(site) == {world.left.member_id}


def test_late_entry_is_marked_and_counts_who_came(site: Site, secretary: Browser, world: World) -> None:
    answer = secretary.post(
        LATE, form(world, day="2026-02-10", reason="工地没有网络", present=world.left.member_id)
    )
    page = secretary.get(answer.location).text

    assert last(site).late_reason == "工地没有网络"
    assert ("补录</span>" in page, "会后补录，原因：工地没有网络" in page) == (True, True)
    assert "应到 2 人，实到 1 人" in page
    assert "打开签到屏" not in page
    with site.services.sessions.read() as session:
        assert session.query(CheckIn).filter_by(meeting_id=last(site).id).count() == 1
    assert "原因：工地没有网络" in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": " "}, "请写明补录的原因。"),
        ({"day": "2026-03-05"}, "还没有结束"),
        ({"day": "2024-02-10"}, "一年"),
    ],
)
def test_late_entry_that_is_none_is_refused(
    site: Site, secretary: Browser, world: World, change: dict[str, str], sentence: str
) -> None:
    before = last(site).id

    answer = secretary.post(LATE, {**form(world, day="2026-02-10", reason="没有网络"), **change})

    assert (answer.status_code, sentence in answer.text, last(site).id) == (422, True, before)


def test_late_entry_sent_twice_is_one(site: Site, secretary: Browser, world: World) -> None:
    sent = form(world, day="2026-02-10", reason="没有网络", once="late-1")

    locations = {secretary.post(LATE, sent).location for _ in range(2)}

    assert len(locations) == 1
    assert last(site).starts_at < site.clock.now() - timedelta(days=19)


@pytest.mark.parametrize("kind", MeetingKind)
def test_form_of_every_kind_is_drawn(secretary: Browser, kind: MeetingKind) -> None:
    page = secretary.get(f"{NEW}?kind={kind}")

    assert (page.status_code, f'value="{kind}" selected' in page.text) == (200, True)
