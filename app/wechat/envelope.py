"""Bodies that WeChat pushes, XML or JSON, as plain dictionaries. Everything here is hostile until parsed."""

import json
import math
import re
from typing import Any, Final, NoReturn
from xml.parsers import expat

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 12
MAX_ELEMENTS: Final = 2_000
MAX_ATTRIBUTES: Final = 16

_BOM: Final = b"\xef\xbb\xbf"
_UTF8: Final = frozenset({"utf-8", "utf8"})
_SAFE_XML: Final = re.compile(
    rb"\s*<xml>\s*(?:<ToUserName><!\[CDATA\[\w*\]\]></ToUserName>\s*)?"
    rb"<Encrypt><!\[CDATA\[([A-Za-z0-9+/=]+)\]\]></Encrypt>\s*</xml>\s*"
)
_SAFE_JSON: Final = re.compile(
    rb'\s*\{\s*(?:"ToUserName"\s*:\s*"\w*"\s*,\s*)?"Encrypt"\s*:\s*"([A-Za-z0-9+/=]+)"\s*\}\s*'
)


class Malformed(ValueError):
    """The body is not what the protocol allows; `reason` is a word for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_body(body: bytes) -> dict[str, Any]:
    """The fields of an XML `<xml>` or JSON object. Texts are exact; repeated XML siblings become a list."""
    if len(body) > MAX_BYTES:
        raise Malformed("too_long")
    if is_json(body):
        return _from_json(body)
    return _XmlReader().read(body)


def is_json(body: bytes) -> bool:
    """Whether the push, and so the reply to it, is JSON."""
    return body.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")


def encrypted_of(body: bytes) -> str:
    """The `Encrypt` field of a pushed envelope; a body of the usual shape is not parsed for it."""
    if len(body) > MAX_BYTES:
        raise Malformed("too_long")
    if usual := _SAFE_XML.fullmatch(body) or _SAFE_JSON.fullmatch(body):
        return usual[1].decode("ascii")
    encrypted = read_body(body).get("Encrypt")
    if not isinstance(encrypted, str) or not encrypted:
        raise Malformed("no_encrypt")
    return encrypted


class _XmlReader:
    """Builds the dictionary while expat reads, and stops it at the first thing out of bounds."""

    __slots__ = ("_elements", "_open", "_result", "_text")

    def __init__(self) -> None:
        self._elements = 0
        self._open: list[dict[str, Any]] = []
        self._text: list[str] = []
        self._result: dict[str, Any] = {}

    def read(self, body: bytes) -> dict[str, Any]:
        if b"\0" in body:  # expat follows the byte order mark of UTF-16, whatever encoding it was told
            raise Malformed("encoding")
        try:
            self._parser().Parse(body, True)  # noqa: FBT003 -- expat takes "this is all" by position only
        except expat.ExpatError:
            raise Malformed("xml") from None
        return self._result

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.XmlDeclHandler = _check_encoding
        return parser

    def _start(self, name: str, attributes: list[str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise Malformed("too_many_elements")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise Malformed("too_many_attributes")
        if len(self._open) >= MAX_DEPTH:
            raise Malformed("too_deep")
        if self._elements == 1 and name != "xml":
            raise Malformed("root")
        self._open.append({})
        self._text = []

    def _end(self, name: str) -> None:
        children = self._open.pop()
        if not self._open:
            self._result = children
            return
        value: Any = children or "".join(self._text)
        self._text = []
        siblings = self._open[-1]
        if name not in siblings:
            siblings[name] = value
        elif isinstance(siblings[name], list):
            siblings[name].append(value)
        else:
            siblings[name] = [siblings[name], value]

    def _characters(self, text: str) -> None:
        self._text.append(text)


def _refuse_doctype(*_declaration: Any) -> NoReturn:
    raise Malformed("doctype")


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _UTF8:
        raise Malformed("encoding")


def _refuse_constant(_name: str) -> NoReturn:
    raise Malformed("number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Malformed("number")
    return number


# Not strict: WeChat's own JSON has carried raw newlines in texts.
_JSON: Final = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite, strict=False)


def _from_json(body: bytes) -> dict[str, Any]:
    value = _decoded(body)
    if not isinstance(value, dict):
        raise Malformed("root")
    if b"\\u" in body or b"\0" in body or body.count(b"{") + body.count(b"[") > MAX_DEPTH:
        _check(value, MAX_DEPTH)
    return value


def _decoded(body: bytes) -> Any:
    try:
        return _JSON.decode(body.removeprefix(_BOM).decode())
    except Malformed:
        raise
    except UnicodeError:
        raise Malformed("encoding") from None
    except RecursionError:
        raise Malformed("too_deep") from None
    except ValueError:
        raise Malformed("json") from None


def _check(value: Any, left: int) -> None:
    """Escapes can spell half a surrogate pair, which UTF-8 cannot hold, and NUL, which databases refuse."""
    if isinstance(value, str):
        if "\0" in value or not _encodable(value):
            raise Malformed("characters")
    elif isinstance(value, dict | list):
        if not left:
            raise Malformed("too_deep")
        for child in [*value.keys(), *value.values()] if isinstance(value, dict) else value:
            _check(child, left - 1)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
