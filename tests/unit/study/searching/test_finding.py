from collections.abc import Callable

import pytest
from sqlalchemy import event, select, text

from app.core.db import Session, Sessions
from app.organizations.models import Organization, OrganizationKind
from app.study.library.models import StudyReach
from app.study.searching.finding import find
from app.study.searching.models import SearchText
from tests.factories import organization
from tests.unit.study.searching.library import column, published

Fill = Callable[[Session, Organization], None]


def filled(sessions: Sessions, fill: Fill) -> str:
    with sessions.begin() as session:
        branch = organization(session)
        fill(session, branch)
        return branch.path


def titles(sessions: Sessions, path: str, query: str, **more: int) -> list[str]:
    with sessions.read() as session:
        return [one.version.title for one in find(session, path=path, query=query, **more)]


def some(session: Session, branch: Organization) -> None:
    shelf = column(session, branch)
    published(session, shelf, "党费收缴问答", "每月按时交纳党费。", days_ago=3)
    published(session, shelf, "党小组会议记录", "会上收缴了本月的党费。", days_ago=2)
    published(session, shelf, "远程办公VPN使用规定", "不得在公共电脑上登录。", days_ago=1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("党费", ["党费收缴问答", "党小组会议记录"]),
        ("党费收缴", ["党费收缴问答"]),
        ("vpn", ["远程办公VPN使用规定"]),
        ("VPN使用", ["远程办公VPN使用规定"]),
        ("党费 VPN", ["远程办公VPN使用规定", "党费收缴问答", "党小组会议记录"]),
        ("费", ["党费收缴问答", "党小组会议记录"]),
        ("足球", []),
        ("", []),
        ("！？。", []),
        ("\0", []),
        ("'; DROP TABLE study_item; --", []),
        ('"*():^-+~<>@', []),
        ("NOT NEAR OR AND", []),
    ],
)
def test_find(any_sessions: Sessions, query: str, expected: list[str]) -> None:
    path = filled(any_sessions, some)

    assert titles(any_sessions, path, query) == expected


@pytest.mark.parametrize(
    "query", ["长" * 10_000, "啊" + "a" * 9_999, "安全生产责任" * 1_000, "1 " * 5_000, "，" * 10_000]
)
def test_ten_thousand_signs_are_harmless(any_sessions: Sessions, query: str) -> None:
    path = filled(any_sessions, some)

    assert titles(any_sessions, path, query) == []


def test_a_hundred_different_signs_are_looked_for(any_sessions: Sessions) -> None:
    line = "".join(chr(0x4E00 + 37 * number) for number in range(100))

    def fill(session: Session, branch: Organization) -> None:
        published(session, column(session, branch), "标题", line)

    path = filled(any_sessions, fill)

    assert titles(any_sessions, path, line + "后面的不看") == ["标题"]


def test_whole_says_whether_everything_was_found(session: Session) -> None:
    branch = organization(session)
    some(session, branch)

    assert [one.whole for one in find(session, path=branch.path, query="党费 收缴")] == [True, True]
    assert [one.whole for one in find(session, path=branch.path, query="党费 足球")] == [False, False]


def test_a_rare_word_says_more_than_a_common_one(any_sessions: Sessions) -> None:
    def fill(session: Session, branch: Organization) -> None:
        shelf = column(session, branch)
        for number in range(8):
            published(session, shelf, f"安全通知{number}", "注意安全。")
        published(session, shelf, "食堂", "本周供应饺子。", days_ago=9)

    path = filled(any_sessions, fill)

    assert titles(any_sessions, path, "饺子 安全 篮球")[0] == "食堂"


def test_of_equal_items_the_newer_comes_first(any_sessions: Sessions) -> None:
    def fill(session: Session, branch: Organization) -> None:
        shelf = column(session, branch)
        for days in (5, 1, 9):
            published(session, shelf, "安全月", f"{days}", days_ago=days)

    path = filled(any_sessions, fill)
    with any_sessions.read() as session:
        found = find(session, path=path, query="安全月")

    assert [one.extract[0] for one in found] == ["1", "5", "9"]


