"""The jobs themselves: idempotent, each a few lines over a domain."""

from datetime import timedelta

import structlog

from app.core import calendar
from app.core.clock import local_day
from app.inbox import service as inbox
from app.members import identities
from app.members.roster import service as rosters
from app.notices import dispatch
from app.notices import service as notices
from app.staff import submissions
from app.wechat import menus
from app.wechat.errors import WeChatError, WeChatRefused
from jobs.context import Context

log = structlog.get_logger()

MENUS_AT_ONCE = 50
OF_ONE_PERSON = frozenset({40003, 43004, 45059, 49003, 50005})
"""Refusals of one chat, such as one that was left (facts/wechat.md §3.5, §4): the others must not wait for it."""
MESSAGES_KEPT = timedelta(days=30)
ROSTERS_KEPT = timedelta(days=90)
FORMS_KEPT = timedelta(days=30)


def send_due_notices(context: Context) -> None:
    services = context.services
    dispatch.send_due(services.sessions, services.sender, services.clock)


def give_up_claims(context: Context) -> None:
    with context.services.sessions.begin() as session:
        given_up = dispatch.give_up_claims(session, now=context.services.clock.now())
    if given_up:
        log.warning("jobs.deliveries.uncertain", count=given_up)


def finish_silent_events(context: Context) -> None:
    if finished := context.finish_silent():
        log.warning("jobs.inbox.finished", count=finished)


def refresh_menus(context: Context) -> None:
    """Give each newly bound or unbound person the tag whose menu is theirs."""
    services = context.services
    with services.sessions.read() as session:
        wanted = identities.menus_wanted(session, limit=MENUS_AT_ONCE)
    for person in wanted:
        try:
            _retag(context, person)
        except WeChatError as fault:
            log.warning("jobs.menu.not_refreshed", reason=str(fault))
            if not (isinstance(fault, WeChatRefused) and fault.errcode in OF_ONE_PERSON):
                return
        with services.sessions.begin() as session:
            identities.menu_done(session, identity_id=person.identity_id, bound=person.bound)


def _retag(context: Context, person: identities.Person) -> None:
    client, tags = context.services.wechat, menus.load().tags
    wanted = None if not person.bound else tags["members" if person.is_party_member else "staff"]
    for tag in tags.values():
        change = client.tag if tag == wanted else client.untag
        change([person.openid], client.ensure_tag(tag))


def fade_texts(context: Context) -> None:
    """The shortest time that the work needs (PIPL art. 19): then the texts go, and the facts stay."""
    services = context.services
    now = services.clock.now()
    with services.sessions.begin() as session:
        inbox.fade(session, before=now - MESSAGES_KEPT)
        notices.fade(session, before=now - MESSAGES_KEPT)
        rosters.forget(session, before=now - ROSTERS_KEPT)
        submissions.forget(session, before=now - FORMS_KEPT)


def check_calendar(context: Context) -> None:
    services = context.services
    with services.sessions.read() as session:
        year = calendar.missing_year(session, local_day(services.clock.now()))
    if year is not None:
        log.error("calendar.missing", year=year)
