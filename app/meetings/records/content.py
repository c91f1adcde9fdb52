"""What a record says, and what each kind of meeting may have written down (facts/domain §2.5, §2.6). Pure."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from unicodedata import category

from pydantic import TypeAdapter

from app.core import wording
from app.core.errors import DomainError
from app.meetings.models import MeetingKind

MOST_ITEMS = 100
MOST_ACTIONS = 100
TOPIC = 200
TEXT = 10_000
WHAT = 500
WHO = 100
WHOLE = 200_000
"""Signs of one record: about 250 pages, far below what a database or a form takes."""

_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Marks that turn the direction of writing: a print-out would not say what stands in the table."""


class Shape(StrEnum):
    """FULL: item by item. RESULTS: titles and results alone. RECTIFICATION: what is to be put right."""

    FULL = "full"
    RESULTS = "results"
    RECTIFICATION = "rectification"


SHAPES = {
    # Criticism and self-criticism are not typed into a system that WeChat reaches (facts/domain §2.5).
    MeetingKind.ORGANIZATIONAL_LIFE: Shape.RECTIFICATION,
    MeetingKind.DEMOCRATIC_LIFE: Shape.RECTIFICATION,
    MeetingKind.APPRAISAL: Shape.RECTIFICATION,
    # A committee's deliberation stays out; title, result and document number may be kept (facts/domain §2.6).
    MeetingKind.COMMITTEE_MEETING: Shape.RESULTS,
}


def shape_of(kind: MeetingKind) -> Shape:
    return SHAPES.get(kind, Shape.FULL)


class RecordSpeeches(DomainError):
    """Speeches of a meeting whose speeches are not kept here, or the deliberation of a committee."""

    code = "record_speeches"


class RecordTooLong(DomainError):
    code = "record_too_long"


class RecordMarked(DomainError):
    """`details["marks"]`: the marks of secrecy that the text bears (facts/domain §8.2)."""

    code = "record_marked"


@dataclass(frozen=True)
class Item:
    topic: str = ""
    report: str = ""
    discussion: str = ""
    decision: str = ""


@dataclass(frozen=True)
class Action:
    what: str = ""
    who: str = ""
    by_when: date | None = None


@dataclass(frozen=True)
class Counts:
    """People. `invited`: who sat in. `made_up`: of those who were away; 补课 is never presence."""

    expected: int
    present: int
    voting_expected: int
    voting_present: int
    on_leave: int
    absent: int
    not_counted: int
    invited: int
    made_up: int


@dataclass(frozen=True)
class Named:
    """A person, and why they are listed: the kind of leave, or the ground and its approval. A vote: its outcome."""

    name: str
    why: str = ""


@dataclass(frozen=True)
class Facts:
    """The head, and who was there, as they stood when the record was closed.

    `organizations`: the one that holds it, then its partners.
    """

    organizations: tuple[str, ...]
    kind: MeetingKind
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    chair: str
    recorder: str
    agenda: str
    late_reason: str
    counts: Counts
    on_leave: tuple[Named, ...] = ()
    absent: tuple[Named, ...] = ()
    not_counted: tuple[Named, ...] = ()
    invited: tuple[Named, ...] = ()
    votes: tuple[Named, ...] = ()


@dataclass(frozen=True)
class Content:
    """`attachments`: the papers that lie beside the signed print-out. `facts`: from its closing on."""

    items: tuple[Item, ...] = ()
    actions: tuple[Action, ...] = ()
    attachments: str = ""
    facts: Facts | None = None

    def texts(self) -> list[str]:
        """Everything that was typed."""
        items = [
            text for item in self.items for text in (item.topic, item.report, item.discussion, item.decision)
        ]
        return [
            *items,
            *(text for action in self.actions for text in (action.what, action.who)),
            self.attachments,
        ]


_STORED = TypeAdapter(Content)


def to_json(content: Content) -> str:
    return _STORED.dump_json(content).decode()


def from_json(kept: str) -> Content:
    return _STORED.validate_json(kept)


def tidy(content: Content) -> Content:
    """Without what no paper can show, and without rows that say nothing."""
    items = (Item(*(readable(getattr(item, one.name)) for one in fields(Item))) for item in content.items)
    actions = (Action(readable(one.what), readable(one.who), one.by_when) for one in content.actions)
    return replace(
        content,
        items=tuple(item for item in items if item != Item()),
        actions=tuple(action for action in actions if action != Action()),
        attachments=readable(content.attachments),
    )


def readable(text: str) -> str:
    """Line ends and signs; no control characters, which neither XML nor PostgreSQL takes."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(one for one in lines if one == "\n" or _shows(one)).strip()


def _shows(one: str) -> bool:
    unassigned = ord(one) & 0xFFFE == 0xFFFE  # noqa: PLR2004 -- the two non-characters that end each plane
    return category(one) not in ("Cc", "Cs") and one not in _TURNS and not unassigned


def check(content: Content, kind: MeetingKind) -> None:
    """Raises RecordSpeeches, RecordTooLong, RecordMarked."""
    shape = shape_of(kind)
    deliberation = any(item.report or item.discussion for item in content.items)
    if (shape is Shape.RECTIFICATION and content.items) or (shape is Shape.RESULTS and deliberation):
        raise RecordSpeeches
    if _too_long(content):
        raise RecordTooLong
    if marks := wording.marked("\n".join(content.texts())):
        raise RecordMarked(marks=marks)


def _too_long(content: Content) -> bool:
    items = any(len(item.topic) > TOPIC or _longest(item) > TEXT for item in content.items)
    actions = any(len(one.what) > WHAT or len(one.who) > WHO for one in content.actions)
    many = len(content.items) > MOST_ITEMS or len(content.actions) > MOST_ACTIONS
    whole = sum(map(len, content.texts()))
    return items or actions or many or whole > WHOLE or len(content.attachments) > TEXT


def _longest(item: Item) -> int:
    return max(len(item.report), len(item.discussion), len(item.decision))
