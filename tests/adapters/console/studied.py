"""One subtree's columns, and something to study in each state in which something may be done with it."""

from dataclasses import dataclass

from app.core.db import Session
from app.organizations.models import Organization
from app.study.library import columns, files, service
from app.study.library.content import Content
from app.study.library.models import (
    ItemKind,
    ReviewVerdict,
    Rights,
    StudyColumn,
    StudyReach,
    StudyVersion,
)
from tests.factories import NOW

REVIEWERS = ("li.si", "zhao.liu", "sun.qi")


@dataclass(frozen=True)
class Studied:
    """The columns are the branch's; `draft_id`, `review_id` and `published_id` are versions of three items."""

    column_id: int
    other_id: int
    archived_id: int
    draft_id: int
    file_id: int
    review_id: int
    published_id: int


def seed(session: Session, mark: str, branch: Organization, owner: str) -> Studied:
    column, other, archived = (
        columns.add_column(
            session,
            organization=branch,
            name=f"{mark}{name}",
            about=f"{mark}的内容",
            owner=owner,
            by=owner,
            now=NOW,
        )
        for name in ("党章学习", "支部课堂", "旧栏目")
    )
    columns.archive_column(session, column=archived, by=owner, now=NOW)
    draft = version(session, branch, column, title=f"{mark}学习党章第二章")
    kept = files.add_file(
        session,
        version=draft,
        revision=draft.revision,
        name="提纲.txt",
        content=f"{mark}提纲".encode(),
        author="somebody",
        author_name="撰稿人",
    )
    waiting = submitted(session, version(session, branch, column, title=f"{mark}学习纪律条例"))
    seen = passed(session, version(session, branch, column, title=f"{mark}学习党章第一章"))
    return Studied(column.id, other.id, archived.id, draft.id, kept.id, waiting.id, seen.id)


def version(
    session: Session,
    organization: Organization,
    column: StudyColumn,
    *,
    title: str = "学习党章",
    author: str = "somebody",
) -> StudyVersion:
    return service.draft(
        session,
        organization_id=organization.id,
        column_id=column.id,
        kind=ItemKind.ARTICLE,
        reach=StudyReach.BELOW,
        content=Content(
            title=title,
            source_name="党群工作部",
            rights=Rights.OWN_WORK,
            body="<p>党员必须履行下列义务。</p>",
            tags=("党章",),
        ),
        author=author,
        author_name="撰稿人",
        now=NOW,
    )


def submitted(session: Session, made: StudyVersion) -> StudyVersion:
    service.submit(session, version=made, revision=made.revision, now=NOW)
    return made


def passed(session: Session, made: StudyVersion) -> StudyVersion:
    """Submitted, and passed by three."""
    submitted(session, made)
    for stage, reviewer in enumerate(REVIEWERS, start=1):
        say(session, made, stage, reviewer)
    return made


def say(
    session: Session,
    made: StudyVersion,
    stage: int,
    reviewer: str,
    verdict: ReviewVerdict = ReviewVerdict.PASSED,
    note: str = "",
) -> None:
    service.review(
        session,
        version=made,
        revision=made.revision,
        stage=stage,
        verdict=verdict,
        note=note,
        reviewer=reviewer,
        reviewer_name=reviewer,
        now=NOW,
    )
