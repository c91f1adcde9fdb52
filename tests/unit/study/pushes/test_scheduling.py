"""Who may be told of what, when, and how often it may be asked for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions
from app.members.models import PartyStatus
from app.notices.announcements.audience import (
    MOST,
    Audience,
    AudienceEmpty,
    AudienceTooLarge,
    NothingChosen,
    OutOfScope,
    Target,
)
from app.notices.models import Delivery, Urgency
from app.organizations.models import Organization
from app.study.library.models import StudyItem, StudyReach
from app.study.pushes import queries, service
from app.study.pushes.models import StudyPush
from app.study.pushes.service import PushBeyondReach, PushItem, PushOver, PushTime, PushUrgency, PushWaits
from app.study.pushes.states import PUSH, PushState
from tests import factories
from tests.factories import NOW
from tests.unit.study.plans.shelf import House, column, house, item
from tests.unit.study.pushes.desk import all_of, schedule, send, sent

LATER = NOW + timedelta(hours=1)


def test_push_waits_for_its_time(session: Session, made: House) -> None:
    factories.member(session, made.first)
    push = schedule(session, item(session, column(session, made.root)), made.root, send_at=LATER)

    assert (push.state, push.send_at, push.made_by, push.waiting) == (
        PushState.SCHEDULED,
        LATER,
        "wang.li",
        1,
    )
    assert service.due(session, now=LATER - timedelta(microseconds=1)) == []
    assert service.due(session, now=LATER) == [push.id]


@pytest.mark.parametrize("send_at", [None, NOW - timedelta(days=1), datetime(1, 1, 2, tzinfo=UTC)])
def test_without_a_time_or_with_one_that_is_over_it_is_due_at_once(
    session: Session, made: House, send_at: datetime | None
) -> None:
    factories.member(session, made.first)

    push = schedule(session, item(session, column(session, made.root)), made.root, send_at=send_at)

    assert push.send_at == NOW


@pytest.mark.parametrize("send_at", [NOW + timedelta(days=367), datetime(9999, 12, 31, tzinfo=UTC)])
def test_nobody_schedules_more_than_a_year_ahead(session: Session, made: House, send_at: datetime) -> None:
    factories.member(session, made.first)

    with pytest.raises(PushTime):
        schedule(session, item(session, column(session, made.root)), made.root, send_at=send_at)


@pytest.mark.parametrize("urgency", [Urgency.EMERGENCY, Urgency.PERSONAL])
def test_study_is_no_emergency(session: Session, made: House, urgency: Urgency) -> None:
    factories.member(session, made.first)

    with pytest.raises(PushUrgency):
        schedule(session, item(session, column(session, made.root)), made.root, urgency=urgency)


def test_only_what_is_published_is_pushed(session: Session, made: House) -> None:
    factories.member(session, made.first)

    with pytest.raises(PushItem):
        schedule(session, item(session, column(session, made.root), published_at=None), made.root)


def test_one_push_of_an_item_waits_for_an_organisation(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = house(session)
        factories.member(session, made.first)
        kept = item(session, column(session, made.root)).id

    def once(_: int) -> bool:
        try:
            with any_sessions.begin() as session:
                schedule(
                    session, session.get_one(StudyItem, kept), session.get_one(Organization, made.root.id)
                )
        except PushWaits:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(once, range(4)))

    assert said.count(True) == 1
    with any_sessions.begin() as session:
        mine, (push_id,) = session.get_one(StudyItem, kept), service.due(session, now=NOW)
        schedule(session, mine, session.get_one(Organization, made.first.id))
        send(session, session.get_one(StudyPush, push_id))
        schedule(session, mine, session.get_one(Organization, made.root.id))  # again, once it was sent


def test_audience_is_within_the_writer_s_subtree(session: Session, made: House) -> None:
    factories.member(session, made.first)
    gone = factories.member(session, made.second, status=PartyStatus.LEFT)
    kept = item(session, column(session, made.root), reach=StudyReach.EVERYBODY)

    with pytest.raises(NothingChosen):
        schedule(session, kept, made.root, audience=Audience())
    with pytest.raises(OutOfScope):
        schedule(session, kept, made.root, audience=all_of(made.foreign))
    with pytest.raises(AudienceEmpty):
        schedule(session, kept, made.root, audience=Audience(members=(gone.id,)))


def test_audience_that_could_not_be_read_again_is_refused(session: Session, made: House) -> None:
    factories.member(session, made.first)
    wide = Audience((Target(made.root.id), *(Target(10_000 + number) for number in range(MOST))))

    with pytest.raises(AudienceTooLarge):
        schedule(session, item(session, column(session, made.root)), made.root, audience=wide)


@pytest.mark.parametrize(
    ("reach", "beyond"),
    [(StudyReach.EVERYBODY, 0), (StudyReach.BELOW, 1), (StudyReach.OWN, 2)],
)
def test_nobody_is_sent_to_what_they_cannot_open(
    session: Session, made: House, reach: StudyReach, beyond: int
) -> None:
    """The item is the first branch's, which has a group; the committee pushes it to its whole house."""
    group = factories.organization(session, name="一组", parent=made.first)
    for place in (made.first, group, made.second):
        factories.member(session, place)
    kept = item(session, column(session, made.first), reach=reach)

    if not beyond:
        schedule(session, kept, made.root)
        return
    with pytest.raises(PushBeyondReach) as refused:
        schedule(session, kept, made.root)

    assert refused.value.details == {"number": beyond}


