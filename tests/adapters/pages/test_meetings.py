"""One's own meetings on the phone: what is coming, where one stands, leave, and what was decided."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.meetings import changes, telling
from app.meetings.models import CheckIn, Expected, Ground, Leave, LeaveKind, MakeUp, Meeting, Standing, Way
from app.meetings.records import service as records
from app.meetings.records.content import Action, Content, Item
from app.meetings.states import LeaveState
from app.meetings.telling import Change
from app.members.models import Member
from app.notices.models import Delivery
from app.organizations.models import Organization
from tests import factories
from tests.adapters.pages.door import Door, Phone
from tests.adapters.pages.people import People
from tests.factories import NOW

TOMORROW = NOW + timedelta(days=1)


def hold(door: Door, people: People, *, starts_at: Any = TOMORROW, **columns: Any) -> Meeting:
    """A meeting of the branch at which both of its members are expected."""
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        members = tuple(session.get_one(Member, one.member_id) for one in (people.member, people.other))
        meeting = factories.meeting(session, branch, starts_at=starts_at, expected=members)
        for name, value in columns.items():
            setattr(meeting, name, value)
    return meeting


@pytest.fixture
def meeting(door: Door, people: People) -> Meeting:
    return hold(door, people, place="三楼会议室", agenda="1. 学习\n2. 讨论", chair="赵书记")


@pytest.fixture
def phone(door: Door, people: People) -> Phone:
    return door.signed_in(people.member.identity_id)


def leave_of(door: Door, meeting: Meeting) -> Leave | None:
    with door.services.sessions.read() as session:
        return session.scalar(select(Leave).where(Leave.meeting_id == meeting.id))


def put_leave(door: Door, people: People, meeting: Meeting, state: LeaveState, answer: str = "") -> None:
    with door.services.sessions.begin() as session:
        session.add(
            Leave(
                meeting_id=meeting.id,
                member_id=people.member.member_id,
                kind=LeaveKind.DUTY,
                reason="去现场",
                state=state,
                asked_at=NOW,
                answered_at=NOW,
                answer=answer,
            )
        )


def stand(door: Door, people: People, meeting: Meeting, standing: Standing, **more: Any) -> None:
    with door.services.sessions.begin() as session:
        mine = Expected.meeting_id == meeting.id, Expected.member_id == people.member.member_id
        row = session.scalars(select(Expected).where(*mine)).one()
        row.standing = standing
        for name, value in more.items():
            setattr(row, name, value)


def test_list_has_what_is_coming_and_what_was(
    door: Door, people: People, phone: Phone, meeting: Meeting
) -> None:
    past = hold(door, people, starts_at=NOW - timedelta(days=7), title="上周党课")
    hold(door, people, starts_at=NOW - timedelta(days=6), title="取消了的", cancelled_at=NOW)
    with door.services.sessions.begin() as session:
        session.add(
            CheckIn(meeting_id=past.id, member_id=people.member.member_id, checked_in_at=NOW, way=Way.SCAN)
        )

    text = phone.get("/m/meetings").text

    assert f'href="/m/meetings/{meeting.id}"' in text
    assert "3月3日 周二 09:00" in text
    assert (
        text.index("第一季度支部党员大会")
        < text.index("开过的会议")
        < text.index("上周党课")
        < text.index("已签到")
    )
    assert "取消了的" not in text


def test_list_of_somebody_new_is_empty_and_says_so(phone: Phone) -> None:
    text = phone.get("/m/meetings").text

    assert "近期没有需要您参加的会议。" in text
    assert "还没有开过需要您参加的会议。" in text


def test_meeting_says_what_when_and_where_and_nobody_s_name(phone: Phone, meeting: Meeting) -> None:
    text = phone.get(f"/m/meetings/{meeting.id}").text

    for said in (
        "支部党员大会",
        "2026年3月3日（周二）09:00–11:00",
        "三楼会议室",
        "机电党支部",
        "1. 学习",
        "赵书记",
    ):
        assert said in text
    assert "3月3日 周二 08:30 起" in text
    assert "请您准时参加" in text
    assert "王五" not in text


def test_end_on_another_day_is_said_with_its_day(door: Door, people: People, phone: Phone) -> None:
    meeting = hold(door, people, ends_at=TOMORROW + timedelta(days=1, hours=1))

    assert "09:00 至 3月4日 周三 10:00" in phone.get(f"/m/meetings/{meeting.id}").text


def test_meeting_of_others_is_not_there(door: Door, people: People, phone: Phone) -> None:
    with door.services.sessions.begin() as session:
        branch = factories.organization(session, name="别的支部")
        other = factories.meeting(session, branch, expected=(factories.member(session, branch),))

    for path in (f"/m/meetings/{other.id}", "/m/meetings/999999", "/m/meetings/99999999999"):
        assert phone.get(path).status_code == 404
    assert phone.post(f"/m/meetings/{other.id}/leave", {"kind": "duty"}).status_code == 404
    assert leave_of(door, other) is None


def test_merged_meeting_leads_to_the_other_one(
    door: Door, people: People, phone: Phone, meeting: Meeting
) -> None:
    joint = hold(door, people, title="联合主题党日", starts_at=TOMORROW + timedelta(days=1))
    with door.services.sessions.begin() as session:
        changes.merge(
            session,
            meeting=session.get_one(Meeting, meeting.id),
            into=session.get_one(Meeting, joint.id),
            now=NOW,
        )

    answer = phone.get(f"/m/meetings/{meeting.id}")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/m/meetings/{joint.id}")


def test_cancelled_meeting_says_why_and_takes_no_leave(door: Door, people: People, phone: Phone) -> None:
    gone = hold(door, people, cancelled_at=NOW, cancel_reason="台风")

    text = phone.get(f"/m/meetings/{gone.id}").text

    assert "这次会议已经取消" in text
    assert "台风" in text
    assert "请您准时参加" not in text
    assert 'name="kind"' not in text
    answer = phone.post(f"/m/meetings/{gone.id}/leave", {"kind": "duty"})
    assert (answer.status_code, "会议已经取消，不用请假。" in answer.text) == (409, True)


def test_leave_is_asked_once_however_often_it_is_tapped(door: Door, phone: Phone, meeting: Meeting) -> None:
    for _ in range(2):
        answer = phone.post(f"/m/meetings/{meeting.id}/leave", {"kind": "shift", "reason": " 夜班 "})
        assert answer.headers["Location"] == f"/m/meetings/{meeting.id}#leave"

    leave = leave_of(door, meeting)
    assert leave is not None
    assert (leave.kind, leave.reason, leave.state) == (LeaveKind.SHIFT, "夜班", LeaveState.ASKED)
    text = phone.get(f"/m/meetings/{meeting.id}").text
    assert "您已请假（倒班），等支部答复。" in text
    assert "您写的原因：夜班" in text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "请选一种假。"),
        ({"kind": "holiday"}, "请选一种假。"),
        ({"kind": "duty", "reason": "长" * 201}, "原因最多 200 个字。"),
    ],
)
def test_fault_is_said_beside_the_field_and_what_was_written_stays(
    door: Door, phone: Phone, meeting: Meeting, form: dict[str, str], said: str
) -> None:
    answer = phone.post(f"/m/meetings/{meeting.id}/leave", {"reason": "写过的"} | form)

    assert answer.status_code == 400
    assert said in answer.text
    assert form.get("reason", "写过的") in answer.text
    assert leave_of(door, meeting) is None


def test_leave_is_taken_back(door: Door, people: People, phone: Phone, meeting: Meeting) -> None:
    put_leave(door, people, meeting, LeaveState.GRANTED)

    answer = phone.post(f"/m/meetings/{meeting.id}/leave/withdraw")

    assert answer.status_code == 303
    leave = leave_of(door, meeting)
    assert leave is not None
    assert leave.state is LeaveState.WITHDRAWN
    assert 'name="kind"' in phone.get(f"/m/meetings/{meeting.id}").text


@pytest.mark.parametrize(
    ("state", "said", "asks", "withdraws"),
    [
        (LeaveState.ASKED, "您已请假（因公），等支部答复。", False, True),
        (LeaveState.GRANTED, "支部已准假（因公）。", False, True),
        (LeaveState.REFUSED, "您请过假，支部没有准，请您参加。", True, False),
        (LeaveState.WITHDRAWN, "请您准时参加", True, False),
    ],
)
def test_each_state_of_leave_has_its_words_and_its_buttons(
    door: Door,
    people: People,
    phone: Phone,
    meeting: Meeting,
    state: LeaveState,
    said: str,
    asks: int,
    withdraws: int,
) -> None:
    put_leave(door, people, meeting, state, answer="要表决")

    text = phone.get(f"/m/meetings/{meeting.id}").text

    assert said in text
    assert ('name="kind"' in text, "销假，我能来" in text) == (asks, withdraws)
    assert ("支部的答复：要表决" in text) is (state in (LeaveState.GRANTED, LeaveState.REFUSED))


@pytest.mark.parametrize(
    ("standing", "more", "said"),
    [
        (Standing.INVITED, {}, "您是列席"),
        (Standing.NON_VOTING, {}, "请您准时参加；这次您没有表决权。"),
        (Standing.NOT_COUNTED, {"ground": Ground.ABROAD, "approval_no": "〔2026〕1号"}, "您不计入应到"),
    ],
)
def test_each_standing_has_its_words(
    door: Door, people: People, phone: Phone, meeting: Meeting, standing: Standing, more: Any, said: str
) -> None:
    stand(door, people, meeting, standing, **more)

    text = phone.get(f"/m/meetings/{meeting.id}").text

    assert said in text
    assert ('name="kind"' in text) is (standing is Standing.NON_VOTING)


def test_after_the_meeting_one_sees_how_one_signed_in_or_that_nothing_is_known(
    door: Door, people: People, clock: FixedClock, meeting: Meeting
) -> None:
    with door.services.sessions.begin() as session:
        at = meeting.starts_at - timedelta(minutes=5)
        session.add(
            CheckIn(
                meeting_id=meeting.id, member_id=people.member.member_id, checked_in_at=at, way=Way.HAND_CODE
            )
        )
    clock.at = meeting.ends_at + timedelta(hours=1)

    mine = door.signed_in(people.member.identity_id).get(f"/m/meetings/{meeting.id}").text
    theirs = door.signed_in(people.other.identity_id).get(f"/m/meetings/{meeting.id}").text

    assert "08:55</time>，签到码）。" in mine
    assert "没有您的签到记录。到过会的，请告诉会议记录人补签。" in theirs
    assert 'name="kind"' not in theirs


def test_caught_up_is_said_and_is_no_presence(door: Door, people: People, phone: Phone) -> None:
    past = hold(door, people, starts_at=NOW - timedelta(days=7))
    with door.services.sessions.begin() as session:
        session.add(
            MakeUp(
                meeting_id=past.id,
                member_id=people.member.member_id,
                done_on=date(2026, 3, 1),
                way="自学",
                recorded_by="w",
                recorded_at=NOW,
            )
        )

    assert "您没有到会，已在 2026年3月1日补课。" in phone.get(f"/m/meetings/{past.id}").text


def test_leave_after_the_start_is_refused_in_plain_words(
    door: Door, people: People, clock: FixedClock
) -> None:
    meeting = hold(door, people)
    clock.at = meeting.starts_at
    phone = door.signed_in(people.member.identity_id)

    answer = phone.post(f"/m/meetings/{meeting.id}/leave", {"kind": "duty"})

    assert (answer.status_code, "会议已经开始，不能再请假了。" in answer.text) == (409, True)


def close_record(door: Door, meeting_id: int) -> None:
    with door.services.sessions.begin() as session:
        meeting = session.get_one(Meeting, meeting_id)
        said = Content(
            items=(Item("发展党员", "李四的汇报", "王五说了很多", "同意接收李四为预备党员"),),
            actions=(Action("整理材料", "王五", date(2026, 3, 20)),),
        )
        records.save_draft(session, meeting=meeting, content=said, by="w", now=NOW)
        records.close(session, meeting=meeting, by="w", now=NOW)


def test_decisions_are_shown_once_the_record_is_closed_without_names_or_speeches(
    door: Door, people: People, phone: Phone
) -> None:
    past = hold(door, people, starts_at=NOW - timedelta(days=1))
    before = phone.get(f"/m/meetings/{past.id}").text
    close_record(door, past.id)

    after = phone.get(f"/m/meetings/{past.id}").text

    assert "会议决定" not in before
    for said in ("会议决定：同意接收某同志为预备党员", "整理材料（3月20日前完成）"):
        assert said in after
    for kept in ("李四", "王五", "说了很多"):
        assert kept not in after


def test_guest_does_not_read_the_record_here(door: Door, people: People, phone: Phone) -> None:
    past = hold(door, people, starts_at=NOW - timedelta(days=1))
    stand(door, people, past, Standing.INVITED)
    close_record(door, past.id)

    assert "会议决定" not in phone.get(f"/m/meetings/{past.id}").text


def test_home_leads_to_the_next_meeting(phone: Phone, meeting: Meeting) -> None:
    text = phone.get("/m/").text

    assert f'href="/m/meetings/{meeting.id}"' in text
    assert "三楼会议室" in text


def tell(door: Door, meeting: Meeting, change: Change) -> None:
    with door.services.sessions.begin() as session:
        telling.tell(session, meeting=session.get_one(Meeting, meeting.id), change=change, now=NOW)


def test_what_was_told_stands_in_the_list_of_notices_and_leads_there(
    door: Door, people: People, phone: Phone, meeting: Meeting
) -> None:
    tell(door, meeting, Change.ANNOUNCED)
    with door.services.sessions.begin() as session:
        put = Leave(
            meeting_id=meeting.id,
            member_id=people.member.member_id,
            kind=LeaveKind.DUTY,
            state=LeaveState.REFUSED,
            asked_at=NOW,
            answered_at=NOW,
            answer="要表决",
        )
        session.add(put)
        session.flush()
        telling.leave_answered(session, leave=put, now=NOW)

    text = phone.get("/m/notices").text

    assert "会议通知：第一季度支部党员大会" in text
    assert "2026年03月03日 09:00" in text
    assert "未准假：第一季度支部党员大会" in text
    assert text.count(f'href="/m/meetings/{meeting.id}"') == 2


def test_what_was_taken_back_before_it_was_sent_is_not_in_the_list(
    door: Door, phone: Phone, meeting: Meeting
) -> None:
    tell(door, meeting, Change.ANNOUNCED)
    tell(door, meeting, Change.CANCELLED)

    text = phone.get("/m/notices").text

    assert "第一季度支部党员大会" not in text
    with door.services.sessions.read() as session:
        assert {one.kind for one in session.scalars(select(Delivery))} == {"meeting"}


def test_notices_whose_texts_have_faded_are_still_named(door: Door, people: People, phone: Phone) -> None:
    with door.services.sessions.begin() as session:
        for number, kind in enumerate(("meeting", "leave_answered", "duty_reminder")):
            session.add(
                Delivery(
                    id=f"{number:032d}",
                    subject=f"old:{number}",
                    member_id=people.member.member_id,
                    kind=kind,
                    fields="{}",
                    state="sent",
                    created_at=NOW,
                    not_before=NOW,
                )
            )

    text = phone.get("/m/notices").text

    for said in ("一条会议通知", "您的请假有了答复", "一条工作提醒"):
        assert said in text
