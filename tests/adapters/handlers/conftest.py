"""A callback in one process, spoken to as WeChat speaks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.inbox.models import InboundEvent
from app.meetings.models import Meeting
from app.members import binding
from app.members.models import Member
from app.notices import dispatch
from app.organizations.models import Organization
from app.wiring import Services
from handlers.callback import Answer, Callback
from handlers.desk import Desk
from tests import factories
from tests.fakes import wechat
from tests.fakes.sender import FakeSender
from tests.fakes.wechat import Phone, Push


@dataclass
class Line:
    """Delivers pushes and says what the person was shown."""

    callback: Callback
    services: Services

    def deliver(self, push: Push) -> Answer:
        rest = [push.body]
        return self.callback.respond(
            "POST", push.query, str(len(push.body)), lambda size: rest.pop()[:size] if rest else b""
        )

    def say(self, message: str) -> str | None:
        """One message in safe mode, delivered once."""
        push = wechat.safe(message, stamp=self.stamp)
        answer = self.deliver(push)
        assert answer.status == 200, answer
        return wechat.shown(answer.body)

    @property
    def stamp(self) -> int:
        return int(self.services.clock.now().timestamp())


@dataclass
class House:
    """A branch with 张三 and 李四, and a meeting that is open now."""

    branch: Organization
    zhang: Member
    li: Member
    meeting: Meeting


@pytest.fixture
def desk(services: Services) -> Iterator[Desk]:
    desk = Desk(services)
    yield desk
    desk.close()


@pytest.fixture
def line(services: Services, desk: Desk) -> Line:
    return Line(Callback(services, desk), services)


@pytest.fixture
def phone(clock: FixedClock) -> Phone:
    return Phone("oStranger0000000000000000001", int(clock.now().timestamp()))


@pytest.fixture
def house(sessions: Sessions) -> House:
    with sessions.begin() as session:
        branch = factories.organization(session, name="输电一班党支部")
        zhang, li = (
            factories.member(session, branch, name="张三"),
            factories.member(session, branch, name="李四"),
        )
        meeting = factories.meeting(session, branch, expected=(zhang, li), scene="mopen", hand_code="135790")
    return House(branch, zhang, li, meeting)


@pytest.fixture
def zhang_phone(sessions: Sessions, house: House, phone: Phone) -> Phone:
    """张三's phone, bound."""
    with sessions.begin() as session:
        factories.identity(session, openid=phone.openid, member=house.zhang)
    return phone


@pytest.fixture
def code(services: Services, house: House) -> str:
    """The one-time code that the secretary handed to 张三."""
    with services.sessions.begin() as session:
        return binding.issue_code(
            session,
            member=house.zhang,
            by="书记",
            now=services.clock.now(),
            vault=services.vault,
            days=14,
        )


def events(sessions: Sessions) -> list[InboundEvent]:
    with sessions.read() as session:
        return list(session.scalars(select(InboundEvent).order_by(InboundEvent.id)))


def now_said(line: Line) -> list[str]:
    """What is sent as messages of their own."""
    sender = FakeSender()
    dispatch.pump(replace(line.services, sender=sender).post)
    return [notice.fields["text"] for notice in sender.sent]
