import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.study.searching.ranking import EXTRACT, extract, score
from app.study.searching.terms import wanted

SAFETY = wanted("安全生产")


@pytest.mark.parametrize(
    ("nearer", "farther"),
    [
        (("安全生产责任制", ""), ("责任制", "安全生产责任制")),
        (("安全生产", ""), ("关于做好节前安全生产工作的通知", "")),
        (("通知", "安全生产。" * 5), ("通知", "安全生产。" + "无关的话。" * 5)),
        (("通知", "安全生产" + "其他" * 300), ("通知", "其他" * 300 + "安全生产")),
        (("通知", "安全生产"), ("通知", "安全地生产，讲生产安全，全生")),
    ],
)
def test_what_is_more_about_it_is_nearer(nearer: tuple[str, str], farther: tuple[str, str]) -> None:
    assert score(SAFETY, title=nearer[0], plain=nearer[1]) > score(SAFETY, title=farther[0], plain=farther[1])


def test_a_text_does_not_win_by_repeating_a_word() -> None:
    often = score(SAFETY, title="通知", plain="安全生产" * 10)

    assert score(SAFETY, title="通知", plain="安全生产" * 1000) == often


def test_an_extract_shows_the_sentence_of_the_first_match() -> None:
    plain = "第一句话说的是别的。" * 10 + "全员安全生产责任制从今年起执行。" + "后面的话。" * 20

    assert extract(SAFETY, plain).startswith("全员安全生产责任制从今年起执行。")


def test_an_extract_of_a_long_sentence_says_that_it_begins_and_ends_elsewhere() -> None:
    shown = extract(SAFETY, "前" * 200 + "安全生产" + "后" * 200)

    assert shown == "…" + "前" * 15 + "安全生产" + "后" * 39 + "…"


def test_an_extract_without_a_match_is_the_beginning() -> None:
    assert extract(SAFETY, "开头第一句。\n第二行。") == "开头第一句。 第二行。"


def test_an_extract_is_found_whatever_the_size_of_the_letters() -> None:
    assert "VPN" in extract(wanted("vpn"), "无关。" * 40 + "远程办公请用VPN。")


def test_an_extract_of_nothing_is_empty() -> None:
    assert extract(SAFETY, "") == ""


@given(st.text(max_size=300), st.text(alphabet="安全生产。\n ", min_size=1, max_size=20))
def test_an_extract_is_one_line_of_sixty_signs_at_most(plain: str, query: str) -> None:
    shown = extract(wanted(query + "安"), plain)

    assert len(shown) <= EXTRACT
    assert len(shown.splitlines()) <= 1
