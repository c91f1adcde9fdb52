"""What a person has switched off for themselves. Nobody else sees it, and their list of notices keeps everything."""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select

from app.core.db import Session, driver_of, rows_changed
from app.core.prepared import Prepared
from app.notices.models import Topic, TopicSwitch

OFFERED = (Topic.ANNOUNCEMENTS, Topic.DIGEST, Topic.MEETINGS, Topic.DUES, Topic.STUDY)
"""Topics of which something is sent today; a switch without a push behind it would be a dead button."""
_SWITCH_OFF = Prepared(
    insert(TopicSwitch).values({name: bindparam(name) for name in ("member_id", "topic", "off_at")})
)


def switched_off(session: Session, *, member_id: int) -> frozenset[Topic]:
    return frozenset(session.scalars(select(TopicSwitch.topic).where(TopicSwitch.member_id == member_id)))


def keep_on(session: Session, *, member_id: int, topics: frozenset[Topic], now: datetime) -> None:
    """Of the offered topics exactly these are on from now on; said twice, it is as said once."""
    on = [topic for topic in OFFERED if topic in topics]
    again = delete(TopicSwitch).where(TopicSwitch.member_id == member_id, TopicSwitch.topic.in_(on))
    rows_changed(session, again)
    for topic in OFFERED:
        if topic not in topics:
            _SWITCH_OFF.once(driver_of(session), member_id=member_id, topic=topic, off_at=now)
