"""From the draft to the approval: two people where two are needed, and no overwriting."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import Session, Sessions
from app.core.errors import DomainError
from app.members.models import Member
from app.notices.announcements import content as contents
from app.notices.announcements import review, service
from app.notices.announcements.audience import Audience, AudienceEmpty
from app.notices.announcements.models import Announcement, Confirmation, ReviewDuty
from app.notices.announcements.states import TRANSITIONS, AnnouncementState
from app.notices.models import Urgency
from app.organizations.scope import Scope
from tests import factories
from tests.factories import NOW
from tests.unit.notices.announcements.office import Office, content, draft, office, person, sent

S = AnnouncementState
LATER = NOW + timedelta(days=2)
LI, WANG = {"author": "li.si", "author_name": "李四"}, {"author": "wang.li", "author_name": "王丽"}


@pytest.fixture
def member(session: Session, made: Office) -> Member:
    return person(session, made.first)


def revise(
    session: Session, announcement: Announcement, made: Office, *, revision: int = 1, **by: str
) -> None:
    service.revise(
        session,
        announcement=announcement,
        revision=revision,
        content=content(made.everybody, title="更正"),
        **(by or LI),
    )


def submit(session: Session, announcement: Announcement, revision: int = 1) -> None:
    service.submit(session, announcement=announcement, revision=revision, send_at=LATER, now=NOW)


def approve(session: Session, announcement: Announcement, by: str = "li.si", revision: int = 1) -> None:
    service.approve(session, announcement=announcement, revision=revision, by=by, now=NOW)


def schedule(session: Session, announcement: Announcement, **more: Any) -> None:
    given: dict[str, Any] = {"revision": 1, "send_at": LATER, "by": "wang.li", "now": NOW} | more
    service.schedule(session, announcement=announcement, **given)


def test_draft_keeps_what_was_written_cleaned(session: Session, made: Office) -> None:
    kept = draft(
        session,
        made,
        content(made.everybody, title="  通知\n\u200b ", body="<p onclick=x>好</p><script>1</script>"),
    )

    assert (kept.title, kept.body, kept.state, kept.revision) == ("通知", "<p>好</p>", S.DRAFT, 1)
    assert Audience.from_json(kept.audience) == made.everybody


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"title": " \u200b\n"}, contents.TitleWrong),
        ({"title": "长" * 61}, contents.TitleWrong),
        ({"body": "<p> &nbsp;\u200b</p>"}, contents.BodyEmpty),
        ({"body": "<script>正文</script>"}, contents.BodyEmpty),
        ({"body": "好" * 60_001}, contents.BodyTooLong),
        ({"urgency": Urgency.PERSONAL}, contents.UrgencyPersonal),
        ({"confirmation_basis": "文" * 121}, contents.BasisTooLong),
        ({"confirm_until": LATER}, contents.ConfirmWithoutBasis),
        ({"body": "<p>机 <b>密</b></p>"}, contents.WordingMarked),
        ({"title": "内部资料汇编"}, contents.WordingMarked),
    ],
)
def test_content_that_cannot_go_out_is_refused(
    session: Session, made: Office, given: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        draft(session, made, replace(content(made.everybody), **given))
    assert session.scalars(select(Announcement)).all() == []


def test_content_with_a_mark_names_it(session: Session, made: Office) -> None:
    with pytest.raises(contents.WordingMarked) as refused:
        draft(session, made, content(made.everybody, body="<p>秘密★ 内部文件</p>"))

    assert refused.value.details["words"] == ("秘密", "内部文件")


def test_two_people_write_approve_and_send(session: Session, made: Office, member: Member) -> None:
    announcement = draft(session, made)
    submit(session, announcement)
    approve(session, announcement)

    assert (announcement.state, announcement.reviewer) == (S.SCHEDULED, "li.si")
    assert (announcement.submitted_at, announcement.approved_at, announcement.send_at) == (NOW, NOW, LATER)


def test_one_person_sends_where_no_review_is_asked(session: Session, made: Office, member: Member) -> None:
    announcement = draft(session, made)
    schedule(session, announcement, send_at=None)

    assert (announcement.state, announcement.send_at) == (S.SCHEDULED, NOW)


def test_time_in_the_past_means_now(session: Session, made: Office, member: Member) -> None:
    announcement = draft(session, made)
    schedule(session, announcement, send_at=NOW - timedelta(days=400))

    assert announcement.send_at == NOW


def test_duty_of_an_organisation_covers_all_below_and_nothing_else(session: Session, made: Office) -> None:
    assert review.set_duty(session, organization_id=made.root.id, by="x", now=NOW)
    assert not review.set_duty(session, organization_id=made.root.id, by="y", now=NOW)

    needs = [
        review.needed(session, organization=one, urgency=Urgency.DIGEST)
        for one in (made.root, made.first, made.foreign)
    ]

    assert needs == [True, True, False]
    assert [duty.set_by for _, duty in review.duties(session, made.scope)] == ["x"]
    assert review.duties(session, Scope.of([made.foreign.path])) == []
    assert not review.lift_duty(session, organization_id=made.first.id)
    assert review.lift_duty(session, organization_id=made.root.id)
    assert session.scalars(select(ReviewDuty)).all() == []


def under_duty(session: Session, made: Office) -> Announcement:
    review.set_duty(session, organization_id=made.root.id, by="x", now=NOW)
    return draft(session, made)


def emergency(session: Session, made: Office) -> Announcement:
    return draft(session, made, content(made.everybody, urgency=Urgency.EMERGENCY))


@pytest.mark.parametrize("written", [under_duty, emergency])
def test_author_alone_sends_nothing_where_two_are_needed(
    session: Session, made: Office, member: Member, written: Callable[[Session, Office], Announcement]
) -> None:
    announcement = written(session, made)

    with pytest.raises(service.ReviewNeeded):
        schedule(session, announcement)
    submit(session, announcement)
    with pytest.raises(service.ReviewerIsAuthor):
        approve(session, announcement, by="wang.li")
    refused_in = announcement.state
    approve(session, announcement)
    assert (refused_in, announcement.state) == (S.IN_REVIEW, S.SCHEDULED)


def test_who_changed_the_text_last_is_its_author(session: Session, made: Office, member: Member) -> None:
    """Otherwise one person could write under another's name and approve it."""
    announcement = under_duty(session, made)
    submit(session, announcement)
    revise(session, announcement, made, author="li.si", author_name="李四")
    submit(session, announcement, revision=2)

    with pytest.raises(service.ReviewerIsAuthor):
        approve(session, announcement, by="li.si", revision=2)
    approve(session, announcement, by="wang.li", revision=2)


