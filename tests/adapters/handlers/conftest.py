"""A callback in one process, spoken to as WeChat speaks."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.core.clock import FixedClock
from app.wiring import Services
from handlers.callback import Answer, Callback
from handlers.desk import Desk
from tests.fakes import wechat
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
        return wechat.shown(answer.body, push.query)

    @property
    def stamp(self) -> int:
        return int(self.services.clock.now().timestamp())


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
