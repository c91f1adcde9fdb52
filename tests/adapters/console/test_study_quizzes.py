"""The bank, quizzes and contests in the console: written, imported, published; numbers, and never who or how well."""

import re
from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest

from app.organizations.models import Organization
from app.staff import queries as people
from app.staff.models import Role
from app.study.quizzes import contests
from app.study.quizzes.models import Question, Quiz
from app.study.quizzes.states import QuizState
from console.views import study_question_imports
from tests import factories
from tests.adapters.console import quizzed
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site
from tests.factories import NOW
from tests.unit.study.quizzes.files import file, row, single

BANK, QUIZZES = "/console/study/questions", "/console/study/quizzes"
ONCE = re.compile(r'name="once" value="([^"]+)"')
SINGLE = {"kind": "single", "words": "一大在哪里召开？", "choice": ["上海", "嘉兴", ""], "answer": "0"}


@pytest.fixture
def writer(site: Site, world: World) -> Browser:
    return site.staff(Role.ORGANIZER, world.left.branch_id)


@pytest.fixture
def home(world: World) -> dict[str, int]:
    return {"organization": world.left.branch_id}


def acts(site: Site) -> list[str]:
    """Each once, in the order of the alphabet."""
    with site.services.sessions.read() as session:
        return [act.removeprefix("study.") for act in people.trail_actions(session)]


def bank(site: Site, world: World) -> list[Question]:
    with site.services.sessions.read() as session:
        own = session.query(Question).filter_by(organization_id=world.left.branch_id)
        return list(own.order_by(Question.id))


def quiz(site: Site, quiz_id: int) -> Quiz:
    with site.services.sessions.read() as session:
        return session.get_one(Quiz, quiz_id)


def test_question_is_written_found_and_changed(
    site: Site, world: World, writer: Browser, home: dict[str, int]
) -> None:
    added = writer.post(f"{BANK}/new", {**SINGLE, **home, "subject": "党史"})
    kept = bank(site, world)[-1]
    found = writer.get(f"{BANK}?q=哪里&kind=single&subject=党史").text
    changed = writer.post(f"{BANK}/{kept.id}", {**SINGLE, "answer": "1", "revision": 1})

    assert (added.status_code, changed.status_code) == (302, 302)
    assert "kind=single" in added.location
    assert ("一大在哪里召开？" in found, "答案：A" in found, "共 1 题" in found) == (True, True, True)
    assert bank(site, world)[-1].answer == "[1]"
    assert acts(site) == ["question_added", "question_changed"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({**SINGLE, "words": ""}, "题干：没有填写"),
        ({**SINGLE, "words": "长" * 501}, "题干：超过500个字"),
        ({**SINGLE, "answer": "7"}, "答案：里有不存在的选项"),
        ({**SINGLE, "choice": ["上海"]}, "选项：选项要有2至8个"),
        ({**SINGLE, "kind": "multiple"}, "答案：多选题至少有两个答案"),
        ({"kind": "true_false", "words": "党章是根本大法。"}, "答案：没有填写"),
        ({"kind": "fill", "words": "一大在____召开。", "blanks": "\x00"}, "答案：没有填写"),
        ({"kind": "fill", "words": "在____和____。", "blanks": "上海|沪"}, "答案：题干有2空，答案有1个"),
    ],
)
def test_fault_of_a_question_is_said_beside_its_field_and_nothing_typed_is_lost(
    writer: Browser, home: dict[str, int], form: dict[str, Any], said: str
) -> None:
    answer = writer.post(f"{BANK}/new", {**form, **home, "explanation": "我写的解析"})

    assert answer.status_code == 422
    assert said in answer.text
    assert "我写的解析" in answer.text


def test_same_question_twice_is_refused_in_words(writer: Browser, home: dict[str, int]) -> None:
    writer.post(f"{BANK}/new", {**SINGLE, **home})

    again = writer.post(f"{BANK}/new", {**SINGLE, **home})

    assert (again.status_code, "题库里已经有这道题" in again.text) == (409, True)


def test_second_tap_writes_nothing_twice(
    site: Site, world: World, writer: Browser, home: dict[str, int]
) -> None:
    token = ONCE.search(writer.get(f"{BANK}/new").text)
    form = {**SINGLE, **home, "once": token[1] if token else ""}
    before = len(bank(site, world))

    answers = [writer.post(f"{BANK}/new", form).status_code for _ in range(2)]

    assert (answers, len(bank(site, world)) - before) == ([302, 302], 1)


def test_question_in_use_gets_a_successor(site: Site, world: World, writer: Browser) -> None:
    made = world.left.quizzed.question_id

    answer = writer.post(
        f"{BANK}/{made}", {"kind": "true_false", "words": "改过的题", "answer": "1", "revision": 1}
    )

    assert answer.location != f"{BANK}/{made}"
    assert "已经发下去的题不变" in writer.get(answer.location).text
    assert [one.retired_at is None for one in bank(site, world) if one.id == made] == [False]


