import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.study.searching.terms import encoded, normalised, tidied, wanted

CHINESE = "中国共产党章程安全生产车间廉洁条例支部"


def codes(query: str) -> list[str]:
    return [term.code for term in wanted(query).terms]


def held(text: str, query: str) -> bool:
    """As each engine's index decides it: every term is there, one with a star as the beginning of a word."""
    words = encoded(text).split()
    return all(
        any(word.startswith(code[:-1]) for word in words) if code.endswith("*") else code in words
        for code in codes(query)
    )


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("中国共产党章程", "章程"),
        ("学习《中国共产党纪律处分条例》", "《纪律处分条例》"),
        ("5G专网安全", "5G安全"),
        ("远程办公VPN使用规定", "vpn 使用规定"),
        ("远程办公VPN使用规定", "ＶＰＮ使用规定！"),
        ("ISO 9001 质量", "iso9001"),
        ("通过ISO9001认证", "ISO 9001"),
        ("二〇二六年度", "二〇二六"),
        ("安\u200b全生产", "安全"),
        ("老窑长听声辨火", "窑"),
        ("看火", "火"),
        ("2026年度计划", "2026年"),
    ],
)
def test_a_text_is_found_by_what_it_says(text: str, query: str) -> None:
    assert held(text, query)


@pytest.mark.parametrize(("text", "query"), [("安排全年", "安全"), ("5GHz", "5G"), ("党费", "会费")])
def test_a_text_is_not_found_by_what_it_does_not_say(text: str, query: str) -> None:
    assert not held(text, query)


@pytest.mark.parametrize("query", ["", " ", "，。！？", "《》——", "\0", "_%*", "\u200b"])
def test_punctuation_is_nothing_to_look_for(query: str) -> None:
    assert wanted(query).terms == ()


def test_a_word_of_two_signs_is_one_term() -> None:
    assert [term.text for term in wanted("章程").terms] == ["章程"]


def test_a_longer_run_is_its_pairs() -> None:
    assert [term.text for term in wanted("党费收缴").terms] == ["党费", "费收", "收缴"]


def test_a_sign_alone_means_every_word_that_begins_with_it() -> None:
    assert codes("窑") == [f"{encoded('窑')}*"]


def test_words_that_ask_are_not_looked_for() -> None:
    assert wanted("党费怎么算？").runs == ("党费", "算")
    assert wanted("请问如何发展党员呢").runs == ("发展党员",)


def test_words_that_ask_are_looked_for_where_there_are_no_others() -> None:
    assert wanted("怎么办").runs == ("怎么办",)


def test_a_term_is_wanted_once() -> None:
    assert codes("党员 党员") == codes("党员")


def test_a_tidied_text_keeps_what_people_read() -> None:
    assert tidied("《ＶＰＮ》，见第３条。\u200b大写A") == "《VPN》，见第3条。大写A"


@given(st.text(max_size=200))
def test_terms_are_words_that_every_engine_takes(text: str) -> None:
    for word in encoded(text).split():
        assert re.fullmatch(r"[a-z][0-9a-z]{2,41}", word)
    for code in codes(text[:100]):
        assert re.fullmatch(r"c[0-9a-z]{3}\*|[a-z][0-9a-z]{2,41}", code)


@given(st.text(alphabet=CHINESE, min_size=3, max_size=30), st.data())
def test_every_piece_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    piece = text[start : data.draw(st.integers(start + 1, len(text)))]

    assert held(text, piece)


@given(st.text(max_size=50))
def test_normalising_and_tidying_twice_changes_nothing(text: str) -> None:
    assert tidied(tidied(text)) == tidied(text)
    assert encoded(normalised(text)) == encoded(text)


def test_two_common_signs_never_share_a_code() -> None:
    signs = [chr(one) for one in range(0x4E00, 0xA000)]

    assert len({encoded(sign) for sign in signs}) == len(signs)


def test_ten_thousand_signs_of_one_word_become_a_short_one() -> None:
    assert len(encoded("a" * 10_000)) == 42
