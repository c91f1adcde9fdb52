"""The jobs themselves: idempotent, each a few lines over a domain."""

import time
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.core import calendar, runs
from app.core.clock import local_day
from app.core.db import in_turn
from app.inbox import service as inbox
from app.meetings import reminding
from app.meetings import rosters as meeting_rosters
from app.meetings.duties import reminding as duty_reminding
from app.members import identities, page_sessions
from app.members.roster import service as rosters
from app.notices import claims, dispatch
from app.notices import service as notices
from app.notices.announcements import digests, reminders, sending
from app.staff import submissions
from app.wechat import menus
from app.wechat.errors import WeChatError, WeChatRefused
from app.wiring import Services
from jobs import presence
from jobs.context import Context

log = structlog.get_logger()

SPELL_SECONDS = 5.0
"""So long this process sends for the workers, before it looks for them again."""
MENUS_AT_ONCE = 50
REMINDED_AT_ONCE = 20
OF_ONE_PERSON = frozenset({40003, 43004, 45059, 49003, 50005})
"""Refusals of one chat, such as one that was left (facts/wechat.md §3.5, §4): the others must not wait for it."""
MESSAGES_KEPT = timedelta(days=30)
ROSTERS_KEPT = timedelta(days=90)
FORMS_KEPT = timedelta(days=30)
RUNS_KEPT = timedelta(days=90)
"""Longer than any job's grace: what is forgotten would run again."""
SILENT_KEPT = timedelta(days=1)


def send_due_notices(context: Context) -> None:
    """The workers send it; where there are none, or Redis is away, this process does until they are back."""
    post, tray = context.services.post, context.tray
    if tray is None:
        dispatch.pump(post, goes_on=context.goes_on)
        return
    while context.goes_on() and not tray.hand_out(context.goes_on):
        until = time.monotonic() + SPELL_SECONDS
        if not dispatch.pump(post, goes_on=partial(_in_spell, context, until)):
            return


def _in_spell(context: Context, until: float) -> bool:
    return context.goes_on() and time.monotonic() < until


def give_up_claims(context: Context) -> None:
    services = context.services
    now = services.clock.now()
    with services.sessions.begin() as session:
        given_up = claims.give_up_claims(session, now=now, alive=presence.alive(session, now=now))
    if given_up:
        log.warning("jobs.deliveries.interrupted", count=given_up)


def prepare_announcements(context: Context) -> None:
    """Each in a transaction of its own: one that cannot be prepared does not hold up the others."""
    services = context.services
    with services.sessions.read() as session:
        due = sending.due(session, now=services.clock.now())
    for announcement_id in due:
        if not context.goes_on():
            return
        try:
            made = _prepare(services, announcement_id)
        except Exception:
            log.exception("jobs.announcement.not_prepared", announcement=announcement_id)
        else:
            log.info("jobs.announcement.prepared", announcement=announcement_id, deliveries=made)


def _prepare(services: Services, announcement_id: int) -> int:
    def prepare() -> int:
        with services.sessions.begin() as session:
            now = services.clock.now()
            return sending.prepare(session, announcement_id=announcement_id, setup=services.setup, now=now)

    return in_turn(prepare)


def remind(context: Context) -> None:
    services = context.services
    with services.sessions.begin() as session:
        reminded = reminders.remind_due(session, setup=services.setup, now=services.clock.now())
    if reminded:
        log.info("jobs.reminders.made", count=reminded)


def take_rosters(context: Context) -> None:
    """A slice of meetings in each transaction: their rows are locked for no longer than one slice takes."""
    services = context.services

    def take() -> int:
        with services.sessions.begin() as session:
            return meeting_rosters.take_due(session, now=services.clock.now())

    while context.goes_on() and (taken := in_turn(take)):
        log.info("jobs.rosters.taken", meetings=taken)


def remind_of_meetings(context: Context) -> None:
    services = context.services
    with services.sessions.begin() as session:
        reminded = reminding.remind_due(session, now=services.clock.now())
    if reminded:
        log.info("jobs.meetings.reminded", count=reminded)


def remind_of_duties(context: Context, _due_at: datetime) -> None:
    """Read at one go, written a few at a time: others write in between."""
    services, reminded = context.services, 0
    with services.sessions.read() as session:
        missing = duty_reminding.wanted(session, now=services.clock.now())
    for first in range(0, len(missing), REMINDED_AT_ONCE):
        if not context.goes_on():
            break
        with services.sessions.begin() as session:
            some = missing[first : first + REMINDED_AT_ONCE]
            reminded += duty_reminding.remind(session, some, now=services.clock.now())
    log.info("jobs.duties.reminded", count=reminded)


def make_digests(context: Context, _due_at: datetime) -> None:
    services = context.services
    with services.sessions.begin() as session:
        made = digests.gather(session, setup=services.setup, now=services.clock.now())
    log.info("jobs.digests.made", count=made)


def tidy_notices(context: Context) -> None:
    dispatch.tidy(context.services.post)


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


def fade_texts(context: Context, _due_at: datetime) -> None:
    """The shortest time that the work needs (PIPL art. 19): then the texts go, and the facts stay."""
    services = context.services
    now = services.clock.now()
    with services.sessions.begin() as session:
        inbox.fade(session, before=now - MESSAGES_KEPT)
        notices.fade(session, before=now - MESSAGES_KEPT)
        rosters.forget(session, before=now - ROSTERS_KEPT)
        submissions.forget(session, before=now - FORMS_KEPT)
        page_sessions.clear_ended(session, now=now)
        runs.forget(session, before=now - RUNS_KEPT)
        presence.forget(session, before=now - SILENT_KEPT)


def check_calendar(context: Context) -> None:
    services = context.services
    with services.sessions.read() as session:
        year = calendar.missing_year(session, local_day(services.clock.now()))
    if year is not None:
        log.error("calendar.missing", year=year)
