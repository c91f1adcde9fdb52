"""One announcement: what it is, who can be reached, and what may be done with it now."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.notices.announcements import reach, review
from app.notices.announcements.audience import Audience
from app.notices.announcements.models import Announcement
from app.notices.announcements.states import AnnouncementState
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff import queries as people
from app.staff.permissions import Permission
from console import fields
from console.announcing import (
    CHANGEABLE,
    ReachShown,
    described,
    may,
    organization_of,
    reach_shown,
    shown,
    subtree,
    wanted,
)
from console.blueprint import console
from console.edge import acting, now, services
from console.paging import LONGEST_LIST, PER_PAGE, Page, offset, wanted_page
from console.progressing import expected, is_due, progress

S = AnnouncementState


@dataclass(frozen=True)
class Choices:
    """The buttons of the page. `submit`: to somebody else; `schedule`: without one."""

    submit: bool = False
    schedule: bool = False
    approve: bool = False
    withdraw: bool = False

    def __bool__(self) -> bool:
        return self.submit or self.schedule or self.approve or self.withdraw


def _choices(found: Announcement, organization: Organization, *, needed: bool) -> Choices:
    writes = may(Permission.NOTICES_WRITE, organization)
    own = needed and found.author == acting().username
    return Choices(
        submit=writes and found.state is S.DRAFT and needed,
        schedule=writes and found.state is S.DRAFT and not needed,
        approve=found.state is S.IN_REVIEW and may(Permission.NOTICES_APPROVE, organization) and not own,
        withdraw=writes and found.state is not S.WITHDRAWN,
    )


@console.get("/announcements/<int:announcement_id>")
@staff(Permission.NOTICES_VIEW)
def announcement(announcement_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return page(session, wanted(session, announcement_id))


def page(session: Session, found: Announcement, *, fault: str = "") -> str:
    organization = organization_of(session, found)
    needed = review.needed(session, organization=organization, urgency=found.urgency)
    return render_template(
        "console/announcement.html",
        announcement=found,
        organization=organization,
        described=_described(session, found, organization),
        reviewer=people.display_name(session, found.reviewer) if found.reviewer else "",
        shown=shown(session, found, organization),
        reach=_reach(session, found, organization) if found.state in CHANGEABLE else None,
        progress=progress(session, found) if found.prepared_at or is_due(found) else None,
        changeable=found.state in CHANGEABLE and may(Permission.NOTICES_WRITE, organization),
        choices=_choices(found, organization, needed=needed),
        needed=needed,
        expected=expected(session, found.urgency, found.send_at),
        today=local_day(now()),
        fault=fault,
    )


def _described(session: Session, found: Announcement, organization: Organization) -> str:
    names = {one.id: one.short_name for one in organizations.in_scope(session, subtree(organization))}
    return described(Audience.from_json(found.audience), names)


def _reach(session: Session, found: Announcement, organization: Organization) -> ReachShown:
    return reach_shown(
        reach.reach(
            session,
            subtree(organization),
            audience=Audience.from_json(found.audience),
            urgency=found.urgency,
            setup=services().setup,
            now=now(),
        )
    )


@console.get("/announcements/<int:announcement_id>/rest")
@staff(Permission.NOTICES_VIEW)
def announcement_rest(announcement_id: int) -> ResponseReturnValue:
    """Those whom nothing can be pushed to, a page at a time or as one list to print."""
    whole = fields.line("whole", most=3) == "yes"
    with services().sessions.read() as session:
        found = wanted(session, announcement_id)
        organization = organization_of(session, found)
        rows = reach.unreachable(
            session,
            subtree(organization),
            audience=Audience.from_json(found.audience),
            urgency=found.urgency,
            setup=services().setup,
            now=now(),
            offset=0 if whole else offset(wanted_page()),
            limit=LONGEST_LIST if whole else PER_PAGE,
        )
        total = _reach(session, found, organization).rest
    return render_template(
        "console/announcement_rest.html",
        announcement=found,
        rows=rows,
        page=Page(wanted_page(), total),
        whole=whole,
    )
