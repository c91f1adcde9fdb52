"""What somebody of the story has in their pocket: the chat, and the pages that open inside WeChat."""

import re
import time
from typing import Self

from demo.browser import Browser, Filled, Form, Page
from demo.cast import Guest
from demo.phones import Json, Phones
from demo.plot import LOOK_SECONDS, NOTICE_SECONDS, Phone
from demo.transcript import Transcript

OK, AWAY = 200, 503
TRIES = 5
LINK = re.compile(r'href="([^"]+)"')


class Pocket:
    def __init__(self, phone: Phone, base_url: str) -> None:
        self.chat = phone
        self._transcript = phone.transcript
        self._pages = Browser(base_url)
        self._pages.keep("openid", phone.openid, path="/connect")

    @classmethod
    def of(cls, guest: Guest, phones: Phones, transcript: Transcript, base_url: str) -> Self:
        person = phones.person(guest.openid)
        if person is None:
            transcript.fail(f"a phone of {guest.key}", guest.openid)
        return cls(Phone(str(person["name"]), guest.openid, phones, transcript), base_url)

    @property
    def name(self) -> str:
        return self.chat.name

    def receives(self, *expected: str) -> str:
        """A message that comes by itself, as text or as a card; the address that it leads to."""
        self._transcript.does(f"📱 {self.name}", "收到消息")
        deadline = time.monotonic() + NOTICE_SECONDS
        while True:
            messages = self.chat.phones.messages(self.chat.openid)
            found = [one for one in messages if all(piece in _words(one) for piece in expected)]
            if found or time.monotonic() > deadline:
                seen = found[-1:] or messages[-1:]
                self._transcript.sees("\n".join(map(_words, seen)), *expected)
                self._transcript.same("收到次数", len(found), 1)
                return _address(found[0])
            time.sleep(LOOK_SECONDS)

    def opens(self, what: str, address: str, *expected: str) -> Page:
        """A page inside WeChat, which knows who holds the phone."""
        self._transcript.does(f"📱 {self.name}", what)
        page = self._pages.get(address)
        for _ in range(TRIES):
            again = next((link.href for link in page.links if link.text.strip() == "重试"), "")
            if page.status != AWAY or not again:
                break
            self._transcript.does(f"📱 {self.name}", "微信没有回应，点“重试”")
            page = self._pages.get(again)
        if page.status != OK:
            self._transcript.fail(f"the page {address}", f"{page.status} {page.text}")
        if expected:
            self._reads(page, *expected)
        return page

    def taps(self, page: Page, what: str, form: Form | None, *expected: str) -> Page:
        self._transcript.does(f"📱 {self.name}", what)
        if form is None:
            self._transcript.fail(f"something to tap on {page.url}", page.text)
        return self.sends(page, what, form, {}, *expected, said=False)

    def sends(
        self, page: Page, what: str, form: Form, typed: Filled, *expected: str, said: bool = True
    ) -> Page:
        """A form with what they typed into it."""
        if said:
            self._transcript.does(f"📱 {self.name}", what)
        answer = self._pages.submit(page, form, typed)
        if expected:
            self._reads(answer, *expected)
        return answer

    def looks(self, address: str) -> Page:
        """At a page again, without a word about it."""
        return self._pages.get(address)

    def _reads(self, page: Page, *expected: str) -> None:
        found = all(piece in page.main for piece in expected)
        self._transcript.sees("\n".join(expected) if found else page.main, *expected)


def _address(message: Json) -> str:
    """Of a card, or the first that is written into a text."""
    written = LINK.search(str(message.get("text") or ""))
    return str(message.get("url") or "") or (written.group(1) if written else "")


def _words(message: Json) -> str:
    lines = [f"{line['label']}：{line['value']}" for line in message.get("lines", ())]
    return "\n".join(str(one) for one in (message.get("title"), *lines, message.get("text")) if one)
