"""The words of a text in signs that every engine's full-text index takes alike (docs/adr/0023). Pure.

Chinese is cut into pairs of neighbouring signs, Latin letters and digits into words. Each becomes one word of small
ASCII letters and digits, three signs at least, so that no engine's own idea of words, length or stop words matters.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

WORD_SIGNS = 40
"""Of a Latin word; MariaDB takes 84 bytes of a word and leaves longer ones out."""
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
FIRST = 0x3000
"""The signs from here to U+E63F, which are all that Chinese needs, get a code of their own."""

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_SEAM = re.compile(r"(?<=[a-z]{2})(?=[0-9]{2})|(?<=[0-9]{2})(?=[a-z]{2})")
"""ISO9001 is also written ISO 9001; 5G and Q3 are one word."""
_ASKING = re.compile(
    "请问|怎么样|怎么办|怎么|怎样|如何|是什么|什么|哪些|哪里|哪个|多少|是否|能否|需要|关于|有关|[吗呢]"
)


@dataclass(frozen=True, slots=True)
class Term:
    """`code` is looked for in the index; one that ends with `*` means every word that begins so."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person looks for: `runs` as they wrote them, normalised, and the terms that they are made of."""

    runs: tuple[str, ...]
    terms: tuple[Term, ...]


def normalised(text: str) -> str:
    """Half-width, small letters, without signs that nobody sees."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())


def tidied(text: str) -> str:
    """As people read it, but with half-width letters and digits, so that they are found by writing them plainly."""
    return "".join(_tidied(sign) for sign in text)


def encoded(text: str) -> str:
    """Each different term of the text once, in the order of the text, a space between two."""
    return " ".join(dict.fromkeys(code for run in _runs(normalised(text)) for code in _codes(run)))


def wanted(query: str) -> Wanted:
    """The words that ask are no words to look for, unless there are no others."""
    asked = normalised(query)
    runs = tuple(dict.fromkeys(_runs(_ASKING.sub(" ", asked)))) or tuple(dict.fromkeys(_runs(asked)))
    return Wanted(runs, tuple(dict.fromkeys(term for run in runs for term in _terms(run))))


def _runs(text: str) -> Iterator[str]:
    return (one.group() for one in _RUN.finditer(_SEAM.sub(" ", text)))


def _codes(run: str) -> Iterator[str]:
    if _is_word(run):
        yield _word(run)
        return
    signs = [_sign(one) for one in run]
    for first, second in pairwise(signs):
        yield f"c{first}{second}"
    yield f"c{signs[-1]}"  # so that each sign begins a term, and can be looked for alone


def _terms(run: str) -> Iterator[Term]:
    if _is_word(run):
        yield Term(_word(run), run)
    elif len(run) == 1:
        yield Term(f"c{_sign(run)}*", run)
    else:
        for first, second in pairwise(run):
            yield Term(f"c{_sign(first)}{_sign(second)}", first + second)


def _is_word(run: str) -> bool:
    return run[0].isascii()


def _word(run: str) -> str:
    return f"xw{run[:WORD_SIGNS]}"


@cache
def _tidied(sign: str) -> str:
    return unicodedata.normalize("NFKC", sign) if sign.isalnum() else _INVISIBLE.sub("", sign)


@cache
def _sign(sign: str) -> str:
    """Three digits; two rare signs may share them, and then one finds the other, too."""
    number = (ord(sign) - FIRST) % 36**3
    return DIGITS[number // 1296] + DIGITS[number // 36 % 36] + DIGITS[number % 36]
