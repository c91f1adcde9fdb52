"""Announcements of the weeks before: one to everybody, one that asks for 已知晓, and those not sent yet."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from app.core.clock import from_local, local_day
from app.core.db import Session
from app.members.models import PARTY_MEMBERS, WeChatIdentity
from app.notices import declarations
from app.notices.announcements import sending, service
from app.notices.announcements.audience import Audience, Target
from app.notices.announcements.content import Content
from app.notices.announcements.models import Announcement, Confirmation
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Channel, Delivery, DeliveryAttempt, Urgency
from app.notices.setup import Setup, TemplateIds
from app.notices.states import DeliveryState
from app.notices.timing import IsWorkingDay
from app.organizations.models import Organization
from demo import templates
from demo.cast import ACCOUNTS, Account
from demo.crowd import BLACKLISTED, LIMITED, Someone
from demo.days import working_day

OFFICE = next(one for one in ACCOUNTS if one.username == "office")
SECRETARY = next(one for one in ACCOUNTS if one.username == "secretary")
TO_ALL_DAYS_AGO, ASKING_DAYS_AGO, CONFIRM_WITHIN_DAYS = 17, 10, 5
SILENT_EVERY = 3
ROWS_AT_ONCE = 500
REFUSED = {LIMITED: "user_limited", BLACKLISTED: "blacklisted", 0: ""}
BASIS = "岚岳能源集团党委文件（岚党发〔2026〕18号）"

TO_ALL = (
    "关于做好迎峰度冬保供值班安排的通知",
    (
        "<p>各级党组织：</p><p>迎峰度冬保供期间，请各支部排好党员值班表，保持通讯畅通，重要情况当日报告。</p>"
        "<ul><li>值班表由支部书记审定，张贴在值班室；</li><li>夜班党员的热餐由后勤保障；</li>"
        "<li>遇到困难，直接联系党群工作部。</li></ul>"
    ),
)
ASKING = (
    "关于组织学习安全生产专题材料的通知",
    "<p>请党员同志阅读支部发放的安全生产专题材料，并在“通知”里点“已知晓”。</p><p>不便使用手机的同志，由支部当面告知并代为登记。</p>",
)
WAITING = (
    "关于开展冬季安全生产互查的通知",
    "<p>请各党支部与相邻支部结对，下月底前完成一次安全生产互查，发现的问题当场商定整改人和时间。</p>",
)
DRAFTED = ("关于调整主题党日时间的通知", "<p>因机组检修，本月主题党日改到检修结束后第一个星期五。</p>")


def write_announcements(
    session: Session,
    root: Organization,
    branch: Organization,
    *,
    app_id: str,
    works: IsWorkingDay,
    now: datetime,
) -> None:
    setup = _setup(app_id)
    _send(session, root, TO_ALL, "", setup, _morning(now, TO_ALL_DAYS_AGO, works), None)
    above = session.get_one(Organization, branch.parent_id)
    until = from_local(local_day(now + timedelta(days=CONFIRM_WITHIN_DAYS)), 18)
    asking = _send(session, above, ASKING, BASIS, setup, _morning(now, ASKING_DAYS_AGO, works), until)
    _confirm(session, asking)
    waiting = _draft(session, root, WAITING, OFFICE, now - timedelta(hours=3))
    service.submit(session, announcement=waiting, revision=waiting.revision, send_at=None, now=now)
    _draft(session, branch, DRAFTED, SECRETARY, now - timedelta(hours=1))


def _setup(app_id: str) -> Setup:
    ids = {kind: TemplateIds(template=templates.template_id("template", kind)) for kind in templates.KINDS}
    return Setup(app_id, "", declarations.load(), ids)


def _morning(now: datetime, days_ago: int, works: IsWorkingDay) -> datetime:
    return from_local(working_day(local_day(now - timedelta(days=days_ago)), works), 10)


def _draft(
    session: Session,
    organization: Organization,
    words: tuple[str, str],
    author: Account,
    at: datetime,
    basis: str = "",
    until: datetime | None = None,
) -> Announcement:
    everybody = Audience(targets=(Target(organization.id),), kinds=PARTY_MEMBERS)
    return service.draft(
        session,
        organization=organization,
        content=Content(*words, everybody, Urgency.OWN_PUSH, basis, until),
        author=author.username,
        author_name=author.name,
        now=at,
    )


def _send(
    session: Session,
    organization: Organization,
    words: tuple[str, str],
    basis: str,
    setup: Setup,
    at: datetime,
    until: datetime | None,
) -> Announcement:
    """Sent long ago: nothing of it goes out again when the demo starts."""
    made = _draft(session, organization, words, OFFICE, at - timedelta(hours=2), basis, until)
    service.schedule(
        session, announcement=made, revision=made.revision, send_at=at, by=OFFICE.username, now=at
    )
    sending.prepare(session, announcement_id=made.id, setup=setup, now=at)
    _end(session, made, at + timedelta(minutes=1))
    made.state, made.ended_at = AnnouncementState.SENT, at + timedelta(minutes=1)
    return made


def _end(session: Session, made: Announcement, at: datetime) -> None:
    """As it would have ended with these people: nearly all got it, a few could not."""
    rows = session.execute(
        select(Delivery.id, WeChatIdentity.openid)
        .join(WeChatIdentity, WeChatIdentity.id == Delivery.identity_id)
        .where(Delivery.announcement_id == made.id, Delivery.state == DeliveryState.QUEUED)
        .order_by(Delivery.id)
    ).all()
    ends = [(row.id, _fault(row.openid)) for row in rows]
    for fault in sorted({one for _, one in ends}):
        _write(session, [one for one, why in ends if why == fault], fault, at)


def _fault(openid: str) -> str:
    """Why this person did not get it; empty for most."""
    someone = Someone.of(openid)
    if someone is None:
        return ""
    phone = someone.phone("")
    if not phone["subscribed"]:
        return "unfollowed"
    return REFUSED[phone["refuses"]] or ("" if phone["receives"] else "user_block")


def _write(session: Session, ids: Sequence[str], fault: str, at: datetime) -> None:
    state = DeliveryState.REJECTED if fault else DeliveryState.DELIVERED
    values = {
        "state": state,
        "reason": fault or None,
        "channel": Channel.TEMPLATE,
        "attempts": 1,
        "ended_at": at,
    }
    taken = fault in {"", "user_block"}
    attempt = {
        "channel": Channel.TEMPLATE,
        "at": at,
        "outcome": "accepted" if taken else "rejected",
        "reason": None if taken else fault,
        "remote_id": None,
    }
    for start in range(0, len(ids), ROWS_AT_ONCE):
        some = ids[start : start + ROWS_AT_ONCE]
        session.execute(update(Delivery).where(Delivery.id.in_(some)).values(**values))
        session.execute(insert(DeliveryAttempt), [attempt | {"delivery_id": one} for one in some])


def _confirm(session: Session, asking: Announcement) -> None:
    """Two of three whom it reached have said so."""
    reached = session.scalars(
        select(Delivery.member_id)
        .where(Delivery.announcement_id == asking.id, Delivery.state == DeliveryState.DELIVERED)
        .order_by(Delivery.member_id)
    ).all()
    said = [
        {
            "announcement_id": asking.id,
            "member_id": member_id,
            "confirmed_at": asking.prepared_at + timedelta(minutes=7 * number),
        }
        for number, member_id in enumerate(reached)
        if number % SILENT_EVERY and asking.prepared_at
    ]
    if said:
        session.execute(insert(Confirmation), said)
