"""What the branch's own people write down about arrears: that they talked, and what reason holds."""

from datetime import date, datetime, timedelta

from sqlalchemy import update

from app.core.clock import local_day
from app.core.crypto import Vault
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.dues import months
from app.dues.arrears.history import REASON_FIELD
from app.dues.arrears.models import Excuse, Talk

LONGEST_REASON = 200
MOST_BYTES = 640
"""As many as the column holds once they are sealed."""
MOST_MONTHS = 24
BACK = timedelta(days=366)
AHEAD = timedelta(days=366)


class TalkWrong(DomainError):
    """The talk is not of the last year, nobody talked, or the date set is not in the year after it."""

    code = "talk_wrong"


class ExcuseWrong(DomainError):
    """No reason, or months that are none, in the wrong order, or more than two years."""

    code = "excuse_wrong"


class ExcuseGone(DomainError):
    code = "excuse_gone"


def keep_talk(
    session: Session,
    *,
    member_id: int,
    organization_id: int,
    talked_on: date | None,
    talked_by: str,
    deadline_on: date | None,
    note: str,
    by: str,
    now: datetime,
) -> Talk:
    """The branch talked in time and set a date (facts/domain §1.4 Late payer). Raises TalkWrong."""
    today = local_day(now)
    if talked_on is None or not talked_by or not today - BACK <= talked_on <= today:
        raise TalkWrong
    if deadline_on is not None and not talked_on <= deadline_on <= talked_on + AHEAD:
        raise TalkWrong
    made = Talk(
        member_id=member_id,
        organization_id=organization_id,
        talked_on=talked_on,
        talked_by=talked_by,
        deadline_on=deadline_on,
        note=note,
        kept_by=by,
        kept_at=now,
    )
    session.add(made)
    session.flush()
    return made


def keep_excuse(
    session: Session,
    *,
    member_id: int,
    from_month: int | None,
    until_month: int | None,
    reason: str,
    by: str,
    now: datetime,
    vault: Vault,
) -> Excuse:
    """正当理由 for whole months (yyyymm, both included): they no longer count. Raises ExcuseWrong."""
    reason = reason.strip()
    if from_month is None or until_month is None or not 0 < len(reason) <= LONGEST_REASON:
        raise ExcuseWrong
    if len(reason.encode()) > MOST_BYTES:
        raise ExcuseWrong
    if not 0 <= months.between(from_month, until_month) < MOST_MONTHS:
        raise ExcuseWrong
    made = Excuse(
        member_id=member_id,
        from_month=from_month,
        until_month=until_month,
        reason_sealed=vault.seal(reason, REASON_FIELD),
        kept_by=by,
        kept_at=now,
    )
    session.add(made)
    session.flush()
    return made


def withdraw_excuse(session: Session, *, excuse_id: int, by: str, now: datetime) -> None:
    """The months count again. Raises ExcuseGone for one that was withdrawn already."""
    standing = update(Excuse).where(Excuse.id == excuse_id, Excuse.withdrawn_at.is_(None))
    if not rows_changed(session, standing.values(withdrawn_by=by, withdrawn_at=now)):
        raise ExcuseGone
    session.expire_all()
