"""点播: a member asks, the branch offers or says why not. Who asked, and when, is for the member alone."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, func, select, update
from sqlalchemy.exc import IntegrityError

from app.core import wording
from app.core.db import AnyRow, Session, rows_changed
from app.core.errors import DomainError
from app.members.models import GONE, Member
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.study.library.models import StudyItem
from app.study.library.readers import readable
from app.study.plans.models import Wish
from app.study.plans.people import keyed, place_of
from app.study.plans.rules import line
from app.study.plans.states import WishState

LIMIT: Final = 200
PLACES: Final = (1, 2, 3)
KEY_BYTES: Final = 8
SHOWN: Final = 50
S = WishState
_KEY = re.compile(r"[0-9a-f]{16}")


class WishText(DomainError):
    """Empty, or longer than `details["limit"]` signs."""

    code = "study_wish_text"


class WishMarked(DomainError):
    """`details["words"]`: marks of secrecy."""

    code = "study_wish_marked"


class WishesOpen(DomainError):
    """`details["limit"]` wait for an answer already."""

    code = "study_wishes_open"


class WishOver(DomainError):
    """Answered or taken back meanwhile, or not this reader's at all."""

    code = "study_wish_over"


class AnswerText(DomainError):
    """Longer than `details["limit"]` signs; or none, where the member is told why not."""

    code = "study_wish_answer"


class WishItem(DomainError):
    """Not published, or the one who asked could not read it."""

    code = "study_wish_item"


@dataclass(frozen=True, slots=True)
class OpenWish:
    """As the branch sees it."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class OwnWish:
    """As the one who asked sees it. `item_id` empty: nothing offered, or it can no longer be read."""

    wish_id: int
    text: str
    state: WishState
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    item_id: int | None


def wish(session: Session, *, member_id: int, text: str, now: datetime) -> int:
    """Its id; that of the same open wish where it was said before.

    Raises WishText, WishMarked, WishesOpen with three open ones, NotHere.
    """
    place, said = place_of(session, member_id), _checked(text)
    open_ones = {row.place: row for row in _open_of(session, member_id)}
    same = next((row.id for row in open_ones.values() if row.text == said), None)
    if same is not None:
        return int(same)
    for free in (one for one in PLACES if one not in open_ones):
        made = Wish(
            key=secrets.token_hex(KEY_BYTES),
            member_id=member_id,
            organization_id=place.id,
            place=free,
            text=said,
            state=S.ASKED,
            asked_at=now,
        )
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:  # the same person's other phone was quicker
            continue
        return made.id
    raise WishesOpen(limit=len(PLACES))


def take_back(session: Session, *, wish_id: int, member_id: int) -> None:
    """What nobody wants any more is kept by nobody: its text goes. Raises WishOver."""
    if not (keyed(wish_id) and keyed(member_id)):
        raise WishOver
    mine = update(Wish).where(Wish.id == wish_id, Wish.member_id == member_id, Wish.state == S.ASKED)
    if not rows_changed(session, mine.values(state=S.TAKEN_BACK, place=None, text="")):
        raise WishOver


def offer(
    session: Session, scope: Scope, *, key: str, item_id: int, answer: str = "", by: str, now: datetime
) -> None:
    """Something of the library for it. Raises WishOver, WishItem, AnswerText, WishMarked."""
    said = _answer(answer)
    asked = _asked(session, scope, key)
    found = select(StudyItem.id).where(StudyItem.id == item_id, readable(asked.path))
    if not keyed(item_id) or session.scalar(found) is None:
        raise WishItem
    _end(session, asked.id, S.OFFERED, item_id=item_id, answer=said, answered_by=by, answered_at=now)


def decline(session: Session, scope: Scope, *, key: str, answer: str, by: str, now: datetime) -> None:
    """With a word about why. Raises WishOver, AnswerText, WishMarked."""
    said = _answer(answer)
    if not said:
        raise AnswerText(limit=LIMIT)
    asked = _asked(session, scope, key)
    _end(session, asked.id, S.DECLINED, answer=said, answered_by=by, answered_at=now)


def open_wishes(session: Session, scope: Scope) -> list[OpenWish]:
    """Texts without names, branches or days, in an order that says nothing of when they came."""
    rows = session.execute(
        select(Wish.key, Wish.text)
        .join(Member, Member.id == Wish.member_id)
        .where(Wish.state == S.ASKED, Member.status.not_in(GONE), scope.owns(Wish.organization_id))
        .order_by(Wish.key)
    )
    return [OpenWish(row.key, row.text) for row in rows]


def open_wish_count(session: Session, scope: Scope) -> int:
    """For the branch's list of what is to be done."""
    waiting = Wish.state == S.ASKED, Member.status.not_in(GONE), scope.owns(Wish.organization_id)
    counted = select(func.count()).select_from(Wish).join(Member, Member.id == Wish.member_id)
    return session.scalar(counted.where(*waiting)) or 0


def own_wishes(session: Session, *, member_id: int) -> Sequence[OwnWish]:
    """The latest first, without what was taken back; for nobody but this member. Raises NotHere."""
    path = place_of(session, member_id).path
    rows = session.execute(
        select(
            Wish.id,
            Wish.text,
            Wish.state,
            Wish.asked_at,
            Wish.answer,
            Wish.answered_at,
            StudyItem.id.label("item_id"),
        )
        .outerjoin(StudyItem, and_(StudyItem.id == Wish.item_id, readable(path)))
        .where(Wish.member_id == member_id, Wish.state != S.TAKEN_BACK)
        .order_by(Wish.asked_at.desc(), Wish.id.desc())
        .limit(SHOWN)
    )
    return [OwnWish(*row) for row in rows]


def _open_of(session: Session, member_id: int) -> Sequence[AnyRow]:
    """(id, place, text)."""
    mine = Wish.member_id == member_id, Wish.state == S.ASKED
    return session.execute(select(Wish.id, Wish.place, Wish.text).where(*mine)).all()


def _asked(session: Session, scope: Scope, key: str) -> AnyRow:
    """(id, path): of the organisation to which the one who asked belongs now. Raises WishOver."""
    found = (
        select(Wish.id, Organization.path)
        .join(Member, Member.id == Wish.member_id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(Wish.key == key, Wish.state == S.ASKED, scope.owns(Wish.organization_id))
    )
    row = session.execute(found).one_or_none() if _KEY.fullmatch(key) else None
    if row is None:
        raise WishOver
    return row


def _end(session: Session, wish_id: int, state: WishState, **values: Any) -> None:
    """Of two who answer, or one who answers and one who takes back, the first counts. Raises WishOver."""
    mine = update(Wish).where(Wish.id == wish_id, Wish.state == S.ASKED)
    if not rows_changed(session, mine.values(state=state, place=None, **values)):
        raise WishOver


def _checked(text: str) -> str:
    said = line(text)
    if not said or len(said) > LIMIT:
        raise WishText(limit=LIMIT, length=len(said))
    if words := wording.marked(said):
        raise WishMarked(words=words)
    return said


def _answer(text: str) -> str:
    said = line(text)
    if len(said) > LIMIT:
        raise AnswerText(limit=LIMIT, length=len(said))
    if words := wording.marked(said):
        raise WishMarked(words=words)
    return said
