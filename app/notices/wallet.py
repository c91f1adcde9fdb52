"""The wallet: how many more notices of one template a person has agreed to. One accept, one send."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Update, bindparam, insert, or_, select, update

from app.core.db import Session, driver_of, rows_changed
from app.core.prepared import Prepared
from app.members.models import WeChatIdentity
from app.notices.models import SubscriptionGrant

LONGEST_TEMPLATE_ID: Final = 64
_OPEN = Prepared(
    insert(SubscriptionGrant).values(
        identity_id=bindparam("identity_id"),
        template_id=bindparam("template_id"),
        updated_at=bindparam("updated_at"),
        remaining=0,
    )
)


def accepted(
    session: Session, *, openid: str, app_ids: Iterable[str], template_id: str, now: datetime
) -> bool:
    """One more may be sent; whether the person is known."""
    identity_id = _identity(session, openid, app_ids)
    if identity_id is None:
        return False
    _OPEN.once(driver_of(session), identity_id=identity_id, template_id=template_id, updated_at=now)
    _add(session, template_id, [identity_id], 1, now)
    return True


def refused(
    session: Session, *, openid: str, app_ids: Iterable[str], template_id: str, now: datetime
) -> bool:
    """None may be sent any more; whether the person is known."""
    identity_id = _identity(session, openid, app_ids)
    if identity_id is not None:
        empty(session, template_id=template_id, identities=[identity_id], now=now)
    return identity_id is not None


def spend(
    session: Session, *, template_id: str, identities: Collection[int], now: datetime
) -> frozenset[int]:
    """Take one from each of these wallets before the send; who had one. Each person at most once a call."""
    filled = (
        select(SubscriptionGrant.identity_id)
        .where(
            SubscriptionGrant.template_id == template_id,
            SubscriptionGrant.identity_id.in_(identities),
            SubscriptionGrant.remaining > 0,
        )
        .with_for_update()
    )
    able = frozenset(session.scalars(filled))
    if able:
        _add(session, template_id, able, -1, now)
    return able


def give_back(session: Session, *, template_id: str, identities: Counter[int], now: datetime) -> None:
    """What was surely not sent has cost nothing: so many go back to each."""
    for number in set(identities.values()):
        alike = [identity_id for identity_id, times in identities.items() if times == number]
        _add(session, template_id, alike, number, now)


def empty(session: Session, *, template_id: str, identities: Collection[int], now: datetime) -> None:
    """WeChat says that nothing is left."""
    rows_changed(session, _of(template_id, identities).values(remaining=0, updated_at=now))


def _add(session: Session, template_id: str, identities: Collection[int], number: int, now: datetime) -> None:
    changed = _of(template_id, identities).where(SubscriptionGrant.remaining + number >= 0)
    rows_changed(session, changed.values(remaining=SubscriptionGrant.remaining + number, updated_at=now))


def _of(template_id: str, identities: Collection[int]) -> Update:
    return update(SubscriptionGrant).where(
        SubscriptionGrant.template_id == template_id, SubscriptionGrant.identity_id.in_(identities)
    )


def _identity(session: Session, openid: str, app_ids: Iterable[str]) -> int | None:
    at_ours = or_(*(WeChatIdentity.app_id == app_id for app_id in app_ids))
    return session.scalar(select(WeChatIdentity.id).where(WeChatIdentity.openid == openid, at_ours))
