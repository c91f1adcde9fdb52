"""学习 on a member's phone: today's, columns, the search and an item; and nothing that tells who read what."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.db import Base
from app.members.models import Member, PartyStatus
from app.organizations.models import Organization
from app.study.library import columns
from app.study.library.models import ItemKind, StudyItem, StudyReach
from app.study.plans import choices
from app.study.plans.models import Slot
from tests import factories
from tests.adapters.pages import studied
from tests.adapters.pages.addressed import PDF
from tests.adapters.pages.door import Door, Phone
from tests.adapters.pages.people import People
from tests.adapters.pages.studied import ELSEWHERE
from tests.factories import NOW
from tests.unit.study.library.shelf import Shelf
from tests.unit.study.plans import shelf as planned
from tests.unit.study.pushes import desk


@pytest.fixture
def phone(door: Door, people: People) -> Phone:
    return door.signed_in(people.member.identity_id)


@pytest.fixture
def library(door: Door, people: People) -> Shelf:
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        return studied.opened(session, branch, about="逐章学党章")


def publish(door: Door, library: Shelf, **given: object) -> int:
    with door.services.sessions.begin() as session:
        return studied.publish(session, library, **given)  # type: ignore[arg-type]


def own_id(people: People) -> int:
    assert people.member.member_id is not None
    return people.member.member_id


def test_first_page_leads_to_study(phone: Phone) -> None:
    assert 'href="/m/study"' in phone.get("/m/").text


def test_home_without_anything_says_so_and_promises_not_to_watch(phone: Phone) -> None:
    text = phone.get("/m/study").text

    assert "还没有发布学习内容" in text
    assert "不计时，也不统计谁看过" in text
    assert 'id="columns"' not in text


def test_home_shows_today_and_the_columns(door: Door, library: Shelf, phone: Phone) -> None:
    made = publish(door, library)

    text = phone.get("/m/study").text

    today = text.split('id="today"')[1].split('id="columns"')[0]
    assert f'href="/m/study/items/{made}"' in today
    assert "学习党章第一章" in today
    assert "逐章学党章" in text


def test_home_says_which_is_this_month_s(door: Door, library: Shelf, phone: Phone) -> None:
    made = publish(door, library)
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, library.root.id)
        planned.published(session, branch, planned.entry(slot=Slot.COURSE, item_id=made))

    assert "本月一堂课" in phone.get("/m/study").text


def test_home_has_chosen_columns_first(door: Door, people: People, library: Shelf, phone: Phone) -> None:
    publish(door, library)
    with door.services.sessions.begin() as session:
        second = studied.add_column(session, session.get_one(Organization, library.root.id), "安全知识")
        studied.publish(session, library, column=second, title="反三违")
        choices.choose(session, member_id=own_id(people), column_id=second.id)

    text = phone.get("/m/study").text.split('id="columns"')[1]

    assert text.index("安全知识") < text.index("党章学习")
    assert "您选的栏目" in text


def test_column_lists_its_own_and_goes_on(door: Door, library: Shelf, phone: Phone) -> None:
    with door.services.sessions.begin() as session:
        for number in range(21):
            at = NOW + timedelta(minutes=number)
            studied.publish(session, library, title=f"第{number:02d}篇", now=at)

    path = f"/m/study/columns/{library.column.id}"
    first = phone.get(path).text
    further = first.split('href="')
    older = next(one for one in further if one.startswith(f"{path}?before=")).split('"')[0]
    second = phone.get(older).text

    assert ("第20篇" in first, "第00篇" in first) == (True, False)
    assert ("第20篇" in second, "第00篇" in second) == (False, True)
    assert "回到最新" in second


@pytest.mark.parametrize(
    "before", ["x", "-1", "9-", "9" * 40 + "-1", "1-1-1", "%00", "１-1", "9999999999999999-9999999999999999"]
)
def test_column_with_a_strange_place_is_a_page(door: Door, library: Shelf, phone: Phone, before: str) -> None:
    publish(door, library)

    assert phone.get(f"/m/study/columns/{library.column.id}?before={before}").status_code == 200


def test_empty_column_says_so(library: Shelf, phone: Phone) -> None:
    assert "现在没有您能看的内容" in phone.get(f"/m/study/columns/{library.column.id}").text


def test_archived_column_is_no_page(door: Door, library: Shelf, phone: Phone) -> None:
    with door.services.sessions.begin() as session:
        column = session.merge(library.column)
        columns.archive_column(session, column=column, by="wang.li", now=NOW)

    assert phone.get(f"/m/study/columns/{library.column.id}").status_code == 404


def test_search_finds_and_shows_where(door: Door, library: Shelf, phone: Phone) -> None:
    made = publish(door, library)
    publish(door, library, title="安全生产月", body="<p>隐患排查。</p>", tags=())

    text = phone.get("/m/study/search?q=党章").text

    assert f'href="/m/study/items/{made}"' in text
    assert "安全生产月" not in text
    assert "找到1条" in text
    assert 'value="党章"' in text


def test_search_says_when_only_some_words_are_there(door: Door, library: Shelf, phone: Phone) -> None:
    publish(door, library)

    text = phone.get("/m/study/search?q=党章 挖掘机").text

    assert "没有完全符合“党章 挖掘机”的，下面这些只含其中一部分词" in text
    assert "学习党章第一章" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "写一两个词就行"),
        ("挖掘机", "没有找到“挖掘机”"),
        ("%00", "写一两个词就行"),
        ("。。。", "没有找到“。。。”"),
        ("<b>x</b>", "没有找到“&lt;b&gt;x&lt;/b&gt;”"),
        ("长" * 2_000, "没有找到"),
    ],
)
def test_search_for_nothing_or_in_vain_says_so(library: Shelf, phone: Phone, asked: str, said: str) -> None:
    answer = phone.get("/m/study/search", query_string={"q": asked.replace("%00", "\0")})

    assert (answer.status_code, said in answer.text) == (200, True)


def test_item_is_shown_with_its_source_its_ground_and_its_files(
    door: Door, library: Shelf, phone: Phone
) -> None:
    made = publish(door, library, names=["章程原文.pdf"])

    text = phone.get(f"/m/study/items/{made}").text

    for said in (
        "<p>党员必须履行下列义务。</p>",
        "集团党委党群工作部",
        "本单位原创",
        "章程原文.pdf",
        "党员义务",
        f'href="/m/study/columns/{library.column.id}"',
    ):
        assert said in text


def test_file_is_the_reader_s_alone(door: Door, library: Shelf, phone: Phone) -> None:
    made, other = publish(door, library, names=["章程原文.pdf"]), publish(door, library, title="另一篇")
    with door.services.sessions.read() as session:
        file_id = studied.file_of(session, made)

    answer = phone.get(f"/m/study/items/{made}/files/{file_id}")

    assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
    assert phone.get(f"/m/study/items/{other}/files/{file_id}").status_code == 404
    assert phone.get(f"/m/study/items/{made}/files/2147483647").status_code == 404


def test_what_is_only_linked_to_leads_out_and_says_so(door: Door, library: Shelf, phone: Phone) -> None:
    made = publish(door, library, kind=ItemKind.VIDEO, content=ELSEWHERE)

    text = phone.get(f"/m/study/items/{made}").text

    assert 'href="https://www.12371.cn/special/zt/" rel="noopener noreferrer">去看视频' in text
    assert "点开后离开本平台，到 www.12371.cn" in text
    assert "一节四十分钟的课" in text


def test_script_in_a_text_is_not_there_any_more(door: Door, library: Shelf, phone: Phone) -> None:
    made = publish(
        door, library, body='<p onclick="x()">正文</p><script>alert(1)</script>', summary="<script>"
    )

    text = phone.get(f"/m/study/items/{made}").text

    assert "<p>正文</p>" in text
    assert ("alert(1)" in text, "onclick" in text) == (False, False)


def test_what_is_meant_for_others_is_no_page(door: Door, people: People, phone: Phone) -> None:
    with door.services.sessions.begin() as session:
        beside = studied.opened(session, factories.organization(session, name="外单位党委"))
        theirs = studied.publish(session, beside, reach=StudyReach.OWN, title="给外单位的")
        column_id = beside.column.id

    assert phone.get(f"/m/study/items/{theirs}").status_code == 404
    assert phone.get(f"/m/study/columns/{column_id}").status_code == 404
    assert "给外单位的" not in phone.get("/m/study").text
    assert "没有找到" in phone.get("/m/study/search?q=给外单位的").text


def test_what_was_withdrawn_is_no_page(door: Door, library: Shelf, phone: Phone) -> None:
    made = publish(door, library)
    with door.services.sessions.begin() as session:
        studied.withdrawn(session, made)

    assert phone.get(f"/m/study/items/{made}").status_code == 404
    assert "学习党章第一章" not in phone.get("/m/study").text


def test_who_has_left_is_offered_nothing(door: Door, people: People, library: Shelf, phone: Phone) -> None:
    made = publish(door, library)
    with door.services.sessions.begin() as session:
        session.get_one(Member, own_id(people)).status = PartyStatus.TRANSFERRED

    answer = phone.get(f"/m/study/items/{made}")

    assert (answer.status_code, "学习党章第一章" in answer.text) == (403, False)


def test_notice_of_an_item_leads_to_it(door: Door, library: Shelf, phone: Phone) -> None:
    made = publish(door, library)
    with door.services.sessions.begin() as session:
        item = session.get_one(StudyItem, made)
        branch = session.get_one(Organization, library.root.id)
        desk.sent(session, item, branch)

    text = phone.get("/m/notices").text

    assert f'href="/m/study/items/{made}"' in text
    assert "学习：学习党章第一章" in text


def test_reading_leaves_no_trace(door: Door, library: Shelf, phone: Phone) -> None:
    """No row of any table is written by whoever reads, searches or opens a file."""
    made = publish(door, library, names=["章程原文.pdf"])
    with door.services.sessions.read() as session:
        file_id = studied.file_of(session, made)
    before = rows(door)

    for path in (
        "/m/study",
        f"/m/study/columns/{library.column.id}",
        "/m/study/search?q=党章",
        f"/m/study/items/{made}",
        f"/m/study/items/{made}/files/{file_id}",
    ):
        assert phone.get(path).status_code == 200

    assert rows(door) == before


def rows(door: Door) -> dict[str, list[tuple[object, ...]]]:
    with door.services.sessions.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in Base.metadata.tables.values()
        }
