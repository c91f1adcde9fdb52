"""What the regulations ask of a vote, as dated rows: a new regulation is a new row, and old votes keep theirs."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.meetings.votes.models import Matter

HALF = Fraction(1, 2)
FOUR_FIFTHS = Fraction(4, 5)


@dataclass(frozen=True)
class Rule:
    """`needed` of 应到会有表决权 must be present (`strictly`: more than that many).

    In favour must be more than half of 应到会有表决权, or of 实到 where it is `of_present`. `written`: opinions
    handed in before the meeting are counted. `secret`: by ballot only.
    """

    effective_from: date
    matters: frozenset[Matter]
    needed: Fraction
    strictly: bool
    quorum_clause: str
    majority_clause: str
    of_present: bool = False
    written: bool = False
    secret: bool = False


BRANCH_RULES = "《中国共产党支部工作条例（试行）》"
ADMISSION_RULES = "《中国共产党发展党员工作细则》"
DISPOSITION_RULES = "《中国共产党不合格党员组织处置办法》"
ELECTION_RULES = "《中国共产党基层组织选举工作条例》"
OLD_ELECTION_RULES = "《中国共产党基层组织选举工作暂行条例》"
ELECTED_CLAUSE = "被选举人获得的赞成票超过实到会有选举权的人数的半数，始得当选"

RULES: tuple[Rule, ...] = (
    Rule(
        effective_from=date(1990, 6, 27),
        matters=frozenset({Matter.ELECTION}),
        needed=FOUR_FIFTHS,
        strictly=True,
        quorum_clause=f"{OLD_ELECTION_RULES}：有选举权的到会人数超过应到会人数的五分之四",
        majority_clause=f"{OLD_ELECTION_RULES}：{ELECTED_CLAUSE}",
        of_present=True,
        secret=True,
    ),
    Rule(
        effective_from=date(2014, 5, 28),
        matters=frozenset({Matter.ADMISSION}),
        needed=HALF,
        strictly=True,
        quorum_clause=f"{ADMISSION_RULES}第二十条：有表决权的到会人数必须超过应到会有表决权人数的半数",
        majority_clause=f"{ADMISSION_RULES}第二十一条：赞成人数超过应到会有表决权的正式党员的半数，会前的书面意见统计在票数内",
        written=True,
        secret=True,
    ),
    Rule(
        effective_from=date(2014, 5, 28),
        matters=frozenset({Matter.CONVERSION}),
        needed=HALF,
        strictly=True,
        quorum_clause=f"{ADMISSION_RULES}第三十三条：到会人数的要求与讨论接收预备党员的支部大会相同，须超过半数",
        majority_clause=f"{ADMISSION_RULES}第三十三条：赞成人数等要求与讨论接收预备党员的支部大会相同，须超过应到会的半数",
        written=True,
        secret=True,
    ),
    Rule(
        effective_from=date(2014, 5, 28),
        matters=frozenset({Matter.DISPOSITION}),
        needed=HALF,
        strictly=True,
        quorum_clause=f"{DISPOSITION_RULES}：到会人数比照讨论接收预备党员，须超过应到会有表决权人数的半数",
        majority_clause=f"{DISPOSITION_RULES}：赞成人数须超过应到会有表决权党员的半数，通过后报上级党组织批准",
        written=True,
    ),
    Rule(
        effective_from=date(2018, 10, 28),
        matters=frozenset({Matter.GENERAL}),
        needed=HALF,
        strictly=False,
        quorum_clause=f"{BRANCH_RULES}第十一条：表决必须有半数以上有表决权的党员到会方可进行",
        majority_clause=f"{BRANCH_RULES}第十一条：赞成人数超过应到会有表决权的党员的半数为通过",
    ),
    Rule(
        effective_from=date(2018, 10, 28),
        matters=frozenset({Matter.COMMITTEE}),
        needed=HALF,
        strictly=False,
        quorum_clause=f"{BRANCH_RULES}第十二条：党支部委员会会议须有半数以上委员到会方可进行",
        majority_clause="少数服从多数：赞成的委员超过应到委员的半数为通过，重要事项提交党员大会决定",
    ),
    Rule(
        effective_from=date(2020, 7, 13),
        matters=frozenset({Matter.ELECTION}),
        needed=FOUR_FIFTHS,
        strictly=False,
        quorum_clause=f"{ELECTION_RULES}：有选举权的到会人数不少于应到会人数的五分之四，会议有效",
        majority_clause=f"{ELECTION_RULES}：{ELECTED_CLAUSE}",
        of_present=True,
        secret=True,
    ),
)


def rule(matter: Matter, *, on: date) -> Rule:
    """The row that held on that day; before all rows the first one, since something always held."""
    rows = sorted((one for one in RULES if matter in one.matters), key=lambda one: one.effective_from)
    return next((one for one in reversed(rows) if one.effective_from <= on), rows[0])