def test_an_old_item_with_that_title_is_found_among_hundreds_that_mention_it(any_sessions: Sessions) -> None:
    def fill(session: Session, branch: Organization) -> None:
        shelf = column(session, branch)
        published(session, shelf, "党章", "全文", days_ago=3_000)
        for number in range(60):
            published(session, shelf, f"学习党章体会{number}", "对照党章。" * 9, days_ago=number)

    path = filled(any_sessions, fill)

    assert titles(any_sessions, path, "党章")[0] == "党章"


@pytest.mark.parametrize("reach", list(StudyReach))
@pytest.mark.parametrize("reader", ["root", "own", "child", "beside"])
def test_nobody_finds_what_they_may_not_read(session: Session, reach: StudyReach, reader: str) -> None:
    root = organization(session, kind=OrganizationKind.COMMITTEE)
    own = organization(session, parent=root, kind=OrganizationKind.GENERAL_BRANCH)
    places = {
        "root": root,
        "own": own,
        "child": organization(session, parent=own),
        "beside": organization(session, parent=root),
    }
    published(session, column(session, root), "党费问答", reach=reach, organization_id=own.id)
    readers = {
        StudyReach.EVERYBODY: {"root", "own", "child", "beside"},
        StudyReach.BELOW: {"own", "child"},
        StudyReach.OWN: {"own"},
    }

    whole = find(session, path=places[reader].path, query="党费")
    partly = find(session, path=places[reader].path, query="党费 足球")

    assert len(whole) == len(partly) == (1 if reader in readers[reach] else 0)


def test_what_is_withdrawn_is_not_found_even_before_it_is_forgotten(session: Session) -> None:
    branch = organization(session)
    item = published(session, column(session, branch), "党费问答")
    item.published_at = None

    assert find(session, path=branch.path, query="党费") == []


@pytest.mark.parametrize(("limit", "shown"), [(-1, 0), (0, 0), (1, 1), (5, 5), (10**9, 50)])
def test_limit(session: Session, limit: int, shown: int) -> None:
    branch = organization(session)
    shelf = column(session, branch)
    for number in range(55):
        published(session, shelf, f"安全通知{number}")

    assert len(find(session, path=branch.path, query="安全", limit=limit)) == shown


def test_an_extract_comes_with_each(session: Session) -> None:
    branch = organization(session)
    some(session, branch)

    assert [one.extract for one in find(session, path=branch.path, query="公共电脑")] == [
        "不得在公共电脑上登录。 本单位"
    ]


def test_more_items_are_no_more_statements(sessions: Sessions) -> None:
    def fill(session: Session, branch: Organization) -> None:
        shelf = column(session, branch)
        published(session, shelf, "安全通知")
        for _ in range(3):
            published(session, shelf, "廉洁通知")

    path = filled(sessions, fill)
    seen: list[str] = []
    event.listen(sessions.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    titles(sessions, path, "安全")
    once = len(seen)

    titles(sessions, path, "廉洁")

    assert len(seen) == 2 * once


def test_of_a_query_nothing_is_kept(any_sessions: Sessions) -> None:
    path = filled(any_sessions, some)
    with any_sessions.read() as session:
        before = session.scalars(select(SearchText.terms).order_by(SearchText.item_id)).all()
    with any_sessions.begin() as session:
        find(session, path=path, query="我的困难")
        assert not session.new
        assert not session.dirty

    with any_sessions.read() as session:
        assert session.scalars(select(SearchText.terms).order_by(SearchText.item_id)).all() == before


def test_postgresql_asks_its_index_however_common_a_word(any_sessions: Sessions) -> None:
    """Its planner would read every text where most of them have the word, since it does not count what that costs."""
    if any_sessions.engine.dialect.name != "postgresql":
        pytest.skip("of PostgreSQL alone")
    asked = "SELECT proconfig::text FROM pg_proc WHERE proname = 'study_search_holding'"
    with any_sessions.read() as session:
        assert session.scalar(text(asked)) == "{enable_seqscan=off}"
