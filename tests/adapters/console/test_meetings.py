"""Announcing a meeting, and its list."""

from datetime import timedelta

import pytest

from app.meetings.models import CheckIn, Meeting, RefusedCheckIn
from app.staff.models import Role, StaffAccount
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

FORM: dict[str, object] = {
    "kind": "party_lecture",
    "title": "  党课：\u202e安全生产  ",
    "place": "三楼",
    "day": "2026-03-05",
    "starts": "14:00",
    "ends": "15:30",
    "once": "form-1",
}


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def meetings_of(site: Site) -> list[Meeting]:
    with site.services.sessions.read() as session:
        return session.query(Meeting).order_by(Meeting.id).all()


def test_announce_puts_the_meeting_on_the_list(site: Site, secretary: Browser, world: World) -> None:
    answer = secretary.post("/console/meetings/new", {**FORM, "organization": world.left.branch_id})
    made = meetings_of(site)[-1]

    assert answer.location == f"/console/meetings/{made.id}"
    assert (made.title, made.starts_at.isoformat()) == ("党课：安全生产", "2026-03-05T06:00:00+00:00")
    page = secretary.get(answer.location).text
    assert "应到 2 人" in page
    assert str(made.hand_code) in page


def test_announce_in_the_past_points_to_the_late_entry(site: Site, secretary: Browser, world: World) -> None:
    before = len(meetings_of(site))
    form = {**FORM, "organization": world.left.branch_id, "day": "2026-02-20"}

    answer = secretary.post("/console/meetings/new", form)

    assert (answer.status_code, "请用“补录”" in answer.text) == (422, True)
    assert 'href="/console/meetings/late?' in answer.text
    assert len(meetings_of(site)) == before


def test_meeting_over_midnight_says_that_it_ends_the_day_after(
    site: Site, secretary: Browser, world: World
) -> None:
    with site.services.sessions.begin() as session:
        meeting = session.get_one(Meeting, world.left.meeting_id)
        meeting.ends_at = meeting.starts_at + timedelta(hours=24)

    page = secretary.get(f"/console/meetings/{world.left.meeting_id}").text
    screen = secretary.get(f"/console/meetings/{world.left.meeting_id}/screen").text

    assert (page.count("次日"), screen.count("次日")) == (2, 1)


def test_meeting_names_its_author_as_colleagues_do(site: Site, secretary: Browser, world: World) -> None:
    secretary.post("/console/meetings/new", {**FORM, "organization": world.left.branch_id})
    with site.services.sessions.read() as session:
        known = {one.display_name for one in session.query(StaffAccount)}

    assert meetings_of(site)[-1].created_by in known


def test_announce_sent_twice_makes_one_meeting(site: Site, secretary: Browser, world: World) -> None:
    before = len(meetings_of(site))
    form = {**FORM, "organization": world.left.branch_id}

    first = secretary.post("/console/meetings/new", form)
    second = secretary.post("/console/meetings/new", form)

    assert first.location == second.location
    assert len(meetings_of(site)) == before + 1
    assert "没有重复办理" in secretary.get(second.location).text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": "   "}, "请写会议名称。"),
        ({"kind": "party"}, "请选择会议类型。"),
        ({"day": "2026-02-30"}, "请填写日期和开始时间。"),
        ({"day": "0001-01-01"}, "请填写日期和开始时间。"),
        ({"ends": ""}, "请填写结束时间。"),
        ({"organization": ""}, "请选择召开会议的组织。"),
        ({"ends": "13:00"}, "结束时间要晚于开始时间"),
    ],
)
def test_announce_what_is_missing_is_said_and_the_rest_kept(
    site: Site, secretary: Browser, world: World, change: dict[str, str], sentence: str
) -> None:
    before = len(meetings_of(site))

    answer = secretary.post("/console/meetings/new", {**FORM, "organization": world.left.branch_id, **change})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="三楼"' in answer.text
    assert len(meetings_of(site)) == before


