"""What a branch states where nothing was held, and the term of its committee."""

from datetime import date, datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from app.core.clock import local_day
from app.core.db import Session, rows_changed
from app.core.errors import DomainError
from app.meetings import periods
from app.meetings.duties import rules
from app.meetings.duties.models import Duty, DutyStatement, Statement, Term
from app.meetings.periods import Period
from app.meetings.plans.models import Frequency
from app.organizations.models import Organization

LONGEST_TEXT = 300


class StatementWrong(DomainError):
    """No text, or one of more than 300 characters."""

    code = "statement_wrong"


class StatementPeriodWrong(DomainError):
    """The organisation does not have that duty in such a period."""

    code = "statement_period"


class StatementEarly(DomainError):
    """What is still to come needs no excuse; that it does not apply can be said at any time."""

    code = "statement_early"


FOUNDED = 1921
"""No committee of the Party was elected before."""


class TermWrong(DomainError):
    code = "term_wrong"


class NoTerm(DomainError):
    """An organisation of that kind is not elected for a term."""

    code = "no_term"


def state(
    session: Session,
    *,
    organization: Organization,
    duty: Duty,
    period: str,
    statement: Statement,
    text: str,
    by: str,
    now: datetime,
) -> None:
    """Said again, the later text stands. Raises StatementWrong, StatementPeriodWrong, StatementEarly."""
    said = text.strip()
    if not 0 < len(said) <= LONGEST_TEXT:
        raise StatementWrong
    about = periods.read(period)
    if about is None or not _wanted(organization, duty, about):
        raise StatementPeriodWrong
    if statement is Statement.EXPLAINED and local_day(now) < about.first:
        raise StatementEarly
    values = {"statement": statement, "text": said, "stated_by": by, "stated_at": now}
    own = {"organization_id": organization.id, "duty": duty, "period": period}
    try:
        with session.begin_nested():
            session.execute(insert(DutyStatement).values(**own, **values))
    except IntegrityError:
        session.execute(update(DutyStatement).filter_by(**own).values(**values))


def _wanted(organization: Organization, duty: Duty, about: Period) -> bool:
    if duty is Duty.RENEWAL:
        has_term = rules.term_rule(organization.kind, on=about.first) is not None
        return about.frequency is Frequency.YEARLY and has_term
    rule = rules.in_force(duty, organization.kind, on=about.first)
    return rule is not None and rule.frequency is about.frequency


def withdraw_statement(session: Session, *, organization: Organization, duty: Duty, period: str) -> bool:
    """Whether there was one."""
    own = delete(DutyStatement).filter_by(organization_id=organization.id, duty=duty, period=period)
    return rows_changed(session, own) == 1


def set_term(
    session: Session,
    *,
    organization: Organization,
    elected_on: date,
    ends_on: date,
    has_committee: bool,
    by: str,
    now: datetime,
) -> None:
    """The later one entered stands; a term may be put off by a year at most. Raises NoTerm, TermWrong."""
    usual = rules.term_ends(organization.kind, elected_on=elected_on)
    if usual is None:
        raise NoTerm
    latest = periods.months_later(usual, rules.DEFERRED_MONTHS)
    if not elected_on.year >= FOUNDED or elected_on > local_day(now) or not elected_on < ends_on <= latest:
        raise TermWrong
    values = {
        "elected_on": elected_on,
        "ends_on": ends_on,
        "has_committee": has_committee,
        "entered_by": by,
        "entered_at": now,
    }
    try:
        with session.begin_nested():
            session.execute(insert(Term).values(organization_id=organization.id, **values))
    except IntegrityError:
        session.execute(update(Term).where(Term.organization_id == organization.id).values(**values))
