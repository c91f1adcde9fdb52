"""What the demo's group has to study: a library read by three people, a plan, a lecture with 学时, quizzes, a push.

Nobody in it has read or taken anything: nothing would show it if they had.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import exists, select

from app.core.clock import from_local, local_day
from app.core.db import Session
from app.meetings.models import CheckIn, Meeting, MeetingKind
from app.meetings.records import queries as records
from app.meetings.records.states import RecordState
from app.members.models import PARTY_MEMBERS
from app.notices.announcements.audience import Audience, Target
from app.notices.models import Urgency
from app.notices.timing import IsWorkingDay
from app.organizations.models import Organization
from app.study.hours import declarations
from app.study.hours import service as hours
from app.study.hours.declarations import Told
from app.study.hours.models import HoursUnit
from app.study.library import columns, service
from app.study.library.models import ReviewVerdict, StudyColumn, StudyItem, StudyReach, StudyVersion
from app.study.plans import service as plans
from app.study.plans import wishes
from app.study.plans.models import Learner, Slot
from app.study.plans.rules import Entry
from app.study.pushes import service as pushes
from app.study.quizzes import bank
from app.study.quizzes import service as quizzes
from app.study.quizzes.content import QuizContent
from app.study.quizzes.models import QuestionKind
from demo.cast import ACCOUNTS, COLLEAGUES, Account
from demo.days import working_day
from demo.roster import Roster
from demo.study_questions import CONTEST_TITLE, QUESTIONS, RULES, SAFETY, SETS_TITLE
from demo.study_texts import (
    BRANCH_SHELF,
    BRANCH_TEXT,
    CASE,
    FILM,
    LESSON,
    READING,
    SHELVES,
    TEXTS,
    Shelf,
    Text,
)

NAMES: Final = {one.username: one for one in ACCOUNTS}
WRITER, SECRETARY = NAMES["writer"], NAMES["secretary"]
REVIEWERS: Final = (NAMES["office"], NAMES["deputy"], NAMES["chief"])
BEGAN: Final = timedelta(days=120)
WISH: Final = "想听一堂讲新设备怎么安全操作的课，最好在白班讲。"
WAITING: Final = "冬季取暖的几条安全提醒"


def write_study(
    session: Session, root: Organization, branch: Organization, *, works: IsWorkingDay, now: datetime
) -> None:
    shelves = [_column(session, root, one, WRITER, now - BEGAN) for one in SHELVES]
    items = {
        one.title: _published(session, root, shelves[one.shelf], one, StudyReach.EVERYBODY, WRITER, now)
        for one in sorted(TEXTS, key=lambda one: -one.days_ago)
    }
    own = _column(session, branch, BRANCH_SHELF, SECRETARY, now - BEGAN)
    _published(session, branch, own, BRANCH_TEXT, StudyReach.OWN, SECRETARY, now)
    _in_review(session, root, shelves[2], now)
    _plan(session, root, items, now)
    _hours(session, branch, now)
    _declare_and_wish(session, branch, now)
    _ask(session, root, now)
    tomorrow = working_day(local_day(now) + timedelta(days=1), works)
    _push(session, branch, items[LESSON], from_local(tomorrow, 10), now)


def _column(
    session: Session, organization: Organization, shelf: Shelf, owner: Account, at: datetime
) -> StudyColumn:
    return columns.add_column(
        session,
        organization=organization,
        name=shelf.name,
        about=shelf.about,
        owner=owner.username,
        by=owner.username,
        now=at,
    )


def _draft(
    session: Session,
    organization: Organization,
    column: StudyColumn,
    text: Text,
    reach: StudyReach,
    author: Account,
    at: datetime,
) -> StudyVersion:
    """Submitted as well."""
    made = service.draft(
        session,
        organization_id=organization.id,
        column_id=column.id,
        kind=text.kind,
        reach=reach,
        content=text.content,
        author=author.username,
        author_name=author.name,
        now=at,
    )
    service.submit(session, version=made, revision=made.revision, now=at + timedelta(hours=2))
    return made


def _published(
    session: Session,
    organization: Organization,
    column: StudyColumn,
    text: Text,
    reach: StudyReach,
    author: Account,
    now: datetime,
) -> StudyItem:
    """Three others have passed it, the last on its day."""
    day = from_local(local_day(now - timedelta(days=text.days_ago)), 9)
    made = _draft(session, organization, column, text, reach, author, day - timedelta(days=2))
    for stage, reviewer in enumerate(REVIEWERS, start=1):
        _pass(session, made, stage, reviewer, day + timedelta(hours=stage - len(REVIEWERS)))
    return session.get_one(StudyItem, made.item_id)


def _pass(session: Session, version: StudyVersion, stage: int, reviewer: Account, at: datetime) -> None:
    service.review(
        session,
        version=version,
        revision=version.revision,
        stage=stage,
        verdict=ReviewVerdict.PASSED,
        note="",
        reviewer=reviewer.username,
        reviewer_name=reviewer.name,
        now=at,
    )


def _in_review(session: Session, root: Organization, column: StudyColumn, now: datetime) -> None:
    """One has been read by the first, and waits for the second."""
    text = Text(
        2,
        0,
        WAITING,
        "取暖设备、电线和煤气，睡前看一眼。",
        ("冬季", "安全"),
        ("宿舍不私拉电线，取暖器旁边不晾衣服。", "值班室的煤炉有专人看，睡前开窗换气，报警器每周试一次。"),
    )
    made = _draft(session, root, column, text, StudyReach.EVERYBODY, WRITER, now - timedelta(days=1))
    _pass(session, made, 1, REVIEWERS[0], now - timedelta(hours=3))


def _plan(session: Session, root: Organization, items: dict[str, StudyItem], now: datetime) -> None:
    """As it was published in January: a course, a film, a case and a reading in each month."""
    year = local_day(now).year
    told = min(now, from_local(date(year, 1, 4), 9))
    made = plans.make_plan(
        session,
        organization=root,
        year=year,
        learner=Learner.EVERYBODY,
        title=f"{year}年党员学习计划",
        by=WRITER.username,
        now=told,
    )
    offered = {Slot.COURSE: LESSON, Slot.FILM: FILM, Slot.CASE: CASE, Slot.READING: READING}
    for month in range(1, 13):
        for slot, title in offered.items():
            entry = Entry(month, slot, title, items[title].id)
            plans.add_entry(session, plan=made, revision=made.revision, entry=entry, now=told)
    plans.publish_plan(session, plan=made, revision=made.revision, now=told)


def _hours(session: Session, branch: Organization, now: datetime) -> None:
    """The latest lecture: who was there has the 学时."""
    lecture = next((one for one in _lectures(session, branch) if _recorded(session, one)), None)
    if lecture is None:
        return
    made = hours.make_session(
        session,
        meeting=lecture,
        topic=lecture.title,
        unit=HoursUnit.CLOCK,
        by=SECRETARY.username,
        now=lecture.starts_at - timedelta(days=1),
    )
    after = min(lecture.ends_at + timedelta(days=2), now)
    hours.confirm_session(
        session, study_session=made, revision=made.revision, by=SECRETARY.username, now=after
    )


def _lectures(session: Session, branch: Organization) -> Sequence[Meeting]:
    attended = exists().where(CheckIn.meeting_id == Meeting.id)
    return session.scalars(
        select(Meeting)
        .where(
            Meeting.organization_id == branch.id,
            Meeting.kind == MeetingKind.PARTY_LECTURE,
            Meeting.cancelled_at.is_(None),
            Meeting.merged_into_id.is_(None),
            attended,
        )
        .order_by(Meeting.starts_at.desc())
    ).all()


def _recorded(session: Session, meeting: Meeting) -> bool:
    found = records.current(session, meeting.id)
    return found is None or found.state is not RecordState.DRAFT


def _declare_and_wish(session: Session, branch: Organization, now: datetime) -> None:
    """What two of the branch have said of their own accord; it waits for the secretary."""
    roster = Roster.of(session, branch)
    told = Told(
        held_on=local_day(now) - timedelta(days=6),
        topic="集团安全管理培训班（半天）",
        held_by="集团培训中心",
        unit=HoursUnit.HALF_DAY,
    )
    at = now - timedelta(days=2)
    declarations.declare(session, member_id=roster.member_of(COLLEAGUES[0]).id, told=told, now=at)
    wishes.wish(session, member_id=roster.member_of(COLLEAGUES[3]).id, text=WISH, now=at)


def _ask(session: Session, root: Organization, now: datetime) -> None:
    """A quiz and a contest, open for some weeks."""
    for one in QUESTIONS:
        bank.add_question(session, organization_id=root.id, content=one, by=WRITER.username, now=now - BEGAN)
    drawn = {QuestionKind.SINGLE: 2, QuestionKind.TRUE_FALSE: 2, QuestionKind.MULTIPLE: 1}
    _publish_quiz(session, root, now, SETS_TITLE, RULES, {**drawn, QuestionKind.FILL: 1}, contest=False)
    _publish_quiz(session, root, now, CONTEST_TITLE, SAFETY, drawn, contest=True)


def _publish_quiz(
    session: Session,
    root: Organization,
    now: datetime,
    title: str,
    subject: str,
    drawn: dict[QuestionKind, int],
    *,
    contest: bool,
) -> None:
    content = QuizContent(
        title=title,
        about="自愿参加，成绩只有本人看得到。"
        if not contest
        else "自愿报名。名单和成绩只公布本人同意公布的。",
        reach=StudyReach.EVERYBODY,
        subject=subject,
        drawn=drawn,
        opens_at=now - timedelta(days=3),
        closes_at=from_local(local_day(now) + timedelta(days=30), 18),
        contest=contest,
    )
    at = now - timedelta(days=3)
    made = quizzes.make_quiz(session, organization_id=root.id, content=content, by=WRITER.username, now=at)
    quizzes.publish(session, quiz=made, revision=made.revision, now=at)


def _push(session: Session, branch: Organization, item: StudyItem, at: datetime, now: datetime) -> None:
    pushes.schedule_push(
        session,
        item=item,
        organization=branch,
        audience=Audience(targets=(Target(branch.id),), kinds=PARTY_MEMBERS),
        urgency=Urgency.OWN_PUSH,
        send_at=at,
        by=SECRETARY.username,
        now=now,
    )
