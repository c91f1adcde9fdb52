"""Any roster against any registry: applied it stands in the registry, reverted it was never there."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.crypto import KeyRing, Vault
from app.core.db import Sessions, new_engine
from app.members.models import Member, MemberKind, PartyStatus
from app.members.registry import leave
from app.members.roster.states import BLOCKED_KINDS
from tests import tables
from tests.unit.members.id_numbers import id_number
from tests.unit.members.offices import Office

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
VAULT = Vault(KeyRing(keys={"k1": bytes(range(32))}, current="k1"), index_key=b"i" * 32)

names = st.sampled_from(["张三", "李四", "王五", "阿依·买买提"])
phones = st.sampled_from(["", "13800000001", "13800000002"])
numbers = st.sampled_from(["", id_number(1), id_number(2), id_number(3)])
kinds = st.sampled_from(["正式党员", "预备党员", "入党积极分子"])
people = st.lists(
    st.tuples(names, st.booleans(), phones, numbers, st.sampled_from([None, *PartyStatus])),
    max_size=5,
    unique_by=lambda one: one[3] or object(),
)
rows = st.lists(st.tuples(names, st.booleans(), phones, numbers, kinds), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people=people, rows=rows, complete=st.booleans())
def test_roster_applied_is_unchanged_and_reverted_is_as_before(
    people: list[tuple[str, bool, str, str, PartyStatus | None]],
    rows: list[tuple[str, bool, str, str, str]],
    *,
    complete: bool,
) -> None:
    with TemporaryDirectory() as folder:
        engine = new_engine(f"sqlite:///{Path(folder)}/zhibu.db")
        tables.empty(engine)
        office = Office(Sessions(engine), VAULT, NOW)
        register(office, people)
        before = office.state()
        file = [
            office.row(name, office.first if first else office.second, phone=phone, number=number, kind=kind)
            for name, first, phone, number, kind in rows
        ]

        import_id = office.preview(*file, complete=complete)
        applied = office.apply(import_id)
        again = office.lines(office.preview(*file, complete=complete))
        reverted = office.revert(import_id)

        assert applied.refused == reverted.refused == []
        assert {one.kind for one in again} <= BLOCKED_KINDS
        assert office.state() == before
        engine.dispose()


def register(office: Office, people: list[tuple[str, bool, str, str, PartyStatus | None]]) -> None:
    for name, first, phone, number, gone in people:
        member_id = office.add(
            name,
            office.first if first else office.second,
            phone=phone or None,
            id_number=number or None,
            kind=MemberKind.FULL,
        )
        if gone in (PartyStatus.TRANSFERRED, PartyStatus.LEFT, PartyStatus.DECEASED):
            with office.sessions.begin() as session:
                leave(session, member=session.get_one(Member, member_id), status=gone, now=NOW)
