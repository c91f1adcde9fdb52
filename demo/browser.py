"""A browser as plain as a secretary's needs: cookies, links, forms with their hidden fields. No scripts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

SILENT = frozenset({"script", "style", "template", "head"})
VOID_FIELDS = frozenset({"submit", "button", "reset", "image", "file"})
PATIENCE_SECONDS = 120
Filled = Mapping[str, str | list[str]]
"""A list where several boxes of one name are ticked."""


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Link:
    href: str
    text: str = ""


class _Reader(HTMLParser):
    """Collects what a person could read, follow and fill in."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.main: list[str] = []
        self._in_main = False
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self.images: list[str] = []
        self._silent: list[str] = []
        self._form: Form | None = None
        self._link: Link | None = None
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in SILENT:
            self._silent.append(tag)
        start: Callable[[dict[str, str]], None] | None = getattr(self, f"_start_{tag}", None)
        if start is not None:
            start(given)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()
        match tag:
            case "main":
                self._in_main = False
            case "form":
                self._form = None
            case "a":
                self._link = None
            case "textarea":
                self._area = None
            case "select":
                self._select = None

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._area and self._form:
            self._form.fields[self._area] += data
        self.words.append(data)
        if self._in_main:
            self.main.append(data)
        if self._link:
            self._link.text += data

    def _start_main(self, _given: dict[str, str]) -> None:
        self._in_main = True

    def _start_a(self, given: dict[str, str]) -> None:
        self._link = Link(given.get("href", ""))
        self.links.append(self._link)

    def _start_img(self, given: dict[str, str]) -> None:
        self.images.append(given.get("src", ""))

    def _start_form(self, given: dict[str, str]) -> None:
        self._form = Form(given.get("action", ""), given.get("method", "get").lower())
        self.forms.append(self._form)

    def _start_input(self, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text"), given.get("name", "")
        unticked = kind in ("checkbox", "radio") and "checked" not in given
        if self._form and name and kind not in VOID_FIELDS and not unticked:
            self._form.fields[name] = given.get("value", "on" if kind == "checkbox" else "")

    def _start_textarea(self, given: dict[str, str]) -> None:
        self._area = given.get("name", "")
        if self._form and self._area:
            self._form.fields[self._area] = ""

    def _start_select(self, given: dict[str, str]) -> None:
        self._select = given.get("name", "")

    def _start_option(self, given: dict[str, str]) -> None:
        if self._form and self._select and ("selected" in given or self._select not in self._form.fields):
            self._form.fields[self._select] = given.get("value", "")


class Page:
    """One answer of the console as a person sees it."""

    def __init__(self, response: requests.Response) -> None:
        self.status = response.status_code
        self.url = response.url
        self.content = response.content
        is_text = response.headers.get("Content-Type", "").startswith(("text/", "image/svg"))
        self.source = response.text if is_text else ""
        reader = _Reader()
        reader.feed(self.source)
        self.text = " ".join(" ".join(reader.words).split())
        self.main = " ".join(" ".join(reader.main).split()) or self.text
        self.links, self.forms, self.images = reader.links, reader.forms, reader.images

    def form(self, *, action: str = "", has: str = "") -> Form | None:
        """The first whose address ends like `action` and that has a field of that name."""
        return next(
            (one for one in self.forms if one.action.endswith(action) and (not has or has in one.fields)),
            None,
        )


class Browser:
    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._http = requests.Session()
        self._http.trust_env = False

    def get(self, path: str) -> Page:
        return Page(self._http.get(urljoin(self._base_url, path), timeout=PATIENCE_SECONDS))

    def keep(self, name: str, value: str, *, path: str) -> None:
        """A cookie that is there already, for every port of the host."""
        self._http.cookies.set(name, value, domain=urlsplit(self._base_url).hostname or "", path=path)

    def submit(self, page: Page, form: Form, filled: Filled) -> Page:
        """What the browser sends: hidden fields as they were, the others as filled in, and where from."""
        target, values = urljoin(page.url, form.action), {**form.fields, **filled}
        if form.method == "get":
            return Page(self._http.get(target, params=values, timeout=PATIENCE_SECONDS))
        headers = {"Referer": page.url, "Origin": self._base_url}
        return Page(self._http.post(target, data=values, headers=headers, timeout=PATIENCE_SECONDS))
