"""How a push looks on the wire: XML as WeChat writes it, or JSON."""

import json
import re
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

Json = dict[str, Any]
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MAX_DEPTH = 12


class NotXml(ValueError):
    """Not the small, flat XML that WeChat speaks."""


def to_xml(fields: Json) -> str:
    return "<xml>" + "".join(_element(name, value) for name, value in fields.items()) + "</xml>"


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        inner = "".join(_element(key, item) for key, item in value.items())
    elif isinstance(value, int | float):
        inner = str(value)
    else:
        inner = cdata(str(value))
    return f"<{name}>{inner}</{name}>"


def cdata(text: str) -> str:
    clean = ILLEGAL.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{clean}]]>"


def to_json(fields: Json) -> str:
    """JSON as the official samples have it: subscribe events flattened, one item bare."""
    flat = dict(fields)
    for name in list(flat):
        if name.startswith("SubscribeMsg") and isinstance(flat[name], dict):
            flat.update(flat.pop(name))
            flat["CreateTime"] = str(flat["CreateTime"])
    entries = flat.get("List")
    if isinstance(entries, list) and len(entries) == 1:
        flat["List"] = entries[0]
    return json.dumps(flat, ensure_ascii=False, separators=(",", ":"))


class _Builder:
    def __init__(self) -> None:
        self.stack: list[tuple[str, Json, list[str]]] = []
        self.root: tuple[str, Any] = ("", "")

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise NotXml("nested too deeply")
        self.stack.append((name, {}, []))

    def text(self, data: str) -> None:
        self.stack[-1][2].append(data)

    def end(self, name: str) -> None:
        _, children, texts = self.stack.pop()
        value: Any = children or "".join(texts)
        if not self.stack:
            self.root = (name, value)
            return
        siblings = self.stack[-1][1]
        if name in siblings:
            earlier = siblings[name]
            siblings[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            siblings[name] = value


def _refuse(*_declaration: object) -> None:
    raise NotXml("declarations are refused")


def from_xml(text: str) -> Json:
    builder = _Builder()
    parser = ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(text, True)  # noqa: FBT003 -- expat's own positional flag
    except ExpatError as error:
        raise NotXml(str(error)) from error
    name, value = builder.root
    if name != "xml" or not isinstance(value, dict):
        raise NotXml("the root element is not <xml>")
    return value
