"""Marks of secrecy are found, ordinary words are not; and what a text may consist of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.rich_text import clean, plain, tangled
from app.core.wording import marked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("绝密★启用前", ("绝密",)),
        ("机密 ★ 一年", ("机密",)),
        ("秘密★六个月", ("秘密",)),
        ("密级：秘密级", ("秘密",)),
        ("【秘密】关于", ("秘密",)),
        ("（秘密）关于", ("秘密",)),
        ("机\u200b密", ("机密",)),
        ("机\n  密", ("机密",)),
        ("涉及工作秘密", ("工作秘密",)),
        ("内部资料，不得外传", ("内部资料", "不得外传")),
        ("仅供内部参考", ("仅供内部",)),
        ("请注意保密", ("注意保密",)),
        ("内部文件 内部文件", ("内部文件",)),
    ],
)
def test_marked_text_is_found_with_its_words(text: str, words: tuple[str, ...]) -> None:
    assert marked(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "关于召开支部党员大会的通知",
        "请勿泄露随机密码和手机密码",
        "计算机密钥更换",
        "飞机密集起降，发动机密封检查",
        "他拒绝密切接触",
        "保守党的秘密是党员的义务",
        "保密宣传月活动",
        "公司内部培训安排",
        "",
    ],
)
def test_ordinary_text_is_not_marked(text: str) -> None:
    assert marked(text) == ()


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("<h2>一</h2><p>二<br>三</p><ul><li><b>四</b></li></ul>",) * 2,
        ("<script>alert(1)</script><p>好</p>", "<p>好</p>"),
        ('<p style="color:red" onclick="x()" class="a" id="b">好</p>', "<p>好</p>"),
        ('<img src="http://a/b.png" onerror="x()">好', "好"),
        ("<h1>题</h1><table><tr><td>格</td></tr></table>", "题格"),
        ("<iframe src=//evil></iframe><svg><script>1</script></svg>好", "好"),
        ("<!-- 注 -->好", "好"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("a\0b", "ab"),
        (
            '<a href="https://www.12371.cn/" target="_self">网</a>',
            '<a href="https://www.12371.cn/" rel="noopener noreferrer">网</a>',
        ),
        ('<a href="javascript:alert(1)">网</a>', '<a rel="noopener noreferrer">网</a>'),
        ('<a href="data:text/html,x">网</a>', '<a rel="noopener noreferrer">网</a>'),
        ('<a href="//evil.example">网</a>', '<a rel="noopener noreferrer">网</a>'),
        ('<a href="/m/me">网</a>', '<a rel="noopener noreferrer">网</a>'),
        ('<a href=" JaVaScRiPt:alert(1)">网</a>', '<a rel="noopener noreferrer">网</a>'),
        ('<form action="/x"><input name="a"><button>按</button></form>', "按"),
    ],
)
def test_text_keeps_what_it_may_consist_of(given_: str, kept: str) -> None:
    assert clean(given_) == kept


@given(st.text(alphabet="<>/\"'= abhprefscipt:ou&;#", max_size=80))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)

    assert clean(once) == once
    assert "<script" not in once


def test_plain_text_has_a_line_for_each_block() -> None:
    assert plain(clean("<h2>题</h2><p>甲<br>乙</p><ul><li>丙 &amp; 丁</li></ul>")) == "题\n甲\n乙\n丙 & 丁"


@pytest.mark.parametrize(
    ("text", "knot"),
    [
        ("<b>" * 50, False),
        ("<b>" * 51, True),
        ("<ul><li>" * 51, True),
        ("<b>一</b>" * 10_000, False),
        ("<p>一<br>" * 10_000, False),
        ("</b>" * 100 + "<B><i>" * 26, True),
        ("1 < 2 " * 100, False),
        ("", False),
    ],
)
def test_text_nested_without_end_is_found_before_it_is_read(text: str, *, knot: bool) -> None:
    assert tangled(text) is knot


def test_half_a_sign_is_left_out() -> None:
    assert clean("<p>一\ud800二</p>") == "<p>一二</p>"
