"""The accepts that people gave for notices by subscription: one accept, one notice."""

from sandbox.errors import ApiError

Key = str


class Wallet:
    def __init__(self) -> None:
        self._left: dict[Key, int] = {}

    def accept(self, openid: str, template_id: str) -> None:
        self._left[_key(openid, template_id)] = self.left(openid, template_id) + 1

    def refuse(self, openid: str, template_id: str) -> None:
        """Takes back what was not used."""
        self._left.pop(_key(openid, template_id), None)

    def left(self, openid: str, template_id: str) -> int:
        return self._left.get(_key(openid, template_id), 0)

    def spend(self, openid: str, template_id: str, *, lasting: bool) -> None:
        """43101 where nothing is left. A lasting (long-term) accept is not used up."""
        left = self.left(openid, template_id)
        if left <= 0:
            raise ApiError(43101)
        if not lasting:
            self._left[_key(openid, template_id)] = left - 1

    def dump(self) -> dict[Key, int]:
        return {key: left for key, left in self._left.items() if left}

    def load(self, stored: dict[Key, int]) -> None:
        self._left = stored


def _key(openid: str, template_id: str) -> Key:
    return f"{openid}/{template_id}"
