"""会议记录 in the console: nothing typed is lost, and names stay the branch's own."""

from typing import Any

import pytest

from app.meetings.models import Meeting, MeetingKind
from app.meetings.records import queries, service
from app.meetings.records.content import Action, Content, Item, from_json
from app.meetings.records.models import Record
from app.meetings.records.states import RecordState
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.papers.reading import cells, pdf_text, text_of, word_text
from tests.adapters.site import Browser, Site
from tests.factories import NOW

TYPED: dict[str, Any] = {
    "topic": ["学习讲话", ""],
    "report": ["第一段\r\n第二段", ""],
    "discussion": ["有不同意见", ""],
    "decision": ["每月一次", ""],
    "task": ["整理笔记", ""],
    "who": ["王五", ""],
    "by_when": ["2026-03-20", ""],
    "attachments": "签到表",
}


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


@pytest.fixture
def office(site: Site, world: World) -> Browser:
    """Of the committee above the branch."""
    return site.staff(Role.OFFICE, world.left.committee_id)


def path(meeting_id: int) -> str:
    return f"/console/meetings/{meeting_id}/record"


def seen(browser: Browser, meeting_id: int) -> str:
    page = browser.get(f"{path(meeting_id)}/edit").text
    return page.partition('name="seen" value="')[2].partition('"')[0]


def kept(site: Site, meeting_id: int) -> Record | None:
    with site.services.sessions.read() as session:
        return queries.current(session, meeting_id)


def content_of(site: Site, meeting_id: int) -> Content:
    found = kept(site, meeting_id)
    assert found is not None
    return from_json(found.content)


def as_kind(site: Site, meeting_id: int, kind: MeetingKind) -> None:
    with site.services.sessions.begin() as session:
        session.get_one(Meeting, meeting_id).kind = kind


def test_record_is_written_and_shown(site: Site, secretary: Browser, world: World) -> None:
    meeting_id = world.left.meeting_id

    answer = secretary.post(path(meeting_id), {**TYPED, "act": "save", "seen": ""})

    assert (answer.status_code, answer.location) == (302, path(meeting_id))
    assert content_of(site, meeting_id) == Content(
        (Item("学习讲话", "第一段\n第二段", "有不同意见", "每月一次"),),
        (Action("整理笔记", "王五", NOW.date().replace(day=20)),),
        "签到表",
    )
    page = secretary.get(path(meeting_id)).text
    assert [
        text for text in ("学习讲话", "有不同意见", "整理笔记", "2026年3月20日", "草稿") if text not in page
    ] == []


def test_one_more_row_keeps_what_was_typed_and_saves_nothing(
    site: Site, secretary: Browser, world: World
) -> None:
    meeting_id = world.left.meeting_id
    full = {**TYPED, **{name: TYPED[name][:1] for name in ("topic", "report", "discussion", "decision")}}

    page = secretary.post(path(meeting_id), {**full, "act": "more_items", "seen": ""}).text

    assert 'value="学习讲话"' in page
    assert 'id="topic-1"' in page
    assert 'id="topic-2"' not in page
    assert kept(site, meeting_id) is None


def test_second_writer_is_told_sees_both_texts_and_may_save_again(
    site: Site, secretary: Browser, world: World
) -> None:
    meeting_id = world.left.recorded.draft_id
    colleague = site.staff(Role.ORGANIZER, world.left.branch_id)
    begun = seen(colleague, meeting_id)
    secretary.post(path(meeting_id), {**TYPED, "topic": ["书记写的", ""], "act": "save", "seen": begun})

    refused = colleague.post(
        path(meeting_id), {**TYPED, "topic": ["委员写的", ""], "act": "save", "seen": begun}
    )

    assert refused.status_code == 409
    assert "别人保存过这份记录" in refused.text
    assert 'value="委员写的"' in refused.text
    assert "书记写的" in refused.text
    assert content_of(site, meeting_id).items[0].topic == "书记写的"
    now_seen = refused.text.partition('name="seen" value="')[2].partition('"')[0]
    again = {**TYPED, "topic": ["两人合写的", ""], "act": "save", "seen": now_seen}
    assert colleague.post(path(meeting_id), again).status_code == 302
    assert content_of(site, meeting_id).items[0].topic == "两人合写的"


