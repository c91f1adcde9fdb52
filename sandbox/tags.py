"""Tags that an account puts on its followers."""

from dataclasses import dataclass
from typing import Any

from sandbox.errors import ApiError
from sandbox.followers import Followers
from sandbox.shelf import Shelf

MOST_TAGS = 100
MOST_ON_ONE = 20
NAME_LENGTH = 30
FIRST_FREE_ID = 100
RESERVED = (0, 1, 2)


@dataclass
class Tag:
    id: int
    name: str


class Tags:
    def __init__(self, followers: Followers) -> None:
        self._followers = followers
        self._tags: Shelf[Tag] = Shelf(Tag)
        self._next = FIRST_FREE_ID

    def create(self, name: str) -> Tag:
        self._check_name(name)
        if len(self._tags) >= MOST_TAGS:
            raise ApiError(45056)
        tag = Tag(self._next, name)
        self._next += 1
        self._tags[str(tag.id)] = tag
        return tag

    def rename(self, number: int, name: str) -> None:
        tag = self.one(number)
        if tag.name != name:
            self._check_name(name)
        tag.name = name

    def delete(self, number: int) -> None:
        self.one(number)
        del self._tags[str(number)]
        for person in self._followers.people.values():
            if number in person.tagid_list:
                person.tagid_list.remove(number)

    def one(self, number: int) -> Tag:
        if number in RESERVED:
            raise ApiError(45058)
        tag = self._tags.get(str(number))
        if tag is None:
            raise ApiError(45159)
        return tag

    def listed(self) -> list[dict[str, Any]]:
        people = self._followers.people.values()
        return [
            {"id": tag.id, "name": tag.name, "count": sum(tag.id in one.tagid_list for one in people)}
            for tag in self._tags.values()
        ]

    def put_on(self, openids: list[str], number: int) -> None:
        self.one(number)
        people = [self._followers.known(openid) for openid in openids]
        if any(not one.subscribed for one in people):
            raise ApiError(49003)
        if any(len(one.tagid_list) >= MOST_ON_ONE and number not in one.tagid_list for one in people):
            raise ApiError(45059)
        for one in people:
            if number not in one.tagid_list:
                one.tagid_list.append(number)

    def take_off(self, openids: list[str], number: int) -> None:
        self.one(number)
        for person in [self._followers.known(openid) for openid in openids]:
            if number in person.tagid_list:
                person.tagid_list.remove(number)

    def _check_name(self, name: str) -> None:
        if len(name) > NAME_LENGTH:
            raise ApiError(45158)
        if not name or any(tag.name == name for tag in self._tags.values()):
            raise ApiError(45157)

    def dump(self) -> dict[str, Any]:
        return {"tags": self._tags.dump(), "next": self._next}

    def load(self, stored: dict[str, Any]) -> None:
        self._tags.load(stored["tags"])
        self._next = stored["next"]
