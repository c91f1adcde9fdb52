"""What the pages of announcements share: finding one within the reader's subtrees, and putting it into words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import abort

from app.core.db import Session
from app.members.models import MemberKind
from app.notices.announcements import attachments, queries
from app.notices.announcements.audience import Audience
from app.notices.announcements.models import Announcement, Attachment
from app.notices.announcements.reach import Reach
from app.notices.announcements.states import AnnouncementState
from app.notices.models import Channel, Urgency
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff.permissions import Permission
from console.edge import keep_trail, scope, scope_of
from console.labels import label

CHANGEABLE = frozenset({AnnouncementState.DRAFT, AnnouncementState.IN_REVIEW, AnnouncementState.SCHEDULED})
"""As long as nothing has been sent; a change makes it a draft again."""
WAYS = {
    Channel.CUSTOMER: "公众号对话（两天内给公众号发过消息的人）",
    Channel.TEMPLATE: "公众号模板消息",
    Channel.SUBSCRIPTION: "公众号订阅通知",
    Channel.MINI_PROGRAM: "小程序订阅消息",
}
IN_DIGEST = "随每周汇总收到"
NAMED = 3


@dataclass(frozen=True)
class Shown:
    """One announcement as the phone shows it."""

    title: str
    organization: str
    body: str
    at: datetime | None = None
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True)
class ReachShown:
    total: int
    reachable: int
    ways: list[tuple[str, int]] = field(default_factory=list)
    reasons: list[tuple[str, int]] = field(default_factory=list)

    @property
    def rest(self) -> int:
        return self.total - self.reachable


def reach_shown(found: Reach) -> ReachShown:
    ways = [
        (WAYS[channel], found.by_channel[channel]) for channel in Channel if found.by_channel.get(channel)
    ]
    ways += [(IN_DIGEST, found.digest)] if found.digest else []
    reasons = [(label(why), number) for why, number in found.unreachable.items() if number]
    return ReachShown(found.total, found.reached, ways, reasons)


def wanted(session: Session, announcement_id: int) -> Announcement:
    """The announcement, if its organisation is in a subtree on which the account may do what the view is for."""
    return queries.by_id(session, scope(), announcement_id) or abort(404)


def seen(session: Session, announcement_id: int) -> Announcement:
    """As `wanted`, and also one from above that went to people of the reader's subtrees."""
    own = queries.by_id(session, scope(), announcement_id)
    return own or queries.addressed(session, scope(), announcement_id) or abort(404)


def organization_of(session: Session, announcement: Announcement) -> Organization:
    return organizations.by_id(session, announcement.organization_id) or abort(404)


def may(permission: Permission, organization: Organization) -> bool:
    return scope_of(permission).covers(organization.path)


def shown(session: Session, announcement: Announcement, organization: Organization) -> Shown:
    return Shown(
        title=announcement.title,
        organization=organization.name,
        body=announcement.body,
        at=announcement.prepared_at,
        attachments=attachments.of(session, announcement.id),
    )


def described(audience: Audience, names: Mapping[int, str]) -> str:
    """Whom it is for, in a sentence: the first few organisations by name, the rest as a number."""
    places = [
        f"{names.get(one.organization_id, '（组织已撤销）')}{'及下级' if one.below else '（不含下级）'}"
        for one in audience.targets
    ]
    parts = ["、".join(places[:NAMED]) + (f"等 {len(places)} 个组织" if len(places) > NAMED else "")]
    kinds = "、".join(label(kind) for kind in MemberKind if kind in audience.kinds)
    parts += [kinds or "全部人员"] if places else []
    parts += [f"只发给{'、'.join(label(role) for role in sorted(audience.roles))}"] if audience.roles else []
    parts += [f"另加 {len(audience.members)} 人"] if audience.members else []
    return "；".join(part for part in parts if part)


def subtree(organization: Organization) -> Scope:
    return organizations.subtree(organization)


def keep(session: Session, action: str, about: Announcement, **details: object) -> None:
    keep_trail(
        session,
        f"announcement.{action}",
        subject=f"announcement:{about.id}",
        organization_id=about.organization_id,
        **details,
    )


URGENCIES = (
    (
        Urgency.DIGEST,
        "每周五下午 4 点，把这一周的通知合成一条发给大家（遇休息日提前）。不着急的请选这个。",
    ),
    (
        Urgency.OWN_PUSH,
        "单独发一条。每个人一周最多收到一条这样的通知，本周已经收到过的人并入每周汇总。晚上和休息日不发。",
    ),
    (
        Urgency.EMERGENCY,
        "什么时候都马上发，夜里和休息日也发，个人关掉了通知也发。必须由另一个人审核。只用于防汛、抢险、停工这类事。",
    ),
)
