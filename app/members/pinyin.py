"""Pinyin of names for search. Dictionaries read many surnames as ordinary words, so they have a table here."""

from pypinyin import lazy_pinyin

from app.members.names import clean_name

SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "朴": "piao", "查": "zha", "翟": "zhai",
    "盖": "ge", "覃": "qin", "缪": "miao", "员": "yun", "乐": "yue", "牟": "mu", "秘": "bi", "繁": "po",
    "种": "chong", "重": "chong", "黑": "he", "祭": "zhai", "召": "shao", "隗": "wei", "郇": "xun",
    "么": "yao", "阚": "kan", "都": "du", "句": "gou", "藏": "zang", "卜": "bu", "洗": "xian", "折": "she",
    "薄": "bo", "粘": "nian", "乜": "nie", "颉": "xie", "长": "zhang", "朝": "chao", "尉": "wei",
}  # fmt: skip
COMPOUND_SURNAMES = {
    "尉迟": ("yu", "chi"),
    "万俟": ("mo", "qi"),
    "长孙": ("zhang", "sun"),
    "令狐": ("ling", "hu"),
    "澹台": ("tan", "tai"),
    "乐正": ("yue", "zheng"),
    "宰父": ("zai", "fu"),
    "夹谷": ("jia", "gu"),
    "鲜于": ("xian", "yu"),
    "呼延": ("hu", "yan"),
    "濮阳": ("pu", "yang"),
    "闾丘": ("lv", "qiu"),
    "亓官": ("qi", "guan"),
}
SPACE = 120
"""As wide as the column: the longest names of the registry lose only the end of their initials."""


def searchable(name: str) -> str:
    """`zhangsan zs`: the whole and the initials, both found by what they begin with."""
    syllables = spelled(name)
    return f"{''.join(syllables)} {''.join(one[:1] for one in syllables)}"[:SPACE]


def spelled(name: str) -> list[str]:
    """The syllables of a name, in lower case and without tones; ü is v, as keyboards write it."""
    bare = clean_name(name).replace("·", "")
    surname = COMPOUND_SURNAMES.get(bare[:2]) or _single(bare)
    return [*surname, *_read(bare[len(surname) :])]


def _single(bare: str) -> tuple[str, ...]:
    known = SURNAMES.get(bare[:1])
    return (known,) if known else ()


def _read(text: str) -> list[str]:
    return [one.strip().lower() for one in lazy_pinyin(text) if one.strip()]
