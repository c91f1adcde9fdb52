"""反馈: what somebody wants to tell the organisation, named."""

from app.feedback import service as feedback
from app.organizations import queries as organizations
from handlers.chat import Chat


def start(chat: Chat, rest: str = "") -> str:
    if rest:
        return _submit(chat, rest)
    chat.ask("feedback")
    return chat.say("feedback_ask", person=chat.person)


def on_text(chat: Chat) -> str:
    chat.leave_topic()
    return _submit(chat, chat.inbound.text)


def _submit(chat: Chat, text: str) -> str:
    person = chat.person
    organization_id = person.organization_id or organizations.root_id(chat.session)
    thread = feedback.submit(
        chat.session,
        organization_id=organization_id,
        member_id=person.member_id,
        identity_id=person.identity_id,
        author=person.name or "未绑定的关注者",
        text=text,
        working_days=chat.services.settings.feedback.answer_working_days,
        now=chat.now,
    )
    return chat.say("feedback_received", number=thread.number, due=thread.due_at, person=person)
