"""What the demo offers to study: read by three others, its own or only linked to, and with nobody's reading in it."""

from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from app.core.db import Session, Sessions
from app.members.models import Member
from app.notices.models import Delivery
from app.organizations.models import Organization
from app.staff.persons import same_person
from app.study.hours import statements
from app.study.library.models import Rights, StudyItem, StudyReview, StudyVersion, StudyWriter
from app.study.library.states import VersionState
from app.study.plans.models import Slot
from app.study.pushes import queries as pushes
from app.study.quizzes import queries as quizzes
from app.study.searching import finding
from demo.cast import MEMBER
from demo.load import Target
from demo.reference_group import ReferenceGroup
from demo.roster import Roster
from demo.study_texts import BRANCH_TEXT, TEXTS
from tests.conftest import NOW

OFFICIAL = frozenset(
    {"www.12371.cn", "www.ccdi.gov.cn", "www.dswxyjy.org.cn", "www.gov.cn", "www.mem.gov.cn"}
)


@pytest.fixture
def demo(of_group: Target) -> Sessions:
    return of_group.sessions


def member(session: Session, group: ReferenceGroup) -> tuple[Member, str]:
    """The one whom a visitor plays, and the path of their branch."""
    code = group.units[group.demo_branch].code
    branch = session.scalars(select(Organization).where(Organization.code == code)).one()
    return Roster.of(session, branch).member_of(MEMBER), branch.path


def test_everything_published_was_passed_by_three_who_had_no_part_in_it(demo: Sessions) -> None:
    with demo.read() as session:
        versions = session.scalars(
            select(StudyVersion).where(StudyVersion.state == VersionState.PUBLISHED)
        ).all()
        assert len(versions) == len(TEXTS) + 1
        for version in versions:
            read_by = session.scalars(
                select(StudyReview.reviewer).where(StudyReview.version_id == version.id)
            ).all()
            wrote = session.scalars(
                select(StudyWriter.writer).where(StudyWriter.version_id == version.id)
            ).all()
            people = [*read_by, *wrote]
            assert len(read_by) == 3
            assert not any(
                same_person(session, one, other)
                for number, one in enumerate(people)
                for other in people[:number]
            )


def test_what_is_not_our_own_is_linked_to_at_an_official_site(demo: Sessions) -> None:
    with demo.read() as session:
        rows = session.execute(select(StudyVersion.rights, StudyVersion.url, StudyVersion.body)).all()

    assert {row.rights for row in rows} == {Rights.OWN_WORK, Rights.LINKED}
    linked = [row for row in rows if row.rights is Rights.LINKED]
    assert {urlsplit(row.url).hostname for row in linked} <= OFFICIAL
    assert not any(row.body for row in linked)


def test_member_is_offered_the_month_s_rhythm_and_finds_what_is_there(
    demo: Sessions, group: ReferenceGroup
) -> None:
    with demo.read() as session:
        one, path = member(session, group)
        offered = pushes.today(session, path=path, member_id=one.id, now=NOW, limit=5)
        found = finding.find(session, path=path, query="三会一课")

    assert [line.slot for line in offered] == [*Slot, None]
    assert found[0].version.title == "三会一课一年怎么安排"


def test_branch_s_own_column_is_for_the_branch(demo: Sessions) -> None:
    with demo.read() as session:
        root = session.scalars(select(Organization).where(Organization.parent_id.is_(None))).one()

        assert not [
            one
            for one in finding.find(session, path=root.path, query="夜班学习", limit=50)
            if one.version.title == BRANCH_TEXT.title
        ]


def test_who_was_at_the_lecture_has_its_hours(demo: Sessions, group: ReferenceGroup) -> None:
    with demo.read() as session:
        one, _ = member(session, group)
        own = statements.own_statement(session, member_id=one.id, year=NOW.year, now=NOW)

    assert own.minutes == 90


def test_quiz_and_contest_wait_for_whoever_likes(demo: Sessions, group: ReferenceGroup) -> None:
    with demo.read() as session:
        one, path = member(session, group)
        offers = quizzes.open_quizzes(session, path, member_id=one.id, now=NOW)

    assert sorted(offer.quiz.contest for offer in offers) == [False, True]
    assert not any(offer.submitted for offer in offers)


def test_nothing_is_sent_when_the_demo_starts(demo: Sessions) -> None:
    with demo.read() as session:
        sent = select(func.count()).select_from(Delivery).where(Delivery.kind == "study_item")
        assert session.scalar(sent) == 0
        assert session.scalar(select(func.count()).select_from(StudyItem)) == len(TEXTS) + 2
