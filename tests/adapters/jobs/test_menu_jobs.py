"""Each newly bound or unbound person is given the menu that is theirs."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import select, update

from app.core.clock import FixedClock
from app.core.db import Sessions
from app.members.models import MemberKind, WeChatIdentity
from app.wiring import Services
from jobs import tasks
from tests import factories
from tests.adapters.jobs.timing import context
from tests.services import wired
from tests.unit.wechat.fake_platform import Call, FakePlatform, running

TAGS = {"tags": [{"id": 100, "name": "党员"}, {"id": 101, "name": "职工"}]}
TAGGING, UNTAGGING = "/cgi-bin/tags/members/batchtagging", "/cgi-bin/tags/members/batchuntagging"


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with running() as fake:
        fake.answer("/cgi-bin/tags/get", TAGS)
        for path in (TAGGING, UNTAGGING):
            fake.answer(path, {"errcode": 0, "errmsg": "ok"})
        yield fake


@pytest.fixture
def services(sessions: Sessions, clock: FixedClock, platform: FakePlatform) -> Services:
    return wired(sessions, clock, wechat={"api_base_url": platform.url})


def person(services: Services, openid: str, kind: MemberKind | None) -> int:
    """Somebody whose menu no longer fits; without a kind, somebody not bound."""
    with services.sessions.begin() as session:
        branch = factories.organization(session)
        member = factories.member(session, branch, kind=kind) if kind else None
        identity = factories.identity(session, openid=openid, member=member)
        identity.menu_wanted = True
        session.flush()
        return identity.id


def wanted(services: Services) -> list[str]:
    with services.sessions.read() as session:
        still = select(WeChatIdentity.openid).where(WeChatIdentity.menu_wanted.is_(True))
        return list(session.scalars(still.order_by(WeChatIdentity.id)))


def told(platform: FakePlatform) -> list[tuple[str, str, int]]:
    short = {TAGGING: "tag", UNTAGGING: "untag"}
    return [
        (short[call.path], call.json["openid_list"][0], call.json["tagid"])
        for call in platform.calls
        if call.path in short
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (MemberKind.FULL, [("tag", "o1", 100), ("untag", "o1", 101)]),
        (MemberKind.MASSES, [("untag", "o1", 100), ("tag", "o1", 101)]),
        (None, [("untag", "o1", 100), ("untag", "o1", 101)]),
    ],
)
def test_person_gets_the_tag_of_what_they_are(
    kind: MemberKind | None, expected: list[Any], services: Services, platform: FakePlatform
) -> None:
    person(services, "o1", kind)

    tasks.refresh_menus(context(services))
    tasks.refresh_menus(context(services))

    assert told(platform) == expected
    assert wanted(services) == []


def test_person_whom_the_platform_refuses_does_not_hold_up_the_others(
    services: Services, platform: FakePlatform
) -> None:
    def refuse_first(call: Call) -> dict[str, Any]:
        return {"errcode": 49003 if call.json["openid_list"] == ["o1"] else 0, "errmsg": "not your openid"}

    platform.answer(TAGGING, refuse_first)
    for openid in ("o1", "o2"):
        person(services, openid, MemberKind.FULL)

    with structlog.testing.capture_logs() as logged:
        tasks.refresh_menus(context(services))

    assert wanted(services) == []
    assert [event["event"] for event in logged] == ["jobs.menu.not_refreshed"]


@pytest.mark.parametrize("errcode", [45009, 48001, 45159])
def test_refusal_of_the_account_stops_until_the_next_round(
    errcode: int, services: Services, platform: FakePlatform
) -> None:
    platform.answer(TAGGING, {"errcode": errcode, "errmsg": "no"}, {"errcode": 0})
    for openid in ("o1", "o2"):
        person(services, openid, MemberKind.FULL)

    tasks.refresh_menus(context(services))
    after_refusal = wanted(services)
    tasks.refresh_menus(context(services))

    assert (after_refusal, wanted(services)) == (["o1", "o2"], [])


def test_binding_made_meanwhile_keeps_its_wish(services: Services, platform: FakePlatform) -> None:
    identity_id = person(services, "o1", None)
    with services.sessions.begin() as session:
        member_id = factories.member(session, factories.organization(session)).id

    def bind_meanwhile(_: Call) -> dict[str, Any]:
        with services.sessions.begin() as session:
            this = update(WeChatIdentity).where(WeChatIdentity.id == identity_id)
            session.execute(this.values(member_id=member_id, menu_wanted=True))
        return {"errcode": 0}

    platform.answer(UNTAGGING, bind_meanwhile)

    tasks.refresh_menus(context(services))

    assert wanted(services) == ["o1"]
