"""The yearly file: read as a difference, looked at, and put in force as a whole by a second person."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.core.crypto import Vault
from app.core.db import Session, UTCDateTime, rows_changed
from app.core.errors import DomainError
from app.dues.assessments import payers
from app.dues.assessments.matching import NoMatch, Payer, People
from app.dues.assessments.matching import payers as load_payers
from app.dues.assessments.models import Assessment, BaseImport, BaseLine, BaseLineKind, Cause
from app.dues.assessments.payers import BASE_FIELD
from app.dues.assessments.workbook import Column, Row, read
from app.dues.policies import queries as policies
from app.dues.policies.models import DuesPolicy
from app.dues.standards.models import DuesCategory
from app.dues.standards.queries import InForce, in_force
from app.dues.standards.rules import FROM_PAY, BadBase, monthly
from app.dues.standing import STANDS, Overtaken
from app.members.models import GONE, Member
from app.members.names import plain
from app.organizations.models import Organization
from app.organizations.scope import Scope
from app.staff import deciding
from app.staff.deciding import Decision

CHANGES = (BaseLineKind.NEW, BaseLineKind.CHANGED)


class NothingToDecide(DomainError):
    """No line of the file would set an amount."""

    code: ClassVar[str] = "dues_import_empty"


class ImportStale(DomainError):
    """A standard or a committee's rule was changed since the preview: its figures may not hold."""

    code: ClassVar[str] = "dues_import_stale"


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the amounts of a file are computed with."""

    people: People
    found: InForce
    rules: Mapping[int, DuesPolicy]
    vault: Vault


def preview(
    session: Session,
    *,
    content: bytes,
    filename: str,
    organization_id: int,
    from_month: int,
    cause: Cause,
    reason: str,
    by: str,
    now: datetime,
    vault: Vault,
    scope: Scope,
) -> int:
    """Keep a file's lines for members below `organization_id` that `scope` covers; the import's id.

    No amount changes yet. Raises RosterRefused, MonthWrong, NotJanuary, ReasonMissing, NoStandard.
    """
    reason = payers.check_why(cause, from_month, reason, now)
    rows = read(content)
    top = session.get_one(Organization, organization_id)
    below = Scope.of([top.path]) if scope.covers(top.path) else Scope.of(())
    people = load_payers(session, below, from_month)
    setting = _Setting(
        people=People(people, vault),
        found=in_force(session, from_month),
        rules=policies.policies(session, {one.organization_id for one in people}, from_month),
        vault=vault,
    )
    made = BaseImport(
        organization_id=organization_id,
        from_month=from_month,
        cause=cause,
        reason=reason,
        filename=plain(PurePath(filename).name)[:200],
        digest=hashlib.sha256(content).hexdigest(),
        row_total=len(rows),
        proposed_by=by,
        proposed_at=now,
    )
    session.add(made)
    session.flush()
    lines = [{"import_id": made.id, **_line(row, setting)} for row in rows]
    session.execute(insert(BaseLine).execution_options(render_nulls=True), lines)
    return made.id


def _line(row: Row, setting: _Setting) -> dict[str, Any]:
    line: dict[str, Any] = {
        "row_number": row.number,
        "kind": BaseLineKind.INVALID,
        "member_id": None,
        "category": row.category,
        "base_sealed": None,
        "computed_fen": None,
        "amount_fen": None,
        "was_fen": None,
        "capped": False,
        "fault": "；".join(row.faults)[:200],
    }
    try:
        person = setting.people.find(row) if row.name else None
    except NoMatch as none:
        return line if row.faults else line | {"kind": none.kind, "fault": none.fault}
    if person is None or row.category is None or row.faults:
        return line
    line |= {"member_id": person.member_id, "was_fen": person.amount_fen}
    policy = setting.rules.get(person.organization_id)
    if policy is None:
        return line | {"fault": row.fault(Column.NAME, "所在组织还没有生效的收缴规定")}
    return line | _computed(row, row.category, person, policy, setting)


def _computed(
    row: Row, category: DuesCategory, person: Payer, policy: DuesPolicy, setting: _Setting
) -> dict[str, Any]:
    from_pay = category in FROM_PAY
    try:
        amount = monthly(
            setting.found.standard,
            category,
            None if category is DuesCategory.FARMER else row.base_fen,
            round_to=policy.round_to_fen,
            retired_permille=policy.retired_permille,
            fixed_fen=row.base_fen,
        )
    except BadBase as bad:
        return {"fault": row.fault(Column.BASE, bad.reason)}
    base = str(row.base_fen) if from_pay else None
    return {
        "kind": _kind(category, base, amount.amount, person, setting.vault),
        "base_sealed": setting.vault.seal(base, BASE_FIELD) if base else None,
        "computed_fen": amount.computed,
        "amount_fen": amount.amount,
        "capped": amount.capped,
    }


def _kind(category: DuesCategory, base: str | None, amount: int, person: Payer, vault: Vault) -> BaseLineKind:
    if person.amount_fen is None:
        return BaseLineKind.NEW
    was = vault.open(person.base_sealed, BASE_FIELD) if person.base_sealed else None
    same = (category, base, amount) == (person.category, was, person.amount_fen)
    return BaseLineKind.SAME if same else BaseLineKind.CHANGED


def decide(
    session: Session, import_id: int, decision: Decision, *, by: str, now: datetime, note: str = ""
) -> int:
    """How many amounts it set; a few statements however many. In any case the file's bases are dropped.

    Lines with faults, and of people who have gone since, are left out. What was the same counts as confirmed
    for the new year. Raises SecondPersonNeeded, AlreadyDecided, NothingToDecide, ImportStale, Overtaken.
    """
    deciding.decide(session, BaseImport, import_id, decision, by=by, now=now, note=note)
    made = session.get_one(BaseImport, import_id)
    count = _approve(session, made, by, now) if decision is Decision.APPROVED else 0
    kept = update(BaseLine).where(BaseLine.import_id == import_id, BaseLine.base_sealed.is_not(None))
    rows_changed(session, kept.values(base_sealed=None))
    session.expire_all()
    return count


def _approve(session: Session, made: BaseImport, by: str, now: datetime) -> int:
    found = in_force(session, made.from_month)
    branches = _by_policy(session, made)
    decided = [found.row.decided_at, *(policy.decided_at for policy, _ in branches)]
    if any(at is not None and at > made.proposed_at for at in decided):
        raise ImportStale
    here = [one for _, ids in branches for one in ids]
    changing = _people(made, here).with_only_columns(BaseLine.member_id).where(BaseLine.kind.in_(CHANGES))
    replaced = update(Assessment).where(
        Assessment.from_month == made.from_month,
        Assessment.standing == STANDS,
        Assessment.member_id.in_(changing),
    )
    rows_changed(session, replaced.values(standing=None))
    try:
        with session.begin_nested():
            for policy, ids in branches:
                _set(session, made, found, policy, ids, by=by, now=now)
    except IntegrityError as error:
        raise Overtaken from error
    count = session.scalar(select(func.count()).where(Assessment.import_id == made.id))
    if not count:
        raise NothingToDecide
    return count


def _people(made: BaseImport, branches: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """Lines of those who are still there: who has moved on since has an amount that others set."""
    return (
        select(BaseLine)
        .join(Member, Member.id == BaseLine.member_id)
        .where(
            BaseLine.import_id == made.id,
            Member.status.not_in(GONE),
            Member.organization_id.in_(branches),
        )
    )


def _by_policy(session: Session, made: BaseImport) -> list[tuple[DuesPolicy, list[int]]]:
    """The committee's rules that its branches follow, each with these."""
    top = session.get_one(Organization, made.organization_id).path
    ids = session.scalars(
        select(Organization.id).where(Organization.path.startswith(top, autoescape=True))
    ).all()
    grouped: defaultdict[int, list[int]] = defaultdict(list)
    rules = policies.policies(session, ids, made.from_month)
    for organization_id, policy in rules.items():
        grouped[policy.id].append(organization_id)
    by_id = {policy.id: policy for policy in rules.values()}
    return [(by_id[one], grouped[one]) for one in sorted(grouped)]


