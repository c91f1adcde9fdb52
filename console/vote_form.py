"""Reading the forms of a vote: what is put to it, and what was counted."""

from dataclasses import dataclass

from app.meetings.votes.counting import Counted
from app.meetings.votes.models import Candidate, Matter, Method
from app.meetings.votes.sheets import Sheet
from console import fields

SUBJECT_LENGTH = 200
NAMES_LENGTH = 4000
NAME_LENGTH = 50
MOST_DIGITS = 6
HANDS = ("in_favour", "against", "abstained")
BALLOTS = ("issued", "returned", *HANDS, "spoiled")
ELECTION = ("issued", "returned", "spoiled")
WRITTEN = ("written_in_favour", "written_against", "written_abstained")
NO_NUMBER = "请填写数字，没有的填 0。"
NOT_READ = "每行一个人：先写姓名，空一格，再写票数；已是候选人的不用再写。"

FLAWS = {
    "negative": "票数不能小于 0。",
    "no_ballots_by_hand": "举手表决没有发票和收票。",
    "hands_exceed_present": "举手的人数加起来，比实到会有表决权的人还多，请核对。",
    "issued_exceed_present": "发出的票比实到会有表决权的人还多，请核对发票数和签到。",
    "sum_differs": "收回的票应等于赞成、反对、弃权和无效票之和，请核对。",
    "spoiled_exceed_returned": "无效票比收回的票还多，请核对。",
    "votes_exceed_ballots": "有人的得票比有效票还多，请核对。",
    "votes_exceed_seats": "得票总数比有效票最多能选的人次还多：每张票选的人不能多于应选人数，请核对。",
    "written_differ": "书面意见的三项之和，应等于会前收到的书面意见份数，请核对。",
}
FIELD_OF = {
    "vote_subject_empty": "subject",
    "vote_one_by_one": "subject",
    "vote_seats_wrong": "seats",
    "vote_candidates_wrong": "candidates",
    "tellers_wrong": "tellers",
    "teller_concerned": "tellers",
}
"""Beside which field a refusal of the domain is shown."""


@dataclass(frozen=True)
class Put:
    """What is put to the vote, as typed. `tellers` may be named later."""

    matter: Matter | None
    method: Method
    subject: str
    seats: int
    candidates: tuple[str, ...]
    tellers: tuple[int, ...]

    @classmethod
    def sent(cls) -> "Put":
        named = (fields.number("teller_1"), fields.number("teller_2"))
        return cls(
            matter=fields.choice("matter", Matter),
            method=fields.choice("method", Method) or Method.BALLOT,
            subject=fields.line("subject", most=SUBJECT_LENGTH),
            seats=fields.number("seats") or 0,
            candidates=_names(fields.body("candidates", most=NAMES_LENGTH)),
            tellers=tuple(one for one in named if one),
        )


def _names(text: str) -> tuple[str, ...]:
    listed = (fields.tidy(one, most=NAME_LENGTH + 1) for one in text.replace("、", "\n").splitlines())
    return tuple(one for one in listed if one)


def asked(sheet: Sheet) -> tuple[str, ...]:
    """The numbers that this sheet asks for."""
    plain = HANDS if sheet.vote.method is Method.HANDS else ELECTION if sheet.is_election else BALLOTS
    return (*plain, *WRITTEN) if sheet.opinions else plain


def counted(sheet: Sheet) -> tuple[Counted, dict[str, str]]:
    """What was counted, and what could not be read of it, by field."""
    numbers = {name: fields.number(name) for name in asked(sheet)}
    votes = {f"votes-{one.id}": fields.number(f"votes-{one.id}") for one in nominated(sheet)}
    unread = {name: NO_NUMBER for name, number in {**numbers, **votes}.items() if number is None}
    added = _written_in(sheet)
    if added is None:
        unread["others"] = NOT_READ
    named = {one.name: votes[f"votes-{one.id}"] or 0 for one in nominated(sheet)}
    found = {name: number or 0 for name, number in numbers.items()}
    return Counted(**found, votes=named | (added or {})), unread


def nominated(sheet: Sheet) -> list[Candidate]:
    return [one for one in sheet.candidates if not one.written_in]


def _written_in(sheet: Sheet) -> dict[str, int] | None:
    """Names that voters wrote on the ballot themselves, with their votes; None where a line cannot be read."""
    found: dict[str, int] = {}
    known = {one.name for one in nominated(sheet)}
    for line in fields.body("others", most=NAMES_LENGTH).splitlines():
        name, _, number = fields.tidy(line, most=NAME_LENGTH + 10).rpartition(" ")
        if not line.strip():
            continue
        fits = number.isascii() and number.isdigit() and len(number) < MOST_DIGITS
        if not fits or not 0 < len(name) <= NAME_LENGTH or name in known | found.keys():
            return None
        found[name] = int(number)
    return found
