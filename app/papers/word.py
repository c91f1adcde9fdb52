"""Papers as Word documents, by docxtpl: forms are filled in by a Jinja that can do nothing else."""

from io import BytesIO
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core.errors import DomainError
from app.meetings.records.models import PaperKind
from app.papers import blank
from app.papers.paper import Paper, Words


class FormBroken(DomainError):
    """An own form that cannot be filled in. `details["fault"]`: which mark, in Chinese."""

    code = "form_broken"


def printed(paper: Paper, form: bytes | None = None) -> bytes:
    """`form`: an organisation's own, checked by `app.papers.forms`; None: ours. Raises FormBroken for an own one."""
    if form is None:
        return _filled(blank.form(PaperKind(paper.form)), paper.words)
    return printed_strictly(form, paper.words)


def printed_strictly(form: bytes, words: Words) -> bytes:
    """Raises FormBroken, also where docxtpl would mend in silence what a mark has torn, and lose text."""
    try:
        _whole(form, words)
        return _filled(form, words)
    except TemplateError as fault:
        raise FormBroken(fault=f"标记写错了（{fault.message}）") from fault
    except (SyntaxError, ValueError, KeyError, AttributeError, TypeError) as fault:
        raise FormBroken(fault="if、for 和它的结尾要各占一段，或者都在同一格里") from fault


def _filled(form: bytes, words: Words) -> bytes:
    document = _opened(form)
    document.render(dict(words), environment(), autoescape=True)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _whole(form: bytes, words: Words) -> None:
    """The body, filled in, is well-formed XML. An XMLSyntaxError is a SyntaxError."""
    from lxml import etree  # noqa: PLC0415 -- which the callback's process must not carry

    document = _opened(form)
    document.render_init()
    etree.fromstring(document.build_xml(dict(words), environment()))


def _opened(form: bytes) -> Any:
    from docxtpl import DocxTemplate  # noqa: PLC0415 -- lxml and python-docx, which the callback's process must not carry

    return DocxTemplate(BytesIO(form))


def environment() -> ImmutableSandboxedEnvironment:
    """Escapes everything, knows no functions, and takes a word that it does not know for a fault."""
    jinja = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    jinja.globals.clear()
    return jinja
