"""The story as it is printed: who did what, what they saw, and whether it was as it should be."""

import sys
from typing import NoReturn, TextIO

INDENT = "      "


class NotAsItShouldBe(RuntimeError):
    """What was expected, and what was seen instead."""


class Transcript:
    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self.checked = 0

    def title(self, words: str) -> None:
        self._line(f"\n══ {words} ══")

    def does(self, who: str, what: str) -> None:
        self._line(f"\n{who}  {what}")

    def sees(self, seen: str, *expected: str) -> None:
        """Print what appeared; every expected piece must be in it. Raises NotAsItShouldBe."""
        for line in seen.strip().splitlines():
            self._line(f"{INDENT}│ {line}")
        for piece in expected:
            if piece not in seen:
                self.fail(f"to see “{piece}”", seen or "nothing")
        self._tick("，".join(f"“{piece}”" for piece in expected))

    def same(self, what: str, seen: object, expected: object) -> None:
        """Raises NotAsItShouldBe."""
        if seen != expected:
            self.fail(f"{what}: {expected}", str(seen))
        self._tick(f"{what} {seen}")

    def fail(self, expected: str, seen: str) -> NoReturn:
        self._line(f"{INDENT}✗ expected {expected}")
        self._line(f"{INDENT}  seen     {seen.strip()[:600]}")
        raise NotAsItShouldBe(f"expected {expected}; seen {seen.strip()[:200]}")

    def _tick(self, what: str) -> None:
        self.checked += 1
        self._line(f"{INDENT}✓ {what}")

    def _line(self, text: str) -> None:
        self._out.write(f"{text}\n")
        self._out.flush()
