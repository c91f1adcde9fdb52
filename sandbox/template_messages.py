"""Template messages: definitions, checks of the values, and once-only by client_msg_id."""

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox import keywords
from sandbox.clock import Clock
from sandbox.errors import ApiError
from sandbox.serials import Serials, random_name
from sandbox.shelf import Shelf
from sandbox.template_library import LIBRARY

Json = dict[str, Any]
ONCE_FOR = 600
MOST = 25
ID_LENGTH = 43
FIRST_MSGID = 3_400_000_000_000_000_000
SLOT = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")


@dataclass
class Template:
    template_id: str
    title: str
    content: str
    example: str = ""
    primary_industry: str = ""
    deputy_industry: str = ""
    enums: dict[str, list[str]] = field(default_factory=dict)
    use: str = "template"
    """template, subscription or mini_program: each is sent by a call of its own."""
    long_term: bool = False
    """An accept for it is not used up."""

    @property
    def keywords(self) -> list[str]:
        return SLOT.findall(self.content)

    def checked(self, data: object) -> dict[str, str]:
        """The value of each keyword; 47003 names the first that is not acceptable."""
        given = data if isinstance(data, dict) else {}
        values = {}
        for name in self.keywords:
            slot = given.get(name)
            value = slot.get("value") if isinstance(slot, dict) else None
            if not isinstance(value, str | int | float):
                raise ApiError(47003, f"data.{name}.value is empty")
            if not keywords.accepts(name, str(value), self.enums.get(name)):
                raise ApiError(47003, f"data.{name}.value invalid")
            values[name] = str(value)
        return values

    def lines(self, values: dict[str, str]) -> list[dict[str, str]]:
        """What the card shows: one label and value per line of the definition."""
        shown = []
        for line in self.content.splitlines():
            label, _, rest = line.partition("{{")
            if rest:
                value = SLOT.sub(lambda slot: values.get(slot.group(1), ""), "{{" + rest)
                shown.append({"label": label.rstrip("：: "), "value": value})
        return shown

    def in_words(self, values: dict[str, str]) -> str:
        return "\n".join(f"{line['label']}：{line['value']}" for line in self.lines(values))

    def listed(self) -> Json:
        return {
            "template_id": self.template_id,
            "title": self.title,
            "primary_industry": self.primary_industry,
            "deputy_industry": self.deputy_industry,
            "content": self.content,
            "example": self.example,
        }


class TemplateMessages:
    def __init__(self, clock: Clock, serials: Serials) -> None:
        self._clock = clock
        self._serials = serials
        self.definitions: Shelf[Template] = Shelf(Template)
        self._sent: dict[str, dict[str, float]] = {}

    def define(self, raw: Json) -> Template:
        template = Template(**{"template_id": random_name(ID_LENGTH), **raw})
        self.definitions[template.template_id] = template
        return template

    def of(self, use: str) -> list[Template]:
        return [one for one in self.definitions.values() if one.use == use]

    def known(self, template_id: object, use: str = "template") -> Template:
        """40037 also for one that another kind of message is made of."""
        found = self.definitions.get(str(template_id))
        if found is None or found.use != use:
            raise ApiError(40037)
        return found

    def add_from_library(self, number: str, names: object, use: str = "template") -> Template:
        if number not in LIBRARY:
            raise ApiError(40036)
        title, kinds = LIBRARY[number]
        chosen = names if isinstance(names, list) and names else list(kinds)
        if any(name not in kinds for name in chosen):
            raise ApiError(40246)
        if len(self.of(use)) >= MOST:
            raise ApiError(200012)
        slots = [f"{name}：{{{{{kinds[name]}{n}.DATA}}}}" for n, name in enumerate(chosen, start=1)]
        return self.define({"title": title, "content": "\n".join(slots), "use": use})

    def remove(self, template_id: object, use: str) -> None:
        del self.definitions[self.known(template_id, use).template_id]

    def sent_before(self, openid: str, client_msg_id: str) -> int | None:
        """The msgid of the same client_msg_id to the same person within ten minutes."""
        found = self._sent.get(f"{openid}/{client_msg_id}") if client_msg_id else None
        if found is None or self._clock.now() - found["at"] >= ONCE_FOR:
            return None
        return int(found["number"]) + FIRST_MSGID

    def number(self, openid: str, client_msg_id: str) -> int:
        serial = self._serials.next("template")
        if client_msg_id:
            self._forget_old()
            key = f"{openid}/{client_msg_id}"
            self._sent.pop(key, None)
            self._sent[key] = {"number": serial, "at": self._clock.now()}
        return FIRST_MSGID + serial

    def _forget_old(self) -> None:
        """The oldest stand first."""
        ended = self._clock.now() - ONCE_FOR
        while self._sent and self._sent[oldest := next(iter(self._sent))]["at"] <= ended:
            del self._sent[oldest]

    def dump(self) -> Json:
        return {"definitions": self.definitions.dump(), "sent": self._sent}

    def load(self, stored: Json) -> None:
        kept: Shelf[Template] = Shelf(Template)
        kept.load(stored["definitions"])
        for template_id, template in kept.items():
            self.definitions.setdefault(template_id, template)  # the configuration file wins
        self._sent = stored["sent"]
