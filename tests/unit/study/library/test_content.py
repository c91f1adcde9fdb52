"""What is kept of what a writer fills in, and what is refused of it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.study.library import content as contents
from app.study.library.content import Content, checked
from app.study.library.models import ItemKind, Rights
from tests.unit.study.library.shelf import CONTENT

ADDRESS = "https://www.12371.cn/special/dnfg/"
LINK = replace(CONTENT, rights=Rights.LINKED, body="", url=ADDRESS)


def test_content_is_kept_sanitised_and_in_one_line() -> None:
    typed = replace(
        CONTENT,
        title=" 学习\n党章\0 \u200b",
        summary="一\r\n二",
        body='<p onclick="x()">好</p><script>alert(1)</script><img src=x onerror=alert(1)>',
        source_name="党群\t工作部",
        source_url=f" {ADDRESS} ",
    )

    kept = checked(typed, ItemKind.ARTICLE).columns

    assert (kept["title"], kept["summary"], kept["body"]) == ("学习 党章", "一 二", "<p>好</p>")
    assert (kept["source_name"], kept["source_url"], kept["url"]) == ("党群 工作部", ADDRESS, "")


def test_tags_are_kept_once_in_their_order_without_their_sign() -> None:
    typed = replace(CONTENT, tags=("#党章", " 党章 ", "", "＃VPN 使用", "纪律\0"))

    assert checked(typed, ItemKind.ARTICLE).tags == ("党章", "VPN 使用", "纪律")


@pytest.mark.parametrize(
    ("changed", "refusal", "field"),
    [
        ({"title": " \u200b\0"}, contents.FieldMissing, "title"),
        ({"title": "长" * 61}, contents.FieldTooLong, "title"),
        ({"title": "长" * 10_000}, contents.FieldTooLong, "title"),
        ({"summary": "长" * 201}, contents.FieldTooLong, "summary"),
        ({"source_name": ""}, contents.FieldMissing, "source_name"),
        ({"source_name": "长" * 81}, contents.FieldTooLong, "source_name"),
        ({"rights_note": "长" * 201}, contents.FieldTooLong, "rights_note"),
        ({"rights": Rights.PERMITTED}, contents.FieldMissing, "rights_note"),
        ({"body": "<p> \u200b</p>"}, contents.FieldMissing, "body"),
        ({"body": "<script>alert(1)</script>"}, contents.FieldMissing, "body"),
        ({"body": "长" * 200_001}, contents.FieldTooLong, "body"),
        ({"body": "长" * 10_000_000}, contents.FieldTooLong, "body"),
        ({"source_url": "https://a.cn/" + "a" * 500}, contents.FieldTooLong, "source_url"),
        ({"tags": ("十三个字的标签是太长了的呀",)}, contents.FieldTooLong, "tags"),
    ],
)
def test_field_that_lacks_or_overflows_is_named(
    changed: dict[str, Any], refusal: type[DomainError], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        checked(replace(CONTENT, **changed), ItemKind.ARTICLE)

    assert refused.value.details["field"] == field


def test_longest_fields_are_kept() -> None:
    typed = Content(
        title="长" * 60,
        source_name="长" * 80,
        rights=Rights.PERMITTED,
        body="长" * 200_000,
        summary="长" * 200,
        source_url="https://a.cn/" + "a" * 487,
        rights_note="长" * 200,
        tags=tuple(str(number) * 12 for number in range(8)),
    )

    kept = checked(typed, ItemKind.ARTICLE)

    assert (len(str(kept.columns["title"])), len(str(kept.columns["body"])), len(kept.tags)) == (
        60,
        200_000,
        8,
    )


def test_ninth_tag_is_refused() -> None:
    with pytest.raises(contents.TagsTooMany):
        checked(replace(CONTENT, tags=tuple("甲乙丙丁戊己庚辛壬")), ItemKind.ARTICLE)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "ftp://a.cn/",
        "file:///etc/passwd",
        "//evil.example/",
        "/m/study",
        "www.12371.cn",
        "http://",
        "https://[::1",
        "http://a.cn:99999/",
        "http://a.cn:0/",
        "https://www.12371.cn@evil.example/",
        "https://a.cn/ b",
        "https://a.cn/\0",
        "https://a.cn/\u202ecod.exe",
        'https://a.cn/"><script>',
        "https://a.cn\\@evil.example",
        "java\nscript:alert(1)",
    ],
)
@pytest.mark.parametrize("field", ["url", "source_url"])
def test_address_of_another_scheme_or_no_whole_one_is_refused(field: str, address: str) -> None:
    changed: dict[str, Any] = {field: address}

    with pytest.raises(contents.AddressWrong) as refused:
        checked(replace(LINK, **changed), ItemKind.LINK)

    assert refused.value.details["field"] == field


@pytest.mark.parametrize(
    "address", [ADDRESS, "HTTP://a.cn", "http://10.0.0.8:8080/党课?id=1#一", "https://a.cn/%E4%BD%A0"]
)
def test_whole_address_is_kept_as_it_was_typed(address: str) -> None:
    assert checked(replace(LINK, url=f" {address}\n"), ItemKind.VIDEO).columns["url"] == address


@pytest.mark.parametrize("kind", [ItemKind.VIDEO, ItemKind.LINK])
def test_what_leads_elsewhere_needs_its_address(kind: ItemKind) -> None:
    with pytest.raises(contents.FieldMissing) as refused:
        checked(replace(LINK, url=" "), kind)

    assert refused.value.details["field"] == "url"


@pytest.mark.parametrize("kind", [ItemKind.ARTICLE, ItemKind.DOCUMENT, ItemKind.HANDOUT])
def test_what_others_own_is_linked_to_and_never_kept_here(kind: ItemKind) -> None:
    with pytest.raises(contents.RightsElsewhere):
        checked(replace(CONTENT, rights=Rights.LINKED), kind)


@pytest.mark.parametrize(
    ("kind", "rights"),
    [(ItemKind.LINK, Rights.LINKED), (ItemKind.LINK, Rights.OWN_WORK), (ItemKind.VIDEO, Rights.LINKED)],
)
def test_link_has_a_summary_and_no_text(kind: ItemKind, rights: Rights) -> None:
    with pytest.raises(contents.BodyElsewhere):
        checked(replace(LINK, rights=rights, body="<p>转载全文</p>"), kind)

    assert checked(replace(LINK, rights=rights), kind).columns["summary"] == CONTENT.summary


def test_video_of_our_own_may_have_a_text() -> None:
    assert checked(replace(CONTENT, url=ADDRESS), ItemKind.VIDEO).columns["body"] == CONTENT.body


@pytest.mark.parametrize("kind", [ItemKind.DOCUMENT, ItemKind.HANDOUT])
def test_text_of_what_has_files_may_still_lack(kind: ItemKind) -> None:
    assert checked(replace(CONTENT, body=""), kind).columns["body"] == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "绝密★文件"},
        {"summary": "内部资料"},
        {"body": "<p>机<b>密</b>★一年</p>"},
        {"source_name": "不得外传"},
        {"rights_note": "仅供内部使用"},
        {"tags": ("工作秘密",)},
    ],
)
def test_marks_of_secrecy_are_refused_wherever_they_stand(changed: dict[str, Any]) -> None:
    with pytest.raises(contents.ContentMarked) as refused:
        checked(replace(CONTENT, **changed), ItemKind.ARTICLE)

    assert refused.value.details["words"]


@pytest.mark.parametrize("knot", ["<ul><li>", "<blockquote>", "<b a='1'>", "<X-Y>"])
def test_text_nested_without_end_is_refused_before_it_is_read(knot: str) -> None:
    with pytest.raises(contents.BodyTangled):
        checked(replace(CONTENT, body=knot * 20_000), ItemKind.ARTICLE)


def test_long_text_of_many_blocks_is_no_knot() -> None:
    body = "<p>文<b>字</b></p><ul><li>一</li><li>二</li></ul>" * 3_000

    assert checked(replace(CONTENT, body=body), ItemKind.ARTICLE).columns["body"] == body


ANYTHING = st.text(max_size=300) | st.text(alphabet="<>/a:http.s@\\[]\0 \ud800", max_size=40)


@given(st.sampled_from(ItemKind), st.sampled_from(Rights), st.lists(ANYTHING, min_size=8, max_size=8))
def test_whatever_is_typed_is_refused_by_name_or_fits_its_columns(
    kind: ItemKind, rights: Rights, texts: list[str]
) -> None:
    title, source, body, summary, url, source_url, note, tag = texts
    try:
        kept = checked(Content(title, source, rights, body, summary, url, source_url, note, (tag,)), kind)
    except DomainError:
        return
    whole = "".join([*(str(value) for value in kept.columns.values()), *kept.tags])
    assert b"\0" not in whole.encode()
    assert all(len(str(kept.columns[name])) <= limit for name, limit in (("title", 60), ("url", 500)))