def test_question_changed_by_somebody_else_is_not_overwritten(world: World, writer: Browser) -> None:
    answer = writer.post(
        f"{BANK}/{world.left.quizzed.question_id}",
        {"kind": "true_false", "words": "我改的", "answer": "1", "revision": 7},
    )

    assert (answer.status_code, "刚刚被别人改过" in answer.text, "我改的" in answer.text) == (409, True, True)


def test_question_is_retired_and_restored(site: Site, world: World, writer: Browser) -> None:
    address = f"{BANK}/{world.left.quizzed.question_id}"

    writer.post(f"{address}/retire", {"revision": 1})
    gone = writer.get(f"{BANK}?retired=yes").text
    writer.post(f"{address}/restore", {"revision": 2})

    assert "东山的题1" in gone
    assert "东山的题1" in writer.get(BANK).text
    assert acts(site) == ["question_restored", "question_retired"]


def test_who_reads_hours_alone_sees_no_bank(site: Site, world: World) -> None:
    assert site.staff(Role.ADMINISTRATOR, world.left.committee_id).get(BANK).status_code == 403


def upload(content: bytes, home: dict[str, int]) -> dict[str, object]:
    return {**home, "file": (BytesIO(content), "题库.xlsx")}


FILE = file(
    single("一大在哪一年召开？"),
    row("判断题", "东山的题1", answer="错误"),
    row("填空题", "没有答案____"),
    single("一大在哪一年召开？"),
)


def test_file_is_previewed_and_then_taken_over_once(
    site: Site, world: World, writer: Browser, home: dict[str, int]
) -> None:
    before = len(bank(site, world))
    seen = writer.post(f"{BANK}/import", upload(FILE, home))
    untouched = len(bank(site, world))
    form = {**home, "content": b64encode(FILE).decode()}
    done = writer.get(writer.post(f"{BANK}/import/apply", form).location).text
    again = writer.get(writer.post(f"{BANK}/import/apply", form).location).text

    assert ("可以导入 2 题" in seen.text, "K4" in seen.text, "与第2行是同一道题" in seen.text) == (
        True,
        True,
        True,
    )
    assert b64encode(FILE).decode() in seen.text
    assert untouched == before
    assert "已导入：新增 1 题，改动 1 题，没有导入 2 题。" in done
    assert "新增 0 题，改动 0 题，题库已有 2 题" in again
    assert acts(site) == ["questions_imported"]


@pytest.mark.parametrize("content", [b"", b"no workbook"])
def test_file_that_cannot_be_read_changes_nothing(
    writer: Browser, home: dict[str, int], content: bytes
) -> None:
    answer = writer.post(f"{BANK}/import", upload(content, home))

    assert (answer.status_code, "题库没有任何改动" in answer.text) == (422, True)


def test_file_that_is_too_large_is_said(
    writer: Browser, home: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_question_imports, "MOST_BYTES", 10)

    answer = writer.post(f"{BANK}/import", upload(b"x" * 11, home))

    assert (answer.status_code, "文件超过 2 MB" in answer.text) == (422, True)


def test_file_in_the_form_that_was_tampered_with_is_refused(writer: Browser, home: dict[str, int]) -> None:
    answer = writer.post(f"{BANK}/import/apply", {**home, "content": "不是base64\x00"})

    assert (answer.status_code, "请重新上传" in answer.text) == (422, True)


def test_template_is_a_workbook(writer: Browser) -> None:
    answer = writer.get(f"{BANK}/template.xlsx")

    assert answer.data[:2] == b"PK"


def typed(home: dict[str, int], **changed: object) -> dict[str, object]:
    return {
        **home,
        "title": "党章测验",
        "reach": "below",
        "contest": "no",
        "drawn_true_false": "1",
        "opens_day": "2026-03-02",
        "opens_time": "08:00",
        "closes_day": "2026-03-09",
        "closes_time": "20:00",
        **changed,
    }


