"""What a secretary types, as HTML, and back again: paragraphs, small heads, lists, bold, links; nothing else.

Typed text never passes as HTML: it is escaped first. The domain cleans the result once more before it is kept.
"""

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from itertools import count, groupby, repeat

HEAD = re.compile(r"##\s*(?P<text>\S.*)")
BULLET = re.compile(r"[-•·*]\s+(?P<text>\S.*)")
NUMBER = re.compile(r"\d{1,2}[.、．)]\s+(?P<text>\S.*)")
BOLD = re.compile(r"\*\*(?=\S)((?:(?!\*\*).)+)(?<=\S)\*\*")
LINK = re.compile(
    r"\[(?P<text>[^\[\]]+)\]\((?P<address>https?://[^\s()]+)\)"
    r"|(?P<bare>https?://(?:[\w\-./?=%~+#@:]|&amp;)*(?:[\w\-/=%~+#]))",
    re.ASCII,
)
"""With its words, or bare; the sign that ends a sentence is no part of a bare one."""
KINDS = (("h3", HEAD), ("ul", BULLET), ("ol", NUMBER))
LISTS = frozenset({"ul", "ol"})
BREAKS = frozenset({"p", "div", "li", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"})


def to_html(typed: str) -> str:
    """Each line is a paragraph, or what its first characters say."""
    lines = [_sorted(line.strip()) for line in typed.splitlines() if line.strip()]
    return "".join(
        _block(kind, [text for _, text in run]) for kind, run in groupby(lines, key=lambda one: one[0])
    )


def _sorted(line: str) -> tuple[str, str]:
    for kind, pattern in KINDS:
        if found := pattern.fullmatch(line):
            return kind, _inline(found["text"])
    return "p", _inline(line)


def _block(kind: str, texts: list[str]) -> str:
    if kind in LISTS:
        return f"<{kind}>{''.join(f'<li>{text}</li>' for text in texts)}</{kind}>"
    return "".join(f"<{kind}>{text}</{kind}>" for text in texts)


def _inline(text: str) -> str:
    linked = LINK.sub(_link, escape(text, quote=True))
    return BOLD.sub(r"<strong>\1</strong>", linked)


def _link(found: re.Match[str]) -> str:
    address = found["bare"] or found["address"]
    return f'<a href="{address}">{found["text"] or address}</a>'


def to_text(html: str) -> str:
    """As it was typed, or near enough to go on typing."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(reader.lines())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._marks: list[Iterator[str]] = []
        self._address = ""

    def lines(self) -> Iterator[str]:
        for line in "".join(self._parts).split("\n"):
            if kept := " ".join(line.split()):
                yield kept

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._parts.append("\n" if tag in BREAKS or tag == "br" else "")
        if tag in LISTS:
            self._marks.append((f"{at}. " for at in count(1)) if tag == "ol" else repeat("- "))
        elif tag == "a":
            self._address = dict(attrs).get("href") or ""
        self._parts.append(self._mark(tag))

    def _mark(self, tag: str) -> str:
        """What stands before the text of that element."""
        if tag == "li" and self._marks:
            return next(self._marks[-1])
        heads = tag[:1] == "h" and tag[1:].isdigit()
        return {"strong": "**", "b": "**", "a": "["}.get(tag, "## " if heads else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in LISTS and self._marks:
            self._marks.pop()
        ends = {"strong": "**", "b": "**", "a": f"]({self._address})"}
        self._parts.append("\n" if tag in BREAKS else ends.get(tag, ""))

    def handle_data(self, data: str) -> None:
        self._parts.append(" ".join(data.split("\n")))
