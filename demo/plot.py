"""What happens in the story, in order, and what each side must see."""

import re
import time
from dataclasses import dataclass
from typing import Any

from demo.browser import Page
from demo.desk import Candidate, Desk
from demo.phones import Json, Phones
from demo.transcript import Transcript

PEOPLE = 2
NOTICE_SECONDS = 240
"""A message that WeChat answers with -1 goes out again half a minute later, at worst several times."""
SCREEN_SECONDS = 60
LOOK_SECONDS = 0.5
LETTER = "夜班食堂九点半以后没有热菜，希望能改进。"
ANSWER = "已和食堂商定：下周一起夜班热菜供应到零点。谢谢您提醒。"
NUMBER = re.compile(r"编号 ([A-Z0-9]+)")
KEPT_AT = re.compile(r"已记下您 (\d\d:\d\d) 到场")
PLACE = re.compile(r"第 (\d+)/(\d+)")


@dataclass
class Phone:
    """One person's phone in the story."""

    name: str
    openid: str
    phones: Phones
    transcript: Transcript
    last_second: int = 0

    def act(self, what: str, gesture: str, *expected: str, **given: Any) -> str:
        """Do something, and see the reply in the chat. Repeats that the platform sent must read the same."""
        self.transcript.does(f"📱 {self.name}", what)
        self._breathe()
        delivery = self.phones.post(f"/sim/{gesture}", openid=self.openid, **given)["delivery"]
        self.transcript.sees(str(delivery["shown"] or ""), *expected)
        self._check_repeats(delivery)
        return str(delivery["shown"])

    def writes(self, text: str, *expected: str) -> str:
        return self.act(f"写：{text}", "text", *expected, content=text)

    def _breathe(self) -> None:
        """WeChat tells two events of a person apart by their second, so nobody does two things in one."""
        while (second := int(time.time())) == self.last_second:
            time.sleep(1 - time.time() % 1)
        self.last_second = second

    def _check_repeats(self, delivery: Json) -> None:
        answers = [attempt["body"] for attempt in delivery["attempts"] if attempt["error"] is None]
        if len(delivery["attempts"]) > 1:
            what = f"微信共投递 {len(delivery['attempts'])} 次，不同的答复数"
            self.transcript.same(what, len(set(answers)), 1)

    def receives(self, *expected: str) -> None:
        """A message that comes by itself."""
        self.transcript.does(f"📱 {self.name}", "收到消息")
        deadline = time.monotonic() + NOTICE_SECONDS
        while True:
            seen = [str(one.get("text", "")) for one in self.phones.messages(self.openid)]
            found = [text for text in seen if expected[0] in text]
            if found or time.monotonic() > deadline:
                self.transcript.sees(found[0] if found else "\n".join(seen[-3:]), *expected)
                self.transcript.same("收到次数", len(found), 1)
                return
            time.sleep(LOOK_SECONDS)


