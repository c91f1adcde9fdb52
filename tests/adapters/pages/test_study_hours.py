"""学时: the member's own year, and what they declare: for their eyes, theirs to correct and to take back."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app.members.models import Member, MemberKind
from app.organizations.models import Organization
from app.staff.models import Role
from app.study.hours import declarations
from app.study.hours.models import Declaration, HoursUnit
from app.study.hours.states import DeclarationState
from tests.adapters.pages import studied
from tests.adapters.pages.door import Door, Phone
from tests.adapters.pages.people import People
from tests.factories import NOW
from tests.unit.study.hours import hall

TOLD = {
    "held_on": "2026-02-20",
    "topic": "市委党校专题班",
    "held_by": "市委党校",
    "unit": "clock",
    "hours": "1.5",
}
S = DeclarationState


@pytest.fixture
def phone(door: Door, people: People) -> Phone:
    return door.signed_in(people.member.identity_id)


def own_id(people: People) -> int:
    assert people.member.member_id is not None
    return people.member.member_id


def declare(door: Door, people: People, **told: object) -> int:
    with door.services.sessions.begin() as session:
        return studied.declare(session, own_id(people), **told)


def decide(door: Door, number: int, *, accept: bool, note: str = "") -> None:
    with door.services.sessions.begin() as session:
        row = session.get_one(Declaration, number)
        declarations.decide(
            session, declaration=row, revision=row.revision, accept=accept, by="wang.li", now=NOW, note=note
        )


def rows(door: Door) -> list[tuple[date, str, str, HoursUnit, int, DeclarationState]]:
    with door.services.sessions.read() as session:
        return [
            (one.held_on, one.topic, one.held_by, one.unit, one.minutes, one.state)
            for one in session.scalars(select(Declaration).order_by(Declaration.id))
        ]


def words(text: str) -> str:
    """What one reads of it."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.split("<main")[1].split("</main>", maxsplit=1)[0]).split())


def test_year_without_anything_says_what_is_asked_and_how_it_comes(phone: Phone) -> None:
    said = words(phone.get("/m/study/hours").text)

    assert "已计入 0 学时 党员每年参加集中学习培训一般不少于32学时，还差32学时。" in said
    assert "这一年还没有计学时的学习" in said


def test_year_counts_what_was_confirmed_and_accepted(door: Door, people: People, phone: Phone) -> None:
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        hall.confirmed(session, hall.held(session, branch, session.get_one(Member, own_id(people))))
    decide(door, declare(door, people), accept=True)
    declare(door, people, topic="安全培训")

    said = words(phone.get("/m/study/hours").text)

    assert "已计入 4 学时" in said
    assert "还差28学时" in said
    assert "我申报的，已认定" in said
    assert "我申报的，待认定" in said


def test_session_that_nobody_has_confirmed_does_not_count_yet(
    door: Door, people: People, phone: Phone
) -> None:
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        hall.made(session, hall.held(session, branch, session.get_one(Member, own_id(people))))

    said = words(phone.get("/m/study/hours").text)

    assert "已计入 0 学时" in said
    assert "等支部确认到会名单" in said


def test_secretary_is_asked_for_more_and_for_a_training(door: Door, people: People, phone: Phone) -> None:
    with door.services.sessions.begin() as session:
        member = session.get_one(Member, own_id(people))
        branch = session.get_one(Organization, people.branch_id)
        hall.account(session, "li.si", member=member, role=Role.SECRETARY, organization=branch)

    said = words(phone.get("/m/study/hours").text)

    assert "书记和班子成员每年参加集中学习培训一般不少于56学时" in said
    assert "每年至少参加一次集中培训，今年的还没有计入" in said


def test_of_who_is_no_party_member_nothing_is_asked(door: Door, people: People, phone: Phone) -> None:
    with door.services.sessions.begin() as session:
        session.get_one(Member, own_id(people)).kind = MemberKind.ACTIVIST

    text = phone.get("/m/study/hours").text
    answer = phone.post("/m/study/hours/declare", TOLD)

    assert ("还差" in text, "/m/study/hours/declare" in text) == (False, False)
    assert (answer.status_code, "您现在不用申报" in answer.text) == (409, True)


