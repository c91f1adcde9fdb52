"""Why a step of a vote is refused; each is raised by a verb of `service`."""

from app.core.errors import DomainError


class VoteNotPossible(DomainError):
    """This kind of meeting does not decide this kind of matter."""

    code = "vote_not_possible"


class VoteAtJointMeeting(DomainError):
    """Each branch decides alone (facts/domain §2.3)."""

    code = "vote_at_joint_meeting"


class SubjectEmpty(DomainError):
    code = "vote_subject_empty"


class OneByOne(DomainError):
    """Several people in one vote about persons."""

    code = "vote_one_by_one"


class BallotNeeded(DomainError):
    """This matter is decided by secret ballot only."""

    code = "vote_ballot_needed"


class SeatsWrong(DomainError):
    code = "vote_seats_wrong"


class CandidatesWrong(DomainError):
    """Nobody stands, a name stands twice, or is too long."""

    code = "vote_candidates_wrong"


class TellersWrong(DomainError):
    """Not two different people of 应到."""

    code = "tellers_wrong"


class TellerConcerned(DomainError):
    """A candidate, or the person voted on. By name, for the sheet knows no more of them."""

    code = "teller_concerned"


class TellersMissing(DomainError):
    code = "tellers_missing"


class TellersAbsent(DomainError):
    """Who is not signed in cannot have watched the count."""

    code = "tellers_absent"


class OpinionNotAllowed(DomainError):
    """Written opinions count only for admission, conversion and disposition."""

    code = "opinion_not_allowed"


class OpinionLate(DomainError):
    """Handed in when the meeting had begun, or at a time still to come."""

    code = "opinion_late"


class OpinionNotVoter(DomainError):
    code = "opinion_not_voter"


class OpinionRepeated(DomainError):
    code = "opinion_repeated"


class OpinionUnusable(DomainError):
    """Of somebody who came after all, or lost the vote; or the meeting was moved before it. Take it back first."""

    code = "opinion_unusable"


class CountTooEarly(DomainError):
    """The meeting has not begun."""

    code = "count_too_early"


class CountWrong(DomainError):
    """`flaws` in the details: field → code."""

    code = "count_wrong"


class BallotsSurplus(DomainError):
    """More came back than were handed out; said before the vote is void for good."""

    code = "ballots_surplus"


class CountOvertaken(DomainError):
    """Another count was entered meanwhile."""

    code = "count_overtaken"


class NothingCounted(DomainError):
    code = "nothing_counted"


class VoteEnded(DomainError):
    """Confirmed or void: it stands."""

    code = "vote_ended"


class NotTeller(DomainError):
    code = "not_teller"


class ReasonMissing(DomainError):
    code = "vote_reason_missing"


class OpinionsClosed(DomainError):
    """The ballots are counted."""

    code = "opinions_closed"
