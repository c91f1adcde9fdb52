"""Accounts: handed over once, managed by somebody else, never by oneself."""

import re

import pyotp
import pytest

from app.members.registry import phone_columns
from app.organizations.models import Organization
from app.staff.models import Role, StaffAccount
from tests import factories
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

SECRETS = re.compile(r'<dd class="secret">([^<]+)</dd>')


@pytest.fixture
def administrator(site: Site, world: World) -> Browser:
    return site.staff(Role.ADMINISTRATOR, world.left.committee_id)


def form(world: World, **other: object) -> dict[str, object]:
    return {
        "username": "xin.ren",
        "display_name": "新人",
        "role": "secretary",
        "organization": world.left.branch_id,
        "once": "form-1",
        **other,
    }


def test_open_account_hands_over_what_signs_in(site: Site, administrator: Browser, world: World) -> None:
    username, password, secret = SECRETS.findall(administrator.post("/console/accounts", form(world)).text)
    browser = site.stranger()

    code = pyotp.TOTP(secret.replace(" ", "")).at(site.clock.now())
    browser.post("/console/login", {"username": username, "password": password, "code": code})

    assert browser.get("/console/").location == "/console/password"
    assert "管理员发放的临时密码" in browser.get("/console/password").text


def test_open_account_sent_twice_shows_the_secret_once(
    site: Site, administrator: Browser, world: World
) -> None:
    first = administrator.post("/console/accounts", form(world))
    second = administrator.post("/console/accounts", form(world))

    assert len(SECRETS.findall(first.text)) == 3
    assert second.location == "/console/accounts"
    with site.services.sessions.read() as session:
        assert session.query(StaffAccount).filter(StaffAccount.username == "xin.ren").count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"username": "王丽"}, "用户名用 3 到 32 位"),
        ({"display_name": " "}, "请填写姓名并选择角色。"),
        ({"role": "king"}, "请填写姓名并选择角色。"),
    ],
)
def test_open_account_refusals_keep_what_was_typed(
    administrator: Browser, world: World, change: dict[str, object], sentence: str
) -> None:
    answer = administrator.post("/console/accounts", form(world, **change))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert SECRETS.findall(answer.text) == []


def test_open_account_taken_name_is_refused(administrator: Browser, world: World) -> None:
    administrator.post("/console/accounts", form(world))

    answer = administrator.post("/console/accounts", form(world, once="form-2"))

    assert (answer.status_code, "这个用户名已有人使用" in answer.text) == (422, True)


def test_closed_account_is_out_and_can_come_back(site: Site, administrator: Browser, world: World) -> None:
    path = f"/console/accounts/{world.left.account_id}"
    colleague = site.signed_in(world.left.account_id)

    administrator.post(f"{path}/close")
    out = colleague.get("/console/").status_code
    administrator.post(f"{path}/reopen")

    assert out == 302
    assert site.signed_in(world.left.account_id).get("/console/").status_code == 200


def test_granted_role_works_at_once_and_withdrawn_ends_at_once(
    site: Site, administrator: Browser, world: World
) -> None:
    colleague = site.signed_in(world.left.account_id)
    before = colleague.get("/console/audit").status_code

    administrator.post(
        f"/console/accounts/{world.left.account_id}/roles",
        {"role": "auditor", "organization": world.left.committee_id},
    )

    assert (before, colleague.get("/console/audit").status_code) == (403, 200)
    again = administrator.post(
        f"/console/accounts/{world.left.account_id}/roles",
        {"role": "auditor", "organization": world.left.committee_id},
    )
    assert (again.status_code, "已经有这个角色了" in again.text) == (409, True)


def test_role_outside_the_own_subtree_cannot_be_given(administrator: Browser, world: World) -> None:
    for organization in (world.root_id, world.right.branch_id):
        answer = administrator.post(
            f"/console/accounts/{world.left.account_id}/roles",
            {"role": "office", "organization": organization},
        )
        assert answer.status_code == 404


def test_account_with_a_role_elsewhere_is_out_of_reach(
    site: Site, administrator: Browser, world: World
) -> None:
    site.staff(Role.ADMINISTRATOR, world.root_id).post(
        f"/console/accounts/{world.left.account_id}/roles",
        {"role": "office", "organization": world.right.branch_id},
    )

    answer = administrator.post(f"/console/accounts/{world.left.account_id}/renew")

    assert answer.status_code == 404


def test_nobody_closes_or_empowers_their_own_account(site: Site, world: World) -> None:
    own = site.staff(Role.ADMINISTRATOR, world.left.committee_id)
    with site.services.sessions.read() as session:
        own_id = max(row.id for row in session.query(StaffAccount.id))

    answers = [
        own.post(f"/console/accounts/{own_id}/close"),
        own.post(f"/console/accounts/{own_id}/renew"),
        own.post(
            f"/console/accounts/{own_id}/roles", {"role": "office", "organization": world.left.committee_id}
        ),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert "请由另一位管理员办理" in answers[0].text


def colleague(site: Site, world: World, name: str) -> str:
    """The address at which their account is tied. Somebody called 东山赵一 is on the other side as well."""
    with site.services.sessions.begin() as session:
        session.get_one(StaffAccount, world.left.account_id).display_name = name
        other = factories.member(
            session, session.get_one(Organization, world.right.branch_id), name="东山赵一"
        )
        for column, value in phone_columns("13700137000", site.services.vault).items():
            setattr(other, column, value)
    return f"/console/accounts/{world.left.account_id}/person"


def tied(site: Site, world: World) -> int | None:
    with site.services.sessions.read() as session:
        return session.get_one(StaffAccount, world.left.account_id).member_id


def test_account_is_tied_to_whom_name_and_number_say(
    site: Site, administrator: Browser, world: World
) -> None:
    path = colleague(site, world, "东山 赵一")
    before = administrator.get("/console/accounts").text

    answer = administrator.post(path, {"number": "138 0013 8000"})
    page = administrator.get(answer.location).text

    assert tied(site, world) == world.left.member_id
    assert ("未关联党员" in before, "已关联到东山 赵一本人的党员信息" in page) == (True, True)
    assert "13800138000" not in page


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("东山钱二", "13800138000"),
        ("东山赵一", "13900139000"),
        ("东山赵一", "13700137000"),
        ("东山赵一", "东山赵一"),
        ("东山赵一", "1380013"),
        ("东山赵一", "\x00" * 30),
        ("东山赵一", ""),
    ],
)
def test_account_is_tied_to_nobody_else(
    site: Site, administrator: Browser, world: World, name: str, number: str
) -> None:
    answer = administrator.post(colleague(site, world, name), {"number": number})

    assert "姓名和号码都对得上" in administrator.get(answer.location).text
    assert tied(site, world) is None