@pytest.mark.parametrize(("htmx", "status"), [(True, 200), (False, 302)])
def test_recorder_signs_somebody_in_and_a_second_tap_changes_nothing(
    site: Site, secretary: Browser, world: World, *, htmx: bool, status: int
) -> None:
    path = f"/console/meetings/{world.left.meeting_id}/check-in"

    answers = [secretary.post(path, {"member": world.left.member_id}, htmx=htmx) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [status, status]
    with site.services.sessions.read() as session:
        there = session.query(CheckIn.member_id, CheckIn.way).filter_by(meeting_id=world.left.meeting_id)
        rows = there.all()
    assert [tuple(row) for row in rows] == [(world.left.member_id, "recorder")]


def test_recorder_cannot_sign_in_somebody_who_is_not_expected(
    site: Site, secretary: Browser, world: World
) -> None:
    answer = secretary.post(
        f"/console/meetings/{world.left.meeting_id}/check-in",
        {"member": world.right.member_id},
        htmx=True,
    )

    assert "没有补签：不在应到名单。" in answer.text


@pytest.mark.parametrize("member", ["", "x", "999999", "of the others"])
def test_recorder_learns_no_name_by_trying_numbers(
    site: Site, secretary: Browser, world: World, member: str
) -> None:
    path = f"/console/meetings/{world.left.meeting_id}"
    tried = world.right.member_id if member == "of the others" else member

    answer = secretary.post(f"{path}/check-in", {"member": tried})

    assert answer.status_code == 302
    assert world.right.mark not in secretary.get(path).text
    with site.services.sessions.read() as session:
        assert session.query(RefusedCheckIn).all() == []


def test_cancel_twice_is_one_cancellation(site: Site, secretary: Browser, world: World) -> None:
    path = f"/console/meetings/{world.left.meeting_id}"

    form = {"reason": "台风停工"}
    answers = [secretary.post(f"{path}/cancel", form).status_code for _ in range(2)]

    assert answers == [302, 302]
    text = secretary.get(path).text
    assert "已取消" in text
    assert "打开签到屏" not in text


def test_cancel_a_meeting_that_took_place_is_refused(site: Site, world: World) -> None:
    site.clock.advance(timedelta(days=1))
    secretary = site.staff(Role.SECRETARY, world.left.branch_id)

    answer = secretary.post(f"/console/meetings/{world.left.meeting_id}/cancel", {"reason": "台风停工"})

    assert answer.status_code == 409
    assert "会议已经结束，不能再改。" in answer.text


def test_names_are_the_branchs_own_and_those_above_see_the_count(
    site: Site, secretary: Browser, world: World
) -> None:
    path = f"/console/meetings/{world.left.meeting_id}"
    secretary.post(f"{path}/check-in", {"member": world.left.member_id})
    office = site.staff(Role.OFFICE, world.left.committee_id)

    pages = [office.get(path).text, office.get(f"{path}/screen").text, office.get(f"{path}/live").text]

    assert ["东山赵一" in text for text in pages] == [False, False, False]
    assert "应到 2 人，实到 1 人" in pages[0]
    assert "/ 2 人已签到" in pages[1]
    assert office.post(f"{path}/check-in", {"member": world.left.bound_member_id}).status_code == 403


@pytest.mark.parametrize(("reason", "status"), [("核对选举人数", 200), ("  ", 422)])
def test_names_are_shown_above_for_a_reason_that_is_kept(
    site: Site, world: World, *, reason: str, status: int
) -> None:
    office = site.staff(Role.OFFICE, world.left.committee_id)

    answer = office.post(f"/console/meetings/{world.left.meeting_id}/names", {"reason": reason})

    assert answer.status_code == status
    assert ("东山赵一" in answer.text) is (status == 200)
    auditor = site.staff(Role.AUDITOR, world.root_id)
    assert ("原因：核对选举人数" in auditor.get("/console/audit").text) is (status == 200)


def test_meeting_is_moved_and_says_so(site: Site, secretary: Browser, world: World) -> None:
    path = f"/console/meetings/{world.left.coming_id}"
    form = {"day": "2026-03-13", "starts": "15:00", "ends": "16:00", "place": "四楼"}

    answer = secretary.post(f"{path}/move", form)

    page = secretary.get(answer.location).text
    assert "已改为 3月13日 周五 15:00，地点：四楼" in page
    moved = next(one for one in meetings_of(site) if one.id == world.left.coming_id)
    assert (moved.starts_at.isoformat(), moved.place, moved.revision) == (
        "2026-03-13T07:00:00+00:00",
        "四楼",
        1,
    )
    assert "原定：3月12日 周四 09:00" in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


def test_moved_to_where_it_was_tells_nobody(site: Site, secretary: Browser, world: World) -> None:
    form = {"day": "2026-03-12", "starts": "09:00", "ends": "11:00", "place": ""}

    answer = secretary.post(f"/console/meetings/{world.left.coming_id}/move", form)

    assert "时间和地点没有变" in secretary.get(answer.location).text
    assert "会议改期" not in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


@pytest.mark.parametrize(
    ("act", "form", "sentence"),
    [
        ("move", {"day": "2026-03-13", "starts": "15:00", "ends": ""}, "请填写日期、开始和结束时间。"),
        ("move", {"day": "2026-03-13", "starts": "15:00", "ends": "14:00"}, "结束时间要晚于开始时间"),
        ("move", {"day": "2026-02-13", "starts": "15:00", "ends": "16:00"}, "这个时间已经过去"),
        ("cancel", {"reason": " "}, "请写明取消的原因。"),
        ("merge", {"into": "0"}, "请选择要并到哪一次会议。"),
        ("describe", {"title": " "}, "请写会议名称。"),
    ],
)
def test_change_that_cannot_be_is_refused_on_the_page_and_changes_nothing(
    site: Site, secretary: Browser, world: World, act: str, form: dict[str, str], sentence: str
) -> None:
    answer = secretary.post(f"/console/meetings/{world.left.coming_id}/{act}", form)

    assert (answer.status_code, sentence in answer.text) == (409, True)
    kept = next(one for one in meetings_of(site) if one.id == world.left.coming_id)
    assert (kept.revision, kept.cancelled_at, kept.merged_into_id) == (0, None, None)


def test_cancelled_meeting_tells_why(secretary: Browser, world: World) -> None:
    answer = secretary.post(f"/console/meetings/{world.left.coming_id}/cancel", {"reason": "台风停工"})

    assert "会议已取消，原因：台风停工" in secretary.get(answer.location).text


def test_meeting_is_held_with_another_and_leads_there(site: Site, secretary: Browser, world: World) -> None:
    path = f"/console/meetings/{world.left.coming_id}"

    answer = secretary.post(f"{path}/merge", {"into": world.left.meeting_id})

    page = secretary.get(answer.location).text
    assert ("已合并到“东山支部党员大会”" in page, "已合并</span>" in page) == (True, True)
    assert f'href="/console/meetings/{world.left.meeting_id}">东山支部党员大会</a>合并召开' in page
    assert "合并会议" in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


def test_meeting_of_somebody_else_takes_nothing_in(site: Site, secretary: Browser, world: World) -> None:
    path = f"/console/meetings/{world.left.coming_id}/merge"

    assert secretary.post(path, {"into": world.right.meeting_id}).status_code == 409


def test_chair_and_agenda_are_put_down_without_telling_anybody(secretary: Browser, world: World) -> None:
    form = {"title": "三月党课", "chair": "李支书", "recorder": "王委员", "agenda": "1. 讲课\r\n2. 讨论"}

    answer = secretary.post(f"/console/meetings/{world.left.coming_id}/describe", form)

    page = secretary.get(answer.location).text
    assert [text in page for text in ("三月党课", "李支书", "王委员", "1. 讲课\n2. 讨论")] == [True] * 4


def test_quorum_is_said_with_its_clause(site: Site, secretary: Browser, world: World) -> None:
    path = f"/console/meetings/{world.left.meeting_id}"
    before = secretary.get(path).text

    secretary.post(f"{path}/check-in", {"member": world.left.member_id})
    after = secretary.get(path).text

    assert "还差 1 人才能表决" in before
    assert ("达到法定人数（至少 1 人）" in after, "正好一半" in after) == (True, True)
    assert "依据：" in after


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["东山支部党员大会", "东山三月党课"]),
        ("kind=party_lecture", ["东山三月党课"]),
        ("q=党课", ["东山三月党课"]),
        ("stage=cancelled", []),
        ("year=2026", ["东山支部党员大会", "东山三月党课"]),
        ("year=2023", []),
        ("year=99999999999&kind=x&stage=x", ["东山支部党员大会", "东山三月党课"]),
    ],
)
def test_list_is_filtered(secretary: Browser, query: str, shown: list[str]) -> None:
    page = secretary.get(f"/console/meetings/all?{query}").text

    assert [name for name in ("东山支部党员大会", "东山三月党课") if name in page] == shown
    assert ("没有符合条件的会议" in page) is (not shown)
