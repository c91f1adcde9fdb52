"""A file that somebody hands in: what its bytes say it is, without what a picture tells about its maker. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from unicodedata import category, normalize

from app.core import wording
from app.core.errors import DomainError
from app.core.files import Kind, kind_of, stripped, text_of

LIMIT = 10 * 1024 * 1024
NAME_LIMIT = 120
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "pdf": Kind.PDF,
        "jpg": Kind.JPEG,
        "jpeg": Kind.JPEG,
        "png": Kind.PNG,
        "docx": Kind.WORD,
        "xlsx": Kind.EXCEL,
        "pptx": Kind.POWERPOINT,
        "txt": Kind.TEXT,
    }
)
"""What each ending of a name promises."""
UNPRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class AttachmentName(DomainError):
    """A path, an invisible sign, or nothing at all."""

    code = "attachment_name"


class AttachmentKind(DomainError):
    """None of the kinds we take, or not what its name says."""

    code = "attachment_kind"


class AttachmentTooLarge(DomainError):
    """`details["limit"]`: in bytes."""

    code = "attachment_too_large"


class AttachmentMarked(DomainError):
    """`details["words"]`: the marks of secrecy in its name or its text."""

    code = "attachment_marked"


@dataclass(frozen=True, slots=True)
class Upload:
    """`content` is what is kept and handed out; `sha256` is of that."""

    name: str
    kind: Kind
    content: bytes
    sha256: str

    def columns(self) -> dict[str, object]:
        """As the tables of files name them."""
        return {
            "name": self.name,
            "media_type": self.kind.value,
            "size": len(self.content),
            "sha256": self.sha256,
            "content": self.content,
        }


def checked(name: str, content: bytes, *, limit: int = LIMIT, kinds: Mapping[str, Kind] = KINDS) -> Upload:
    """Raises AttachmentName, -Kind, -TooLarge (`limit` in bytes), -Marked; AttachmentDamaged, AttachmentMacros."""
    name = _name(name)
    if len(content) > limit:
        raise AttachmentTooLarge(limit=limit)
    kind = kinds.get(name.rpartition(".")[2].lower())
    if kind is None or kind_of(content) is not kind:
        raise AttachmentKind
    if words := wording.marked(f"{name}\n{text_of(content, kind)}"):
        raise AttachmentMarked(words=words)
    content = stripped(content, kind)
    return Upload(name, kind, content, hashlib.sha256(content).hexdigest())


def _name(given: str) -> str:
    name = normalize("NFC", given).strip()
    path = any(sign in name for sign in '/\\:*?"<>|') or name.startswith(".")
    if path or not name.rpartition(".")[0] or len(name) > NAME_LIMIT:
        raise AttachmentName(limit=NAME_LIMIT)
    if any(category(sign) in UNPRINTED for sign in name):
        raise AttachmentName(limit=NAME_LIMIT)
    return name
