"""What is typed and what is kept say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.markup import to_html, to_text

TYPED = """请各支部于3月20日前完成。
## 时间
- 上午：学习
- 下午：讨论
1. 先报名
2. 再参加
请看**重点**和[通知全文](https://example.com/a?b=1&c=2)"""


def test_typed_text_becomes_plain_elements() -> None:
    assert to_html(TYPED) == (
        "<p>请各支部于3月20日前完成。</p><h3>时间</h3><ul><li>上午：学习</li><li>下午：讨论</li></ul>"
        "<ol><li>先报名</li><li>再参加</li></ol>"
        '<p>请看<strong>重点</strong>和<a href="https://example.com/a?b=1&amp;c=2">通知全文</a></p>'
    )


def test_kept_text_can_be_typed_on() -> None:
    assert to_text(to_html(TYPED)) == TYPED


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[点我](javascript:alert(1))", "<p>[点我](javascript:alert(1))</p>"),
        ('[x](https://a"onclick=b)', '<p><a href="https://a&quot;onclick=b">x</a></p>'),
        ("3.15 消费者权益日", "<p>3.15 消费者权益日</p>"),
        ("2 * 3 ** 4", "<p>2 * 3 ** 4</p>"),
        ("**甲 **乙**", "<p>**甲 <strong>乙</strong></p>"),
        (" \n\n ", ""),
    ],
)
def test_nothing_typed_passes_as_an_element(typed: str, kept: str) -> None:
    assert to_html(typed) == kept


def test_text_of_nothing_but_open_bold_signs_is_read_in_one_pass() -> None:
    """Looked through again from each sign, the longest text would take seconds at every stroke of the preview."""
    typed = "**a " * 500_000

    assert to_html(typed) == f"<p>{typed.strip()}</p>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>一<br>二</div>", "一\n二"),
        ("<h1>大标题</h1><p>正文</p>", "## 大标题\n正文"),
        ("<p>甲&amp;乙 &lt;丙&gt;</p>", "甲&乙 <丙>"),
        ("<li>没有列表的一项</li>", "没有列表的一项"),
        ("<p>没有结尾<b>粗", "没有结尾**粗"),
    ],
)
def test_html_of_elsewhere_is_read_as_lines(html: str, text: str) -> None:
    assert to_text(html) == text


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Zs"])
        | st.sampled_from("\n -*#[]().1:/hps")
    )
)
def test_keeping_and_editing_again_changes_nothing_more(typed: str) -> None:
    once = to_html(to_text(to_html(typed)))

    assert to_html(to_text(once)) == once
