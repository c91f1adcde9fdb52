"""What a writer fills in, and what is refused of it."""

from dataclasses import dataclass
from datetime import datetime
from unicodedata import category

from app.core import rich_text, wording
from app.core.errors import DomainError
from app.notices.announcements.audience import Audience
from app.notices.models import Urgency

TITLE_LIMIT = 60
BASIS_LIMIT = 120
BODY_LIMIT = 60_000
"""Of the sanitised text with its tags: some ten printed pages."""
UNPRINTED = frozenset({"Cc", "Cf", "Zl", "Zp"})


class TitleWrong(DomainError):
    """Empty, or longer than a phone's two lines."""

    code = "title_wrong"


class BodyEmpty(DomainError):
    code = "body_empty"


class BodyTooLong(DomainError):
    code = "body_too_long"


class UrgencyPersonal(DomainError):
    """A person's own matters are no announcement."""

    code = "urgency_personal"


class BasisTooLong(DomainError):
    code = "basis_too_long"


class ConfirmWithoutBasis(DomainError):
    """已知晓 is asked only where a document asks for it (facts/domain §7.3 FR3)."""

    code = "confirm_without_basis"


class WordingMarked(DomainError):
    """`details["words"]`: the marks of secrecy that were found."""

    code = "wording_marked"


@dataclass(frozen=True, slots=True)
class Content:
    """`body` is HTML from anywhere. `confirm_until` None: three working days after it is sent."""

    title: str
    body: str
    audience: Audience
    urgency: Urgency
    confirmation_basis: str = ""
    confirm_until: datetime | None = None


def checked(content: Content) -> dict[str, object]:
    """The columns of the announcement. Raises a DomainError of this module."""
    title, basis, body = (
        _line(content.title),
        _line(content.confirmation_basis),
        rich_text.clean(content.body),
    )
    _check_title(title)
    _check_body(body)
    _check_asking(content, basis)
    if words := wording.marked("\n".join((title, basis, rich_text.plain(body)))):
        raise WordingMarked(words=words)
    return {
        "title": title,
        "body": body,
        "audience": content.audience.to_json(),
        "urgency": content.urgency,
        "confirmation_basis": basis,
        "confirm_until": content.confirm_until,
    }


def _line(text: str) -> str:
    """One line without what nobody sees."""
    spaced = " ".join(text.split())
    return "".join(one for one in spaced if category(one) not in UNPRINTED).strip()


def _check_title(title: str) -> None:
    if not title or len(title) > TITLE_LIMIT:
        raise TitleWrong(limit=TITLE_LIMIT, length=len(title))


def _check_body(body: str) -> None:
    if not _line(rich_text.plain(body)):
        raise BodyEmpty
    if len(body) > BODY_LIMIT:
        raise BodyTooLong(limit=BODY_LIMIT, length=len(body))


def _check_asking(content: Content, basis: str) -> None:
    if content.urgency is Urgency.PERSONAL:
        raise UrgencyPersonal
    if len(basis) > BASIS_LIMIT:
        raise BasisTooLong(limit=BASIS_LIMIT, length=len(basis))
    if content.confirm_until is not None and not basis:
        raise ConfirmWithoutBasis
