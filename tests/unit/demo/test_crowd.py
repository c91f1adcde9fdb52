"""Whose chat is bound, and what WeChat will say of each: the same people at every start."""

from sqlalchemy import func, select

from app.core.crypto import Vault
from app.core.db import Sessions
from app.members.models import PARTY_MEMBERS, Member, WeChatIdentity
from app.notices import declarations
from demo import templates
from demo.chats import phones
from demo.crowd import Someone
from demo.load import Target, ensure
from demo.reference_group import ReferenceGroup, Size, build
from demo.renewal import renew
from tests.conftest import NOW

APP_ID = "wx00000000000de301"
OUTSIDE_THE_DEMO_BRANCH = 4179 - 50


def crowd() -> list[Someone]:
    return [Someone(number) for number in range(1, OUTSIDE_THE_DEMO_BRANCH + 1)]


def test_crowd_has_some_of_every_kind() -> None:
    bound = [one for one in crowd() if one.bound]
    phones_ = [one.phone("某") for one in bound]

    counted = {
        "bound": len(bound),
        "not following, and known": sum(not one.known_to_follow for one in bound),
        "left unseen": sum(one.known_to_follow and not one.follows for one in bound),
        "blocks": sum(not one["receives"] for one in phones_),
        "limited": sum(one["refuses"] == 50002 for one in phones_),
        "blacklisted": sum(one["refuses"] == 43019 for one in phones_),
    }

    assert counted == {
        "bound": 3871,
        "not following, and known": 40,
        "left unseen": 29,
        "blocks": 35,
        "limited": 8,
        "blacklisted": 5,
    }


def test_crowd_is_known_by_its_openid() -> None:
    assert Someone.of(Someone(77).openid) == Someone(77)
    assert Someone.of("oDemoMember00000000000000000") is None
    assert len({one.openid for one in crowd()}) == OUTSIDE_THE_DEMO_BRANCH


def test_phones_are_given_to_those_who_are_bound_under_their_own_names(
    sessions: Sessions, vault: Vault
) -> None:
    group: ReferenceGroup = build(size=Size(branches=40, members=500, masses=12))
    target = Target(sessions, vault, APP_ID)
    ensure(target, group, now=NOW)
    stage = renew(target, group, now=NOW)

    with sessions.read() as session:
        bound = session.scalar(
            select(func.count())
            .select_from(WeChatIdentity)
            .join(Member, Member.id == WeChatIdentity.member_id)
            .where(Member.organization_id != stage.branch.id, Member.kind.in_(PARTY_MEMBERS))
        )
        names = dict(
            session.execute(
                select(WeChatIdentity.openid, Member.name).join(Member, Member.id == WeChatIdentity.member_id)
            ).all()
        )
        crowd_ = phones(session, app_id=APP_ID)

    assert len(crowd_) == bound == len(stage.crowd)
    assert {one["openid"]: one["name"] for one in crowd_}.items() <= names.items()


def test_templates_are_those_that_the_notices_declare() -> None:
    """The platform's definitions are written apart; every field that is declared must be in them, and no other."""
    declared = declarations.load()
    defined = {one["template_id"]: one["content"] for one in templates.definitions()}

    for kind in templates.KINDS:
        content = defined[templates.template_id("template", kind)]
        slots = set(declared[kind].template)
        assert slots
        assert {f"{{{{{slot}.DATA}}}}" for slot in slots} == set(_slots(content))


def _slots(content: str) -> list[str]:
    return [line.partition("：")[2] for line in content.splitlines()]


def test_template_ids_are_as_long_as_wechats_and_each_its_own() -> None:
    ids = [one["template_id"] for one in templates.definitions()]

    assert {len(one) for one in ids} == {43}
    assert len(set(ids)) == len(ids)