def test_other_members_see_nothing_of_it(door: Door, people: People) -> None:
    number = declare(door, people)
    other = door.signed_in(people.other.identity_id)

    assert "市委党校专题班" not in other.get("/m/study/hours").text
    assert other.get(f"/m/study/hours/declarations/{number}").status_code == 404
    assert other.post(f"/m/study/hours/declarations/{number}", TOLD).status_code == 404
    assert other.post(f"/m/study/hours/declarations/{number}/take-back", {"revision": 1}).status_code == 404
    assert [row[-1] for row in rows(door)] == [S.DECLARED]


@pytest.mark.parametrize(("year", "status"), [(2025, 200), (2027, 404), (1, 404), (0, 404), (9999, 404)])
def test_years_are_those_that_have_begun(phone: Phone, year: int, status: int) -> None:
    assert phone.get(f"/m/study/hours/{year}").status_code == status


def test_declaring_leads_back_to_the_year(door: Door, phone: Phone) -> None:
    answer = phone.post("/m/study/hours/declare", TOLD)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/m/study/hours/2026#lines")
    assert rows(door) == [(date(2026, 2, 20), "市委党校专题班", "市委党校", HoursUnit.CLOCK, 90, S.DECLARED)]


def test_days_need_no_clock(door: Door, phone: Phone) -> None:
    phone.post("/m/study/hours/declare", TOLD | {"unit": "full_day", "hours": ""})

    assert [row[3:5] for row in rows(door)] == [(HoursUnit.FULL_DAY, 480)]


def test_second_tap_declares_nothing_twice(door: Door, phone: Phone) -> None:
    codes = [phone.post("/m/study/hours/declare", TOLD).status_code for _ in range(2)]

    assert codes == [303, 409]
    assert "已经申报过了，不用再报" in phone.post("/m/study/hours/declare", TOLD).text
    assert len(rows(door)) == 1


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"held_on": ""}, 400, "请选择学习的日期。"),
        ({"held_on": "2026-02-30"}, 400, "请选择学习的日期。"),
        ({"held_on": "2026-03-03"}, 409, "只能申报今年已经学过的"),
        ({"held_on": "2025-12-31"}, 409, "只能申报今年已经学过的"),
        ({"held_on": "0001-01-01"}, 409, "只能申报今年已经学过的"),
        ({"held_on": "9999-12-31"}, 409, "只能申报今年已经学过的"),
        ({"topic": ""}, 409, "请填写，最多100个字。"),
        ({"topic": "\0"}, 409, "请填写，最多100个字。"),
        ({"topic": "长" * 101}, 409, "请填写，最多100个字。"),
        ({"held_by": "长" * 81}, 409, "请填写，最多80个字。"),
        ({"topic": "机密文件"}, 409, "这里不能写涉密的内容"),
        ({"unit": "week"}, 400, "请选择学了多久。"),
        ({"hours": ""}, 400, "请填写学了几个小时"),
        ({"hours": "-1"}, 400, "请填写学了几个小时"),
        ({"hours": "１"}, 400, "请填写学了几个小时"),
        ({"hours": "9" * 400}, 400, "请填写学了几个小时"),
        ({"hours": "0.1"}, 409, "一天最多计8学时，最少0.25学时。"),
        ({"hours": "24"}, 409, "一天最多计8学时，最少0.25学时。"),
    ],
)
def test_what_cannot_be_is_said_beside_what_was_typed(
    door: Door, phone: Phone, typed: dict[str, str], status: int, said: str
) -> None:
    answer = phone.post("/m/study/hours/declare", TOLD | typed)

    assert (answer.status_code, said in answer.text) == (status, True)
    assert 'value="市委党校' in answer.text
    assert rows(door) == []


def test_last_year_may_be_declared_in_january(door: Door, people: People) -> None:
    door.clock.at = datetime(2026, 1, 20, 1, 0, tzinfo=UTC)
    phone = door.signed_in(people.member.identity_id)

    answer = phone.post("/m/study/hours/declare", TOLD | {"held_on": "2025-12-30"})

    assert answer.headers["Location"] == "/m/study/hours/2025#lines"
    assert "申报在别处的学习" in phone.get("/m/study/hours/2025").text


