"""What is refused of a question, and when two are the same."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.study.quizzes.questions import Part, QuestionWrong, digest_of, tidied
from app.study.quizzes.rules import QuestionContent
from tests.unit.study.quizzes.halls import ALL, FILL, MULTIPLE, SINGLE, TRUE_FALSE

P = Part


@pytest.mark.parametrize("question", ALL, ids=lambda one: one.kind)
def test_good_question_is_kept_as_it_is(question: QuestionContent) -> None:
    assert tidied(question) == question


def test_what_nobody_sees_is_left_out() -> None:
    made = tidied(replace(SINGLE, words=" 哪\0一\u200b年？\n ", subject="党\ud800史"))

    assert (made.words, made.subject) == ("哪一年？", "党史")


@pytest.mark.parametrize(
    ("question", "changes", "part", "reason"),
    [
        (SINGLE, {"words": " \0"}, P.WORDS, "没有填写"),
        (SINGLE, {"words": "长" * 501}, P.WORDS, "超过500个字"),
        (SINGLE, {"explanation": "长" * 10_000}, P.EXPLANATION, "超过500个字"),
        (SINGLE, {"subject": "长" * 21}, P.SUBJECT, "超过20个字"),
        (SINGLE, {"choices": ()}, P.CHOICES, "选项要有2至8个"),
        (SINGLE, {"choices": ("甲",)}, P.CHOICES, "选项要有2至8个"),
        (SINGLE, {"choices": tuple("一二三四五六七八九")}, P.CHOICES, "选项要有2至8个"),
        (SINGLE, {"choices": ("甲", "", "丙")}, P.CHOICES, "中间有空着的选项"),
        (SINGLE, {"choices": ("甲", "长" * 201)}, P.CHOICES, "有选项超过200个字"),
        (SINGLE, {"choices": ("5G", "５g ")}, P.CHOICES, "有两个选项一样"),
        (SINGLE, {"answer": ()}, P.ANSWER, "没有填写"),
        (SINGLE, {"answer": (4,)}, P.ANSWER, "里有不存在的选项"),
        (SINGLE, {"answer": (-1,)}, P.ANSWER, "里有不存在的选项"),
        (SINGLE, {"answer": (0, 1)}, P.ANSWER, "单选题只能有一个答案"),
        (SINGLE, {"blanks": (("上海",),)}, P.ANSWER, "选择题只能选选项作答案"),
        (MULTIPLE, {"answer": (0, 0)}, P.ANSWER, "里有重复的选项"),
        (MULTIPLE, {"answer": (0,)}, P.ANSWER, "多选题至少有两个答案，只有一个的请改为单选题"),
        (TRUE_FALSE, {"choices": ("对", "错")}, P.CHOICES, "判断题不用填选项"),
        (TRUE_FALSE, {"answer": ()}, P.ANSWER, "没有填写"),
        (TRUE_FALSE, {"answer": (2,)}, P.ANSWER, "里有不存在的选项"),
        (TRUE_FALSE, {"answer": (0, 1)}, P.ANSWER, "只能是“正确”或“错误”"),
        (FILL, {"answer": (0,)}, P.CHOICES, "填空题不用填选项"),
        (FILL, {"blanks": ()}, P.ANSWER, "没有填写，或有一空没有答案"),
        (FILL, {"blanks": (("上海",), ())}, P.ANSWER, "没有填写，或有一空没有答案"),
        (FILL, {"blanks": (("上海",), ("",))}, P.ANSWER, "没有填写，或有一空没有答案"),
        (FILL, {"blanks": (("上海",),)}, P.ANSWER, "题干有2空，答案有1个"),
        (FILL, {"blanks": (("上海",),) * 11}, P.ANSWER, "最多10空，每空最多5种答案"),
        (FILL, {"blanks": (("上海",) * 6,)}, P.ANSWER, "最多10空，每空最多5种答案"),
        (FILL, {"blanks": (("长" * 51,),)}, P.ANSWER, "每个答案最多50个字"),
    ],
)
def test_fault_names_its_part(
    question: QuestionContent, changes: dict[str, Any], part: Part, reason: str
) -> None:
    with pytest.raises(QuestionWrong) as refusal:
        tidied(replace(question, **changes))

    assert (refusal.value.part, refusal.value.reason) == (part, reason)


@pytest.mark.parametrize(
    ("words", "blanks"),
    [("成立于哪一年？", 1), ("成立于＿＿年。", 1), ("成立于（  ）年（　）月。", 2), ("____、____、____", 3)],
)
def test_blanks_are_counted_as_papers_mark_them(words: str, blanks: int) -> None:
    assert tidied(replace(FILL, words=words, blanks=(("甲",),) * blanks)).blanks == (("甲",),) * blanks


def test_question_is_the_same_however_it_is_typed() -> None:
    again = replace(
        SINGLE,
        words="中国共产党 成立于哪一年?",
        choices=("１９４９年", "1927年", "1919 年", "1921年"),
        answer=(3,),
        explanation="",
    )

    assert digest_of(again) == digest_of(SINGLE)


@given(st.sampled_from(ALL), st.sampled_from(ALL))
def test_other_questions_are_others(one: QuestionContent, two: QuestionContent) -> None:
    assert (digest_of(one) == digest_of(two)) is (one == two)
    assert digest_of(replace(one, words=one.words + "吗")) != digest_of(one)
