"""Leave in the console: what waits, the answer, and leave that the recorder enters."""

import pytest

from app.meetings.models import Leave
from app.meetings.states import LeaveState
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def leave_of(site: Site, meeting_id: int, member_id: int) -> Leave:
    with site.services.sessions.read() as session:
        return session.query(Leave).filter_by(meeting_id=meeting_id, member_id=member_id).one()


def answer_path(world: World) -> str:
    return f"/console/meetings/{world.left.coming_id}/leaves/{world.left.bound_member_id}/answer"


def test_leave_that_waits_is_announced_on_the_first_page_and_listed(secretary: Browser, world: World) -> None:
    front = secretary.get("/console/meetings").text
    page = secretary.get("/console/meetings/leaves").text

    assert "有 1 个请假还没有答复" in front
    assert ("东山钱二" in page, "去东山工地" in page, "东山三月党课" in page) == (True, True, True)


def test_leave_is_granted_with_one_tap_and_the_list_is_empty(
    site: Site, secretary: Browser, world: World
) -> None:
    answer = secretary.post(answer_path(world), {"granted": "yes", "from": "leaves"})
    page = secretary.get(answer.location).text

    found = leave_of(site, world.left.coming_id, world.left.bound_member_id)
    assert (answer.location, found.state) == ("/console/meetings/leaves", LeaveState.GRANTED)
    assert ("已准假" in page, "没有待答复的请假" in page) == (True, True)
    assert "还没有答复" not in secretary.get("/console/meetings").text
    assert "准假：是" in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


@pytest.mark.parametrize(
    ("word", "status", "state"),
    [("", 409, LeaveState.ASKED), ("当天要表决，请到会", 302, LeaveState.REFUSED)],
)
def test_leave_is_refused_only_with_a_reason_that_the_person_reads(
    site: Site, secretary: Browser, world: World, *, word: str, status: int, state: LeaveState
) -> None:
    answer = secretary.post(answer_path(world), {"granted": "no", "answer": word})

    found = leave_of(site, world.left.coming_id, world.left.bound_member_id)
    assert (answer.status_code, found.state, found.answer) == (status, state, word)


def test_leave_by_word_of_mouth_is_entered_and_still_counts(
    site: Site, secretary: Browser, world: World
) -> None:
    path = f"/console/meetings/{world.left.meeting_id}"

    answer = secretary.post(
        f"{path}/leaves", {"member": world.left.member_id, "kind": "shift", "reason": "夜班"}
    )
    page = secretary.get(answer.location).text

    assert ("倒班 已准假" in page, "请假 1" in page, "应到 2 人" in page) == (True, True, True)
    assert "倒班" in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


def test_leave_of_somebody_who_is_present_is_refused_on_their_page(secretary: Browser, world: World) -> None:
    path = f"/console/meetings/{world.left.meeting_id}"
    secretary.post(f"{path}/check-in", {"member": world.left.member_id})

    answer = secretary.post(f"{path}/leaves", {"member": world.left.member_id, "kind": "sick"})

    assert (answer.status_code, "东山赵一</h1>" in answer.text) == (409, True)


def test_why_somebody_is_away_is_not_seen_from_above(site: Site, world: World) -> None:
    office = site.staff(Role.OFFICE, world.left.committee_id)

    pages = [
        office.get(path) for path in ("/console/meetings/leaves", f"/console/meetings/{world.left.coming_id}")
    ]

    assert [("去东山工地" in page.text, "东山钱二" in page.text) for page in pages] == [(False, False)] * 2
    assert office.post(answer_path(world), {"granted": "yes"}).status_code == 403
