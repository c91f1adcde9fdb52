"""What a file of questions says, and which cell is wrong."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.members.roster.archive import RosterRefused
from app.members.roster.workbook import open_grid
from app.study.quizzes import template, workbook
from app.study.quizzes.models import QuestionKind
from app.study.quizzes.rules import QuestionContent
from tests.unit.members.sheets import with_part
from tests.unit.study.quizzes.files import HEADER, file, row, single

K = QuestionKind
TRUE, FALSE = (0,), (1,)


def only(content: bytes) -> workbook.Row:
    (found,) = workbook.read(content)
    return found


def test_rows_are_read_as_writers_write_them() -> None:
    content = file(
        row("单选题", "建党是哪一年（ ）", "1919年", "1921年", answer="B", why="1921年。", subject="党史"),
        row("多选", "三会有", "A.党员大会", "B、支委会", "C：党小组会", "D. 职代会", answer="a、b，C"),
        row("判断题", "预备党员没有表决权。", answer="√"),
        row("填空题", "一大在____召开，转移到____。", answer="上海|上海市；嘉兴；"),
        row("填空", "建党于____年。", answer=1921),
        title="党史知识题库",
    )

    found = workbook.read(content)

    assert [(one.number, one.faults) for one in found] == [(at, ()) for at in range(3, 8)]
    assert [one.content for one in found] == [
        QuestionContent(K.SINGLE, "建党是哪一年（ ）", ("1919年", "1921年"), (1,), (), "1921年。", "党史"),
        QuestionContent(K.MULTIPLE, "三会有", ("党员大会", "支委会", "党小组会", "职代会"), (0, 1, 2)),
        QuestionContent(K.TRUE_FALSE, "预备党员没有表决权。", answer=TRUE),
        QuestionContent(K.FILL, "一大在____召开，转移到____。", blanks=(("上海", "上海市"), ("嘉兴",))),
        QuestionContent(K.FILL, "建党于____年。", blanks=(("1921",),)),
    ]


@pytest.mark.parametrize(
    ("answer", "choices", "said"),
    [
        ("正确", (), TRUE),
        ("对", (), TRUE),
        ("t", (), TRUE),
        (True, (), TRUE),
        ("错误", (), FALSE),
        ("×", (), FALSE),
        ("Ｆ", (), FALSE),
        (False, (), FALSE),
        ("A", ("正确", "错误"), TRUE),
        ("B", ("正确", "错误"), FALSE),
        ("A", ("错", "对"), FALSE),
        ("正确", ("错", "对"), TRUE),
    ],
)
def test_true_and_false_are_read_in_all_their_spellings(
    answer: object, choices: tuple[str, ...], said: tuple[int]
) -> None:
    found = only(file(row("判断题", "题", *choices, answer=answer)))

    assert found.content == QuestionContent(K.TRUE_FALSE, "题", answer=said)


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (row("", "题", answer="A"), "A2：只能是：单选题、多选题、判断题、填空题"),
        (row("简答题", "题", answer="略"), "A2：只能是：单选题、多选题、判断题、填空题"),
        (row("单选题", " ", "甲", "乙", answer="A"), "B2：没有填写"),
        (row("单选题", "长" * 501, "甲", "乙", answer="A"), "B2：超过500个字"),
        (row("单选题", "长" * 10_000, "甲", "乙", answer="A"), "B2：字太多"),
        (row("单选题", "题", "甲", answer="A"), "C2：选项要有2至8个"),
        (row("单选题", "题", "甲", "", "丙", answer="A"), "C2：中间有空着的选项"),
        (row("单选题", "题", "甲", "甲", answer="A"), "C2：有两个选项一样"),
        (row("单选题", "题", "甲", "乙", answer=""), "K2：没有填写"),
        (row("单选题", "题", "甲", "乙", answer="C"), "K2：里有不存在的选项"),
        (row("单选题", "题", "甲", "乙", answer="甲"), "K2：只能写选项的字母，如 B、ACD"),
        (row("单选题", "题", "甲", "乙", answer=1), "K2：只能写选项的字母，如 B、ACD"),
        (row("单选题", "题", "甲", "乙", answer="AB"), "K2：单选题只能有一个答案"),
        (row("多选题", "题", "甲", "乙", answer="AA"), "K2：里有重复的选项"),
        (row("判断题", "题", answer="A"), "K2：只能是“正确”或“错误”"),
        (row("判断题", "题", answer="大概"), "K2：只能是“正确”或“错误”"),
        (row("判断题", "题", "甲", "乙", answer="对"), "C2：判断题不用填选项"),
        (row("填空题", "____和____", answer="甲"), "K2：题干有2空，答案有1个"),
        (row("填空题", "____", answer="|"), "K2：没有填写，或有一空没有答案"),
        (row("填空题", "题", "甲", answer="甲"), "C2：填空题不用填选项"),
        (
            row("填空题", "题", answer=date(1921, 7, 23)),
            "K2：被 Excel 当成了日期，请把该列设为文本后重新填写",
        ),
        (row("单选题", "题", "甲", "乙", answer="A", why="长" * 501), "L2：超过500个字"),
        (row("单选题", "题", "甲", "乙", answer="A", subject="长" * 21), "M2：超过20个字"),
    ],
)
def test_fault_names_its_cell(cells: tuple[object, ...], fault: str) -> None:
    found = only(file(cells))

    assert (found.content, found.faults) == (None, (fault,))


def test_column_that_is_missing_is_laid_to_its_question() -> None:
    content = file(("单选题", "题", "A"), header=("题型", "题干", "答案"))

    assert only(content).faults == ("B2：选项要有2至8个",)


def spoil(mark: str) -> Any:
    def finish(_: Any, page: Any) -> None:
        if mark == "formula":
            page.write_formula("K3", '=HYPERLINK("http://evil.example","A")', None, "A")
        elif mark == "error":
            page.write_formula("K3", "=1/0", None, "#DIV/0!")
        elif mark == "merged":
            page.merge_range("A3:B3", "单选题")
        else:
            page.write_formula("A1", '="题型"', None, "题型")

    return finish


@pytest.mark.parametrize(
    ("mark", "fault"),
    [
        ("formula", "K3：是公式，请粘贴为数值"),
        ("error", "K3"),
        ("merged", "A3:B3：是合并单元格，请取消合并并逐行填写"),
    ],
)
def test_marked_cell_is_named_and_its_row_left_out(mark: str, fault: str) -> None:
    first, second = workbook.read(file(single("甲"), single("乙"), finish=spoil(mark)))

    assert first.faults == ()
    assert second.content is None
    assert any(one.startswith(fault) for one in second.faults)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"PK no workbook", "不是完好的"),
        (b"", "不是完好的"),
        (file(), "表头下面没有任何一行内容"),
        (file(single("甲"), header=tuple("abcdefghijklm")), "前 10 行里找不到表头"),
        (file(single("甲"), header=(*HEADER[:10], "备注", *HEADER[11:])), "缺少列：答案"),
        (file(single("甲"), header=(*HEADER[:12], "题干")), "有两列都是“题干”"),
        (file(single("甲"), finish=spoil("header")), "表头有问题：A1：是公式"),
        (with_part(file(single("甲")), "xl/workbook.xml", lambda _: b"<!DOCTYPE x><x/>"), "内容损坏"),
    ],
    ids=["bytes", "empty file", "no rows", "no header", "missing", "twice", "formula", "entities"],
)
def test_file_that_cannot_be_read_as_a_whole_is_refused(content: bytes, fault: str) -> None:
    with pytest.raises(RosterRefused) as refusal:
        workbook.read(content)

    assert fault in refusal.value.faults[0]


def test_two_thousand_questions_are_taken_and_no_more() -> None:
    many = [single(f"第{at}题") for at in range(2_001)]

    assert len(workbook.read(file(*many[:2_000]))) == 2_000
    with pytest.raises(RosterRefused) as refusal:
        workbook.read(file(*many))
    assert refusal.value.faults == ("超过 2,000 题，请分成几个文件",)


def test_fifty_thousand_rows_are_refused_before_they_are_read() -> None:
    far = file(single("甲"), finish=lambda _, page: page.write(50_000, 1, "乙"))

    with pytest.raises(RosterRefused) as refusal:
        workbook.read(far)

    assert "20,000" in refusal.value.faults[0]


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["单选题", "多选题", "判断题", "填空题"]))
def test_whatever_is_typed_gives_a_question_or_a_fault(words: str, answer: str, kind: str) -> None:
    shown = "".join(one for one in words + "\n" + answer if one.isprintable())
    found = only(file(row(kind, shown or "题", "甲", "乙", answer=answer.encode("utf-8", "ignore").decode())))

    assert (found.content is None) is bool(found.faults)


def test_script_is_text_like_any_other() -> None:
    found = only(file(single("<script>alert(1)</script>{{ 7*7 }}")))

    assert found.content is not None
    assert found.content.words == "<script>alert(1)</script>{{ 7*7 }}"


def test_template_has_the_columns_that_are_read() -> None:
    grid = open_grid(template.write())

    assert [str(cell) for cell in grid.rows[0]] == [column.value for column in workbook.Column]
    assert grid.other_sheets == ("填写说明",)
    with pytest.raises(RosterRefused):
        workbook.read(template.write())
