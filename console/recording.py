"""What stands in the form of a record, and what is wrong in it. Nothing that somebody typed is cut or lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import zip_longest

from flask import request

from app.meetings.models import MeetingKind
from app.meetings.records import content as limits
from app.meetings.records.content import Action, Content, Item, Shape, shape_of

PARTS = {"topic": limits.TOPIC, "report": limits.TEXT, "discussion": limits.TEXT, "decision": limits.TEXT}
WORDS = {"topic": "题目", "report": "汇报", "discussion": "讨论", "decision": "决定"}


@dataclass(frozen=True)
class Task:
    """An action as it stands in the form: its date may be none."""

    what: str = ""
    who: str = ""
    by_when: str = ""


@dataclass(frozen=True)
class Typed:
    """`seen`: the fingerprint of the record that the form began from."""

    items: Sequence[Item] = ()
    tasks: Sequence[Task] = ()
    attachments: str = ""
    seen: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: Content, seen: str) -> "Typed":
        tasks = [
            Task(one.what, one.who, one.by_when.isoformat() if one.by_when else "") for one in content.actions
        ]
        return cls(content.items, tasks, content.attachments, seen)

    @classmethod
    def sent(cls) -> "Typed":
        texts = zip_longest(*(_listed(one.name) for one in fields(Item)), fillvalue="")
        tasks = zip_longest(_listed("task"), _listed("who"), _listed("by_when"), fillvalue="")
        return cls(
            [Item(*one) for one in texts],
            [Task(*one) for one in tasks],
            _plain(request.form.get("attachments", "")),
            request.form.get("seen", ""),
        )

    def open(self, *, items: bool, tasks: bool) -> "Typed":
        """With an empty item and an empty action at the end, to write on."""
        more_items = [Item()] if items and (not self.items or self.items[-1] != Item()) else []
        more_tasks = [Task()] if tasks and (not self.tasks or self.tasks[-1] != Task()) else []
        return replace(self, items=[*self.items, *more_items], tasks=[*self.tasks, *more_tasks])

    def checked(self, kind: MeetingKind) -> "Typed":
        """With a sentence beside each field that cannot be kept."""
        return replace(
            self, faults={**self._item_faults(), **self._task_faults(), **self._other_faults(kind)}
        )

    def _item_faults(self) -> dict[str, str]:
        return {
            f"{name}-{number}": f"{WORDS[name]}太长了，最多 {most:,} 个字。"
            for number, item in enumerate(self.items)
            for name, most in PARTS.items()
            if len(getattr(item, name)) > most
        }

    def _task_faults(self) -> dict[str, str]:
        faults = {}
        for number, task in enumerate(self.tasks):
            if len(task.what) > limits.WHAT:
                faults[f"task-{number}"] = f"事项太长了，最多 {limits.WHAT} 个字。"
            if len(task.who) > limits.WHO:
                faults[f"who-{number}"] = f"责任人太长了，最多 {limits.WHO} 个字。"
            if task.by_when and _day(task.by_when) is None:
                faults[f"by_when-{number}"] = "日期没有填对。"
        return faults

    def _other_faults(self, kind: MeetingKind) -> dict[str, str]:
        faults = {}
        if len(self.items) > limits.MOST_ITEMS or len(self.tasks) > limits.MOST_ACTIONS:
            faults["many"] = f"议题和落实事项最多各 {limits.MOST_ITEMS} 条，请合并一些。"
        if len(self.attachments) > limits.TEXT:
            faults["attachments"] = f"附件说明太长了，最多 {limits.TEXT:,} 个字。"
        if shape_of(kind) is not Shape.RECTIFICATION and sum(map(len, self.content().texts())) > limits.WHOLE:
            faults["many"] = f"这份记录超过了 {limits.WHOLE:,} 个字，请把一部分另做附件。"
        return faults

    def content(self) -> Content:
        return Content(
            tuple(self.items),
            tuple(Action(one.what, one.who, _day(one.by_when)) for one in self.tasks),
            self.attachments,
        )


def _listed(name: str) -> list[str]:
    return [_plain(one) for one in request.form.getlist(name)]


def _plain(text: str) -> str:
    """Line ends as everywhere; halves of characters, which no answer could carry back, are gone."""
    return text.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "replace").decode()


def _day(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None  # noqa: PLR2004 -- no typing slips
