"""What WeChat's side says of each person, and how it is put beside the console's list."""

from typing import Any

import pytest

from demo.bulletin import Row
from demo.oracle import Books, End, leads_to

Json = dict[str, Any]


def record(**known: Any) -> Json:
    return {"errcode": 0, "fate": "shown", "way": "template", "receipts": ["told"]} | known


@pytest.mark.parametrize(
    ("records", "end"),
    [
        ([], End.NOT_DELIVERED),
        ([record()], End.DELIVERED),
        ([record(receipts=["lost"])], End.SENT),
        ([record(receipts=[])], End.SENT),
        ([record(receipts=["lost", "told"])], End.DELIVERED),
        ([record(receipts=["failed"])], End.SENT),
        ([record(fate="failed:user block")], End.NOT_DELIVERED),
        ([record(fate="failed: system failed", receipts=["lost"])], End.SENT),
        ([record(errcode=43004, fate="", receipts=[])], End.NOT_DELIVERED),
        ([record(errcode=43004, fate="", receipts=[]), record(way="subscription")], End.SENT),
        ([record(way="customer", receipts=[])], End.SENT),
    ],
)
def test_end_of_a_person(records: list[Json], end: End) -> None:
    assert Books({"o1": records}).end("o1") is end


@pytest.mark.parametrize(
    ("url", "text", "leads"),
    [
        ("http://x/m/notices/12", "", True),
        ("", '【通知】标题\n<a href="http://x/m/notices/12">点这里看全文</a>', True),
        ("http://x/m/notices/1", '<a href="http://x/m/notices/123">点这里看全文</a>', False),
        ("", "", False),
    ],
)
def test_message_belongs_to_the_page_that_it_leads_to(url: str, text: str, leads: bool) -> None:  # noqa: FBT001
    assert leads_to({"url": url, "text": text}, "/m/notices/12") is leads


def test_books_find_whoever_was_shown_it_twice() -> None:
    twice = Books({"o1": [record(), record()], "o2": [record(), record(fate="failed:user block")]})

    assert twice.shown_twice == ["o1"]


def test_books_wait_for_reports_that_wechat_still_means_to_make() -> None:
    waiting = Books({"o1": [record(receipts=[])], "o2": [record(way="subscription", receipts=[])]})

    assert waiting.untold == 1


@pytest.mark.parametrize(
    ("end", "judged"),
    [
        ("已送达", "已送达"),
        ("已发出", "已发出"),
        ("未送达", "没有送到"),
        ("仅在通知列表", "没有送到"),
        ("待发送", "待发送"),
    ],
)
def test_row_of_the_console_is_judged_in_the_same_words(end: str, judged: str) -> None:
    assert Row("王建国", end, "模板消息", "").judged == judged
