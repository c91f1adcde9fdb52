"""Who stands on the list of a meeting: put on, left out, taken off, caught up; by the branch itself alone."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.core.db import driver_of
from app.meetings import check_in
from app.meetings.models import CheckIn, Expected, MakeUp, Meeting, RefusedCheckIn, Standing
from app.members.models import Member
from app.organizations.models import Organization
from app.staff.models import Role
from tests import factories
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

NUMBER = "东党组〔2026〕5号"


@dataclass(frozen=True)
class Desk:
    """The branch's own recorder, at today's meeting."""

    site: Site
    world: World
    browser: Browser

    @property
    def path(self) -> str:
        return f"/console/meetings/{self.world.left.meeting_id}"

    def post(self, act: str, **form: object) -> tuple[int, str]:
        """(status, what the page says afterwards)."""
        answer = self.browser.post(f"{self.path}/{act}", form)
        return answer.status_code, self.browser.get(answer.location).text if answer.location else answer.text

    def standing(self, member_id: int) -> Standing | None:
        with self.site.services.sessions.read() as session:
            mine = session.query(Expected).filter_by(
                meeting_id=self.world.left.meeting_id, member_id=member_id
            )
            found = mine.one_or_none()
            return found.standing if found else None

    def neighbour(self, name: str = "邻居周全") -> int:
        """Somebody of another branch of the same committee."""
        with self.site.services.sessions.begin() as session:
            above = session.get_one(Organization, self.world.left.committee_id)
            beside = factories.organization(session, name="东山二支部", parent=above)
            return factories.member(session, beside, name=name).id

    def over(self) -> Browser:
        """The day after the meeting."""
        self.site.clock.advance(timedelta(days=1))
        return self.site.staff(Role.SECRETARY, self.world.left.branch_id)


@pytest.fixture
def desk(site: Site, world: World) -> Desk:
    return Desk(site, world, site.staff(Role.SECRETARY, world.left.branch_id))


def acts(site: Site, world: World) -> str:
    return site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


def test_guest_is_put_on_the_list_and_not_counted(desk: Desk) -> None:
    guest = desk.neighbour()

    status, page = desk.post("admit", member=guest, standing="invited", q="邻居周全")

    assert (status, desk.standing(guest)) == (302, Standing.INVITED)
    assert "邻居周全已加到名单上（列席，不计入应到）。" in page
    assert ("应到 2 人" in page, "列席 1，已到 0" in page) == (True, True)
    assert "身份：列席" in acts(desk.site, desk.world)


def test_neighbours_are_found_by_their_whole_name_alone(desk: Desk) -> None:
    desk.neighbour()

    pages = [desk.browser.get(f"{desk.path}/people?q={text}").text for text in ("邻居", "邻居周全", "赵")]

    assert ["邻居周全</span>" in page for page in pages] == [False, True, False]
    assert "没有找到" in pages[0]
    assert "已在名单上" in pages[2]


def test_somebody_else_is_not_put_on_the_list_by_a_number(desk: Desk) -> None:
    guest = desk.neighbour()

    status, _ = desk.post("admit", member=guest, standing="invited")

    assert (status, desk.standing(guest)) == (404, None)


def test_who_was_refused_at_the_door_counts_from_then_once_admitted(desk: Desk) -> None:
    guest, when = desk.neighbour(), desk.site.clock.now()
    with desk.site.services.sessions.begin() as session:
        scene = session.get_one(Meeting, desk.world.left.meeting_id).scene
        check_in.by_scene(driver_of(session), scene=scene, member_id=guest, now=when)

    listed = desk.browser.get(desk.path).text
    desk.post("admit", member=guest, standing="invited")

    assert ("邻居周全 <small>09:00 不在应到名单" in listed, "来列席的，加为列席" in listed) == (True, True)
    with desk.site.services.sessions.read() as session:
        assert session.query(CheckIn.checked_in_at).filter_by(member_id=guest).scalar() == when


def test_attempt_that_was_looked_at_is_listed_no_more(desk: Desk) -> None:
    with desk.site.services.sessions.begin() as session:
        session.add(
            RefusedCheckIn(
                meeting_id=desk.world.left.meeting_id,
                member_id=desk.world.left.member_id,
                reason="closed",
                at=desk.site.clock.now(),
            )
        )
    before = desk.browser.get(desk.path).text

    _, after = desk.post("attempts/settle", member=desk.world.left.member_id)

    assert ["没有签上的" in page for page in (before, after)] == [True, False]


def test_nobody_is_left_out_of_the_count_without_the_number_of_the_approval(desk: Desk) -> None:
    member = desk.world.left.member_id

    refused = desk.post("exclude", member=member, ground="illness", approval_no=" ")
    done = desk.post("exclude", member=member, ground="illness", approval_no=NUMBER)

    assert (refused[0], "东山赵一</h1>" in refused[1]) == (409, True)
    assert (done[0], desk.standing(member)) == (302, Standing.NOT_COUNTED)
    assert ("应到 1 人" in done[1], "不计应到 1" in done[1]) == (True, True)
    assert NUMBER in desk.browser.get(f"{desk.path}/people/{member}").text
    trail = acts(desk.site, desk.world)
    assert ("患病不能表达意志" in trail, NUMBER in trail) == (True, True)


def test_who_was_left_out_is_counted_again(desk: Desk) -> None:
    member = desk.world.left.member_id
    desk.post("exclude", member=member, ground="abroad", approval_no=NUMBER)

    _, page = desk.post("include", member=member)

    assert (desk.standing(member), "应到 2 人" in page) == (Standing.VOTING, True)


def test_who_belongs_to_the_branch_is_not_taken_off_and_a_guest_is(desk: Desk) -> None:
    guest = desk.neighbour()
    desk.post("admit", member=guest, standing="invited", q="邻居周全")

    kept = desk.post("remove", member=desk.world.left.member_id)
    gone = desk.post("remove", member=guest)

    assert (kept[0], desk.standing(desk.world.left.member_id)) == (409, Standing.VOTING)
    assert (gone[0], desk.standing(guest)) == (302, None)


def test_catching_up_is_counted_apart_from_coming(desk: Desk) -> None:
    member, browser = desk.world.left.member_id, desk.over()
    form = {"member": member, "done_on": "2026-03-03", "way": "看会议记录"}

    undated = browser.post(f"{desk.path}/make-up", {**form, "done_on": ""})
    answer = browser.post(f"{desk.path}/make-up", form)
    page = browser.get(answer.location).text

    assert (undated.status_code, "请填写哪天补的课。" in undated.text) == (409, True)
    assert ("会后补课 1" in page, "实到 0 人" in page) == (True, True)
    browser.post(f"{desk.path}/make-up/remove", {"member": member})
    with desk.site.services.sessions.read() as session:
        assert session.query(MakeUp).count() == 0


@pytest.mark.parametrize(
    "act", ["admit", "exclude", "include", "remove", "make-up", "leaves", "attempts/settle"]
)
def test_list_is_changed_by_the_branch_and_not_from_above(site: Site, world: World, act: str) -> None:
    office = site.staff(Role.OFFICE, world.left.committee_id)
    path = f"/console/meetings/{world.left.meeting_id}"

    answers = [
        office.post(f"{path}/{act}", {"member": world.left.member_id}).status_code,
        office.get(f"{path}/people/{world.left.member_id}").status_code,
        office.get(f"{path}/people?q=赵").status_code,
    ]

    assert answers == [403, 403, 403]


def test_somebody_who_is_not_on_the_list_has_no_page(desk: Desk) -> None:
    assert desk.browser.get(f"{desk.path}/people/{desk.neighbour()}").status_code == 404


def test_form_sent_twice_is_carried_out_once(desk: Desk, world: World) -> None:
    form = {"member": world.left.member_id, "ground": "illness", "approval_no": NUMBER, "once": "left-out"}

    desk.post("exclude", **form)
    _, page = desk.post("exclude", **form)

    assert "没有重复办理" in page
    assert acts(desk.site, world).count(NUMBER) == 1


def test_name_leads_to_the_persons_page(desk: Desk) -> None:
    with desk.site.services.sessions.read() as session:
        name = session.get_one(Member, desk.world.left.member_id).name

    page = desk.browser.get(desk.path).text

    assert f"{desk.path}/people/{desk.world.left.member_id}" in page
    assert name in desk.browser.get(f"{desk.path}/people/{desk.world.left.member_id}").text
