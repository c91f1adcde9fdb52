"""Votes in the console: opened, counted, tested by the rules, confirmed, printed, or made void."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from app.meetings.models import CheckIn, Meeting, MeetingKind, MeetingOrganization, Way
from app.meetings.votes import service
from app.meetings.votes.models import Vote
from app.meetings.votes.states import VoteState
from app.organizations.models import Organization, OrganizationKind
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

TWO = {"issued": 2, "returned": 2, "in_favour": 2, "against": 0, "abstained": 0, "spoiled": 0}


@dataclass(frozen=True)
class Desk:
    """The recorder's browser at the left side's meeting, whose two people are there."""

    site: Site
    browser: Browser
    meeting_id: int
    people: tuple[int, int]

    def open(self, **form: object) -> int:
        """Its id."""
        given = {"matter": "general", "method": "ballot", "subject": "工作计划", **self.tellers(), **form}
        answer = self.browser.post(f"/console/meetings/{self.meeting_id}/votes/new", given)
        assert answer.status_code == 302, answer.text
        return int(answer.headers["Location"].rsplit("/", 1)[1])

    def tellers(self) -> dict[str, object]:
        return {"teller_1": self.people[0], "teller_2": self.people[1]}

    def act(self, vote_id: int, act: str, form: Mapping[str, object]) -> tuple[int, str]:
        answer = self.browser.post(f"/console/meetings/votes/{vote_id}/{act}", dict(form))
        return answer.status_code, answer.text

    def count(self, vote_id: int, **form: object) -> tuple[int, str]:
        return self.act(vote_id, "count", {"seen": 0, **TWO, **form})

    def text(self, vote_id: int, paper: str = "") -> str:
        return self.browser.get(f"/console/meetings/votes/{vote_id}{paper}").text

    def confirm(self, vote_id: int) -> None:
        with self.site.services.sessions.begin() as session:
            vote, now = session.get_one(Vote, vote_id), self.site.clock.now()
            for one in self.people:
                service.confirm(session, vote=vote, member_id=one, count_number=vote.count_number, now=now)


@pytest.fixture
def desk(site: Site, world: World) -> Desk:
    left = world.left
    with site.services.sessions.begin() as session:
        for one in (left.member_id, left.bound_member_id):
            session.add(
                CheckIn(
                    meeting_id=left.meeting_id,
                    member_id=one,
                    checked_in_at=site.clock.now(),
                    way=Way.SCAN,
                )
            )
    browser = site.staff(Role.SECRETARY, left.branch_id)
    return Desk(site, browser, left.meeting_id, (left.member_id, left.bound_member_id))


def state_of(site: Site, vote_id: int) -> VoteState:
    with site.services.sessions.read() as session:
        return session.get_one(Vote, vote_id).state


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>|\s+", "", html)


def absent(desk: Desk, member_id: int) -> None:
    with desk.site.services.sessions.begin() as session:
        wanted = select(CheckIn).where(CheckIn.meeting_id == desk.meeting_id, CheckIn.member_id == member_id)
        session.delete(session.scalars(wanted).one())


def test_list_says_whether_the_meeting_may_decide_and_by_which_clause(desk: Desk) -> None:
    absent(desk, desk.people[1])

    text = plain(desk.browser.get(f"/console/meetings/{desk.meeting_id}/votes").text)

    assert "应到会有表决权2人，实到1人；须达到半数，至少1人到会，已经够数。正好半数" in text
    assert "《中国共产党支部工作条例（试行）》第十一条" in text
    assert "还没有票决" in text


def test_choice_offers_what_this_meeting_decides(desk: Desk) -> None:
    text = desk.browser.get(f"/console/meetings/{desk.meeting_id}/votes/new").text

    assert [word in text for word in ("接收预备党员", "组织处置", "选举", "支委会事项")] == [True] * 3 + [
        False
    ]


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        ({"subject": " "}, "subject", "请写明表决什么"),
        ({"matter": "admission", "subject": "李明、王芳"}, "subject", "要逐个表决"),
        ({"matter": "election", "candidates": "甲\n乙"}, "seats", "请填写应选人数"),
        ({"matter": "election", "seats": 1, "candidates": " \n"}, "candidates", "请写候选人姓名"),
        ({"matter": "election", "seats": 1, "candidates": "甲、甲"}, "candidates", "不能重复"),
        ({"teller_2": ""}, "tellers", "请选两位不同的监票人"),
        ({"matter": "admission", "subject": "东山赵一"}, "tellers", "不能当监票人"),
    ],
)
def test_faults_of_a_new_vote_stand_beside_their_field(
    desk: Desk, form: dict[str, object], field: str, said: str
) -> None:
    given = {"matter": "general", "method": "ballot", "subject": "计划", **desk.tellers(), **form}

    answer = desk.browser.post(f"/console/meetings/{desk.meeting_id}/votes/new", given)

    assert answer.status_code == 422
    beside = answer.text.split(f'id="{field}-fault">')[1].split("</p>")[0]
    assert said in beside


def test_vote_opened_twice_by_one_form_is_one(desk: Desk) -> None:
    opened = [desk.open(once="one-form") for _ in range(2)]

    assert opened[0] == opened[1]
    assert desk.browser.get(f"/console/meetings/{desk.meeting_id}/votes").text.count("1. 一般事项") == 1


def test_no_vote_at_a_joint_meeting(desk: Desk, world: World) -> None:
    with desk.site.services.sessions.begin() as session:
        session.add(MeetingOrganization(meeting_id=desk.meeting_id, organization_id=world.right.branch_id))
    given = {"matter": "general", "method": "ballot", "subject": "计划"}

    page = desk.browser.get(f"/console/meetings/{desk.meeting_id}/votes").text
    answer = desk.browser.post(f"/console/meetings/{desk.meeting_id}/votes/new", given)

    assert "联合召开的会议不能一起表决" in page
    assert "开一次票决" not in page
    assert (answer.status_code, "每个支部单独开会" in answer.text) == (422, True)


@pytest.mark.parametrize(("kind", "said"), [(MeetingKind.THEME_DAY, "这类会议不作表决")])
def test_no_vote_at_a_meeting_that_decides_nothing(desk: Desk, kind: MeetingKind, said: str) -> None:
    with desk.site.services.sessions.begin() as session:
        session.get_one(Meeting, desk.meeting_id).kind = kind

    assert said in desk.browser.get(f"/console/meetings/{desk.meeting_id}/votes").text


def test_temporary_branch_is_warned(desk: Desk, world: World) -> None:
    with desk.site.services.sessions.begin() as session:
        session.get_one(Organization, world.left.branch_id).kind = OrganizationKind.TEMPORARY_BRANCH
    address = f"/console/meetings/{desk.meeting_id}/votes/new?matter="

    texts = [desk.browser.get(address + one).text for one in ("admission", "general")]

    assert ["临时党支部一般不接收党员" in text for text in texts] == [True, False]


def test_count_shows_both_tests_with_their_clauses(desk: Desk) -> None:
    vote_id = desk.open()

    status, _ = desk.count(vote_id)
    text = plain(desk.text(vote_id))

    assert status == 302
    assert "到会人数符合" in text
    assert "赞成人数符合" in text
    assert "至少2人赞成；赞成2人" in text
    assert "等监票人确认后才算数" in text


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        ({"against": "x"}, "against", "请填写数字"),
        ({"issued": ""}, "issued", "请填写数字"),
        ({"issued": 3, "returned": 2}, "issued", "比实到会有表决权的人还多"),
        ({"returned": 1}, "returned", "应等于赞成、反对、弃权和无效票之和"),
        ({"spoiled": "-1"}, "spoiled", "请填写数字"),
        ({"spoiled": "１"}, "spoiled", "请填写数字"),
    ],
)
def test_count_that_cannot_be_right_is_not_kept(
    desk: Desk, form: dict[str, object], field: str, said: str
) -> None:
    vote_id = desk.open()

    status, text = desk.count(vote_id, **form)

    assert status == 409
    assert said in text.split(f'id="{field}-fault">')[1].split("</p>")[0]
    assert state_of(desk.site, vote_id) is VoteState.OPEN


def test_surplus_of_ballots_is_asked_about_and_then_voids(desk: Desk) -> None:
    vote_id = desk.open()

    status, text = desk.count(vote_id, issued=1)
    again, _ = desk.count(vote_id, issued=1, surplus="yes")

    assert (status, 'name="surplus"' in text, again) == (409, True, 302)
    assert state_of(desk.site, vote_id) is VoteState.VOID
    paper = plain(desk.text(vote_id, "/paper"))
    assert "已作废，不产生结果原因：收回的票多于发出的票" in paper


def test_resolution_is_printed_only_after_both_tellers(desk: Desk) -> None:
    vote_id = desk.open()
    desk.count(vote_id)
    before = plain(desk.text(vote_id, "/paper"))

    desk.confirm(vote_id)
    after = plain(desk.text(vote_id, "/paper"))

    assert "计票单" in before
    assert "决议" not in before
    assert "表决结果（决议）" in after
    assert "赞成共2人，超过应到会有表决权2人的半数（至少2人），通过：一般事项：工作计划。" in after


def test_no_resolution_is_printed_when_too_few_were_in_favour(desk: Desk) -> None:
    vote_id = desk.open()
    desk.count(vote_id, in_favour=1, against=1)
    desk.confirm(vote_id)

    paper = plain(desk.text(vote_id, "/paper"))

    assert "表决结果（决议）" not in paper
    assert "没有超过应到会有表决权2人的半数（至少2人），未通过，不产生决议。" in paper


def test_no_resolution_is_printed_without_a_quorum(desk: Desk) -> None:
    vote_id = desk.open(matter="admission", subject="李明")
    with desk.site.services.sessions.begin() as session:
        vote = session.get_one(Vote, vote_id)
        vote.state, vote.count_number = VoteState.COUNTED, 1
        vote.due_voting, vote.present_voting = 2, 1
        vote.issued = vote.returned = vote.in_favour = 1
        vote.against = vote.abstained = vote.spoiled = 0
    desk.confirm(vote_id)

    paper = plain(desk.text(vote_id, "/paper"))

    assert "未达法定人数须超过半数，至少2人到会，实到1人，未达法定人数，不能表决，不产生决议。" in paper
    assert "表决结果（决议）" not in paper


def test_paper_of_an_open_vote_leads_back(desk: Desk) -> None:
    vote_id = desk.open()

    answer = desk.browser.get(f"/console/meetings/votes/{vote_id}/paper")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/console/meetings/votes/{vote_id}")


def test_election_by_name_with_a_name_written_in(desk: Desk) -> None:
    vote_id = desk.open(matter="election", subject="支部委员", seats=1, candidates="甲、乙\n丙")
    page = desk.text(vote_id)
    fields = re.findall(r'name="(votes-\d+)"', page)
    votes = dict(zip(fields, (2, 0, 0), strict=True))

    unread = desk.act(
        vote_id, "count", {"seen": 0, "issued": 2, "returned": 2, "spoiled": 0, **votes, "others": "王芳"}
    )
    too_many = desk.act(
        vote_id, "count", {"seen": 0, "issued": 2, "returned": 2, "spoiled": 0, **votes, "others": "王芳 1"}
    )
    votes[fields[0]] = 1
    kept = desk.act(
        vote_id, "count", {"seen": 0, "issued": 2, "returned": 2, "spoiled": 0, **votes, "others": "王芳 1"}
    )

    assert (unread[0], "每行一个人" in unread[1]) == (409, True)
    assert (too_many[0], "每张票选的人不能多于应选人数" in too_many[1]) == (409, True)
    assert kept[0] == 302
    desk.confirm(vote_id)
    paper = plain(desk.text(vote_id, "/paper"))
    assert "须再次投票" in paper
    assert "无人当选" in paper
    assert "王芳（另选他人）1" in paper


@pytest.mark.parametrize(("candidates", "warned"), [("甲\n乙", True), ("甲\n乙\n丙", False)])
def test_too_few_candidates_are_a_warning(desk: Desk, candidates: str, *, warned: bool) -> None:
    vote_id = desk.open(matter="election", subject="支部委员", seats=2, candidates=candidates)

    assert ("一般要比应选人数多 20%" in desk.text(vote_id)) is warned


def test_written_opinion_is_noted_without_what_it_says(desk: Desk, world: World) -> None:
    vote_id = desk.open(matter="admission", subject="李明")
    absent(desk, desk.people[1])
    give = {"member": desk.people[1], "day": "2026-03-01", "time": "09:00"}

    statuses = [desk.act(vote_id, "opinions", one)[0] for one in (give, give, give | {"day": "2026-03-02"})]
    text = desk.text(vote_id)

    assert statuses == [302, 409, 409]
    assert "东山钱二" in text.split('id="opinions"')[1]
    assert 'name="written_in_favour"' in text
    assert desk.act(vote_id, "opinions/back", {"member": desk.people[1]})[0] == 302
    assert 'name="written_in_favour"' not in desk.text(vote_id)


def test_opinion_without_a_readable_time_is_asked_again(desk: Desk) -> None:
    vote_id = desk.open(matter="admission", subject="李明")

    status, text = desk.act(vote_id, "opinions", {"member": desk.people[1], "day": "昨天", "time": "9点"})

    assert (status, "请填写收到书面意见的日期和时间" in text) == (409, True)


def test_signature_on_paper_needs_a_reason_and_is_marked(desk: Desk) -> None:
    vote_id = desk.open()
    desk.count(vote_id)
    sign = {"member": desk.people[0], "seen": 1}

    without = desk.act(vote_id, "signature", sign)
    done = desk.act(vote_id, "signature", sign | {"reason": "不用微信"})

    assert (without[0], "请写明原因" in without[1], done[0]) == (409, True, 302)
    assert "东山赵一纸质签字" in plain(desk.text(vote_id))
    assert "<small>不用微信</small>" in desk.text(vote_id)


def test_tellers_scan_a_code_of_their_page(desk: Desk) -> None:
    vote_id = desk.open()
    before = desk.text(vote_id)
    desk.count(vote_id)

    assert ["监票人确认页面的二维码" in text for text in (before, desk.text(vote_id))] == [False, True]


def test_recount_on_an_old_page_changes_nothing(desk: Desk) -> None:
    vote_id = desk.open()
    desk.count(vote_id)

    status, text = desk.count(vote_id, in_favour=1, against=1)

    assert (status, "刚刚被重新录入过" in text) == (409, True)
    assert desk.count(vote_id, seen=1, in_favour=1, against=1)[0] == 302


def test_void_needs_a_reason(desk: Desk) -> None:
    vote_id = desk.open()

    without, done = (
        desk.act(vote_id, "void", {"reason": " "}),
        desk.act(vote_id, "void", {"reason": "漏发一张票"}),
    )

    assert (without[0], done[0]) == (409, 302)
    assert "已作废：</strong>漏发一张票" in desk.text(vote_id)


def test_those_above_see_that_it_was_voted_and_neither_whom_nor_how(
    desk: Desk, site: Site, world: World
) -> None:
    vote_id = desk.open(matter="admission", subject="李明")
    office = site.staff(Role.OFFICE, world.left.committee_id)

    seen = plain(office.get(f"/console/meetings/{desk.meeting_id}/votes").text)
    refused = [office.get(f"/console/meetings/votes/{vote_id}{part}") for part in ("", "/paper")]
    refused += [
        office.get(f"/console/meetings/{desk.meeting_id}/votes/new"),
        office.post(f"/console/meetings/votes/{vote_id}/void", {"reason": "上级"}),
    ]

    assert ("接收预备党员" in seen, "李明" in seen) == (True, False)
    assert [one.status_code for one in refused] == [403] * 4


def test_each_step_is_in_the_trail(desk: Desk, site: Site, world: World) -> None:
    vote_id = desk.open(matter="admission", subject="李明")
    absent(desk, desk.people[1])
    desk.act(vote_id, "tellers", desk.tellers())
    desk.act(vote_id, "opinions", {"member": desk.people[1], "day": "2026-03-01", "time": "09:00"})
    desk.act(vote_id, "opinions/back", {"member": desk.people[1]})
    with site.services.sessions.begin() as session:
        session.add(
            CheckIn(
                meeting_id=desk.meeting_id,
                member_id=desk.people[1],
                checked_in_at=site.clock.now(),
                way=Way.SCAN,
            )
        )
    desk.count(vote_id)
    desk.act(vote_id, "signature", {"member": desk.people[0], "seen": 1, "reason": "不用微信"})
    desk.act(vote_id, "void", {"reason": "漏发一张票"})

    text = plain(site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text.split("<tbody>")[1])

    done = ["开票决", "确定监票人", "登记书面意见", "撤回书面意见", "录入计票", "登记纸质签字", "作废票决"]
    assert [act for act in done if act not in text] == []
    assert "原因：漏发一张票" in text
    assert "第几次计票：1" in text