@pytest.mark.parametrize("approved", [False, True])
def test_revision_after_submission_or_approval_is_a_draft_again(
    session: Session,
    made: Office,
    member: Member,
    approved: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    announcement = draft(session, made)
    submit(session, announcement)
    if approved:
        approve(session, announcement)

    revise(session, announcement, made)

    assert (announcement.state, announcement.revision, announcement.title) == (S.DRAFT, 2, "更正")
    assert (
        announcement.submitted_at,
        announcement.approved_at,
        announcement.reviewer,
        announcement.send_at,
    ) == (
        None,
        None,
        None,
        None,
    )
    with pytest.raises(service.Overtaken):
        submit(session, announcement, revision=1)


def test_reviewer_sends_back_with_a_word(session: Session, made: Office, member: Member) -> None:
    announcement = draft(session, made)
    submit(session, announcement)

    with pytest.raises(service.NoteEmpty):
        service.send_back(session, announcement=announcement, revision=1, by="li.si", note=" \n ")
    service.send_back(session, announcement=announcement, revision=1, by="li.si", note="时间\n不对")

    assert (announcement.state, announcement.review_note, announcement.revision) == (S.DRAFT, "时间 不对", 1)


def test_two_editors_of_one_revision_do_not_overwrite_each_other(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        announcement_id = draft(session, made).id

    def edit(number: int) -> bool:
        try:
            with any_sessions.begin() as session:
                mine = session.get_one(Announcement, announcement_id)
                service.revise(
                    session,
                    announcement=mine,
                    revision=1,
                    content=content(made.everybody, title=str(number)),
                    **LI,
                )
        except service.Overtaken:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        won = list(pool.map(edit, range(6)))

    with any_sessions.read() as session:
        kept = session.get_one(Announcement, announcement_id)
    assert (sum(won), kept.revision, kept.title) == (1, 2, str(won.index(True)))


def test_approval_of_a_text_that_changed_meanwhile_is_refused(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        person(session, made.first)
        announcement = draft(session, made)
        submit(session, announcement)
    with any_sessions.begin() as session:
        theirs = session.get_one(Announcement, announcement.id)
        revise(session, theirs, made)
        submit(session, theirs, revision=2)

    with pytest.raises(service.Overtaken), any_sessions.begin() as session:
        approve(session, announcement)  # the page showed revision 1

    with any_sessions.read() as session:
        assert session.get_one(Announcement, announcement.id).state is S.IN_REVIEW


@pytest.mark.parametrize("begin", S)
@pytest.mark.parametrize(
    ("verb", "allowed"),
    [
        ("revise", {S.DRAFT, S.IN_REVIEW, S.SCHEDULED}),
        ("submit", {S.DRAFT}),
        ("send_back", {S.IN_REVIEW}),
        ("approve", {S.IN_REVIEW}),
        ("schedule", {S.DRAFT}),
        ("withdraw", set(S) - {S.WITHDRAWN}),
    ],
)
def test_verb_in_a_state_that_does_not_allow_it_is_refused(
    session: Session, made: Office, member: Member, begin: S, verb: str, allowed: set[S]
) -> None:
    announcement = draft(session, made)
    announcement.state = begin
    session.flush()
    verbs: dict[str, Callable[[], Any]] = {
        "revise": lambda: revise(session, announcement, made),
        "submit": lambda: submit(session, announcement),
        "send_back": lambda: service.send_back(
            session, announcement=announcement, revision=1, by="li.si", note="不对"
        ),
        "approve": lambda: approve(session, announcement),
        "schedule": lambda: schedule(session, announcement),
        "withdraw": lambda: service.withdraw(session, announcement=announcement, now=NOW),
    }

    if begin in allowed:
        verbs[verb]()
        assert announcement.state in TRANSITIONS[begin] | {S.DRAFT}
    else:
        with pytest.raises(service.NotInThisState):
            verbs[verb]()
        assert (announcement.state, announcement.revision) == (begin, 1)


def test_announcement_for_nobody_is_not_sent(session: Session, made: Office) -> None:
    announcement = draft(session, made)

    for step in (submit, schedule):
        with pytest.raises(AudienceEmpty):
            step(session, announcement)
    assert announcement.state is S.DRAFT


def test_day_to_confirm_before_the_sending_is_refused(session: Session, made: Office, member: Member) -> None:
    announcement = draft(session, made, content(made.everybody, basis="某文件第三条", until=LATER))

    with pytest.raises(service.ConfirmUntilWrong):
        schedule(session, announcement, send_at=LATER)
    schedule(session, announcement, send_at=LATER - timedelta(hours=1))


def test_day_to_confirm_before_the_digest_that_brings_it_is_refused(session: Session, made: Office) -> None:
    person(session, made.first)
    friday = NOW + timedelta(days=4, hours=7)
    early, late = (
        draft(
            session, made, content(made.everybody, urgency=Urgency.DIGEST, basis="某文件第三条", until=until)
        )
        for until in (friday, friday + timedelta(hours=1))
    )

    with pytest.raises(service.ConfirmUntilWrong):
        schedule(session, early)
    schedule(session, late)


def asking(session: Session, made: Office) -> Announcement:
    return sent(session, made, content(made.everybody, basis="某文件第三条"))


def test_confirmation_is_kept_once(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        made = office(session)
        member_id = person(session, made.first).id
        announcement_id = asking(session, made).id

    def confirm(_: int) -> bool:
        with any_sessions.begin() as session:
            return service.confirm(session, announcement_id=announcement_id, member_id=member_id, now=NOW)

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(confirm, range(4)))

    with any_sessions.read() as session:
        rows = session.scalars(select(Confirmation)).all()
    assert sorted(said) == [False, False, False, True]
    assert [(row.member_id, row.confirmed_at, row.recorded_by) for row in rows] == [(member_id, NOW, None)]


def test_confirmation_is_for_addressees_only(session: Session, made: Office, member: Member) -> None:
    stranger = factories.member(session, made.foreign)
    announcement = asking(session, made)

    for announcement_id, member_id in ((announcement.id, stranger.id), (404, member.id)):
        with pytest.raises(service.NotAddressed):
            service.confirm(session, announcement_id=announcement_id, member_id=member_id, now=NOW)
    assert session.scalars(select(Confirmation)).all() == []


def test_confirmation_where_nobody_asks_is_refused(session: Session, made: Office, member: Member) -> None:
    announcement = sent(session, made)

    with pytest.raises(service.NotAsked):
        service.confirm(session, announcement_id=announcement.id, member_id=member.id, now=NOW)


def test_confirmation_of_a_withdrawn_announcement_is_refused(
    session: Session, made: Office, member: Member
) -> None:
    announcement = asking(session, made)
    service.withdraw(session, announcement=announcement, now=NOW)

    with pytest.raises(service.NotAddressed):
        service.confirm(session, announcement_id=announcement.id, member_id=member.id, now=NOW)


def test_branch_records_what_its_own_people_said(session: Session, made: Office, member: Member) -> None:
    other = person(session, made.second)
    announcement = asking(session, made)
    own = Scope.of([made.first.path])

    def record(one: Member) -> bool:
        return service.record_confirmation(
            session, own, announcement_id=announcement.id, member_id=one.id, by="li.si", now=NOW
        )

    assert [record(member), record(member)] == [True, False]
    with pytest.raises(service.NotAddressed):
        record(other)
    assert [row.recorded_by for row in session.scalars(select(Confirmation))] == ["li.si"]


def test_withdrawal_and_approval_of_one_moment_do_not_both_happen(any_sessions: Sessions) -> None:
    """The one who reads the page first does not undo what the other has done meanwhile."""
    with any_sessions.begin() as session:
        made = office(session)
        person(session, made.first)
        announcement = draft(session, made)
        submit(session, announcement)
    with any_sessions.begin() as session:
        service.withdraw(session, announcement=session.get_one(Announcement, announcement.id), now=NOW)

    with pytest.raises(service.Overtaken), any_sessions.begin() as session:
        approve(session, announcement)  # read before the withdrawal

    with any_sessions.read() as session:
        assert session.get_one(Announcement, announcement.id).state is S.WITHDRAWN
