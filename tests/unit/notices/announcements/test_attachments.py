"""Files beside an announcement: kept with it, handed to its readers only."""

import pytest

from app.core import uploads
from app.core.db import Session, Sessions
from app.notices.announcements import attachments, service
from app.notices.announcements.attachments import MOST
from app.notices.announcements.models import Announcement, Attachment
from app.notices.announcements.states import AnnouncementState
from app.organizations.scope import Scope
from tests.factories import NOW
from tests.unit.core.papers import PDF, picture
from tests.unit.notices.announcements.office import Office, draft, office, person, scheduled, sent


def add(session: Session, announcement: Announcement, name: str, content: bytes) -> Attachment:
    return attachments.add(
        session,
        announcement=announcement,
        revision=announcement.revision,
        name=name,
        content=content,
        author="wang.li",
        author_name="王丽",
    )


def test_file_is_kept_by_what_its_bytes_say(session: Session, made: Office) -> None:
    kept = add(session, draft(session, made), "照片.JPG", picture())

    assert (kept.name, kept.media_type, kept.size) == ("照片.JPG", "image/jpeg", len(kept.content))
    assert b"SecretPhone" not in kept.content


def test_file_that_must_not_go_out_is_refused(session: Session, made: Office) -> None:
    announcement = draft(session, made)

    with pytest.raises(uploads.AttachmentKind):
        add(session, announcement, "a.pdf", picture())

    assert (list(attachments.of(session, announcement.id)), announcement.revision) == ([], 1)


def test_sixth_attachment_is_refused(sessions: Sessions) -> None:
    with sessions.begin() as session:
        announcement = draft(session, office(session))
        for number in range(MOST):
            add(session, announcement, f"{number}.pdf", PDF)

    with pytest.raises(attachments.AttachmentTooMany), sessions.begin() as session:
        add(session, session.get_one(Announcement, announcement.id), "6.pdf", PDF)

    with sessions.read() as session:
        assert len(attachments.of(session, announcement.id)) == MOST
        assert session.get_one(Announcement, announcement.id).revision == 1 + MOST


def test_attachment_after_approval_makes_it_a_draft_again(session: Session, made: Office) -> None:
    person(session, made.first)
    announcement = scheduled(session, made)

    kept = add(session, announcement, "a.pdf", PDF)
    assert (announcement.state, announcement.revision) == (AnnouncementState.DRAFT, 2)
    gone = attachments.remove(
        session,
        announcement=announcement,
        revision=2,
        attachment_id=kept.id,
        author="li.si",
        author_name="李四",
    )

    assert (gone, announcement.revision, list(attachments.of(session, announcement.id))) == (True, 3, [])


def test_attachment_of_a_sent_announcement_stays_as_it_is(session: Session, made: Office) -> None:
    person(session, made.first)
    announcement = sent(session, made)

    with pytest.raises(service.NotInThisState):
        add(session, announcement, "a.pdf", PDF)


def test_attachment_is_handed_to_its_readers_only(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        me, other = person(session, made.first), person(session, made.foreign)
        announcement = draft(session, made)
        kept = add(session, announcement, "a.pdf", PDF)
        service.schedule(session, announcement=announcement, revision=2, send_at=None, by="x", now=NOW)
        prepared = sent(session, made)
        session.expunge(kept)

        def mine(member_id: int, announcement_id: int) -> bytes | None:
            found = attachments.for_member(
                session, member_id=member_id, announcement_id=announcement_id, attachment_id=kept.id
            )
            return None if found is None else found.content

        before = mine(me.id, announcement.id)
        from app.notices.announcements import sending  # noqa: PLC0415 -- beside its only use
        from tests.unit.notices.announcements.office import SETUP  # noqa: PLC0415 -- the same

        sending.prepare(session, announcement_id=announcement.id, setup=SETUP, now=NOW)

        assert before is None
        assert mine(me.id, announcement.id) == PDF
        assert mine(other.id, announcement.id) is None
        assert mine(me.id, prepared.id) is None
        found = attachments.by_id(session, made.scope, announcement.id, kept.id)
        assert found is not None
        assert found.content == PDF
        assert attachments.by_id(session, Scope.of([made.first.path]), announcement.id, kept.id) is None
        session.refresh(announcement)
        service.withdraw(session, announcement=announcement, now=NOW)
        assert mine(me.id, announcement.id) is None
