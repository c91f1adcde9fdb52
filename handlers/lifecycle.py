"""Following, leaving, and what the law asks when somebody leaves."""

import structlog

from app.core.db import driver_of
from app.feedback import service as feedback
from app.inbox import service as inbox
from app.meetings.check_in import forget_kept_scans
from app.members import identities
from app.notices import service as notices
from handlers import check_in
from handlers.chat import Chat, Event

log = structlog.get_logger()


def on_subscribe(chat: Chat) -> str:
    identities.follow(
        chat.session, app_id=chat.services.settings.wechat.app_id, openid=chat.inbound.openid, now=chat.now
    )
    if chat.person.member_id is not None:
        # WeChat forgets the tags of those who leave, and with them the menu.
        identities.want_menu(chat.session, member_id=chat.person.member_id)
    organization = chat.services.settings.site.organization_name
    welcome = chat.say("welcome", organization=organization, person=chat.person)
    return f"{welcome}\n\n{check_in.on_scene(chat)}" if chat.inbound.scene else welcome


def erase(event: Event) -> None:
    """What we hold through this chat goes: PIPL art. 47, and WeChat's rule for unsubscribe and cancellation.

    The roster has its own legal basis and stays. Check-ins and letters are the organisation's record;
    only their tie to the chat is cut.
    """
    session, openid = event.session, event.inbound.openid
    app_id = event.services.settings.wechat.app_id
    person = identities.hold(session, app_id=app_id, openid=openid)
    if person is not None:
        notices.forget(session, identity_id=person.identity_id)
        feedback.forget_writer(session, identity_id=person.identity_id)
        forget_kept_scans(driver_of(session), identity_id=person.identity_id)
        identities.erase(session, app_id=app_id, openid=openid)
    inbox.forget(session, openid=openid)
    log.info("handlers.identity.erased", known=person is not None)


def withdraw(event: Event) -> None:
    """A consent was withdrawn. We keep none of the data that RevokeInfo names; the union id goes."""
    identities.forget_unionid(
        event.session, app_id=event.services.settings.wechat.app_id, openid=event.inbound.openid
    )
    log.info("handlers.consent.withdrawn", what=str(event.inbound.fields.get("RevokeInfo", ""))[:20])
