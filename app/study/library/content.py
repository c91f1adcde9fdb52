"""What a writer fills in of an item, and what is refused of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import category, normalize
from urllib.parse import urlsplit

from app.core import rich_text, wording
from app.core.errors import DomainError
from app.study.library.models import ItemKind, Rights

TITLE = 60
SUMMARY = 200
URL = 500
SOURCE = 80
NOTE = 200
TAG = 12
TAGS = 8
BODY = 200_000
"""Of the sanitised text with its tags: a whole regulation with its explanations."""
TYPED = 2 * BODY
UNPRINTED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
ELSEWHERE = frozenset({ItemKind.VIDEO, ItemKind.LINK})
"""We keep neither films nor what others publish: these lead to an address."""
NOT_IN_ADDRESSES = frozenset('\\<>"`{}|^')


class FieldMissing(DomainError):
    """`details["field"]`: the name of what must be filled in."""

    code = "study_field_missing"


class FieldTooLong(DomainError):
    """`details`: `field`, `limit` and `length` in signs."""

    code = "study_field_long"


class TagsTooMany(DomainError):
    code = "study_tags"


class AddressWrong(DomainError):
    """`details["field"]`: no whole address of http or https."""

    code = "study_address"


class RightsElsewhere(DomainError):
    """What is others' own is linked to: by the kinds that lead elsewhere alone (facts/domain §3, S29)."""

    code = "study_rights_elsewhere"


class BodyElsewhere(DomainError):
    """What is only linked to has a summary and no text here (facts/domain §3, S29)."""

    code = "study_body_elsewhere"


class BodyTangled(DomainError):
    """Nested deeper than any text is."""

    code = "study_body_tangled"


class ContentMarked(DomainError):
    """`details["words"]`: the marks of secrecy that were found (facts/domain §8.2)."""

    code = "study_content_marked"


@dataclass(frozen=True, slots=True)
class Content:
    """`body` is HTML from anywhere. `source_url`: where it was first published."""

    title: str
    source_name: str
    rights: Rights
    body: str = ""
    summary: str = ""
    url: str = ""
    source_url: str = ""
    rights_note: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The columns of a `StudyVersion`, and its tags."""

    columns: dict[str, object]
    tags: tuple[str, ...]


def checked(content: Content, kind: ItemKind) -> Checked:
    """What is kept of it: sanitised, in one line where it is one. Raises a DomainError of this module."""
    body = _body(content.body)
    columns: dict[str, object] = {
        "title": filled(content.title, "title", TITLE),
        "summary": short(content.summary, "summary", SUMMARY),
        "body": body,
        "url": _address(content.url, "url"),
        "source_name": filled(content.source_name, "source_name", SOURCE),
        "source_url": _address(content.source_url, "source_url"),
        "rights": content.rights,
        "rights_note": short(content.rights_note, "rights_note", NOTE),
    }
    tags = _tags(content.tags)
    _check_kind(kind, content.rights, columns)
    texts = [str(columns[name]) for name in ("title", "summary", "source_name", "rights_note")]
    check_unmarked(*texts, *tags, rich_text.plain(body))
    return Checked(columns, tags)


def _check_kind(kind: ItemKind, rights: Rights, columns: dict[str, object]) -> None:
    elsewhere = kind is ItemKind.LINK or rights is Rights.LINKED
    if rights is Rights.LINKED and kind not in ELSEWHERE:
        raise RightsElsewhere
    if elsewhere and columns["body"]:
        raise BodyElsewhere
    if kind in ELSEWHERE and not columns["url"]:
        raise FieldMissing(field="url")
    if kind is ItemKind.ARTICLE and not columns["body"]:
        raise FieldMissing(field="body")
    if rights is Rights.PERMITTED and not columns["rights_note"]:
        raise FieldMissing(field="rights_note")


def takes_files(kind: ItemKind, rights: Rights) -> bool:
    """Not where the item only leads elsewhere: a copy of what is others' own would be a reprint."""
    return kind is not ItemKind.LINK and rights is not Rights.LINKED


def check_unmarked(*texts: str) -> None:
    """Raises ContentMarked."""
    if words := wording.marked("\n".join(texts)):
        raise ContentMarked(words=words)


def line(text: str) -> str:
    """One line without what nobody sees."""
    spaced = " ".join(normalize("NFC", text).split())
    return "".join(one for one in spaced if category(one) not in UNPRINTED).strip()


def short(text: str, field: str, limit: int) -> str:
    """The same, within its column. Raises FieldTooLong."""
    kept = line(text)
    if len(kept) > limit:
        raise FieldTooLong(field=field, limit=limit, length=len(kept))
    return kept


def filled(text: str, field: str, limit: int) -> str:
    """The same, and not empty. Raises FieldMissing, FieldTooLong."""
    kept = short(text, field, limit)
    if not kept:
        raise FieldMissing(field=field)
    return kept


def _body(typed: str) -> str:
    """Empty where there is nothing to read in it."""
    if len(typed) > TYPED:
        raise FieldTooLong(field="body", limit=BODY, length=len(typed))
    if rich_text.tangled(typed):
        raise BodyTangled
    body = rich_text.clean(typed)
    if len(body) > BODY:
        raise FieldTooLong(field="body", limit=BODY, length=len(body))
    return body if line(rich_text.plain(body)) else ""


def _address(typed: str, field: str) -> str:
    """Whole, or empty. No name or password in it: 12371.cn@elsewhere.example reads like the wrong house."""
    address = typed.strip()
    if not address:
        return ""
    if len(address) > URL:
        raise FieldTooLong(field=field, limit=URL, length=len(address))
    odd = any(one.isspace() or one in NOT_IN_ADDRESSES or category(one) in UNPRINTED for one in address)
    try:
        parts = urlsplit(address)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise AddressWrong(field=field) from error
    if odd or not whole or "@" in parts.netloc:
        raise AddressWrong(field=field)
    return address


def _tags(typed: Iterable[str]) -> tuple[str, ...]:
    """Each once, in their order, without the # that some put before."""
    kept = dict.fromkeys(short(one.strip().lstrip("#＃"), "tags", TAG) for one in typed)
    tags = tuple(one for one in kept if one)
    if len(tags) > TAGS:
        raise TagsTooMany(limit=TAGS)
    return tags
