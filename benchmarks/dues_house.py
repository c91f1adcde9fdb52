"""The database of the dues measurement: a committee, its branches, and an amount for each of their members."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from sqlalchemy import func, insert, select, text

from app import migrate
from app.core.db import Sessions, new_engine
from app.dues import months
from app.dues.assessments.models import Assessment, Cause, Relief, ReliefKind
from app.dues.bills.models import Bill
from app.dues.books import ledger
from app.dues.books.ledger import Leg
from app.dues.books.models import Account, JournalKind
from app.dues.policies.models import DuesPolicy
from app.dues.standards import queries as standards
from app.dues.standards.models import DuesCategory
from app.members.models import Member, MemberKind, PartyStatus, WeChatIdentity
from app.organizations.models import Organization, OrganizationKind
from app.staff.deciding import Decision
from benchmarks.dues_merchant import MCHID
from benchmarks.hall import AT_ONCE, BRANCH, COMMITTEE
from benchmarks.messages import openid
from benchmarks.scene import APP_ID

RELIEVED, AHEAD = 50, 40
"""One member in that many owes nothing, or has paid some months ahead."""
MONTHS_AHEAD = 3
HISTORY = 12
"""Months before this one from which rule and amounts hold."""


class House:
    """One database. The committee keeps the books of all its branches."""

    def __init__(self, url: str, people: int) -> None:
        self.url = url
        self.people = people
        self.now = datetime.now(UTC)
        self._engine = new_engine(url, pool_size=2)
        self.sessions = Sessions(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def months(self, rounds: int) -> list[int]:
        """The last ones, up to the running one."""
        current = months.current(self.now)
        return list(months.through(months.plus(current, 1 - rounds), current))

    def prepare(self) -> None:
        migrate.upgrade(self._engine)
        with self.sessions.begin() as session:
            session.execute(insert(Organization), list(_organizations(self._branches)))
            session.execute(insert(DuesPolicy), [self._policy()])
            month = self._policy()["effective_from"]
            decided = self._decided() | {
                "policy_id": session.scalars(select(DuesPolicy.id)).one(),
                "standard_id": standards.in_force(session, months.current(self.now)).row.id,
                "from_month": month,
            }
            for start in range(1, self.people + 1, AT_ONCE):
                numbers = range(start, min(start + AT_ONCE, self.people + 1))
                session.execute(insert(Member), [self._member(one) for one in numbers])
                session.execute(insert(WeChatIdentity), [self._identity(one) for one in numbers])
                session.execute(insert(Assessment), [_assessment(one) | decided for one in numbers])
                if relieved := [self._relief(one) for one in numbers if one % RELIEVED == 0]:
                    session.execute(insert(Relief), relieved)
            journal = ledger.begin(
                session,
                committee_id=COMMITTEE,
                kind=JournalKind.PAID,
                key="ahead",
                by="benchmark",
                now=self.now,
            )
            if journal is None:
                raise RuntimeError("these books are not new")
            ledger.enter(session, journal, self._advances())
        self.analyze()

    def analyze(self) -> None:
        """As autovacuum does of its own accord, some time after many rows came."""
        with self.sessions.begin() as session:
            session.execute(text("ANALYZE"))

    def owed(self) -> int:
        """Fen of a month, of everybody."""
        return sum(0 if one % RELIEVED == 0 else amount(one) for one in range(1, self.people + 1))

    def bills(self) -> int:
        with self.sessions.read() as session:
            return session.scalar(select(func.count()).select_from(Bill)) or 0

    def balances(self) -> dict[Account, int]:
        """Debit minus credit, in fen; all of them together are nothing, or the books are broken."""
        with self.sessions.read() as session:
            found = ledger.balances(session, COMMITTEE)
        if sum(found.values()):
            raise RuntimeError("the ledger does not sum to zero")
        totals = dict.fromkeys(Account, 0)
        for (account, _), fen in found.items():
            totals[account] += fen
        return totals

    @property
    def _branches(self) -> range:
        return range(COMMITTEE + 1, COMMITTEE + 2 + self.people // BRANCH)

    def _member(self, number: int) -> dict[str, object]:
        own = {"id": number, "name": f"党员{number}", "organization_id": branch_of(number)}
        return own | {"kind": MemberKind.FULL, "status": PartyStatus.NORMAL, "created_at": self.now}

    def _identity(self, number: int) -> dict[str, object]:
        own = {"openid": openid(number), "member_id": number}
        return own | {"app_id": APP_ID, "followed_at": self.now}

    def _relief(self, number: int) -> dict[str, object]:
        current = months.current(self.now)
        return self._two_people() | {
            "member_id": number,
            "kind": ReliefKind.EXEMPT,
            "amount_fen": 0,
            "from_month": months.plus(current, -HISTORY),
            "until_month": months.plus(current, HISTORY),
            "reason_sealed": "",
            "studied_on": date(self.now.year, 1, 1),
        }

    def _advances(self) -> Iterator[Leg]:
        for one in range(AHEAD, self.people + 1, AHEAD):
            fen = MONTHS_AHEAD * amount(one)
            yield Leg(Account.WECHAT, COMMITTEE, Account.ADVANCE, branch_of(one), fen, member_id=one)

    def _policy(self) -> dict[str, object]:
        return self._decided() | {
            "organization_id": COMMITTEE,
            "effective_from": months.plus(months.current(self.now), -HISTORY),
            "by_wechat": True,
            "by_cash": True,
            "by_transfer": False,
            "mchid": MCHID,
        }

    def _decided(self) -> dict[str, object]:
        return self._two_people() | {"standing": 1}

    def _two_people(self) -> dict[str, object]:
        proposed = {"proposed_by": "accountant", "proposed_at": self.now}
        return proposed | {"decision": Decision.APPROVED, "decided_by": "office", "decided_at": self.now}


def amount(number: int) -> int:
    """Fen a month of that member: from 5 to 99.90 yuan."""
    return 500 + number % 950 * 10


def branch_of(number: int) -> int:
    return COMMITTEE + 1 + (number - 1) // BRANCH


def owes(number: int) -> bool:
    """Neither relieved nor ahead: the bill of that member is open."""
    return number % RELIEVED != 0 and number % AHEAD != 0


def _assessment(number: int) -> dict[str, object]:
    fen = amount(number)
    own = {"member_id": number, "computed_fen": fen, "amount_fen": fen}
    return own | {"category": DuesCategory.SALARY, "cause": Cause.YEARLY}


def _organizations(branches: range) -> Iterator[dict[str, object]]:
    yield _organization(COMMITTEE, OrganizationKind.COMMITTEE, None, f"/{COMMITTEE}/")
    for one in branches:
        yield _organization(one, OrganizationKind.BRANCH, COMMITTEE, f"/{COMMITTEE}/{one}/")


def _organization(number: int, kind: OrganizationKind, parent: int | None, path: str) -> dict[str, object]:
    name = f"组织{number}"
    own = {"id": number, "code": f"{number:012d}", "kind": kind, "parent_id": parent, "path": path}
    return own | {"name": name, "short_name": name}
