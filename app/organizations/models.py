"""Enterprises and Party organisations."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, enum_column


class OrganizationKind(StrEnum):
    """facts/domain §6.2 org_type."""

    COMMITTEE = "committee"
    WORK_COMMITTEE = "work_committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    JOINT_BRANCH = "joint_branch"
    TEMPORARY_BRANCH = "temporary_branch"
    FLOATING_BRANCH = "floating_branch"
    GROUP = "group"


BRANCH_KINDS = frozenset(
    {
        OrganizationKind.BRANCH,
        OrganizationKind.JOINT_BRANCH,
        OrganizationKind.TEMPORARY_BRANCH,
        OrganizationKind.FLOATING_BRANCH,
    }
)


class Enterprise(Base):
    __tablename__ = "enterprise"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)


class Organization(Base):
    """A node of the tree. `path` is `/1/7/42/`: the ids from the root down to this node."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(
        String(32), unique=True
    )  # opaque, leading zeros kept: facts/domain §6.2
    name: Mapped[str] = mapped_column(String(100))
    short_name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[OrganizationKind] = mapped_column(enum_column(OrganizationKind))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    path: Mapped[str] = mapped_column(String(190), index=True)
    position: Mapped[int] = mapped_column(default=0)
    dissolved_on: Mapped[date | None] = mapped_column(Date)
