"""What every handler is given: who speaks, what they said, and the transaction to act in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.core.db import Bare, Driver, Session, Work
from app.members import identities
from app.members.identities import Person
from app.wechat.messages import Inbound
from app.wiring import Services


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, where nobody has to be met for it."""

    work: Work | Bare
    services: Services
    inbound: Inbound
    now: datetime

    @property
    def session(self) -> Session:
        return self.work.session


@dataclass(frozen=True, slots=True)
class Chat:
    """One inbound message in its transaction. Handlers never commit."""

    work: Work | Bare
    services: Services
    inbound: Inbound
    person: Person
    now: datetime

    @property
    def session(self) -> Session:
        """The transaction opens at its first use, so that who answers from memory alone takes no lock."""
        return self.work.session

    @property
    def driver(self) -> Driver:
        """The same transaction, for verbs made of prepared statements."""
        return self.work.driver

    def say(self, name: str, /, **values: object) -> str:
        return self.services.texts.render(name, **values)

    def ask(self, topic: str, **data: Any) -> None:
        """Expect the answer to a question; the next message goes to `topic`."""
        minutes = self.services.settings.conversations.minutes
        identities.set_topic(
            self.driver,
            identity_id=self.person.identity_id,
            topic=topic,
            data=data,
            until=self.now + timedelta(minutes=minutes),
        )

    def leave_topic(self) -> None:
        if self.person.topic:
            identities.clear_topic(self.driver, identity_id=self.person.identity_id)
