"""Text as an XML character section that no content can break out of."""

import re

# What XML 1.0 cannot carry in any spelling; WeChat would drop the whole reply for one of these.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text without the characters that XML forbids."""
    return _ILLEGAL.sub("", text)


def cdata(text: str) -> str:
    """The text, shown exactly; `]]>` is split over two sections."""
    if "]]>" in text:
        text = text.replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{text}]]>"