def test_quiz_goes_from_draft_to_the_phones_and_gets_more_time(
    site: Site, writer: Browser, home: dict[str, int]
) -> None:
    address = writer.post(f"{QUIZZES}/new", typed(home)).location
    number = int(address.rsplit("/", 1)[1])
    writer.post(f"{address}/edit", typed(home, title="党章小测验", revision=1))
    published = writer.get(writer.post(f"{address}/publish", {"revision": 2}).location).text
    longer = writer.post(
        f"{address}/extend", {"revision": 3, "closes_day": "2026-03-20", "closes_time": "20:00"}
    )

    assert ("党章小测验" in published, "已发布" in published, "进行中" in published) == (True, True, True)
    assert longer.status_code == 302
    assert quiz(site, number).closes_at.day == 20
    assert acts(site) == ["quiz_changed", "quiz_extended", "quiz_made", "quiz_published"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"title": ""}, "请写名称"),
        ({"title": "长" * 61}, "请写名称，最多 60 个字"),
        ({"drawn_true_false": "0"}, "每份卷要有 1 到 100 题"),
        ({"drawn_true_false": "101"}, "每份卷要有 1 到 100 题"),
        ({"reach": "x"}, "请选择谁可以参加"),
        ({"opens_day": "1899-01-01"}, "请填好日期和时间"),
        ({"closes_day": "2026-03-01"}, "时间不对"),
        ({"closes_day": "2099-03-01"}, "时间不对"),
        ({"title": "机密文件测验"}, "机密"),
    ],
)
def test_fault_of_a_quiz_is_said_and_nothing_typed_is_lost(
    writer: Browser, home: dict[str, int], changed: dict[str, object], said: str
) -> None:
    answer = writer.post(f"{QUIZZES}/new", typed(home, about="我写的说明", **changed))

    assert (answer.status_code, said in answer.text, "我写的说明" in answer.text) == (422, True, True)


def test_quiz_without_enough_questions_says_how_many_are_missing(
    writer: Browser, home: dict[str, int]
) -> None:
    address = writer.post(f"{QUIZZES}/new", typed(home, drawn_true_false="3", drawn_fill="2")).location

    answer = writer.post(f"{address}/publish", {"revision": 1})

    assert answer.status_code == 409
    assert "判断题还差 2 道、填空题还差 2 道" in answer.text


def test_published_quiz_is_not_changed_and_an_old_page_publishes_nothing(
    site: Site, world: World, writer: Browser, home: dict[str, int]
) -> None:
    taken, draft = world.left.quizzed.taken_id, world.left.quizzed.draft_id

    edit = writer.get(f"{QUIZZES}/{taken}/edit")
    old = writer.post(f"{QUIZZES}/{draft}/publish", {"revision": 9})

    assert edit.location == f"{QUIZZES}/{taken}"
    assert writer.post(f"{QUIZZES}/{taken}/edit", typed(home, revision=2)).status_code == 422
    assert (old.status_code, quiz(site, draft).state) == (409, QuizState.DRAFT)


def test_withdrawn_quiz_takes_its_papers_along(site: Site, world: World, writer: Browser) -> None:
    address = f"{QUIZZES}/{world.left.quizzed.taken_id}"

    said = writer.get(writer.post(f"{address}/withdraw", {"revision": 2}).location).text

    assert "答卷、报名和各人的结果都已删除" in said
    assert quiz(site, world.left.quizzed.taken_id).state is QuizState.WITHDRAWN


@pytest.mark.parametrize(("takers", "said"), [(3, "不足 5 人，不显示"), (4, "5 人")])
def test_number_of_few_people_is_not_shown_and_nobody_is_named(
    site: Site, world: World, writer: Browser, takers: int, said: str
) -> None:
    """One has taken it before."""
    taken = world.left.quizzed.taken_id
    with site.services.sessions.begin() as session:
        branch = session.get_one(Organization, world.left.branch_id)
        more = [factories.member(session, branch, name=f"答题人{number}") for number in range(takers)]
        for one in more:
            quizzed.hand_in(session, branch, session.get_one(Quiz, taken), one, NOW)

    text = writer.get(f"{QUIZZES}/{taken}").text

    assert f"<dt>交卷</dt><dd>{said}</dd>" in text
    assert ("答题人" in text, "钱二" in text, "答对" in text) == (False, False, False)


def test_contest_results_are_published_once_by_who_agrees(site: Site, world: World, writer: Browser) -> None:
    address = f"{QUIZZES}/{world.left.quizzed.over_id}"

    done = writer.get(writer.post(f"{address}/results").location).text
    again = writer.post(f"{address}/results")

    assert ("已公布本人同意公布的结果" in done, "钱二" in done) == (True, False)
    assert (again.status_code, "已经公布过了" in again.text) == (409, True)
    assert acts(site) == ["contest_results_published"]


def test_contest_in_which_nobody_agrees_publishes_nothing(site: Site, world: World, writer: Browser) -> None:
    over = world.left.quizzed.over_id
    with site.services.sessions.begin() as session:
        contests.set_consent(session, quiz_id=over, member_id=world.left.bound_member_id, consents=False)

    answer = writer.post(f"{QUIZZES}/{over}/results")

    assert (answer.status_code, "没有人同意公布" in answer.text) == (409, True)
    assert quiz(site, over).results_at is None


def test_lists_without_anything_say_what_to_do(site: Site, world: World) -> None:
    with site.services.sessions.begin() as session:
        root = session.get_one(Organization, world.root_id)
        fresh = factories.organization(session, name="新支部", parent=root).id
    browser = site.staff(Role.SECRETARY, fresh)

    assert "题库里还没有题" in browser.get(BANK).text
    assert "还没有测验或竞赛" in browser.get(QUIZZES).text