def test_form_sent_twice_saves_once_and_blames_nobody(secretary: Browser, world: World) -> None:
    form = {**TYPED, "act": "save", "seen": "", "once": "record-1"}

    answers = [secretary.post(path(world.left.meeting_id), form) for _ in range(2)]

    assert [one.status_code for one in answers] == [302, 302]
    assert answers[0].location == answers[1].location


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"topic": ["题" * 201, ""]}, "题目太长了，最多 200 个字。"),
        ({"report": ["文" * 10_001, ""]}, "汇报太长了，最多 10,000 个字。"),
        ({"by_when": ["2026-02-30", ""]}, "日期没有填对。"),
        ({"task": ["事" * 501, ""]}, "事项太长了，最多 500 个字。"),
        ({"who": ["人" * 101, ""]}, "责任人太长了，最多 100 个字。"),
        ({"attachments": "附" * 10_001}, "附件说明太长了"),
        ({"topic": ["题"] * 101}, "最多各 100 条"),
        ({"report": ["传达绝密文件", ""]}, "里面有“绝密”字样，没有保存"),
    ],
)
def test_what_cannot_be_kept_is_said_and_stays_in_the_form(
    site: Site, secretary: Browser, world: World, change: dict[str, Any], said: str
) -> None:
    meeting_id = world.left.meeting_id

    answer = secretary.post(path(meeting_id), {**TYPED, **change, "act": "save", "seen": ""})

    assert answer.status_code == 422
    assert said in answer.text
    typed = change.get("attachments") or next(iter(change.values()))[0]
    assert typed in answer.text
    assert kept(site, meeting_id) is None


def test_minutes_of_many_pages_are_taken(site: Site, secretary: Browser, world: World) -> None:
    meeting_id = world.left.meeting_id
    long = {"topic": ["题"] * 15, "report": ["文" * 10_000] * 15, "act": "save", "seen": ""}

    answer = secretary.post(path(meeting_id), long)

    assert answer.status_code == 302
    assert sum(len(item.report) for item in content_of(site, meeting_id).items) == 150_000


@pytest.mark.parametrize(
    ("kind", "offered", "missing"),
    [
        (MeetingKind.MEMBER_MEETING, ["topic", "report", "discussion", "decision", "task"], []),
        (MeetingKind.COMMITTEE_MEETING, ["topic", "decision", "task"], ["report", "discussion"]),
        (
            MeetingKind.ORGANIZATIONAL_LIFE,
            ["task", "who", "by_when"],
            ["topic", "report", "discussion", "decision"],
        ),
        (MeetingKind.APPRAISAL, ["task"], ["topic", "discussion"]),
    ],
)
def test_form_offers_what_may_be_kept_of_that_kind(
    site: Site, secretary: Browser, world: World, kind: MeetingKind, offered: list[str], missing: list[str]
) -> None:
    as_kind(site, world.left.meeting_id, kind)

    page = secretary.get(f"{path(world.left.meeting_id)}/edit").text

    assert [name for name in offered if f'name="{name}"' not in page] == []
    assert [name for name in missing if f'name="{name}"' in page] == []


def test_speeches_sent_past_the_form_are_refused(site: Site, secretary: Browser, world: World) -> None:
    as_kind(site, world.left.meeting_id, MeetingKind.DEMOCRATIC_LIFE)

    answer = secretary.post(path(world.left.meeting_id), {**TYPED, "act": "save", "seen": ""})

    assert (answer.status_code, "发言和讨论不录入系统" in answer.text) == (422, True)
    assert kept(site, world.left.meeting_id) is None


def test_record_is_closed_with_its_number(site: Site, secretary: Browser, world: World) -> None:
    meeting_id = world.left.recorded.draft_id
    page = secretary.get(path(meeting_id)).text
    shown = page.partition('name="seen" value="')[2].partition('"')[0]

    answer = secretary.post(f"{path(meeting_id)}/close", {"seen": shown})

    found = kept(site, meeting_id)
    assert found is not None
    assert (answer.status_code, found.state) == (302, RecordState.CLOSED)
    page = secretary.get(path(meeting_id)).text
    assert "已定稿，编号 2026 年第 3 号" in page
    assert "继续写" not in page
    assert secretary.get(f"{path(meeting_id)}/edit").status_code == 302


def test_close_what_somebody_changed_meanwhile_is_refused(
    site: Site, secretary: Browser, world: World
) -> None:
    meeting_id = world.left.recorded.draft_id

    answer = secretary.post(f"{path(meeting_id)}/close", {"seen": "of before"})

    assert (answer.status_code, "别人保存过" in answer.text) == (409, True)


