"""Papers as PDF, by WeasyPrint from templates/papers. It never fetches an address."""

from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core.errors import DomainError
from app.papers.paper import Paper

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "papers"
SAME = {"duties": "table", "self_check": "table"}
_ONE_AT_A_TIME = Lock()
"""Pango's and fontconfig's objects are shared between papers, and are not made for several threads."""

FORMS = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


class PdfUnavailable(DomainError):
    """Pango is not installed here: Word and Excel still work (deploy/install-papers.sh)."""

    code = "pdf_unavailable"


class AskedForAddress(RuntimeError):
    """A form of ours names something to fetch: a bug."""


def ready() -> None:
    """Raises PdfUnavailable: to be asked before the first of many papers."""
    with _ONE_AT_A_TIME:
        _press()


def printed(paper: Paper) -> bytes:
    return _printed(markup(paper))


def markup(paper: Paper) -> str:
    """What WeasyPrint sets: everything that somebody typed is escaped."""
    name = SAME.get(paper.form, paper.form)
    return FORMS.get_template(f"{name}.html").render(**paper.words, words=paper.words)


def _printed(html: str) -> bytes:
    """Raises AskedForAddress."""
    with _ONE_AT_A_TIME:
        weasyprint, fetcher, fonts, style = _press()
        fetcher.asked = False
        page = weasyprint.HTML(string=html, url_fetcher=fetcher)
        content: bytes = page.write_pdf(stylesheets=[style], font_config=fonts)
        asked = fetcher.asked
    if asked:
        raise AskedForAddress
    return content


@cache
def _press() -> tuple[Any, Any, Any, Any]:
    """WeasyPrint, the fetcher that refuses, fonts and style sheet: made once, since that takes seconds.

    Raises PdfUnavailable.
    """
    try:
        import weasyprint  # noqa: PLC0415 -- half a second and 30 MB that the callback's process must not carry
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 -- the same
        from weasyprint.urls import URLFetcher  # noqa: PLC0415 -- the same
    except (ImportError, OSError) as missing:  # OSError: Debian's libraries are not there
        raise PdfUnavailable from missing

    class Refusing(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
        asked = False

        def fetch(self, url: str, headers: object = None) -> None:
            self.asked = True
            raise ValueError("papers fetch nothing")

    fetcher, fonts = Refusing(), FontConfiguration()
    text = (FOLDER / "papers.css").read_text(encoding="utf-8")
    style = weasyprint.CSS(string=text, url_fetcher=fetcher, font_config=fonts)
    return weasyprint, fetcher, fonts, style
