"""学习 in chat: what there is to study, what a word finds, and nothing about who asked."""

import pytest

from app.core.clock import FixedClock, local_day
from app.core.db import Sessions
from app.members.models import Member, PartyStatus
from app.organizations.models import Organization
from app.study.library.models import StudyReach
from app.study.plans.models import Slot
from tests.adapters.handlers.conftest import House, Line, events
from tests.fakes.wechat import Phone
from tests.unit.study.plans import shelf
from tests.unit.study.searching import library

PAGE = "http://localhost/m/study"


def linked(item_id: int, title: str) -> str:
    return f'<a href="{PAGE}/items/{item_id}">{title}</a>'


def published(sessions: Sessions, house: House, *titles: str, text: str = "") -> list[int]:
    """In the branch's own column, the latest first; their ids."""
    with sessions.begin() as session:
        column = library.column(session, session.get_one(Organization, house.branch.id))
        made = [
            library.published(session, column, title, text, days_ago=number)
            for number, title in enumerate(titles)
        ]
        return [one.id for one in made]


def test_today_names_the_newest_five_with_their_pages(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    ids = published(sessions, house, "党章", "条例", "准则", "纪要", "讲义", "旧闻")

    said = (line.say(zhang_phone.text("学习")) or "").splitlines()

    titles = ["党章", "条例", "准则", "纪要", "讲义"]
    assert said == [
        "可以学的：",
        *(f"· {linked(*pair)}" for pair in zip(ids, titles, strict=False)),
        f'<a href="{PAGE}">进入学习</a>',
        "什么时候学由您安排，看没看过不记录。",
        "找内容，回复“学习”加词语，例如：学习 章程",
    ]


def test_this_month_s_course_comes_first_and_is_called_so(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions, clock: FixedClock
) -> None:
    newest, oldest = published(sessions, house, "新到的文章", "支部书记的党课")
    with sessions.begin() as session:
        branch = session.get_one(Organization, house.branch.id)
        month = local_day(clock.now()).month
        lesson = shelf.entry(month=month, slot=Slot.COURSE, title="党课", item_id=oldest)
        shelf.published(session, branch, lesson)

    said = (line.say(zhang_phone.text("今日学习")) or "").splitlines()

    assert said[1:3] == [
        f"· {linked(oldest, '支部书记的党课')}（本月一堂课）",
        f"· {linked(newest, '新到的文章')}",
    ]


def test_nothing_published_is_said_so(line: Line, zhang_phone: Phone) -> None:
    assert (line.say(zhang_phone.text("学习")) or "").startswith("还没有发布给您的学习内容。")


@pytest.mark.parametrize("written", ["学习 章程", "学习章程", "学习：《章程》", "学 习，章程？"])
def test_word_finds_items_however_it_is_typed(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions, written: str
) -> None:
    (item_id, _) = published(sessions, house, "章程学习要点", "班前会上讲什么")

    said = (line.say(zhang_phone.text(written)) or "").splitlines()

    assert said == [
        "找到：",
        f"· {linked(item_id, '章程学习要点')}",
        f'<a href="{PAGE}">进入学习，查看全部内容</a>',
    ]


def test_items_that_have_only_some_of_the_words_are_said_to(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    published(sessions, house, "章程要点")

    said = (line.say(zhang_phone.text("学习 章程 锅炉")) or "").splitlines()

    assert said[0] == "没有一篇包含您写的全部词语。有其中一部分的："
    assert len(said) == 3


@pytest.mark.parametrize("written", ["学习 锅炉", "学习 ☃", f"学习 {'长' * 1000}", "学习 * %"])
def test_nothing_found_says_what_else_to_do(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions, written: str
) -> None:
    published(sessions, house, "章程要点")

    assert (line.say(zhang_phone.text(written)) or "").startswith("没有找到。")


def test_question_mark_alone_asks_for_today(line: Line, zhang_phone: Phone) -> None:
    assert line.say(zhang_phone.text("学习？")) == line.say(zhang_phone.text("学习"))


def test_what_somebody_looked_for_is_not_kept(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    published(sessions, house, "要点", text="劳动争议怎样调解")

    said = line.say(zhang_phone.text("学习 劳动争议"))

    kept = events(sessions)[-1]
    assert kept.body is None
    assert kept.reply == said
    assert "劳动争议" not in (said or "")


def test_repeat_of_the_same_message_has_the_same_answer(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    published(sessions, house, "章程要点")
    message = zhang_phone.text("学习 章程")

    assert line.say(message) == line.say(message)
    assert len(events(sessions)) == 1


def test_what_is_meant_for_others_is_neither_offered_nor_found(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        other = library.column(session, shelf.house(session).foreign)
        library.published(session, other, "章程要点", reach=StudyReach.OWN)

    assert (line.say(zhang_phone.text("学习 章程")) or "").startswith("没有找到。")
    assert (line.say(zhang_phone.text("学习")) or "").startswith("还没有发布给您的学习内容。")


def test_title_writes_no_link(line: Line, zhang_phone: Phone, house: House, sessions: Sessions) -> None:
    published(sessions, house, '<a href="http://x">章程</a>')

    assert '<a href="http://x"' not in (line.say(zhang_phone.text("学习 章程")) or "")


@pytest.mark.parametrize("written", ["学习", "学习 章程"])
def test_stranger_is_asked_to_bind_first(
    line: Line, phone: Phone, house: House, sessions: Sessions, written: str
) -> None:
    published(sessions, house, "章程要点")

    said = line.say(phone.text(written)) or ""

    assert "绑定" in said
    assert "章程要点" not in said


def test_who_has_left_is_sent_to_their_new_branch(
    line: Line, zhang_phone: Phone, house: House, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.get_one(Member, house.zhang.id).status = PartyStatus.TRANSFERRED

    assert (line.say(zhang_phone.text("学习")) or "").startswith("您的组织关系已经不在这里")


def test_studying_within_a_letter_stays_in_the_letter(line: Line, zhang_phone: Phone) -> None:
    line.say(zhang_phone.text("反馈"))

    assert (line.say(zhang_phone.text("学习时间和倒班冲突")) or "").startswith("收到，编号")
