"""A column's owner hears once of each silence, and nobody else does."""

import json
from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.db import Session, Sessions
from app.members.models import Member
from app.notices.models import Delivery, Urgency
from app.organizations.models import Organization
from app.staff.models import StaffAccount
from app.study.library import columns, reminding
from app.study.library.models import StudyColumn
from tests import factories
from tests.factories import NOW
from tests.unit.study.library.shelf import Shelf, account, column, draft, passed, shelf


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


def owned(session: Session, made: Shelf, name: str = "张三") -> tuple[StudyColumn, Member]:
    """A column of the first branch, whose owner is a member with a chat; the committee's own is put away."""
    columns.archive_column(session, column=made.column, by="x", now=NOW)
    member = _person(session, made.first, name)
    return column(session, made.first, owner=f"u{member.id}"), member


def _person(session: Session, branch: Organization, name: str) -> Member:
    member = factories.member(session, branch, name=name)
    factories.identity(session, member=member)
    account(session, f"u{member.id}", branch, member=member)
    return member


def told(session: Session) -> list[tuple[int | None, str]]:
    rows = session.scalars(select(Delivery).order_by(Delivery.created_at, Delivery.member_id)).all()
    return [(one.member_id, json.loads(one.fields)["days"]) for one in rows]


def test_owner_is_told_on_day_45_and_not_again(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        _, owner = owned(session, shelf(session))

        heard = [reminding.remind_owners(session, now=later(days)) for days in range(40, 70)]

        assert heard == [0] * 5 + [1] + [0] * 24
        assert told(session) == [(owner.id, "45")]


def test_notice_is_the_owners_own_matter_and_names_nobody(session: Session, made: Shelf) -> None:
    owned(session, made)

    reminding.remind_owners(session, now=later(45))

    notice = session.scalars(select(Delivery)).one()
    assert (notice.kind, notice.urgency) == ("study_column", Urgency.PERSONAL)
    assert json.loads(notice.fields) == {"title": "党章学习", "organization": "第一支部", "days": "45"}


def test_news_ends_the_silence_and_the_next_one_is_told_again(session: Session, made: Shelf) -> None:
    about, owner = owned(session, made)
    reminding.remind_owners(session, now=later(45))

    passed(session, draft(session, made, organization=made.first, column=about), now=later(50))
    assert reminding.remind_owners(session, now=later(94)) == 0
    assert reminding.remind_owners(session, now=later(95)) == 1

    assert told(session) == [(owner.id, "45"), (owner.id, "45")]


def test_new_owner_of_a_silent_column_hears_of_it_too(session: Session, made: Shelf) -> None:
    about, owner = owned(session, made)
    reminding.remind_owners(session, now=later(45))
    heir = _person(session, made.first, "李四")
    columns.hand_over(session, column=about, owner=f"u{heir.id}")

    assert reminding.remind_owners(session, now=later(46)) == 1
    assert told(session) == [(owner.id, "45"), (heir.id, "46")]


def test_closed_account_and_archived_column_are_left_alone(session: Session, made: Shelf) -> None:
    about, owner = owned(session, made)
    closed = session.scalars(select(StaffAccount).where(StaffAccount.member_id == owner.id)).one()
    closed.active = False
    session.flush()
    assert reminding.remind_owners(session, now=later(45)) == 0

    closed.active = True
    columns.archive_column(session, column=about, by="x", now=later(45))
    assert reminding.remind_owners(session, now=later(46)) == 0
