"""What a text that members read may consist of. Pure: everything else is taken out, wherever it came from."""

import html
import re
from collections import Counter

import nh3

TAGS = {"p", "br", "h2", "h3", "ul", "ol", "li", "strong", "b", "em", "i", "a", "blockquote"}
SCHEMES = {"http", "https"}
GONE_WITH_CONTENT = {"script", "style", "title", "noscript", "template", "svg", "math", "iframe", "object"}
DEPTH = 50
"""Of what stands inside what. A browser's way of reading takes time by the square of it."""
CLOSED_BY_THE_NEXT = {
    "p",
    "br",
    "li",
    "hr",
    "img",
    "input",
    "col",
    "wbr",
    "td",
    "th",
    "tr",
    "dt",
    "dd",
    "option",
}
_MARK = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"</(?:p|h2|h3|li|blockquote)>|<br>")


def _kept(_tag: str, attribute: str, value: str) -> str | None:
    """Whole addresses only: a relative one would lead to us with the reader's session."""
    if attribute != "href":
        return value
    return value.strip() if value.strip().lower().startswith(("http://", "https://")) else None


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=GONE_WITH_CONTENT,
    attributes={"a": {"href"}},
    attribute_filter=_kept,
    url_schemes=SCHEMES,
    link_rel="noopener noreferrer",
)


def clean(text: str) -> str:
    """Headings, paragraphs, lists, bold, italics, quotes and links; no pictures, no style, no script."""
    return _CLEANER.clean(text.replace("\0", "").encode(errors="ignore").decode()).strip()


def tangled(text: str) -> bool:
    """Nested deeper than any text is: not to be cleaned, which would take minutes and a gigabyte."""
    depths: Counter[str] = Counter()
    depth = 0
    for closing, name in _MARK.findall(text):
        tag = name.lower()
        if tag in CLOSED_BY_THE_NEXT:
            continue
        change = 1 if not closing else -1 if depths[tag] else 0
        depths[tag] += change
        depth += change
        if depth > DEPTH:
            return True
    return False


def plain(cleaned: str) -> str:
    """The words alone, a line for each block."""
    lines = html.unescape(_TAG.sub("", _BREAK.sub("\n", cleaned))).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())
