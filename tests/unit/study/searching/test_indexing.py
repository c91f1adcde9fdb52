from sqlalchemy import func, select, text

from app.core.db import Session, Sessions
from app.study.library.models import StudyFile, StudyItem
from app.study.searching import indexing
from app.study.searching.finding import find
from app.study.searching.models import SearchText
from app.study.searching.terms import encoded
from tests.factories import organization
from tests.unit.study.searching.library import column, published, version


def titles(sessions: Sessions, path: str, query: str) -> list[str]:
    with sessions.read() as session:
        return [one.version.title for one in find(session, path=path, query=query)]


def test_a_later_version_takes_the_place_of_the_earlier(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = organization(session)
        item = published(session, column(session, branch), "旧标题", "老的办法")
    with any_sessions.begin() as session:
        session.execute(text("UPDATE study_version SET published_item_id = NULL"))
        indexing.index(session, version=version(session, item, "新标题", "新的规定", number=2))

    assert titles(any_sessions, branch.path, "规定") == ["新标题"]
    assert titles(any_sessions, branch.path, "办法") == []


def test_what_is_forgotten_is_not_found_and_may_be_forgotten_again(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = organization(session)
        item = published(session, column(session, branch), "党费问答")
    for _ in range(2):
        with any_sessions.begin() as session:
            indexing.forget(session, item_id=item.id)

    assert titles(any_sessions, branch.path, "党费") == []


def test_what_was_forgotten_leaves_no_word_behind(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = organization(session)
        item = published(session, column(session, branch), "旧标题", "老的办法")
        indexing.forget(session, item_id=item.id)
        session.execute(text("UPDATE study_version SET published_item_id = NULL"))
        indexing.index(session, version=version(session, item, "新标题", "新的规定", number=2))

    assert titles(any_sessions, branch.path, "规定") == ["新标题"]
    assert titles(any_sessions, branch.path, "办法") == []


def test_what_was_rolled_back_is_not_found(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = organization(session)
        shelf = column(session, branch)
    with any_sessions.read() as session:
        published(session, shelf, "党费问答")
        session.rollback()

    assert titles(any_sessions, branch.path, "党费") == []


def test_an_item_that_is_deleted_leaves_nothing_to_find(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = organization(session)
        item = published(session, column(session, branch), "党费问答")
    with any_sessions.begin() as session:
        session.execute(text("DELETE FROM study_item"))

    assert titles(any_sessions, branch.path, "党费") == []
    with any_sessions.read() as session:
        assert session.get(SearchText, item.id) is None


def test_rebuilding_indexes_what_is_published_and_forgets_the_rest(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        branch = organization(session)
        shelf = column(session, branch)
        published(session, shelf, "党费问答")
        withdrawn = published(session, shelf, "党费旧问答")
        withdrawn.published_at = None
        session.execute(text("UPDATE study_search SET terms = 'nothing'"))
    with any_sessions.begin() as session:
        assert indexing.rebuild(session) == 1

    assert titles(any_sessions, branch.path, "党费") == ["党费问答"]
    with any_sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(SearchText)) == 1


def test_title_tags_summary_text_files_and_source_can_all_be_found(session: Session) -> None:
    branch = organization(session)
    item = published(session, column(session, branch), "标题", "<strong>正文</strong>", tags=("标签",))
    one = version(session, _another(session, item), "题目", "内容")
    one.summary, one.source_name = "摘要", "来源"
    session.add(
        StudyFile(version_id=one.id, name="附件.pdf", media_type="x", size=1, sha256="0", content=b"x")
    )
    indexing.index(session, version=one)

    found = {query: len(find(session, path=branch.path, query=query)) for query in ("标题", "标签", "正文")}
    of_another = {
        query: len(find(session, path=branch.path, query=query)) for query in ("摘要", "来源", "附件")
    }

    assert found == {"标题": 1, "标签": 1, "正文": 1}
    assert of_another == {"摘要": 1, "来源": 1, "附件": 1}


def test_marks_of_the_text_are_no_words(session: Session) -> None:
    branch = organization(session)
    published(session, column(session, branch), "标题", '<a href="https://example.cn/x">正文</a>')

    assert find(session, path=branch.path, query="href") == []
    assert find(session, path=branch.path, query="example") == []


def test_the_longest_text_fits_into_each_engine(any_sessions: Sessions) -> None:
    """As many different terms as 200,000 signs can have: PostgreSQL refuses a tsvector above 1 MB."""
    signs = [chr(0x4E00 + number * 7919 % 20_000) + chr(0x4E00 + number // 7) for number in range(100_000)]
    with any_sessions.begin() as session:
        branch = organization(session)
        published(session, column(session, branch), "长文", "".join(signs))

    assert titles(any_sessions, branch.path, "长文") == ["长文"]


def test_an_index_holds_each_term_once(session: Session) -> None:
    branch = organization(session)
    item = published(session, column(session, branch), "安全", "安全，安全，还是安全")

    row = session.get_one(SearchText, item.id)

    assert row.terms.split().count(encoded("安全").split()[0]) == 1


def _another(session: Session, like: StudyItem) -> StudyItem:
    made = StudyItem(
        organization_id=like.organization_id,
        column_id=like.column_id,
        kind=like.kind,
        reach=like.reach,
        published_at=like.published_at,
        created_by="author",
        created_at=like.created_at,
    )
    session.add(made)
    session.flush()
    return made
