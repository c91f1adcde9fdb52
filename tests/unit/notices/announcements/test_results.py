"""What became of it, person by person; a person's own list; and what will be sent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions, driver_of
from app.members.models import PartyStatus, WeChatIdentity
from app.notices import service as notices
from app.notices.announcements import member_list, plan, queries, reminders, results, sending, service
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from app.organizations.scope import Scope
from tests.factories import NOW
from tests.unit.notices.announcements.office import (
    SETUP,
    Office,
    content,
    draft,
    office,
    one,
    person,
    scheduled,
    sent,
    statements,
)

D = DeliveryState
UNTIL = NOW + timedelta(days=4, hours=9)


def asking(session: Session, made: Office) -> Announcement:
    return sent(session, made, content(made.everybody, basis="某文件第三条", until=UNTIL))


def test_progress_counts_every_state_and_no_reminder(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        for bound in (True, True, False):
            person(session, made.first, bound=bound)
        announcement, other = asking(session, made), draft(session, made)
        reminders.remind_due(session, setup=SETUP, now=UNTIL - timedelta(hours=1))

        found = results.progress_of(session, [announcement.id, other.id])

        assert found[announcement.id] == dict.fromkeys(D, 0) | {D.QUEUED: 2, D.LISTED: 1}
        assert found[other.id] == dict.fromkeys(D, 0)
        assert results.progress(session, announcement.id) == found[announcement.id]


def test_result_names_state_reason_and_confirmation(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        said = person(session, made.first, "甲")
        person(session, made.second, "乙", bound=False)
        announcement = asking(session, made)
        service.confirm(session, announcement_id=announcement.id, member_id=said.id, now=NOW)

        rows = results.people(session, made.scope, announcement.id)

        assert [(row.name, row.organization_name, row.state, row.reason, row.confirmed) for row in rows] == [
            ("甲", "第一支部", D.QUEUED, None, True),
            ("乙", "第二支部", D.LISTED, "not_bound", False),
        ]
        assert results.confirmations(session, made.scope, announcement.id) == results.Confirmed(2, 1)
        assert [tuple(row) for row in results.reasons(session, made.scope, announcement.id)] == [
            (D.LISTED, "not_bound", 1),
            (D.QUEUED, None, 1),
        ]
        assert [
            (row.name, row.total, row.counts[D.QUEUED])
            for row in (results.by_organization(session, made.scope, announcement.id))
        ] == [("第一支部", 1, 1), ("第二支部", 1, 0)]


def test_result_of_an_announcement_that_asks_nothing_knows_of_no_reader(
    session: Session, made: Office
) -> None:
    person(session, made.first)

    (row,) = results.people(session, made.scope, sent(session, made).id)

    assert row.confirmed is None


def test_result_list_is_filtered_and_paged_alike_in_list_and_total(session: Session, made: Office) -> None:
    for number in range(5):
        person(session, made.first if number % 2 else made.second, f"人{number}", bound=number > 1)
    announcement = sent(session, made)

    def found(**asked: object) -> tuple[list[str], int]:
        rows = results.people(session, made.scope, announcement.id, **asked)  # type: ignore[arg-type]  # as given below
        return sorted(row.name for row in rows), results.total(session, made.scope, announcement.id, **asked)  # type: ignore[arg-type]  # the same

    assert found(state=D.LISTED) == (["人0", "人1"], 2)
    assert found(reason="not_bound", organization_path=made.first.path) == (["人1"], 1)
    assert found(organization_path=made.second.path) == (["人0", "人2", "人4"], 3)
    pages = [results.people(session, made.scope, announcement.id, offset=at, limit=2) for at in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({row.member_id for page in pages for row in page}) == 5


def test_results_show_a_branch_its_own_people_only(session: Session, made: Office) -> None:
    person(session, made.first, "甲")
    person(session, made.second, "乙")
    announcement = sent(session, made)
    branch = Scope.of([made.first.path])

    assert [row.name for row in results.people(session, branch, announcement.id)] == ["甲"]
    assert results.people(session, Scope.of([made.foreign.path]), announcement.id) == []
    assert queries.by_id(session, branch, announcement.id) is None
    assert queries.addressed(session, branch, announcement.id) is announcement
    assert queries.addressed(session, Scope.of([made.foreign.path]), announcement.id) is None


def test_branch_that_somebody_moves_to_reads_nothing_of_the_one_they_left(
    session: Session, made: Office
) -> None:
    mover = person(session, made.second, "乙")
    of_all = sent(session, made)
    of_second = sent(session, replace(made, root=made.second))
    mover.organization_id = made.first.id
    session.flush()
    branch = Scope.of([made.first.path])

    assert queries.addressed(session, branch, of_second.id) is None
    assert [row.announcement.id for row in queries.received(session, branch)] == [of_all.id]
    assert queries.received_count(session, branch) == 1


def test_console_lists_the_scope_s_announcements_the_latest_first(session: Session, made: Office) -> None:
    person(session, made.first)
    first = draft(session, made)
    second = scheduled(session, made, now=NOW + timedelta(minutes=1))

    assert [row.announcement.id for row in queries.listing(session, made.scope)] == [second.id, first.id]
    assert queries.count(session, made.scope) == 2
    only = queries.listing(session, made.scope, state=AnnouncementState.DRAFT)
    assert [(row.announcement.id, row.organization_name) for row in only] == [(first.id, "集团党委")]
    assert queries.listing(session, made.scope, offset=1, limit=1)[0].announcement.id == first.id
    assert queries.listing(session, Scope.of([made.first.path])) == []
    assert queries.in_review_count(session, made.scope) == 0


def test_pages_ask_as_often_for_many_as_for_few(session: Session, made: Office) -> None:
    numbers = []
    for _ in range(2):
        person(session, made.first)
        announcement = asking(session, made)
        with statements(session) as seen:
            results.people(session, made.scope, announcement.id)
            results.total(session, made.scope, announcement.id)
            results.reasons(session, made.scope, announcement.id)
            results.by_organization(session, made.scope, announcement.id)
            results.confirmations(session, made.scope, announcement.id)
            results.progress(session, announcement.id)
            listed = queries.listing(session, made.scope)
            results.progress_of(session, [row.announcement.id for row in listed])
        numbers.append(len(seen))
        for number in range(20):
            person(session, made.second, bound=number % 2 == 0)

    assert numbers == [8, 8]


def test_member_sees_what_was_meant_for_them_the_latest_first(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        me = person(session, made.first, "甲", bound=False)
        pushed = sent(session, made, content(made.everybody, title="第一件"))
        person(session, made.second)
        sent(session, made, content(Audience((Target(made.second.id),)), title="别人的"))
        held = sent(
            session,
            made,
            content(made.everybody, title="第二件", urgency=Urgency.DIGEST),
            now=NOW + timedelta(hours=1),
        )

        rows = member_list.of_member(session, me.id)

        assert [(row.title, row.announcement_id, row.organization_name) for row in rows] == [
            ("第二件", held.id, "集团党委"),
            ("第一件", pushed.id, "集团党委"),
        ]
        assert member_list.count_of_member(session, me.id) == 2
        assert [row.title for row in member_list.of_member(session, me.id, offset=1, limit=1)] == ["第一件"]
        assert member_list.newest(driver_of(session), me.id, limit=5) == rows
        assert member_list.newest(driver_of(session), me.id, limit=1) == rows[:1]


def test_member_s_list_has_answers_and_neither_reminders_nor_digests(sessions: Sessions) -> None:
    with sessions.begin() as session:
        made = office(session)
        me = person(session, made.first, "甲")
        announcement = asking(session, made)
        reminders.remind_due(session, setup=SETUP, now=UNTIL - timedelta(hours=1))
        chat = session.scalars(select(WeChatIdentity.id).where(WeChatIdentity.member_id == me.id)).one()
    with sessions.write() as driver:
        for kind in ("feedback_answered", "late_reply"):
            fields = {"number": "K7MQ3PXW", "text": "已安排"}
            notices.queue(driver, subject=f"{kind}:1", identity_id=chat, kind=kind, fields=fields, now=NOW)

    with sessions.read() as session:
        rows = member_list.of_member(session, me.id)

    assert {(row.kind, row.announcement_id, row.fields.get("number")) for row in rows} == {
        ("announcement", announcement.id, None),
        ("feedback_answered", None, "K7MQ3PXW"),
    }


def test_member_opens_what_was_meant_for_them_only(session: Session, made: Office) -> None:
    me, other = person(session, made.first), person(session, made.foreign)
    announcement = asking(session, made)

    opened = member_list.one_of_member(session, me.id, announcement.id)

    assert opened is not None
    assert (opened.title, opened.asks, opened.confirmed_at, opened.confirmation_basis) == (
        announcement.title,
        True,
        None,
        "某文件第三条",
    )
    assert member_list.one_of_member(session, other.id, announcement.id) is None
    assert member_list.one_of_member(session, me.id, 404) is None
    assert member_list.one_of_member(session, me.id, scheduled(session, made).id) is None


def test_member_is_asked_until_they_have_confirmed(session: Session, made: Office) -> None:
    me = person(session, made.first)
    announcement = asking(session, made)
    sent(session, made)

    assert [row.announcement_id for row in member_list.open_items(session, me.id)] == [announcement.id]
    service.confirm(session, announcement_id=announcement.id, member_id=me.id, now=NOW)
    assert member_list.open_items(session, me.id) == []
    assert [row.confirmed_at for row in member_list.of_member(session, me.id) if row.asks] == [NOW]


def test_member_sees_of_a_withdrawn_one_only_that_it_was(session: Session, made: Office) -> None:
    me = person(session, made.first)
    announcement = asking(session, made)
    service.withdraw(session, announcement=announcement, now=NOW)

    (row,) = member_list.of_member(session, me.id)
    opened = member_list.one_of_member(session, me.id, announcement.id)

    assert opened is not None
    assert (row.withdrawn, row.title, row.asks) == (True, "", False)
    assert (opened.withdrawn, opened.title, opened.body, opened.confirmation_basis) == (True, "", "", "")
    assert opened.attachments == ()
    assert member_list.open_items(session, me.id) == []


def test_member_s_list_is_one_statement(session: Session, made: Office) -> None:
    me = person(session, made.first)
    for _ in range(3):
        asking(session, made)

    with statements(session) as seen:
        member_list.of_member(session, me.id)

    assert len(seen) == 1


def test_plan_names_what_goes_out_in_the_days_ahead_in_order(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        person(session, made.first)
        person(session, made.second, bound=False)
        night = NOW + timedelta(hours=13, minutes=30)
        until = NOW + timedelta(days=8, hours=9)
        asks = sent(
            session, made, content(made.everybody, title="须确认", basis="某文件", until=until), now=night
        )
        held = content(made.everybody, title="随汇总", urgency=Urgency.DIGEST)
        sent(session, made, held, now=night)
        tomorrow = draft(session, made, content(made.everybody, title="明晚"))
        at = NOW + timedelta(days=1, hours=12)
        service.schedule(session, announcement=tomorrow, revision=1, send_at=at, by="wang.li", now=night)
        far = draft(session, made)
        service.schedule(
            session, announcement=far, revision=1, send_at=night + timedelta(days=8), by="wang.li", now=night
        )

        found = plan.upcoming(session, made.scope, now=night)

        assert [(item.kind, item.title, item.at, item.number) for item in found] == [
            ("waiting", "须确认", NOW + timedelta(hours=23), 1),
            ("announcement", "明晚", NOW + timedelta(days=1, hours=23), None),
            ("reminder", "须确认", NOW + timedelta(days=4), 2),  # three days before is a Saturday
            ("digest", "", NOW + timedelta(days=4, hours=7), 1),
        ]
        assert {item.announcement_id for item in found} == {asks.id, tomorrow.id, None}
        assert [
            item for item in plan.upcoming(session, Scope.of([made.foreign.path]), now=night) if item.number
        ] == []


def test_plan_counts_of_a_reminder_whom_it_will_go_to(session: Session, made: Office) -> None:
    person(session, made.first, "甲")
    gone = person(session, made.first, "乙")
    asking(session, made)
    gone.status = PartyStatus.TRANSFERRED
    session.flush()

    found = plan.upcoming(session, made.scope, now=NOW)

    assert {item.number for item in found if item.kind == "reminder"} == {1}


def test_plan_asks_as_often_for_many_as_for_few(session: Session, made: Office) -> None:
    person(session, made.first)
    numbers = []
    for _ in range(2):
        with statements(session) as seen:
            plan.upcoming(session, made.scope, now=NOW)
        numbers.append(len([one_ for one_ in seen if "calendar_day" not in one_]))
        for _each in range(4):
            asking(session, made)
            announcement = draft(session, made)
            service.schedule(
                session,
                announcement=announcement,
                revision=1,
                send_at=NOW + timedelta(days=1),
                by="wang.li",
                now=NOW,
            )

    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("gone", ["announcement:1", "digest:2026-W10"])
def test_delivery_of_nobody_is_in_nobody_s_list(session: Session, made: Office, gone: str) -> None:
    me = person(session, made.first)
    announcement = sent(session, made)
    row = one(session, sending.subject_of(announcement.id), me)
    row.member_id = None
    row.subject = gone
    session.flush()

    assert member_list.of_member(session, me.id) == []
    assert session.scalars(select(Delivery)).all() == [row]
