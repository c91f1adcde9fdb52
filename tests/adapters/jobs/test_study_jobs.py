"""What the clock does for study: a push on its day, once; a quiz closed at its end; nobody's reading is asked about."""

from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select

from app.core.clock import FixedClock
from app.notices.models import Delivery
from app.notices.states import DeliveryState
from app.study.library.models import StudyItem
from app.study.pushes import service
from app.study.pushes.models import StudyPush
from app.study.pushes.states import PushState
from app.study.quizzes.models import Quiz
from app.study.quizzes.states import QuizState
from app.wiring import Services
from jobs import study
from tests import factories
from tests.adapters.jobs.timing import context
from tests.factories import NOW
from tests.unit.study.plans import shelf
from tests.unit.study.pushes import desk
from tests.unit.study.quizzes import halls

TOMORROW = NOW + timedelta(days=1)


def scheduled(services: Services, *titles: str) -> list[int]:
    """Pushes of tomorrow to one member, who has a chat; their ids."""
    with services.sessions.begin() as session:
        branch = factories.organization(session)
        factories.identity(session, member=factories.member(session, branch, name="张三"))
        column = shelf.column(session, branch)
        items = [shelf.item(session, column, title=title) for title in titles]
        return [desk.schedule(session, item, branch, send_at=TOMORROW).id for item in items]


def told(services: Services) -> list[str]:
    with services.sessions.read() as session:
        waiting = (
            select(Delivery.subject)
            .where(Delivery.state != DeliveryState.WITHDRAWN)
            .order_by(Delivery.subject)
        )
        return list(session.scalars(waiting))


def states(services: Services) -> list[PushState]:
    with services.sessions.read() as session:
        return list(session.scalars(select(StudyPush.state).order_by(StudyPush.id)))


def test_push_is_sent_once_when_its_time_has_come(services: Services, clock: FixedClock) -> None:
    (push_id,) = scheduled(services, "党支部工作条例要点")
    clock.at = TOMORROW - timedelta(seconds=1)
    study.send_pushes(context(services))
    before = told(services)
    clock.at = TOMORROW

    for _ in range(2):
        study.send_pushes(context(services))

    assert before == []
    assert [one.rpartition(":")[2] for one in told(services)] == [str(push_id)]
    assert states(services) == [PushState.SENT]


def test_push_that_cannot_be_sent_holds_up_no_other(
    services: Services, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = scheduled(services, "甲", "乙")
    clock.at, send = TOMORROW, service.send

    def failing(*given: object, push_id: int, **named: object) -> int:
        if push_id == first:
            raise ZeroDivisionError
        return send(*given, push_id=push_id, **named)  # type: ignore[arg-type]  # as the job called it

    monkeypatch.setattr(service, "send", failing)
    with structlog.testing.capture_logs() as logs:
        study.send_pushes(context(services))

    assert states(services) == [PushState.SCHEDULED, PushState.SENT]
    assert [one["event"] for one in logs] == ["jobs.study.not_pushed", "jobs.study.pushed"]


def test_item_that_was_withdrawn_is_pushed_to_nobody_more(services: Services, clock: FixedClock) -> None:
    scheduled(services, "甲", "乙")
    with services.sessions.begin() as session:
        first = session.scalars(select(StudyItem).order_by(StudyItem.id)).first()
        assert first is not None
        first.published_at = None
    clock.at = TOMORROW

    study.send_pushes(context(services))

    assert states(services) == [PushState.WITHDRAWN, PushState.SENT]
    assert len(told(services)) == 1


def test_nothing_is_pushed_once_this_process_no_longer_leads(services: Services, clock: FixedClock) -> None:
    scheduled(services, "甲")
    clock.at = TOMORROW

    study.send_pushes(replace(context(services), goes_on=lambda: False))

    assert told(services) == []


def test_quiz_is_closed_at_its_end_and_not_before(services: Services, clock: FixedClock) -> None:
    _, quiz_id = halls.open_hall(services.sessions)
    seen = []

    for at in (halls.CLOSES - timedelta(seconds=1), halls.CLOSES, halls.CLOSES):
        clock.at = at
        study.close_quizzes(context(services))
        with services.sessions.read() as session:
            seen.append(session.get_one(Quiz, quiz_id).state)

    assert seen == [QuizState.PUBLISHED, QuizState.CLOSED, QuizState.CLOSED]
