"""What a written message asks for: full- or half-width, with or without spaces and punctuation."""

import re
import unicodedata
from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "help": ("帮助", "help", "菜单", "功能", "你好", "?"),
    "bind": ("绑定", "绑定身份", "我要绑定"),
    "unbind": ("解除绑定", "解绑", "取消绑定"),
    "check_in": ("签到", "我要签到"),
    "feedback": ("反馈", "意见", "建议", "我要反馈"),
    "study": ("学习", "今日学习", "我要学习"),
    "dues": ("党费", "交党费", "缴党费", "我的党费", "缴纳党费"),
    "notices": ("通知", "会议通知"),
    "my_meetings": ("我的会议", "会议", "近期会议"),
    "leave": ("请假", "我要请假", "请个假"),
    "withdraw_leave": ("销假", "我要销假", "取消请假", "撤回请假"),
    "me": ("我的", "我"),
    "cancel": ("取消", "退出", "算了"),
}
WITH_ARGUMENT = {
    "bind": "绑定",
    "check_in": "签到",
    "feedback": "反馈",
    "leave": "请假",
    "dues": "党费",
    "study": "学习",
}
HAND_CODE = re.compile(r"[0-9]{6}")
EDGES = " \t\r\n\u3000。.!！~～,，、:：;；\"'“”‘’《》【】「」『』〈〉[]()（）"

_BY_WORD = {word: name for name, words in COMMANDS.items() for word in words}


def plain(text: str) -> str:
    """Half-width, without outer punctuation, inner runs of space as one."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"\s+", " ", folded).strip(EDGES)


def command_of(text: str) -> tuple[str | None, str]:
    """(command, what follows it); (None, "") where the message names none."""
    written = plain(text)
    bare = written.replace(" ", "").lower() or ("?" if "?" in unicodedata.normalize("NFKC", text) else "")
    if name := _BY_WORD.get(bare):
        return name, ""
    if HAND_CODE.fullmatch(bare):
        return "check_in", bare
    for name, word in WITH_ARGUMENT.items():
        spaced = r"\s*".join(word)
        if found := re.match(spaced + r"[\s:：,，]*(?P<rest>.+)", written, re.DOTALL):
            return _with_argument(name, found["rest"], text)
    return None, ""


def _with_argument(name: str, rest: str, text: str) -> tuple[str | None, str]:
    if name == "check_in":
        digits = rest.replace(" ", "")
        return ("check_in", digits) if HAND_CODE.fullmatch(digits) else (None, "")
    if name == "feedback":
        # A letter is kept as it was written, not as it was folded for the comparison.
        original = re.match(r"\s*反\s*馈[\s:：,，\u3000]*(?P<rest>.*)", text, re.DOTALL)
        return name, original["rest"].strip() if original else rest
    return name, rest
