"""The secretary at the console: what the story needs of it, through its real pages."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pyotp

from demo.browser import Browser, Filled, Form, Page
from demo.transcript import Transcript

CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")
LETTER_PATH = re.compile(r"/console/feedback/\d+")
TALLY = re.compile(r"(\d+) */ *\d+ 人已签到")
MEMBER_PATH = re.compile(r"/console/members/\d+")
OK, UNAUTHORIZED = 200, 401
STEP_SECONDS = 30
LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Candidate:
    """Somebody of the branch whose chat is not bound."""

    name: str
    path: str

    @property
    def member_id(self) -> str:
        return self.path.rpartition("/")[2]


class Desk:
    def __init__(
        self, sheet: dict[str, Any], base_url: str, transcript: Transcript, username: str = "secretary"
    ) -> None:
        self._login = next(one for one in sheet["console"] if one["username"] == username)
        self._browser = Browser(base_url)
        self.transcript = transcript
        self.signed_in = False

    def sign_in(self) -> Page:
        """A six-digit code counts once: where somebody used the present one, the next is waited for."""
        totp = pyotp.TOTP(self._login["totp_secret"])
        used = ""
        deadline = time.monotonic() + 3 * STEP_SECONDS
        while True:
            code = totp.now()
            if code == used:
                time.sleep(LOOK_SECONDS)
                continue
            page = self._try(code)
            if page.status == OK:
                self.signed_in = True
                return page
            if page.status != UNAUTHORIZED or time.monotonic() > deadline:
                self.transcript.fail("to be let in", f"{page.status} {page.text}")
            used = code

    def _try(self, code: str) -> Page:
        page = self._browser.get("/console/")
        login = {"username": self._login["username"], "password": self._login["password"], "code": code}
        return self._browser.submit(page, self._form(page, has="password"), login)

    def get(self, path: str) -> Page:
        page = self._browser.get(path)
        if page.status != OK:
            self.transcript.fail(f"the console's page {path}", f"{page.status} {page.text}")
        return page

    def fill_in(self, page: Page, values: Filled, *, action: str = "", has: str = "") -> Page:
        answer = self._browser.submit(page, self._form(page, action=action, has=has), values)
        if answer.status != OK:
            self.transcript.fail(f"the form of {page.url} to be taken", f"{answer.status} {answer.text}")
        return answer

    def submit(self, page: Page, form: Form, values: Filled | None = None) -> Page:
        """One of several forms alike, whatever comes of it."""
        return self._browser.submit(page, form, values or {})

    def download(self, page: Page, form: Form) -> str:
        """A file of text, without the mark that tells Excel its encoding."""
        answer = self._browser.submit(page, form, {})
        if answer.status != OK:
            self.transcript.fail(f"the file of {page.url}", f"{answer.status} {answer.text}")
        return answer.source.removeprefix("\ufeff")

    def _form(self, page: Page, *, action: str = "", has: str = "") -> Form:
        found = page.form(action=action, has=has)
        if found is None:
            self.transcript.fail(f"a form {action or has} on {page.url}", page.text)
        return found

    def fresh_people(self, meeting_path: str, reserved: str) -> list[Candidate]:
        """Expected at the meeting, not signed in, not bound; nobody whose name another one has."""
        meeting = self.get(meeting_path)
        waiting = {form.fields["member"] for form in meeting.forms if form.action.endswith("/check-in")}
        return [
            one
            for one in self._unbound()
            if one.member_id in waiting and one.name != reserved and meeting.text.count(f" {one.name} ") == 1
        ]

    def _unbound(self) -> list[Candidate]:
        """Of the secretary's branch."""
        return [
            Candidate(link.text.strip(), link.href)
            for page in self._pages("/console/members?bound=no&kind=full")
            for link in page.links
            if MEMBER_PATH.fullmatch(link.href)
        ]

    def code_for(self, candidate: Candidate) -> str:
        page = self.fill_in(self.get(candidate.path), {}, action="/code")
        code = CODE.search(page.text)
        if code is None:
            self.transcript.fail(f"a binding code for {candidate.name}", page.text)
        return code.group()

    def open_screen(self, meeting_path: str, seconds: float) -> Page:
        """With WeChat's code on it. Where WeChat gave none, the page offers to ask again."""
        page = self.get(f"{meeting_path}/screen")
        deadline = time.monotonic() + seconds
        while not any("code.svg" in image for image in page.images):
            if time.monotonic() > deadline:
                self.transcript.fail("WeChat's code on the screen", page.text)
            page = self.fill_in(page, {}, action="/ticket")
        self.get(next(image for image in page.images if "code.svg" in image))
        return page

    def live(self, meeting_path: str) -> Page:
        return self.get(f"{meeting_path}/live")

    def present(self, meeting_path: str) -> int:
        """实到, as the screen shows it."""
        page = self.live(meeting_path)
        tally = TALLY.search(page.text)
        if tally is None:
            self.transcript.fail("how many have signed in", page.text)
        return int(tally.group(1))

    def signed_in_at(self, meeting_path: str, name: str) -> str:
        row = re.search(rf" {re.escape(name)} (\d\d:\d\d) 已签到", self.get(meeting_path).text)
        return row.group(1) if row else "not signed in"

    def letter(self, number: str) -> Page:
        """The thread with that number: the open ones are looked through until it is found."""
        for page in self._pages("/console/feedback?state=open"):
            for link in page.links:
                if LETTER_PATH.fullmatch(link.href) and number in link.text:
                    return self.get(link.href)
        return self.transcript.fail(f"letter {number} in the in-tray", self.get("/console/feedback").text)

    def _pages(self, path: str) -> Iterator[Page]:
        """Of a list, until one shows nothing that was not shown before."""
        shown: set[str] = set()
        for number in count(1):
            page = self.get(f"{path}&page={number}")
            here = {link.href for link in page.links if "page=" not in link.href}
            if not here - shown:
                return
            shown |= here
            yield page

    def wait_for(self, path: str, true: Callable[[Page], bool], expected: str, seconds: float) -> Page:
        """Look again until the page says so, as somebody at the desk would."""
        deadline = time.monotonic() + seconds
        while True:
            page = self.get(path)
            if true(page):
                return page
            if time.monotonic() > deadline:
                self.transcript.fail(expected, page.text)
            time.sleep(LOOK_SECONDS)
