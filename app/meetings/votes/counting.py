"""What the tellers counted, and what cannot be right about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.meetings.votes.models import Matter, Method


@dataclass(frozen=True)
class Counted:
    """As entered. By hands there are no ballots: `issued`, `returned` and `spoiled` stay 0.

    In an election `votes` holds the ballots in favour by name, and the ballot as a whole is neither for nor against.
    """

    issued: int = 0
    returned: int = 0
    in_favour: int = 0
    against: int = 0
    abstained: int = 0
    spoiled: int = 0
    written_in_favour: int = 0
    written_against: int = 0
    written_abstained: int = 0
    votes: Mapping[str, int] = field(default_factory=dict)

    @property
    def hands(self) -> int:
        return self.in_favour + self.against + self.abstained

    @property
    def written(self) -> int:
        return self.written_in_favour + self.written_against + self.written_abstained

    @property
    def valid(self) -> int:
        return self.returned - self.spoiled

    @property
    def surplus(self) -> bool:
        """More ballots came back than were handed out: the vote is void."""
        return self.returned > self.issued

    def numbers(self) -> list[int]:
        plain = [self.issued, self.returned, self.spoiled, self.hands, self.written, *self.votes.values()]
        return [*plain, self.in_favour, self.against, self.abstained]


@dataclass(frozen=True)
class Room:
    """What the count must agree with: who is there, how many opinions lie on the table, how many seats."""

    matter: Matter
    method: Method
    present_voting: int
    opinions: int = 0
    seats: int = 0


def flaws(counted: Counted, room: Room) -> dict[str, str]:
    """What does not add up: the field, and the code of the reason. A surplus of ballots is no flaw, but an end."""
    if any(number < 0 for number in counted.numbers()):
        return {"returned": "negative"}
    found = _of_hands(counted, room) if room.method is Method.HANDS else _of_ballots(counted, room)
    if counted.written != room.opinions:
        found["written_in_favour"] = "written_differ"
    return found


def _of_hands(counted: Counted, room: Room) -> dict[str, str]:
    if counted.issued or counted.returned or counted.spoiled:
        return {"issued": "no_ballots_by_hand"}
    return {"in_favour": "hands_exceed_present"} if counted.hands > room.present_voting else {}


def _of_ballots(counted: Counted, room: Room) -> dict[str, str]:
    found: dict[str, str] = {}
    if counted.issued > room.present_voting:
        found["issued"] = "issued_exceed_present"
    if room.matter is Matter.ELECTION:
        return found | _of_election(counted, room)
    if counted.returned != counted.hands + counted.spoiled:
        found["returned"] = "sum_differs"
    return found


def _of_election(counted: Counted, room: Room) -> dict[str, str]:
    """A valid ballot names a person at most once, and no more people than there are seats."""
    found: dict[str, str] = {}
    if counted.spoiled > counted.returned:
        found["spoiled"] = "spoiled_exceed_returned"
    elif any(votes > counted.valid for votes in counted.votes.values()):
        found["votes"] = "votes_exceed_ballots"
    elif sum(counted.votes.values()) > counted.valid * room.seats:
        found["votes"] = "votes_exceed_seats"
    return found
