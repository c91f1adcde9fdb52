"""An office with two branches that imports rosters, for tests of preview, apply and revert."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.crypto import Vault
from app.core.db import Session, Sessions
from app.members import registry
from app.members.models import Member, MemberKind, WeChatIdentity
from app.members.roster import queries, service
from app.members.roster.contents import WATCHED
from app.members.roster.queries import Line
from app.members.roster.service import Outcome
from app.organizations.models import OrganizationKind
from app.organizations.scope import Scope
from tests import factories
from tests.unit.members.sheets import sheet

HEADER = ("姓名", "组织代码", "人员类别", "手机号", "身份证号", "入党日期", "岗位")


@dataclass(frozen=True)
class Place:
    id: int
    code: str
    path: str


class Office:
    def __init__(self, sessions: Sessions, vault: Vault, now: datetime) -> None:
        self.sessions, self.vault, self.now = sessions, vault, now
        with sessions.begin() as session:
            root = factories.organization(session, name="公司党委", kind=OrganizationKind.COMMITTEE)
            places = [
                root,
                *(factories.organization(session, name=name, parent=root) for name in ("一支部", "二支部")),
            ]
            self.root, self.first, self.second = (Place(one.id, one.code, one.path) for one in places)
        self.scope = Scope.of([self.root.path])

    def add(self, name: str, place: Place, **details: Any) -> int:
        with self.sessions.begin() as session:
            return registry.register(
                session,
                organization_id=place.id,
                name=name,
                vault=self.vault,
                now=self.now,
                **{"kind": MemberKind.FULL, **details},
            ).id

    def row(
        self,
        name: str,
        place: Place,
        *,
        phone: str = "",
        number: str = "",
        post: str = "",
        kind: str = "正式党员",
    ) -> Sequence[object]:
        return (name, place.code, kind, phone, number, "2015-07-01", post)

    def preview(self, *rows: Sequence[object], **options: Any) -> int:
        with self.sessions.begin() as session:
            return self.preview_in(session, *rows, **options)

    def preview_in(self, session: Session, *rows: Sequence[object], **options: Any) -> int:
        return service.preview(
            session,
            **{
                "content": sheet(*rows, header=HEADER),
                "filename": "名册.xlsx",
                "scope": self.scope,
                "by": "office",
                "now": self.now,
                "vault": self.vault,
                **options,
            },
        ).id

    def lines(self, import_id: int) -> list[Line]:
        with self.sessions.read() as session:
            return queries.lines(session, import_id, self.vault)

    def kinds(self, import_id: int) -> list[str]:
        return [line.kind.value for line in self.lines(import_id)]

    def apply(self, import_id: int, **options: Any) -> Outcome:
        with self.sessions.begin() as session:
            return service.apply(
                session, import_id=import_id, by="office", now=self.now, vault=self.vault, **options
            )

    def revert(self, import_id: int, **options: Any) -> Outcome:
        with self.sessions.begin() as session:
            return service.revert(
                session, import_id=import_id, by="office", now=self.now, vault=self.vault, **options
            )

    def member(self, member_id: int) -> Member:
        with self.sessions.read() as session:
            return session.get_one(Member, member_id)

    def state(self) -> list[tuple[object, ...]]:
        """Everything that a roster may touch, phones in clear."""
        with self.sessions.read() as session:
            people = session.scalars(select(Member).order_by(Member.id)).all()
            chats = session.execute(
                select(WeChatIdentity.id, WeChatIdentity.member_id, WeChatIdentity.bound_at).order_by(
                    WeChatIdentity.id
                )
            )
            return [
                *(
                    (
                        one.id,
                        registry.phone_of(one, self.vault),
                        one.name_pinyin,
                        one.id_number_tail,
                        *(getattr(one, key) for key in WATCHED),
                    )
                    for one in people
                ),
                *((row.id, row.member_id, row.bound_at) for row in chats),
            ]
