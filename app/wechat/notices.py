"""A notice on the best channel that can reach a person now: the open chat, else a template message."""

from typing import Final

from app.core.outcomes import Rejected
from app.core.settings import Notices
from app.notices.ports import Notice, Sent
from app.texts import Texts
from app.wechat.client import WeChatClient
from app.wechat.fields import fit

CUSTOMER: Final = "customer"
TEMPLATE: Final = "template"
WINDOW_SHUT: Final = frozenset({"window_closed", "window_quota", "turned_off"})


class ChatSender:
    """Meets `app.notices.ports.NoticeSender`."""

    def __init__(self, client: WeChatClient, texts: Texts, settings: Notices) -> None:
        self._client = client
        self._texts = texts
        self._templates = {"feedback_answered": settings.template_feedback_answered}

    def send(self, notice: Notice) -> Sent:
        text = self._texts.render(f"notice_{notice.kind}", **notice.fields)
        outcome = self._client.send_text(notice.openid, text)
        template_id = self._templates.get(notice.kind, "")
        if isinstance(outcome, Rejected) and outcome.reason in WINDOW_SHUT and template_id:
            return self._as_template(notice, template_id)
        return Sent(CUSTOMER, outcome)

    def _as_template(self, notice: Notice, template_id: str) -> Sent:
        data = {
            "character_string1": fit("character_string1", notice.fields["number"]),
            "thing2": fit("thing2", notice.fields["text"]),
        }
        outcome = self._client.send_template(
            notice.openid, template_id, data, url=None, client_msg_id=notice.id
        )
        return Sent(TEMPLATE, outcome)