class Plot:
    def __init__(self, sheet: dict[str, Any], desk: Desk, phones: Phones, transcript: Transcript) -> None:
        self._sheet = sheet
        self._desk = desk
        self._phones = phones
        self._transcript = transcript
        self._meeting = str(sheet["meeting"]["console_path"])
        self._scene = str(sheet["scene"])

    def play(self) -> None:
        self._secretary_signs_in()
        first, second = self._choose_people()
        codes = [self._hand_out(one) for one in (first, second)]
        self._open_screen()
        late = self._scan_before_binding(second)
        early = self._follow_and_bind(first, codes[0])
        self._sign_in_twice(early)
        self._write_and_get_an_answer(early)
        self._bind_late(*late, codes[1])
        self._leave(early, first)
        self._leave(late[0], second)

    def _does(self, what: str) -> None:
        self._transcript.does("💻 支部书记", what)

    def _secretary_signs_in(self) -> None:
        if not self._desk.signed_in:
            self._does("登录控制台（密码＋动态口令）")
            page = self._desk.sign_in()
            self._transcript.sees(page.main, "待回复")

    def _choose_people(self) -> tuple[Candidate, Candidate]:
        self._does("查名册：哪些同志还没有绑定微信")
        people = self._desk.fresh_people(self._meeting, self._sheet["binding"]["name"])
        if len(people) < PEOPLE:
            self._transcript.fail(
                f"{PEOPLE} people who are neither bound nor signed in; start the demo with an empty DATA_DIR",
                str(len(people)),
            )
        names = [one.name for one in people[:PEOPLE]]
        self._transcript.sees("、".join(names), *names)
        return people[0], people[1]

    def _hand_out(self, person: Candidate) -> str:
        self._does(f"给{person.name}发一次性绑定码")
        code = self._desk.code_for(person)
        self._transcript.sees(code, code)
        return code

    def _open_screen(self) -> None:
        self._does("在会场打开签到屏")
        page = self._desk.open_screen(self._meeting, SCREEN_SECONDS)
        self._transcript.sees(page.main, self._sheet["meeting"]["title"], "微信扫一扫签到", "人已签到")

    def _phone(self, person: Candidate) -> Phone:
        openid = self._phones.new_person(person.name)
        return Phone(person.name, openid, self._phones, self._transcript)

    def _scan_before_binding(self, person: Candidate) -> tuple[Phone, str]:
        """The time at which the scan was kept goes with the phone."""
        phone = self._phone(person)
        reply = phone.act(
            "没有关注也没有绑定，直接扫会场的码", "scan", "欢迎关注", "已记下您", "到场", scene=self._scene
        )
        kept = KEPT_AT.search(reply)
        return phone, kept.group(1) if kept else ""

    def _follow_and_bind(self, person: Candidate, code: str) -> Phone:
        phone = self._phone(person)
        phone.act("关注公众号", "follow", "欢迎关注", "绑定")
        phone.writes("今天天气不错", "没看懂", "帮助")
        phone.writes("绑定", "请回复您的姓名")
        phone.writes("取消", "已退出")
        phone.writes(f"绑定 {person.name} AAAA-AAAA", "对不上", "再试")
        phone.writes(f"绑定 {person.name} {code}", "绑定成功", person.name)
        return phone

    def _present(self) -> int:
        return self._desk.present(self._meeting)

    def _sign_in_twice(self, phone: Phone) -> None:
        before = self._present()
        reply = phone.act(
            "扫会场的码", "scan", "签到成功", self._sheet["meeting"]["title"], scene=self._scene
        )
        place = PLACE.search(reply)
        self._does("看签到屏")
        page = self._desk.live(self._meeting)
        self._transcript.sees(page.text, phone.name, "人已签到")
        self._transcript.same("实到人数", self._present(), before + 1)
        phone.act("又扫一次", "scan", "您已签到", place.group() if place else "第", scene=self._scene)
        self._transcript.same("实到人数", self._present(), before + 1)

    def _write_and_get_an_answer(self, phone: Phone) -> None:
        reply = phone.writes(f"反馈 {LETTER}", "收到，编号", "前答复")
        number = NUMBER.search(reply)
        if number is None:
            self._transcript.fail("a number to quote", reply)
        self._does(f"在来信里找到 {number.group(1)}，答复")
        thread = self._desk.letter(number.group(1))
        self._transcript.sees(thread.main, LETTER, phone.name)
        self._answer(thread)
        phone.receives(ANSWER, number.group(1))

    def _answer(self, thread: Page) -> None:
        answered = self._desk.fill_in(thread, {"text": ANSWER}, action="/answer", has="text")
        self._transcript.sees(answered.main, ANSWER)

    def _bind_late(self, phone: Phone, kept_at: str, code: str) -> None:
        before = self._present()
        phone.writes(phone.name, "绑定码")
        phone.writes(code, "绑定成功", "已计入签到")
        self._does(f"看签到情况：{phone.name}应按扫码时间 {kept_at} 计入")
        self._transcript.same("实到人数", self._present(), before + 1)
        self._transcript.same("签到时间", self._desk.signed_in_at(self._meeting, phone.name), kept_at)

    def _leave(self, phone: Phone, person: Candidate) -> None:
        self._transcript.does(f"📱 {phone.name}", "取消关注（依法删除其微信信息）")
        self._phones.post("/sim/unfollow", openid=phone.openid)
        self._does(f"看{person.name}的名册页")
        page = self._desk.wait_for(
            person.path, lambda page: "未绑定" in page.text, f"{person.name} to be unbound", SCREEN_SECONDS
        )
        self._transcript.sees("未绑定" if "未绑定" in page.text else page.text, "未绑定")
