"""Reading a /sim request, and its refusals."""

from typing import Any

from flask import request
from werkzeug.exceptions import HTTPException

from sandbox.followers import Person
from sandbox.world import World

Json = dict[str, Any]


class Refused(HTTPException):
    """A /sim request that cannot be done; the text is for the person at the phone."""

    def __init__(self, text: str, code: int = 400) -> None:
        super().__init__(description=text)
        self.code = code


def body() -> Json:
    parsed = request.get_json(force=True, silent=True)
    if not isinstance(parsed, dict):
        raise Refused("需要一个 JSON 对象")
    return parsed


def text(given: Json, name: str, *, needed: bool = True) -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or (needed and not value):
        raise Refused(f"缺少 {name}")
    return value


def number(name: str, otherwise: int) -> int:
    """From the query."""
    value = request.args.get(name, str(otherwise))
    if not value.isdecimal():
        raise Refused(f"{name} 应为数字")
    return int(value)


def since() -> int:
    return number("since", 0)


def texts(given: Json, name: str) -> list[str]:
    value = given.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refused(f"{name} 应为文字的列表")
    return value


def person(world: World, given: Json) -> Person:
    openid = text(given, "openid")
    found = world.followers.people.get(openid)
    if found is None:
        raise Refused(f"没有这个人：{openid}", code=404)
    return found


def follower(world: World, given: Json) -> Person:
    found = person(world, given)
    if not found.subscribed:
        raise Refused("还没有关注", code=409)
    return found