def test_amendment_asks_for_a_reason_and_shows_both_versions(
    site: Site, secretary: Browser, world: World
) -> None:
    meeting_id = world.left.recorded.closed_id

    refused = secretary.post(f"{path(meeting_id)}/amend", {"reason": " "})
    begun = secretary.post(f"{path(meeting_id)}/amend", {"reason": "补记一句"})

    assert (refused.status_code, "请写明为什么要修订" in refused.text) == (409, True)
    assert begun.status_code == 302
    page = secretary.get(path(meeting_id)).text
    assert "下面是修订稿（第3版）" in page
    compared = secretary.get(f"{path(meeting_id)}/versions?version=2").text
    assert "修订原因：写漏了" in compared
    assert "东山<mark>改过</mark>的决定" in compared
    assert secretary.get(f"{path(meeting_id)}/versions?version=1").status_code == 404


def test_amendment_is_dropped_and_the_closed_version_stands(
    site: Site, secretary: Browser, world: World
) -> None:
    meeting_id = world.left.recorded.amended_id
    page = secretary.get(path(meeting_id)).text
    shown = page.partition('name="seen" value="')[2].partition('"')[0]

    answer = secretary.post(f"{path(meeting_id)}/drop", {"seen": shown})

    found = kept(site, meeting_id)
    assert found is not None
    assert (answer.status_code, found.version, found.state) == (302, 1, RecordState.CLOSED)


def test_record_that_no_longer_says_what_is_so_is_pointed_out(
    site: Site, secretary: Browser, world: World
) -> None:
    meeting_id = world.left.recorded.closed_id
    before = secretary.get(path(meeting_id)).text
    with site.services.sessions.begin() as session:
        session.get_one(Meeting, meeting_id).chair = "换了的人"

    after = secretary.get(path(meeting_id)).text

    assert ["又有改动" in text for text in (before, after)] == [False, True]
    assert "换了的人" not in after


@pytest.mark.parametrize("state", ["draft_id", "closed_id", "amended_id"])
def test_above_the_branch_the_text_is_not_read_without_a_reason(
    office: Browser, world: World, state: str
) -> None:
    meeting_id = getattr(world.left.recorded, state)

    page = office.get(path(meeting_id)).text

    assert "东山的决定" not in page
    assert "改过的决定" not in page
    assert "查看记录" in page
    assert office.get(f"{path(meeting_id)}/edit").status_code == 403
    assert office.get(f"{path(meeting_id)}/versions").status_code == 403
    assert office.get(f"{path(meeting_id)}/public").status_code == 403


def test_above_the_branch_a_reason_opens_it_and_is_kept(site: Site, office: Browser, world: World) -> None:
    meeting_id = world.left.recorded.amended_id

    refused = office.post(f"{path(meeting_id)}/seen", {"reason": "  "})
    answer = office.post(f"{path(meeting_id)}/seen", {"reason": "年度检查抽查"})

    assert (refused.status_code, "东山的决定" in refused.text) == (422, False)
    assert (answer.status_code, "东山的决定" in answer.text) == (200, True)
    assert "继续写" not in answer.text
    assert "原因：年度检查抽查" in site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text


@pytest.mark.parametrize("kind", ["record", "attendance"])
@pytest.mark.parametrize("ending", ["pdf", "docx", "xlsx"])
def test_papers_are_taken_in_every_form(secretary: Browser, world: World, kind: str, ending: str) -> None:
    answer = secretary.post(
        f"/console/meetings/{world.left.recorded.closed_id}/papers", {"kind": kind, "format": ending}
    )

    assert answer.status_code == 200
    told = text_of(answer.data, ending)
    assert "东山定稿党员大会" in told
    assert ("东山改过的决定" if kind == "record" else "东山赵一") in told
    assert f".{ending}" in answer.headers["Content-Disposition"]


def test_draft_is_printed_as_a_draft(secretary: Browser, world: World) -> None:
    draft = {"kind": "record", "format": "pdf"}
    answer = secretary.post(f"/console/meetings/{world.left.recorded.draft_id}/papers", draft)

    assert "草稿这份记录还没有定稿" in pdf_text(answer.data)


