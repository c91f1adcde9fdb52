"""Refusals: what a person asked for cannot be done, and why."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal that the person who asked should read.

    `code` names the sentence: `templates/wechat/refused_<code>.txt` in chat, `console/refusals.py` in the
    console. Surprises (a bug, a broken invariant) are not refusals and must crash.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, **details: object) -> None:
        super().__init__(self.code)
        self.details = details
