"""Choosing something of the library: what the people of an organisation can read, by words or the newest first."""

from collections.abc import Sequence

from app.core.db import Session
from app.organizations.models import Organization
from app.study.library import queries
from app.study.library.models import StudyItem, StudyVersion
from app.study.searching import finding

SHOWN = 30
QUERY_LENGTH = finding.QUERY_SIGNS
Choice = tuple[StudyItem, StudyVersion]


def choices(session: Session, organization: Organization, query: str) -> Sequence[Choice]:
    """At most 30; of the words nothing is kept."""
    if query:
        found = finding.find(session, path=organization.path, query=query, limit=SHOWN)
        return [(one.item, one.version) for one in found]
    newest = queries.newest(session, organization.path, limit=SHOWN)
    return [(one.item, one.version) for one in newest]


def chosen(session: Session, organization: Organization, item_id: int | None) -> Choice | None:
    """None where the people of the organisation cannot read it."""
    return queries.item_for_reader(session, organization.path, item_id or 0)
