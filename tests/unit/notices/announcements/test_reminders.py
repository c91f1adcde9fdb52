"""Two reminders at most, to those who have not confirmed; then the branch's list."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.db import Session, Sessions
from app.members.models import Member, PartyStatus
from app.notices.announcements import reminders, service
from app.notices.announcements.models import Announcement
from app.notices.models import Delivery, Urgency
from app.notices.states import DeliveryState
from app.organizations.scope import Scope
from tests.factories import NOW
from tests.unit.notices.announcements.office import SETUP, Office, content, office, person, sent, states

D = DeliveryState
UNTIL = NOW + timedelta(days=10, hours=9)  # Thursday week, 18:00 in China
FIRST = NOW + timedelta(days=7)  # the Monday before, 09:00
SECOND = NOW + timedelta(days=10)
DIGEST = NOW + timedelta(days=4, hours=7)  # Friday, 16:00 in China


def asking(session: Session, made: Office, **more: object) -> Announcement:
    wanted = {"basis": "某文件第三条", "until": UNTIL} | more
    return sent(session, made, content(made.everybody, **wanted))  # type: ignore[arg-type]  # as `content` takes them


def remind(session: Session, now: datetime) -> int:
    return reminders.remind_due(session, setup=SETUP, now=now)


def confirm(session: Session, announcement: Announcement, member: Member) -> None:
    service.confirm(session, announcement_id=announcement.id, member_id=member.id, now=NOW)


def test_reminders_go_twice_to_those_who_have_not_confirmed(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        at_once, later, never = (person(session, made.first, name) for name in ("早", "晚", "未"))
        announcement = asking(session, made)
        confirm(session, announcement, at_once)
        subject = f"announcement:{announcement.id}:reminder"

        assert remind(session, FIRST - timedelta(seconds=1)) == 0
        assert remind(session, FIRST) == 2
        assert remind(session, FIRST) == 0
        confirm(session, announcement, later)
        assert remind(session, SECOND) == 1
        assert [
            remind(session, UNTIL - timedelta(minutes=1)),
            remind(session, UNTIL + timedelta(days=9)),
        ] == [0, 0]

        assert states(session, f"{subject}:1") == {"晚": (D.QUEUED, None), "未": (D.QUEUED, None)}
        assert states(session, f"{subject}:2") == {"未": (D.QUEUED, None)}
        rows = session.scalars(select(Delivery).where(Delivery.kind == "reminder")).all()
        assert {(row.urgency, row.announcement_id) for row in rows} == {(Urgency.PERSONAL, announcement.id)}
        assert never.id in {row.member_id for row in rows}


def test_reminder_missed_while_nothing_ran_is_left_out(session: Session, made: Office) -> None:
    person(session, made.first)
    announcement = asking(session, made)

    assert [remind(session, SECOND), remind(session, SECOND)] == [1, 0]
    session.refresh(announcement)
    assert announcement.reminders == 2


def test_nobody_is_reminded_of_what_they_have_not_been_told_yet(session: Session, made: Office) -> None:
    """What goes with Friday's digest is asked for, and reminded of, from then on."""
    person(session, made.first)
    announcement = asking(session, made, urgency=Urgency.DIGEST, until=None)

    assert announcement.confirm_until == DIGEST + timedelta(days=5, hours=2)  # three working days, 18:00
    assert remind(session, DIGEST - timedelta(hours=7)) == 0
    assert remind(session, DIGEST + timedelta(days=4, hours=17)) == 1


def test_nobody_is_reminded_where_nothing_is_to_confirm(session: Session, made: Office) -> None:
    person(session, made.first)
    sent(session, made)

    assert [remind(session, NOW + timedelta(days=day)) for day in range(20)] == [0] * 20


def test_nobody_is_reminded_of_what_was_withdrawn(session: Session, made: Office) -> None:
    person(session, made.first)
    announcement = asking(session, made)
    service.withdraw(session, announcement=announcement, now=NOW)

    assert remind(session, FIRST) == 0


def test_who_has_gone_is_not_reminded(session: Session, made: Office) -> None:
    gone = person(session, made.first)
    asking(session, made)
    gone.status = PartyStatus.TRANSFERRED
    session.flush()

    assert remind(session, FIRST) == 0


def test_reminder_reaches_nobody_by_night(session: Session, made: Office) -> None:
    person(session, made.first)
    asking(session, made)
    remind(session, FIRST + timedelta(hours=13))

    (row,) = session.scalars(select(Delivery).where(Delivery.kind == "reminder"))
    assert row.not_before == FIRST + timedelta(hours=23)


def test_withdrawal_takes_waiting_reminders_back(session: Session, made: Office) -> None:
    person(session, made.first, "甲")
    announcement = asking(session, made)
    remind(session, FIRST)

    assert service.withdraw(session, announcement=announcement, now=FIRST) == 2
    assert states(session, f"announcement:{announcement.id}:reminder:1") == {"甲": (D.WITHDRAWN, None)}


def test_branch_follows_up_its_own_people_after_the_day(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        said = person(session, made.first, "已确认")
        person(session, made.first, "未确认")
        person(session, made.first, "未绑定", bound=False)
        person(session, made.second, "别的支部")
        gone = person(session, made.first, "已转出")
        announcement = asking(session, made)
        confirm(session, announcement, said)
        gone.status = PartyStatus.TRANSFERRED
        session.flush()
        branch = Scope.of([made.first.path])

        before = reminders.follow_up(session, branch, now=UNTIL - timedelta(seconds=1))
        after = reminders.follow_up(session, branch, now=UNTIL)

        assert before == []
        assert sorted(one.name for one in after) == sorted(["未确认", "未绑定"])
        assert {(one.announcement_id, one.organization_name, one.until) for one in after} == {
            (announcement.id, "第一支部", UNTIL)
        }
        assert reminders.follow_up_count(session, made.scope, now=UNTIL) == 3
        assert reminders.follow_up_count(session, branch, now=UNTIL, announcement_id=404) == 0
        assert len(reminders.follow_up(session, made.scope, now=UNTIL, offset=1, limit=1)) == 1
