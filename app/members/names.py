"""Names as people type them, made comparable, and in pinyin for search."""

import re
import unicodedata

DOTS = re.compile(r"[·•‧∙⋅・･．.]")
"""What keyboards offer for the dot inside a name such as 阿依古丽·买买提."""


def plain(text: str) -> str:
    """Full-width forms, invisible marks and control characters taken out of anything typed."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(one for one in folded if unicodedata.category(one) not in ("Cf", "Cc")).strip()


def clean_name(text: str) -> str:
    """As it is kept: one kind of dot, no spaces around Chinese characters."""
    dotted = DOTS.sub("·", " ".join(plain(text).split()))
    return dotted if dotted.isascii() else dotted.replace(" ", "")


def same_name(one: str, other: str) -> bool:
    """Whether a person would call them the same: spaces, dots and case do not count."""
    return name_key(one) == name_key(other)


def name_key(text: str) -> str:
    return re.sub(r"[\s·]", "", clean_name(text)).casefold()
