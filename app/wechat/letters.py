"""A notice as the call that sends it: its words filled in, its fields fitted and checked before anything leaves."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, TemplateError, meta

from app.core.outcomes import Rejected
from app.notices.declarations import BadDeclaration, Declaration
from app.notices.models import Channel
from app.notices.ports import Notice
from app.notices.setup import Setup
from app.texts import Texts
from app.wechat.fields import fault, fit, known
from app.wechat.replies import sendable

LINK: Final = "link"
_REMEMBERED: Final = 512
_PATHS: Final = {
    Channel.CUSTOMER: "/cgi-bin/message/custom/send",
    Channel.TEMPLATE: "/cgi-bin/message/template/send",
    Channel.SUBSCRIPTION: "/cgi-bin/message/subscribe/bizsend",
    Channel.MINI_PROGRAM: "/cgi-bin/message/subscribe/send",
}
_Fields = tuple[tuple[str, str], ...]
_PLAIN: Final = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 -- JSON, not HTML


@dataclass(frozen=True, slots=True)
class Letter:
    """`repeatable`: the platform drops a repeat, so that a send without an answer may be tried again."""

    path: str
    body: bytes
    repeatable: bool


class Letters:
    """Writes the call of each notice. What one announcement says to thousands is filled in once."""

    def __init__(self, setup: Setup, texts: Texts, *, base_url: str) -> None:
        self._setup = setup
        self._texts = texts
        self._base_url = base_url.rstrip("/")
        written = frozenset(texts.names())
        for declaration in setup.declarations.values():
            _check(declaration, written)
        self._content = lru_cache(_REMEMBERED)(self._filled)

    def write(self, notice: Notice) -> Letter | Rejected:
        """The call, or why the platform would refuse it: `template_argument:<field>`."""
        content = self._content(notice.kind, notice.channel, tuple(sorted(notice.fields.items())))
        if isinstance(content, Rejected):
            return content
        body: dict[str, Any] = {"touser": notice.openid, **content}
        template = notice.channel is Channel.TEMPLATE
        if template:
            body["client_msg_id"] = notice.id
        return Letter(
            _PATHS[notice.channel], json.dumps(body, ensure_ascii=False).encode(), repeatable=template
        )

    def _filled(self, kind: str, channel: Channel, fields: _Fields) -> dict[str, Any] | Rejected:
        """What is the same for everybody who gets the same words."""
        declared, values = self._setup.declarations[kind], dict(fields)
        try:
            if channel is Channel.CUSTOMER:
                return self._chat(declared, values)
            return self._form(declared, channel, values)
        except (TemplateError, KeyError) as missing:
            return Rejected(f"template_argument:{type(missing).__name__}")

    def _chat(self, declared: Declaration, values: Mapping[str, str]) -> dict[str, Any]:
        text = self._texts.render(f"notice_{declared.kind}", **{**values, LINK: self._url(declared, values)})
        return {"msgtype": "text", "text": {"content": sendable(text)}}

    def _form(
        self, declared: Declaration, channel: Channel, values: Mapping[str, str]
    ) -> dict[str, Any] | Rejected:
        texts: Mapping[str, str] = getattr(declared, channel.value)
        data = {keyword: fit(keyword, _fill(text, values)) for keyword, text in texts.items()}
        if wrong := next((keyword for keyword, value in data.items() if fault(keyword, value)), None):
            return Rejected(f"template_argument:{wrong}")
        template_id: str = getattr(self._setup.ids_of(declared.kind), channel.value)
        form = {
            "template_id": template_id,
            "data": {keyword: {"value": value} for keyword, value in data.items()},
        }
        return form | self._link(declared, channel, values)

    def _link(self, declared: Declaration, channel: Channel, values: Mapping[str, str]) -> dict[str, str]:
        """Where a tap leads; each way has its own name for it."""
        if channel is Channel.MINI_PROGRAM:
            page = _fill(declared.mini_program_page, values)
            return {"lang": "zh_CN"} | ({"page": page} if page else {})
        url = self._url(declared, values)
        return {"url" if channel is Channel.TEMPLATE else "page": url} if url else {}

    def _url(self, declared: Declaration, values: Mapping[str, str]) -> str:
        return self._base_url + _fill(declared.page, values) if declared.page and self._base_url else ""


@lru_cache(_REMEMBERED)
def _compiled(text: str) -> Any:
    return _PLAIN.from_string(text)


def _fill(text: str, values: Mapping[str, str]) -> str:
    return str(_compiled(text).render(values))


@lru_cache(_REMEMBERED)
def _names(text: str) -> frozenset[str]:
    return frozenset(meta.find_undeclared_variables(_PLAIN.parse(text)))


def _check(declared: Declaration, written: Collection[str]) -> None:
    """What would fail at the first send fails at the start; raises BadDeclaration."""
    forms = (declared.template, declared.subscription, declared.mini_program)
    for keyword, text in (item for form in forms for item in form.items()):
        if not known(keyword):
            raise BadDeclaration(f"{declared.kind}.yaml: {keyword} is no keyword of the platform")
        _check_names(declared, keyword, text)
    for name in ("page", "mini_program_page"):
        _check_names(declared, name, getattr(declared, name))
    if declared.chat and f"notice_{declared.kind}" not in written:
        raise BadDeclaration(f"{declared.kind}.yaml: templates/wechat/notice_{declared.kind}.txt is missing")


def _check_names(declared: Declaration, where: str, text: str) -> None:
    try:
        used = _names(text)
    except TemplateError:
        raise BadDeclaration(f"{declared.kind}.yaml: {where} is no template") from None
    if unknown := sorted(used - set(declared.fields)):
        raise BadDeclaration(
            f"{declared.kind}.yaml: {where} uses {unknown[0]}, which is not among its fields"
        )