def test_what_was_sent_back_says_why_and_is_corrected(door: Door, people: People, phone: Phone) -> None:
    number = declare(door, people)
    decide(door, number, accept=False, note="请写清主办单位")

    year = words(phone.get("/m/study/hours").text)
    form = phone.get(f"/m/study/hours/declarations/{number}").text
    revision = re.search(r'name="revision" value="(\d+)"', form)

    assert "我申报的，已退回 支部：请写清主办单位" in year
    assert "请写清主办单位" in form
    assert 'value="2"' in form
    assert revision is not None
    fixed = TOLD | {"held_by": "中共某市委党校", "revision": revision[1]}
    codes = [phone.post(f"/m/study/hours/declarations/{number}", fixed).status_code for _ in range(2)]

    assert codes == [303, 303]
    assert [(row[2], row[-1]) for row in rows(door)] == [("中共某市委党校", S.DECLARED)]


def test_correcting_what_somebody_decided_meanwhile_is_refused(
    door: Door, people: People, phone: Phone
) -> None:
    number = declare(door, people)
    decide(door, number, accept=True)

    answer = phone.post(f"/m/study/hours/declarations/{number}", TOLD | {"topic": "别的", "revision": "1"})

    assert (answer.status_code, "支部刚刚已经处理了这一条" in answer.text) == (409, True)
    assert phone.get(f"/m/study/hours/declarations/{number}").status_code == 303


@pytest.mark.parametrize("revision", ["", "x", "0", "2", "9" * 40])
def test_correcting_what_was_not_seen_is_refused(
    door: Door, people: People, phone: Phone, revision: str
) -> None:
    number = declare(door, people)

    answer = phone.post(
        f"/m/study/hours/declarations/{number}", TOLD | {"topic": "别的", "revision": revision}
    )

    assert (answer.status_code, "没有保存" in answer.text) == (409, True)
    assert [row[1] for row in rows(door)] == ["市委党校专题班"]


def test_correction_that_cannot_be_keeps_what_was_typed(door: Door, people: People, phone: Phone) -> None:
    number = declare(door, people)

    answer = phone.post(f"/m/study/hours/declarations/{number}", TOLD | {"hours": "很久", "revision": "1"})

    assert (answer.status_code, 'value="很久"' in answer.text) == (400, True)
    assert 'name="revision" value="1"' in answer.text


def test_declaration_is_taken_back_and_a_second_tap_leads_to_the_same(
    door: Door, people: People, phone: Phone
) -> None:
    number = declare(door, people)

    answers = [
        phone.post(f"/m/study/hours/declarations/{number}/take-back", {"revision": "1"}) for _ in range(2)
    ]

    assert [one.headers["Location"] for one in answers] == ["/m/study/hours/2026#lines"] * 2
    assert "市委党校专题班" not in phone.get("/m/study/hours").text
    assert [row[-1] for row in rows(door)] == [S.TAKEN_BACK]


def test_what_was_accepted_is_not_taken_back(door: Door, people: People, phone: Phone) -> None:
    number = declare(door, people)
    decide(door, number, accept=True)

    answer = phone.post(f"/m/study/hours/declarations/{number}/take-back", {"revision": "2"})

    assert (answer.status_code, "不能再撤回" in answer.text) == (409, True)
    assert [row[-1] for row in rows(door)] == [S.ACCEPTED]


def test_what_else_there_was_on_that_day_is_pointed_out(door: Door, people: People, phone: Phone) -> None:
    declare(door, people)
    declare(door, people, topic="同一天的另一个班")

    assert "同一天您还有“同一天的另一个班”" in phone.get("/m/study/hours").text


@pytest.mark.parametrize("number", ["2147483647", "2147483648", "0"])
def test_declaration_that_nobody_made_is_no_page(phone: Phone, number: str) -> None:
    assert phone.get(f"/m/study/hours/declarations/{number}").status_code == 404