def test_withdrawn_push_is_never_due(session: Session, made: House) -> None:
    factories.member(session, made.first)
    push = schedule(session, item(session, column(session, made.root)), made.root)

    assert service.withdraw_push(session, push=push, now=NOW) == 0

    assert (push.state, push.waiting, push.ended_at) == (PushState.WITHDRAWN, None, NOW)
    assert service.due(session, now=NOW) == []
    assert send(session, push) == 0
    with pytest.raises(PushOver):
        service.withdraw_push(session, push=push, now=NOW)


def test_table_of_states_is_what_the_verbs_do() -> None:
    after = {state: set(PUSH[state]) for state in PushState}

    assert after == {
        PushState.SCHEDULED: {PushState.SENT, PushState.WITHDRAWN},
        PushState.SENT: {PushState.WITHDRAWN},
        PushState.WITHDRAWN: set(),
    }


def test_writers_see_the_pushes_of_their_scope(session: Session, made: House) -> None:
    for place in (made.first, made.foreign):
        factories.member(session, place)
    kept = item(session, column(session, made.root), title="旧的")
    old = sent(session, kept, made.root, now=NOW - timedelta(days=3))
    new = schedule(session, item(session, column(session, made.first), title="新的"), made.first)
    theirs = schedule(session, item(session, column(session, made.foreign)), made.foreign)
    kept.published_at = None
    session.flush()

    def seen(state: PushState | None = None) -> list[tuple[int, str, str]]:
        found = queries.pushes(session, made.scope, state=state)
        return [(one.push.id, one.title, one.organization_name) for one in found]

    assert seen() == [(new.id, "新的", "第一支部"), (old.id, "旧的", "集团党委")]
    assert seen(PushState.SENT) == [(old.id, "旧的", "集团党委")]
    assert queries.push_for_staff(session, made.scope, new.id) is new
    for push_id in (theirs.id, 0, 2**70):
        assert queries.push_for_staff(session, made.scope, push_id) is None


def test_wider_target_reaches_no_further_than_the_writer_s_subtree(session: Session, made: House) -> None:
    mine, _ = factories.member(session, made.first), factories.member(session, made.second)
    kept = item(session, column(session, made.root))

    push = schedule(session, kept, made.first, audience=all_of(made.root))
    send(session, push)

    assert session.scalars(select(Delivery.member_id)).all() == [mine.id]
