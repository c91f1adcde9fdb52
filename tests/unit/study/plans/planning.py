"""What planners do to a plan, as they see it now."""

from app.core.db import Session
from app.study.plans import queries, service
from app.study.plans.models import StudyPlan
from tests.factories import NOW
from tests.unit.study.plans.shelf import entry


def publish(session: Session, one: StudyPlan) -> None:
    service.publish_plan(session, plan=one, revision=one.revision, now=NOW)


def end(session: Session, one: StudyPlan) -> None:
    service.end_plan(session, plan=one, revision=one.revision, now=NOW)


def rename(session: Session, one: StudyPlan) -> None:
    service.rename_plan(session, plan=one, revision=one.revision, title="新名称")


def add(session: Session, one: StudyPlan) -> None:
    service.add_entry(session, plan=one, revision=one.revision, entry=entry(), now=NOW)


def titles(session: Session, one: StudyPlan) -> list[str]:
    return [line.title for line in queries.entries(session, one)]
