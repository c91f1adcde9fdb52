"""Texts such as a committee's library holds, and what people look for in them: invented, and always the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

from app.core import yamls

_GIVEN = yamls.read(Path(__file__).parent / "search_words.yaml")
TOPICS, LATIN, WORDS, PLACES, SURNAMES, GIVEN = (
    _GIVEN[name].split() for name in ("topics", "latin", "words", "places", "surnames", "given")
)
TITLES, SENTENCES = _GIVEN["titles"], _GIVEN["sentences"]


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    summary: str
    body: str
    tags: tuple[str, ...]


class Vocabulary:
    """Words as people use them: a few all the time, most now and then."""

    def __init__(self, words: list[str], random: Random) -> None:
        self._words = list(words)
        Random(7).shuffle(self._words)
        self._weights = list(accumulate(1 / (rank + 8) for rank in range(len(words))))
        self._random = random

    def one(self) -> str:
        return self._random.choices(self._words, cum_weights=self._weights)[0]


class Writer:
    """One text after the other, each from its own number."""

    def __init__(self, number: int) -> None:
        self.random = Random(number)
        self._words = Vocabulary(WORDS, self.random)
        self.topic = Vocabulary(TOPICS, self.random).one()
        self._aside = self.random.choice(TOPICS)

    def text(self) -> Text:
        """A title, a summary, and 800 to 3,000 signs."""
        title = self._filled(self.random.choice(TITLES))[:60]
        summary = self._filled(self.random.choice(SENTENCES))[:200]
        return Text(title, summary, "".join(self._paragraphs()), (self.topic[:12],))

    def _paragraphs(self) -> Iterator[str]:
        left = self.random.randint(800, 3000)
        while left > 0:
            words = "".join(self._filled(self.random.choice(SENTENCES)) for _ in range(4))
            left -= len(words)
            yield f"<p>{words}</p>"

    def _filled(self, pattern: str) -> str:
        parts = pattern.split("{")
        return parts[0] + "".join(self._one(part[0]) + part[2:] for part in parts[1:])

    def _one(self, kind: str) -> str:
        random = self.random
        match kind:
            case "w":
                made = self._words.one()
            case "t":
                made = self.topic if random.random() < 0.7 else self._aside
            case "p" | "l":
                made = random.choice(PLACES if kind == "p" else LATIN)
            case "o":
                made = random.choice(SURNAMES) + "".join(random.sample(GIVEN, random.choice((1, 2))))
            case "y":
                made = str(random.randint(2019, 2026))
            case _:
                made = str(random.randint(1, 40))
        return made


def texts(number: int) -> Iterator[Text]:
    return (Writer(one).text() for one in range(number))


def queries(items: int, each: int) -> dict[str, list[str]]:
    """`each` of every kind, by its name; some find thousands of items and some find none."""
    random = Random(2026)
    titles = [Writer(one).text().title for one in random.sample(range(items), each)]
    two = [word for word in (*TOPICS, *WORDS) if len(word) == 2]
    named = [random.choice(SURNAMES) + "".join(random.sample(GIVEN, 2)) for _ in range(each)]
    return {
        "two signs": random.sample(two, each),
        "a longer word": random.sample([word for word in TOPICS if len(word) > 3], each),
        "several words": [
            f"{random.choice(TOPICS)} {' '.join(random.sample(WORDS, 2))}" for _ in range(each)
        ],
        "Latin and Chinese": [f"{random.choice(LATIN)}{random.choice(WORDS)}" for _ in range(each)],
        "a question": [f"{random.choice(TOPICS)}怎么{random.choice(WORDS)}？" for _ in range(each)],
        "a whole title": titles,
        "a name": named,
        "a pasted line": ["，".join(random.sample((*TOPICS, *WORDS), 20)) for _ in range(each)],
    }