def _set(
    session: Session,
    made: BaseImport,
    found: InForce,
    policy: DuesPolicy,
    branches: Sequence[int],
    *,
    by: str,
    now: datetime,
) -> None:
    line = BaseLine.__table__.c
    values: dict[str, ColumnElement[Any]] = {
        **{name: line[name] for name in ("member_id", "category", "base_sealed", "computed_fen")},
        **{name: line[name] for name in ("amount_fen", "capped", "import_id")},
        **dict(_constants(made, found, policy, by, now)),
    }
    lines = _people(made, branches).with_only_columns(*values.values())
    rows = lines.where(_applies(made)).order_by(BaseLine.id)
    session.execute(insert(Assessment.__table__).from_select(list(values), rows))  # type: ignore[arg-type]  # a Table


def _applies(made: BaseImport) -> ColumnElement[bool]:
    """What is the same is set anew for a new year, unless that month's is there already."""
    set_already = select(Assessment.id).where(
        Assessment.member_id == BaseLine.member_id,
        Assessment.from_month == made.from_month,
        Assessment.standing == STANDS,
    )
    confirmed = (BaseLine.kind == BaseLineKind.SAME) & ~set_already.exists()
    changed = BaseLine.kind.in_(CHANGES)
    return or_(changed, confirmed) if made.cause is Cause.YEARLY else changed


def _constants(
    made: BaseImport, found: InForce, policy: DuesPolicy, by: str, now: datetime
) -> Iterator[tuple[str, ColumnElement[Any]]]:
    moments = {"proposed_at": made.proposed_at, "decided_at": now}
    given = {
        "from_month": made.from_month,
        "voluntary": False,
        "reason": made.reason,
        "standard_id": found.row.id,
        "policy_id": policy.id,
        "standing": STANDS,
        "proposed_by": made.proposed_by,
        "decided_by": by,
        "decision_note": "",
    }
    yield "cause", literal(made.cause, Assessment.cause.type)
    yield "decision", literal(Decision.APPROVED, Assessment.decision.type)
    yield from ((name, literal(at, UTCDateTime())) for name, at in moments.items())
    yield from ((name, literal(value)) for name, value in given.items())