def test_papers_name_people_so_above_the_branch_a_reason_is_wanted(
    site: Site, office: Browser, world: World
) -> None:
    papers = f"/console/meetings/{world.left.recorded.closed_id}/papers"
    form = {"kind": "attendance", "format": "xlsx"}

    refused, given = office.post(papers, form), office.post(papers, {**form, "reason": "考核检查"})

    assert (refused.status_code, given.status_code) == (422, 200)
    assert "东山赵一" in cells(given.data)
    trail = site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text
    assert [text for text in ("下载会议材料", "原因：考核检查", "材料：签到表") if text not in trail] == []


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"kind": "record"},
        {"kind": "record", "format": "exe"},
        {"kind": "votes", "format": "docx"},
        {"kind": "x"},
    ],
)
def test_paper_that_there_is_not_is_refused(secretary: Browser, world: World, form: dict[str, str]) -> None:
    answer = secretary.post(f"/console/meetings/{world.left.recorded.closed_id}/papers", form)

    assert answer.status_code == 400


def test_public_text_names_nobody_and_is_printed_as_changed(secretary: Browser, world: World) -> None:
    public = f"{path(world.left.recorded.closed_id)}/public"

    page = secretary.get(public).text
    answer = secretary.post(public, {"text": "改过的公开稿\n第二段", "format": "docx"})

    assert "东山的议题" in page
    assert "东山赵一" not in page
    assert word_text(answer.data).splitlines()[-2:] == ["　　改过的公开稿", "　　第二段"]


def test_public_text_with_a_name_left_in_it_asks_once_more(secretary: Browser, world: World) -> None:
    public = f"{path(world.left.recorded.closed_id)}/public"
    text = {"text": "东山赵一获得表扬，电话13800138000", "format": "pdf"}

    asked, agreed = secretary.post(public, text), secretary.post(public, {**text, "agreed": "yes"})

    assert asked.status_code == 422
    assert "1 处像是姓名、1 处像是电话或证件号码" in asked.text
    assert "东山赵一获得表扬" in asked.text
    assert "东山赵一获得表扬" in pdf_text(agreed.data)


@pytest.mark.parametrize(
    ("text", "said"), [("", "公开稿是空的"), ("绝密", "“绝密”"), ("长" * 20_001, "太长了")]
)
def test_public_text_that_cannot_be_used_is_refused(
    secretary: Browser, world: World, text: str, said: str
) -> None:
    answer = secretary.post(f"{path(world.left.recorded.closed_id)}/public", {"text": text, "format": "pdf"})

    assert (answer.status_code, said in answer.text) == (422, True)


def test_public_text_waits_for_the_closed_record(secretary: Browser, world: World) -> None:
    answer = secretary.get(f"{path(world.left.recorded.draft_id)}/public")

    assert (answer.status_code, answer.location) == (302, path(world.left.recorded.draft_id))


def test_record_of_a_cancelled_meeting_is_not_written(site: Site, secretary: Browser, world: World) -> None:
    with site.services.sessions.begin() as session:
        session.get_one(Meeting, world.left.meeting_id).cancelled_at = NOW

    answer = secretary.post(path(world.left.meeting_id), {**TYPED, "act": "save", "seen": ""})

    assert (answer.status_code, "不写记录" in answer.text) == (422, True)
    assert 'value="学习讲话"' in answer.text


def test_what_was_typed_is_only_text(site: Site, secretary: Browser, world: World) -> None:
    awkward = "<script>alert(1)</script>{{ 7*7 }}"
    form = {**TYPED, "topic": [awkward, ""], "report": [f"\n{awkward}", ""], "act": "save", "seen": ""}

    secretary.post(path(world.left.meeting_id), form)

    for page in (path(world.left.meeting_id), f"{path(world.left.meeting_id)}/edit"):
        text = secretary.get(page).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in text


def test_closed_record_that_is_sent_again_is_refused_with_its_text(
    site: Site, secretary: Browser, world: World
) -> None:
    meeting_id = world.left.recorded.draft_id
    begun = seen(secretary, meeting_id)
    with site.services.sessions.begin() as session:
        service.close(session, meeting=session.get_one(Meeting, meeting_id), by="另一个人", now=NOW)

    answer = secretary.post(path(meeting_id), {**TYPED, "act": "save", "seen": begun})

    assert answer.status_code == 409
    assert 'value="学习讲话"' in answer.text
    assert "已经定稿，不能直接改" in answer.text
