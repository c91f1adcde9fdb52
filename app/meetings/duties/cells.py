"""How one duty of one organisation stands in one period."""

from dataclasses import dataclass
from datetime import date
from itertools import chain

from app.meetings.duties import rules
from app.meetings.duties.facts import Facts, Meet
from app.meetings.duties.models import Duty, DutyStatement
from app.meetings.duties.rules import DutyState, Rule, Tenure, TermRule
from app.meetings.models import MeetingKind
from app.meetings.periods import Period

DISSOLVED = "组织已撤销。"
NO_GROUPS = "这个时段里没有党小组。"
TERM_UNKNOWN = "还没有登记本届任期，请填写选举日期和届满日期。"
TERM_RENEWED = "选举大会已经开过，请登记新一届的任期。"


@dataclass(frozen=True)
class Cell:
    """`period`: 2026, 2026-Q1 or 2026-03. `count` of `wanted`: meetings; of 党小组会, groups that met.

    `text`: what the branch stated, or what is to be done.
    """

    duty: Duty
    period: str
    state: DutyState
    held_on: date | None
    meeting_id: int | None
    clause: str
    text: str
    due_by: date
    count: int
    wanted: int


def has(of: Facts, duty: Duty) -> bool:
    """Whether the branch is made so that the duty is its own: it has a committee, it has groups."""
    if duty is Duty.BRANCH_COMMITTEE:
        return of.term.has_committee if of.term else of.full_members >= rules.COMMITTEE_FROM
    return duty is not Duty.GROUP_MEETING or bool(of.groups)


def meets_of(of: Facts, rule: Rule, period: Period) -> tuple[list[Meet], int]:
    """What counts for the duty, in the order of time, and how many are wanted; of 党小组会, so many of each group."""
    if rule.duty is not Duty.GROUP_MEETING:
        return of.meets_in(of.organization.id, rule.kinds, period), rule.times
    groups = of.groups_in(period)
    each = (of.meets_in(one, rule.kinds, period)[: rule.times] for one in groups)
    return sorted(chain.from_iterable(each)), len(groups) * rule.times


def in_period(of: Facts, rule: Rule, period: Period, today: date) -> Cell:
    meets, wanted = meets_of(of, rule, period)
    stated = of.statements.get((rule.duty, period.key))
    said = stated.statement if stated else None
    state = rules.judge(rule, period, count=len(meets), wanted=wanted, statement=said, today=today)
    text = stated.text if stated else ""
    if gone := _gone(of, period, wanted):
        state, text = DutyState.NOT_APPLICABLE, gone
    last = meets[:wanted][-1] if meets else None
    return Cell(
        duty=rule.duty,
        period=period.key,
        state=state,
        held_on=last.on if last else None,
        meeting_id=last.meeting_id if last else None,
        clause=rule.clause,
        text=text,
        due_by=period.last,
        count=len(meets),
        wanted=wanted,
    )


def _gone(of: Facts, period: Period, wanted: int) -> str:
    ended = of.organization.dissolved_on
    if ended and ended < period.first:
        return DISSOLVED
    return "" if wanted else NO_GROUPS


def of_renewal(of: Facts, year: int, today: date) -> Cell | None:
    """None for a kind without terms, a dissolved organisation, and a year of which nothing is known."""
    begun = of.term.elected_on if of.term else date(year, 1, 1)
    rule = rules.term_rule(of.organization.kind, on=begun)
    if rule is None or of.organization.dissolved_on:
        return None
    stated = of.statements.get((Duty.RENEWAL, str(year)))
    known = tenure(of)
    if known is None:
        return _unknown(rule, stated, year) if year == today.year else None
    said = stated.statement if stated else None
    state = rules.renewal(known, year=year, statement=said, today=today)
    return _renewed(of, rule, known, state, stated, year) if state else None


def tenure(of: Facts) -> Tenure | None:
    if of.term is None:
        return None
    sitting = Tenure(of.term.elected_on, of.term.ends_on, None)
    elections = (one.on for one in _elections(of) if sitting.counts(one.on))
    return Tenure(sitting.elected_on, sitting.ends_on, next(elections, None))


def _elections(of: Facts) -> list[Meet]:
    own = of.meets.get(of.organization.id, ())
    return sorted(one for one in own if one.kind is MeetingKind.ELECTION)


def _unknown(rule: TermRule, stated: DutyStatement | None, year: int) -> Cell:
    return Cell(
        duty=Duty.RENEWAL,
        period=str(year),
        state=DutyState(stated.statement.value) if stated else DutyState.DUE,
        held_on=None,
        meeting_id=None,
        clause=rule.clause,
        text=stated.text if stated else TERM_UNKNOWN,
        due_by=date(year, 12, 31),
        count=0,
        wanted=1,
    )


def _renewed(
    of: Facts, rule: TermRule, known: Tenure, state: DutyState, stated: DutyStatement | None, year: int
) -> Cell:
    """The day on which it was held: of the election that renews the term, or of the one that began it that year."""
    due = known.ends_on.year <= year
    held_on = (known.renewed_on if due else known.elected_on) if state is DutyState.HELD else None
    meeting = next((one.meeting_id for one in _elections(of) if one.on == held_on), None)
    return Cell(
        duty=Duty.RENEWAL,
        period=str(year),
        state=state,
        held_on=held_on,
        meeting_id=meeting,
        clause=rule.clause,
        text=TERM_RENEWED if due and held_on else stated.text if stated else "",
        due_by=known.ends_on,
        count=int(state is DutyState.HELD),
        wanted=1,
    )
