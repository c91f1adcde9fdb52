"""Pinyin and masks of names."""

import pytest

from app.members.masking import masked_id_number, masked_name, masked_phone
from app.members.pinyin import searchable, spelled


@pytest.mark.parametrize(
    ("name", "syllables"),
    [
        ("单田芳", ["shan", "tian", "fang"]),
        ("曾国", ["zeng", "guo"]),
        ("解放", ["xie", "fang"]),
        ("仇和", ["qiu", "he"]),
        ("区明", ["ou", "ming"]),
        ("朴树", ["piao", "shu"]),
        ("查良", ["zha", "liang"]),
        ("翟天", ["zhai", "tian"]),
        ("尉迟恭", ["yu", "chi", "gong"]),
        ("万俟勇", ["mo", "qi", "yong"]),
        ("长孙无忌", ["zhang", "sun", "wu", "ji"]),
        ("令狐冲", ["ling", "hu", "chong"]),
        ("欧阳娜", ["ou", "yang", "na"]),
        ("吕布", ["lv", "bu"]),
        ("阿依古丽·买买提", ["a", "yi", "gu", "li", "mai", "mai", "ti"]),
        ("张三", ["zhang", "san"]),
    ],
)
def test_spelled_reads_surnames_as_surnames(name: str, syllables: list[str]) -> None:
    assert spelled(name) == syllables


def test_searchable_has_whole_and_initials() -> None:
    assert searchable("单田芳") == "shantianfang stf"
    assert len(searchable("阿" * 100)) <= 120


def test_masks_show_enough_and_no_more() -> None:
    assert masked_phone("13800008000") == "138****8000"
    assert (masked_phone(None), masked_phone("12345")) == ("", "****")
    assert (masked_id_number("002X"), masked_id_number(None)) == ("**************002X", "")
    assert [masked_name(one) for one in ("张三", "欧阳娜娜", "阿依古丽·买买提", "")] == [
        "张*",
        "欧**",
        "阿**",
        "",
    ]
