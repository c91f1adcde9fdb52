"""三审: three people one after the other, none of whom wrote on it (facts/domain §3, S29)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from app.core.db import Session
from app.core.errors import DomainError
from app.staff.persons import same_person
from app.study.library import versions
from app.study.library.content import NOTE, FieldMissing, short
from app.study.library.models import ReviewVerdict, StudyReview, StudyVersion
from app.study.library.publishing import publish
from app.study.library.rules import STAGES
from app.study.library.states import VersionState
from app.study.library.versions import NotInThisState, Overtaken

S = VersionState


class ReviewerWrote(DomainError):
    """Who has written on a version does not review it, under whatever account."""

    code = "study_reviewer_wrote"


class ReviewedAlready(DomainError):
    """Three reviews are three people."""

    code = "study_reviewed_already"


def review(
    session: Session,
    *,
    version: StudyVersion,
    revision: int,
    stage: int,
    verdict: ReviewVerdict,
    note: str,
    reviewer: str,
    reviewer_name: str,
    now: datetime,
) -> None:
    """One of the three reviews, of exactly this text: returned with a word why, or passed; after the third, published.

    Raises NotInThisState, Overtaken (another `stage` is due by now), ReviewerWrote, ReviewedAlready,
    FieldMissing, FieldTooLong (of `note`).
    """
    if version.state is not S.IN_REVIEW:
        raise NotInThisState
    note = short(note, "note", NOTE)
    if verdict is ReviewVerdict.RETURNED and not note:
        raise FieldMissing(field="note")
    earlier = reviews(session, version)
    if stage != len(earlier) + 1:
        raise Overtaken
    _check_person(session, version, earlier, reviewer)
    round_ = version.round
    if verdict is ReviewVerdict.RETURNED:
        versions.move(session, version, revision, S.DRAFT, {"submitted_at": None})
    elif stage == STAGES:
        publish(session, version, revision, now=now)
    else:
        versions.change(session, version, revision, {})
    session.add(
        StudyReview(
            version_id=version.id,
            round=round_,
            stage=stage,
            verdict=verdict,
            reviewer=reviewer,
            reviewer_name=reviewer_name,
            note=note,
            at=now,
        )
    )
    session.flush()


def reviews(session: Session, version: StudyVersion) -> Sequence[StudyReview]:
    """Those of its present round, in their order."""
    its = StudyReview.version_id == version.id, StudyReview.round == version.round
    return session.scalars(select(StudyReview).where(*its).order_by(StudyReview.stage)).all()


def _check_person(
    session: Session, version: StudyVersion, earlier: Iterable[StudyReview], reviewer: str
) -> None:
    if any(same_person(session, one, reviewer) for one in versions.writers(session, version.id)):
        raise ReviewerWrote
    if any(same_person(session, one.reviewer, reviewer) for one in earlier):
        raise ReviewedAlready
