"""How questions are drawn, and which answers are right."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.study.quizzes.models import QuestionKind
from app.study.quizzes.rules import (
    AnswerWrong,
    QuestionContent,
    as_asked,
    draw,
    folded,
    is_right,
    one_line,
    read_answers,
    right_count,
    shown_number,
)
from tests.unit.study.quizzes.halls import FILL, MULTIPLE, SINGLE, TRUE_FALSE

K = QuestionKind
JUDGED = as_asked(TRUE_FALSE, Random(1))


@pytest.mark.parametrize(
    ("question", "given", "right"),
    [
        (SINGLE, (1,), True),
        (SINGLE, (0,), False),
        (SINGLE, (), False),
        (MULTIPLE, (0, 1, 2), True),
        (MULTIPLE, (0, 1), False),
        (MULTIPLE, (0, 1, 2, 3), False),
        (MULTIPLE, (), False),
        (JUDGED, (0,), True),
        (JUDGED, (1,), False),
        (FILL, ("上海", "嘉兴"), True),
        (FILL, ("上海市", " 南 湖 "), True),
        (FILL, ("嘉兴", "上海"), False),
        (FILL, ("上海",), False),
        (FILL, ("", ""), False),
        (FILL, (), False),
    ],
)
def test_answer_is_right(question: QuestionContent, given: Any, right: object) -> None:
    assert is_right(question, given) is right


@pytest.mark.parametrize(
    ("typed", "accepted"),
    [
        ("１９２１", "1921"),
        ("5g ", "5G"),
        ("Ｗi\u200bFi", "wifi"),
        ("十 八\n大", "十八大"),
        ("（一）", "(一)"),
    ],
)
def test_width_case_and_spaces_of_what_is_typed_do_not_count(typed: str, accepted: str) -> None:
    assert folded(typed) == folded(accepted)


@given(st.text(max_size=60))
def test_text_is_folded_once_and_for_all(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert one_line(one_line(text)) == one_line(text)
    assert "\0" not in one_line(text)


CHOSEN = st.lists(st.text("甲乙丙丁戊abcDE0", min_size=1, max_size=4), min_size=2, max_size=8, unique=True)


@given(CHOSEN, st.data())
def test_mixing_the_choices_keeps_which_are_right(choices: list[str], data: st.DataObject) -> None:
    right = data.draw(st.sets(st.sampled_from(range(len(choices))), min_size=1))
    question = QuestionContent(K.MULTIPLE, "题", tuple(choices), tuple(sorted(right)))

    asked = as_asked(question, Random(data.draw(st.integers())))

    assert sorted(asked.choices) == sorted(choices)
    assert {asked.choices[at] for at in asked.answer} == {choices[at] for at in right}
    others = set(range(len(choices))) - set(asked.answer)
    assert is_right(asked, asked.answer)
    assert not any(is_right(asked, (*asked.answer, at)) for at in others)


def test_choices_are_mixed() -> None:
    orders = {as_asked(SINGLE, Random(seed)).choices for seed in range(40)}

    assert len(orders) > 10


@pytest.mark.parametrize(
    "question",
    [
        replace(SINGLE, choices=("甲", "乙", "以上都是")),
        replace(SINGLE, choices=("甲", "乙", "都不对")),
        replace(SINGLE, choices=("甲", "乙", "A和B")),
        replace(SINGLE, choices=("甲", "乙", "前两项")),
        replace(SINGLE, explanation="因此选Ｂ。"),
        replace(SINGLE, words="下列说法中，以下哪一项是对的？"),
    ],
    ids=str,
)
def test_choices_that_name_each_other_keep_their_order(question: QuestionContent) -> None:
    assert {as_asked(question, Random(seed)) for seed in range(20)} == {question}


def test_letters_inside_words_name_no_choice() -> None:
    question = replace(SINGLE, choices=("5G", "ETC收费", "PPP项目", "GDP"), explanation="见GB/T 22239。")

    assert len({as_asked(question, Random(seed)).choices for seed in range(40)}) > 1


def test_true_and_false_stand_where_they_always_do() -> None:
    assert {as_asked(TRUE_FALSE, Random(seed)).choices for seed in range(20)} == {("正确", "错误")}


POOL = st.fixed_dictionaries(
    {kind: st.lists(st.integers(0, 500).map(lambda at: at * 4), unique=True) for kind in K}
)


@given(POOL, st.fixed_dictionaries({kind: st.integers(0, 30) for kind in K}), st.integers())
def test_as_many_are_drawn_as_wanted_or_there_none_twice_and_kind_after_kind(
    pool: dict[K, list[int]], wanted: dict[K, int], seed: int
) -> None:
    drawn = draw(pool, wanted, Random(seed))

    at = 0
    for kind in K:
        number = min(wanted[kind], len(pool[kind]))
        piece = drawn[at : at + number]
        assert len(set(piece)) == number
        assert set(piece) <= set(pool[kind])
        at += number
    assert at == len(drawn)


def test_what_is_not_answered_is_wrong() -> None:
    questions = [SINGLE, MULTIPLE, JUDGED, FILL]

    given = read_answers(questions, {1: [1], 4: ["上海", "嘉兴"]})

    assert given == [(1,), (), (), ("上海", "嘉兴")]
    assert right_count(questions, given) == 2


@pytest.mark.parametrize(
    "answers",
    [
        {0: [0]},
        {5: [0]},
        {-1: [0]},
        {2**40: [0]},
        {"1": [0]},
        {1: [4]},
        {1: [-1]},
        {1: [0, 1]},
        {1: [1, 1]},
        {1: [True]},
        {1: ["1"]},
        {1: 1},
        {1: "1"},
        {1: None},
        {2: [0, 0]},
        {2: [0, 1, 2, 3, 4]},
        {3: [2]},
        {3: [0, 1]},
        {4: ["上海", "嘉兴", "南湖"]},
        {4: [1921]},
        {4: "上海"},
        {4: ["长" * 10_000]},
    ],
    ids=str,
)
def test_answer_that_no_page_could_send_is_refused(answers: Any) -> None:
    with pytest.raises(AnswerWrong):
        read_answers([SINGLE, MULTIPLE, JUDGED, FILL], answers)


def test_typed_answer_is_kept_without_what_no_database_keeps() -> None:
    assert read_answers([FILL], {1: ["上\0海", "嘉\ud800兴"]}) == [("上海", "嘉兴")]


def test_few_people_are_no_number() -> None:
    assert [shown_number(people) for people in (0, 1, 4, 5, 4179)] == [None, None, None, 5, 4179]
