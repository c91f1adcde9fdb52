"""What a member asks for and which columns they choose: theirs alone, kept once, taken back at a tap."""

import pytest
from sqlalchemy import select

from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.study.library import columns
from app.study.plans import wishes
from app.study.plans.models import Choice, Wish
from app.study.plans.states import WishState
from tests.adapters.pages import studied
from tests.adapters.pages.door import Door, Phone
from tests.adapters.pages.people import People
from tests.factories import NOW
from tests.unit.study.library.shelf import Shelf

S = WishState


@pytest.fixture
def phone(door: Door, people: People) -> Phone:
    return door.signed_in(people.member.identity_id)


@pytest.fixture
def library(door: Door, people: People) -> Shelf:
    with door.services.sessions.begin() as session:
        return studied.opened(session, session.get_one(Organization, people.branch_id))


def own_id(people: People) -> int:
    assert people.member.member_id is not None
    return people.member.member_id


def ask(door: Door, people: People, text: str = "消防安全") -> int:
    with door.services.sessions.begin() as session:
        return wishes.wish(session, member_id=own_id(people), text=text, now=NOW)


def told(door: Door) -> list[tuple[str, WishState]]:
    with door.services.sessions.read() as session:
        return [(one.text, one.state) for one in session.scalars(select(Wish).order_by(Wish.id))]


def key_and_scope(door: Door, people: People, number: int) -> tuple[str, Scope]:
    with door.services.sessions.read() as session:
        path = session.get_one(Organization, people.branch_id).path
        return session.get_one(Wish, number).key, Scope.of([path])


def chosen(door: Door) -> list[tuple[int, int]]:
    with door.services.sessions.read() as session:
        return [(one.member_id, one.column_id) for one in session.scalars(select(Choice).order_by(Choice.id))]


def test_page_without_wishes_says_so_and_who_will_see_them(phone: Phone) -> None:
    text = phone.get("/m/study/wishes").text

    assert "您还没有提过" in text
    assert "支部只看到内容，看不到是谁提的" in text


def test_wish_is_asked_once_however_often_it_is_sent(door: Door, phone: Phone) -> None:
    answers = [phone.post("/m/study/wishes", {"text": " 消防安全 "}) for _ in range(2)]

    assert [one.headers["Location"] for one in answers] == ["/m/study/wishes#asked"] * 2
    assert told(door) == [("消防安全", S.ASKED)]
    assert "待安排" in phone.get("/m/study/wishes").text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "请写下想学什么，最多200个字。"),
        ("\0", "请写下想学什么，最多200个字。"),
        ("长" * 201, "请写下想学什么，最多200个字。"),
        ("机密文件", "这里不能写涉密的内容。"),
    ],
)
def test_wish_that_cannot_be_is_said_beside_the_field(door: Door, phone: Phone, text: str, said: str) -> None:
    answer = phone.post("/m/study/wishes", {"text": text})

    assert (answer.status_code, said in answer.text) == (409, True)
    assert 'aria-invalid="true"' in answer.text
    assert told(door) == []


def test_fourth_open_wish_waits_for_an_answer(door: Door, people: People, phone: Phone) -> None:
    for text in ("消防", "急救", "法律"):
        ask(door, people, text)

    answer = phone.post("/m/study/wishes", {"text": "礼仪"})

    assert (answer.status_code, "您已有3条在等支部安排" in answer.text) == (409, True)
    assert "<textarea" not in phone.get("/m/study/wishes").text


def test_wish_is_taken_back_and_a_second_tap_leads_to_the_same(
    door: Door, people: People, phone: Phone
) -> None:
    number = ask(door, people)

    answers = [phone.post(f"/m/study/wishes/{number}/take-back") for _ in range(2)]

    assert [one.status_code for one in answers] == [303, 303]
    assert told(door) == [("", S.TAKEN_BACK)]
    assert "消防安全" not in phone.get("/m/study/wishes").text


def test_others_see_and_take_back_nothing_of_it(door: Door, people: People) -> None:
    number = ask(door, people)
    other = door.signed_in(people.other.identity_id)

    other.post(f"/m/study/wishes/{number}/take-back")

    assert "消防安全" not in other.get("/m/study/wishes").text
    assert told(door) == [("消防安全", S.ASKED)]


def test_answer_leads_to_what_is_offered(door: Door, people: People, library: Shelf, phone: Phone) -> None:
    number = ask(door, people)
    key, scope = key_and_scope(door, people, number)
    with door.services.sessions.begin() as session:
        item_id = studied.publish(session, library)
        wishes.offer(session, scope, key=key, item_id=item_id, answer="先看这篇", by="wang.li", now=NOW)

    text = phone.get("/m/study/wishes").text

    assert ("已安排" in text, "支部：先看这篇" in text) == (True, True)
    assert f'href="/m/study/items/{item_id}"' in text
    assert "/take-back" not in text
    late = phone.post(f"/m/study/wishes/{number}/take-back")
    assert (late.status_code, "已经答复了这一条" in late.text) == (409, True)

    with door.services.sessions.begin() as session:
        studied.withdrawn(session, item_id)

    assert "安排的内容已经撤下" in phone.get("/m/study/wishes").text


def test_declined_wish_says_why(door: Door, people: People, phone: Phone) -> None:
    key, scope = key_and_scope(door, people, ask(door, people))
    with door.services.sessions.begin() as session:
        wishes.decline(session, scope, key=key, answer="下季度安排讲座", by="wang.li", now=NOW)

    text = phone.get("/m/study/wishes").text

    assert ("暂不安排" in text, "支部：下季度安排讲座" in text) == (True, True)


def test_columns_are_chosen_and_given_up(door: Door, people: People, library: Shelf, phone: Phone) -> None:
    number, mine = library.column.id, own_id(people)

    for _ in range(2):
        answer = phone.post("/m/study/choices", {"shown": number, "column": number})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/m/study/choices?saved=")
    assert chosen(door) == [(mine, number)]
    assert f'value="{number}" checked' in phone.get("/m/study/choices").text
    assert "已保存" in phone.get("/m/study/choices?saved=").text

    for _ in range(2):
        phone.post("/m/study/choices", {"shown": number})
    assert chosen(door) == []


def test_column_that_the_page_did_not_show_stays_as_it_is(
    door: Door, people: People, library: Shelf, phone: Phone
) -> None:
    number = library.column.id
    phone.post("/m/study/choices", {"shown": number, "column": number})

    phone.post("/m/study/choices", {})

    assert chosen(door) == [(own_id(people), number)]


@pytest.mark.parametrize("number", ["0", "-1", "2147483648", "x", "9" * 400, "１"])
def test_column_that_is_not_offered_is_not_chosen(
    door: Door, library: Shelf, phone: Phone, number: str
) -> None:
    answer = phone.post("/m/study/choices", {"shown": number, "column": number})

    assert (answer.status_code, chosen(door)) == (303, [])


def test_archived_column_is_not_offered_any_more(door: Door, library: Shelf, phone: Phone) -> None:
    number = library.column.id
    with door.services.sessions.begin() as session:
        columns.archive_column(session, column=session.merge(library.column), by="wang.li", now=NOW)

    phone.post("/m/study/choices", {"shown": number, "column": number})

    assert chosen(door) == []
    assert "还没有开设栏目" in phone.get("/m/study/choices").text


def test_choice_is_nobody_else_s(door: Door, people: People, library: Shelf, phone: Phone) -> None:
    number = library.column.id
    phone.post("/m/study/choices", {"shown": number, "column": number})

    other = door.signed_in(people.other.identity_id)

    assert f'value="{number}" checked' not in other.get("/m/study/choices").text
