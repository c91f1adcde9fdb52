"""A branch whose committee collects by every way, with WeChat Pay in front of it, and a member who pays there."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.db import Sessions, new_engine
from app.dues.assessments.models import Assessment
from app.dues.assessments.payers import BASE_FIELD
from app.dues.bills.models import Bill
from app.dues.bills.states import BillState
from app.dues.orders.models import Order
from app.dues.policies.models import DuesPolicy
from app.members.models import Member
from app.organizations.models import Organization
from app.wechat.pay.gateways import Gateways
from app.wiring import Services
from tests import dues_rows, tables
from tests.adapters.pages.door import GENUINE, Door, Phone
from tests.adapters.pages.people import People, settled
from tests.fakes.gateway import FakeWeChatPay
from tests.fakes.web_login import FakeWebLogin
from tests.services import wired


@dataclass(frozen=True)
class Collecting:
    door: Door
    people: People
    phone: Phone
    wechat: FakeWeChatPay
    policy_id: int

    @property
    def services(self) -> Services:
        return self.door.services

    def assess(self, **columns: Any) -> int:
        """76.50 a month, of a base of 5,100; once."""
        base = columns.pop("base", 510_000)
        sealed = self.services.vault.seal(str(base), BASE_FIELD) if base else None
        with self.services.sessions.begin() as session:
            member = session.get_one(Member, self.people.member.member_id)
            policy = session.get_one(DuesPolicy, self.policy_id)
            return dues_rows.assessment(session, member, policy, base_sealed=sealed, **columns).id

    def bill(self, *months: tuple[int, BillState], **columns: Any) -> list[int]:
        with self.services.sessions.begin() as session:
            mine = Assessment.member_id == self.people.member.member_id
            assessed = session.scalars(select(Assessment).where(mine)).one()
            return [dues_rows.bill(session, assessed, month, state, **columns).id for month, state in months]

    def orders(self) -> list[Order]:
        with self.services.sessions.read() as session:
            return list(session.scalars(select(Order).order_by(Order.id)))

    def states(self) -> dict[int, BillState]:
        with self.services.sessions.read() as session:
            return {bill.month: bill.state for bill in session.scalars(select(Bill).order_by(Bill.month))}


def opened(app: Flask, database: Path, clock: FixedClock) -> Collecting:
    """On a database of its own, behind an application that many tests share."""
    wechat = FakeWeChatPay(clock)
    login = FakeWebLogin()
    sessions = Sessions(new_engine(f"sqlite:///{database}"))
    tables.empty(sessions.engine)
    services = replace(
        wired(sessions, clock, wechat=GENUINE), web_login=login, gateways=Gateways(wechat.gateways.values())
    )
    app.extensions["zhibu"] = services
    door = Door(app, services, clock, login)
    with sessions.begin() as session:
        people = settled(session)
        policy = dues_rows.policy(session, session.get_one(Organization, people.branch_id))
    return Collecting(door, people, door.signed_in(people.member.identity_id), wechat, policy.id)
