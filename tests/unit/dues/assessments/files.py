"""Files of bases as offices send them, and what becomes of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.core.crypto import Vault
from app.core.db import Session
from app.dues.assessments import importing
from app.dues.assessments.models import BaseImport, BaseLine, Cause
from app.organizations.models import Organization
from app.organizations.scope import Scope
from tests.factories import NOW
from tests.unit.dues.rows import ACCOUNTANT
from tests.unit.members.sheets import sheet

HEADER = ("姓名", "组织代码", "身份证后四位", "手机号", "缴费类别", "党费基数（元）")
SALARY = "按月领工资"


def row(
    name: str, base: object, *, kind: str = SALARY, code: str = "", tail: object = "", phone: str = ""
) -> tuple[object, ...]:
    return (name, code, tail, phone, kind, base)


def file(*rows: Sequence[object], header: Sequence[str] = HEADER, **how: Any) -> bytes:
    return sheet(*rows, header=header, **how)


def preview(
    session: Session,
    content: bytes,
    top: Organization,
    vault: Vault,
    *,
    from_month: int = 202601,
    cause: Cause = Cause.YEARLY,
    reason: str = "",
    scope: Scope | None = None,
) -> int:
    return importing.preview(
        session,
        content=content,
        filename="基数.xlsx",
        organization_id=top.id,
        from_month=from_month,
        cause=cause,
        reason=reason,
        by=ACCOUNTANT,
        now=NOW,
        vault=vault,
        scope=scope or Scope.of([top.path]),
    )


def lines(session: Session, import_id: int) -> Sequence[BaseLine]:
    return session.scalars(
        select(BaseLine).where(BaseLine.import_id == import_id).order_by(BaseLine.row_number)
    ).all()


def kept(session: Session, import_id: int) -> BaseImport:
    return session.get_one(BaseImport, import_id)
