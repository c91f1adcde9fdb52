"""The person's own notices: theirs alone, downloadable, confirmed where that is asked, and never watched."""

import json
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from app.core.db import Base
from app.members.models import Member
from app.notices.announcements import service
from app.notices.announcements.models import Announcement, Confirmation
from app.notices.models import Delivery
from app.notices.states import DeliveryState
from app.organizations.models import Organization
from tests import factories
from tests.adapters.pages.addressed import PDF, announce, attach
from tests.adapters.pages.door import Door, Phone
from tests.adapters.pages.people import People
from tests.factories import NOW

BASIS = "关于开好组织生活会的通知"


@pytest.fixture
def phone(door: Door, people: People) -> Phone:
    return door.signed_in(people.member.identity_id)


def send(door: Door, people: People, *, to: str = "member", **more: object) -> int:
    member_id = getattr(people, to).member_id
    with door.services.sessions.begin() as session:
        return announce(session, organization_id=people.branch_id, members=[member_id], **more)  # type: ignore[arg-type]


def withdraw(door: Door, announcement_id: int) -> None:
    with door.services.sessions.begin() as session:
        found = session.get_one(Announcement, announcement_id)
        service.withdraw(session, announcement=found, now=door.clock.now())


def confirmations(door: Door) -> list[int]:
    with door.services.sessions.read() as session:
        return list(session.scalars(select(Confirmation.member_id)))


def test_home_without_anything_says_so(phone: Phone) -> None:
    text = phone.get("/m/").text

    assert "现在没有要您办的事" in text
    assert "还没有发给您的通知" in text


def test_home_shows_what_waits_what_comes_and_what_is_new(door: Door, people: People, phone: Phone) -> None:
    asked = send(door, people, title="请确认的通知", basis=BASIS)
    with door.services.sessions.begin() as session:
        branch = session.get_one(Organization, people.branch_id)
        member = session.get_one(Member, people.member.member_id)
        factories.meeting(session, branch, expected=(member,))

    text = phone.get("/m/").text

    due = text.split('id="due"')[1].split('id="coming"')[0]
    assert f'href="/m/notices/{asked}"' in due
    assert "请您确认知晓" in due
    assert "第一季度支部党员大会" in text
    assert text.count("请确认的通知") == 1


def test_home_forgets_what_was_confirmed(door: Door, people: People, phone: Phone) -> None:
    asked = send(door, people, title="请确认的通知", basis=BASIS)
    phone.post(f"/m/notices/{asked}/confirm", page=f"/m/notices/{asked}")

    text = phone.get("/m/").text

    assert "现在没有要您办的事" in text
    assert "您已确认知晓" in text


def test_list_has_own_notices_and_nobody_elses(door: Door, people: People, phone: Phone) -> None:
    send(door, people, title="给李四的通知")
    send(door, people, to="other", title="给王五的通知")

    text = phone.get("/m/notices").text

    assert ("给李四的通知" in text, "给王五的通知" in text) == (True, False)


def test_list_goes_on_on_a_second_page(door: Door, people: People, phone: Phone) -> None:
    for number in range(21):
        at = door.clock.now() + timedelta(minutes=number)
        send(door, people, title=f"第{number:02d}号通知", at=at)

    first, second = phone.get("/m/notices").text, phone.get("/m/notices?page=2").text

    assert ("第20号通知" in first, "第00号通知" in first) == (True, False)
    assert ("第20号通知" in second, "第00号通知" in second) == (False, True)
    assert "第 1 页，共 2 页" in first


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "１", "2 OR 1=1", "%00"])
def test_list_with_a_strange_page_number_shows_a_page(
    door: Door, people: People, phone: Phone, page: str
) -> None:
    send(door, people)

    assert phone.get(f"/m/notices?page={page}").status_code == 200


def test_list_beyond_its_end_leads_back(phone: Phone) -> None:
    assert "回到第一页" in phone.get("/m/notices?page=7").text


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_the_database_as_often_for_three_as_for_one(
    door: Door, people: People, phone: Phone, number: int
) -> None:
    for _ in range(number):
        send(door, people, basis=BASIS)
    asked: list[str] = []
    event.listen(
        door.services.sessions.engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )

    phone.get("/m/notices")

    assert len([one for one in asked if one.startswith("SELECT")]) == 3


def test_answer_to_the_own_letter_is_read_in_the_list(door: Door, people: People, phone: Phone) -> None:
    fields = json.dumps({"number": "K7MQ3PXW", "text": "食堂<七点>开门"})
    with door.services.sessions.begin() as session:
        session.add(own_delivery(people, "feedback:1", "feedback_answered", fields))
        session.add(own_delivery(people, "feedback:2", "feedback_answered", "{}"))

    text = phone.get("/m/notices").text

    assert "您的意见有了答复（编号 K7MQ3PXW）" in text
    assert "食堂&lt;七点&gt;开门" in text
    assert text.count("您的意见有了答复") == 2


def own_delivery(people: People, subject: str, kind: str, fields: str) -> Delivery:
    return Delivery(
        id=uuid4().hex,
        subject=subject,
        member_id=people.member.member_id,
        kind=kind,
        fields=fields,
        state=DeliveryState.SENT,
        created_at=NOW,
        not_before=NOW,
    )


def test_notice_shows_its_text(door: Door, people: People, phone: Phone) -> None:
    sent = send(door, people, title="关于学习的通知", body="<p>请<strong>认真</strong>学习。</p>")

    text = phone.get(f"/m/notices/{sent}").text

    assert "关于学习的通知" in text
    assert "<p>请<strong>认真</strong>学习。</p>" in text
    assert "机电党支部" in text
    assert "已知晓" not in text


def test_notice_title_is_text_and_no_markup(door: Door, people: People, phone: Phone) -> None:
    sent = send(door, people, title="<script>alert(1)</script>")

    for path in ("/m/", "/m/notices", f"/m/notices/{sent}"):
        assert "<script>alert" not in phone.get(path).text


def test_notice_of_somebody_else_does_not_exist(door: Door, people: People, phone: Phone) -> None:
    sent = send(door, people, to="other", title="给王五的通知")

    answer = phone.get(f"/m/notices/{sent}")

    assert answer.status_code == 404
    assert "给王五的通知" not in answer.text


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999", "-1", "x", "1%00"])
def test_notice_that_never_was_does_not_exist(phone: Phone, number: str) -> None:
    assert phone.get(f"/m/notices/{number}").status_code == 404
    assert phone.get(f"/m/notices/{number}/files/{number}").status_code == 404


def test_withdrawn_notice_keeps_its_line_and_loses_its_text(door: Door, people: People, phone: Phone) -> None:
    sent = send(door, people, title="发错的通知", body="<p>发错的内容</p>", basis=BASIS)
    with door.services.sessions.begin() as session:
        attachment = attach(session, sent)
    withdraw(door, sent)

    listed, page = phone.get("/m/notices").text, phone.get(f"/m/notices/{sent}").text

    assert "一份通知，已撤回" in listed
    assert "机电党支部 撤回了它" in page
    assert "发错的" not in listed + page
    assert "已知晓" not in page
    assert phone.get(f"/m/notices/{sent}/files/{attachment}").status_code == 404


def test_withdrawn_notice_cannot_be_confirmed(door: Door, people: People, phone: Phone) -> None:
    sent = send(door, people, basis=BASIS)
    withdraw(door, sent)

    answer = phone.post(f"/m/notices/{sent}/confirm")

    assert answer.status_code == 409
    assert confirmations(door) == []


def test_confirming_is_said_once_and_a_second_tap_is_harmless(
    door: Door, people: People, phone: Phone
) -> None:
    sent = send(door, people, basis=BASIS)
    page = f"/m/notices/{sent}"
    asked = phone.get(page).text
    token = asked.split('name="csrf_token" value="')[1].split('"')[0]

    answers = [phone.bare_post(f"{page}/confirm", {"csrf_token": token}) for _ in range(2)]

    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(303, f"{page}#known")] * 2
    assert confirmations(door) == [people.member.member_id]
    assert f"按照《{BASIS}》的要求" in asked
    assert 'id="known"' in asked
    assert "您已确认知晓" in phone.get(page).text


@pytest.mark.parametrize(
    "basis", ["华原党发〔2026〕8号", "《关于开好组织生活会的通知》（华原党发〔2026〕8号）"]
)
def test_basis_with_a_number_is_shown_as_it_was_written(
    door: Door, people: People, phone: Phone, basis: str
) -> None:
    sent = send(door, people, basis=basis)

    assert f"按照{basis}的要求" in phone.get(f"/m/notices/{sent}").text


def test_confirming_where_nobody_asks_is_refused(door: Door, people: People, phone: Phone) -> None:
    sent = send(door, people)

    answer = phone.post(f"/m/notices/{sent}/confirm")

    assert answer.status_code == 409
    assert "不需要确认" in answer.text
    assert confirmations(door) == []


def test_confirming_without_the_forms_token_is_refused(door: Door, people: People, phone: Phone) -> None:
    sent = send(door, people, basis=BASIS)

    assert phone.bare_post(f"/m/notices/{sent}/confirm", {}).status_code == 400
    assert confirmations(door) == []


def test_confirming_somebody_elses_notice_is_not_found(door: Door, people: People, phone: Phone) -> None:
    sent = send(door, people, to="other", basis=BASIS)

    assert phone.post(f"/m/notices/{sent}/confirm").status_code == 404
    assert confirmations(door) == []


def test_attachment_comes_whole_under_its_own_name(door: Door, people: People, phone: Phone) -> None:
    sent = send(door, people)
    with door.services.sessions.begin() as session:
        attachment = attach(session, sent, name="方案“一”; 终稿.pdf")
    address = f"/m/notices/{sent}/files/{attachment}"

    assert f'href="{address}"' in phone.get(f"/m/notices/{sent}").text
    with phone.get(address) as answer:
        assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
        assert quote("方案“一”; 终稿.pdf") in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_attachment_that_no_browser_shows_is_downloaded(door: Door, people: People, phone: Phone) -> None:
    sent = send(door, people)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    with door.services.sessions.begin() as session:
        attachment = attach(session, sent, name="表.docx", media_type=kind, content=b"PK\x03\x04")

    with phone.get(f"/m/notices/{sent}/files/{attachment}") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_attachment_of_somebody_elses_notice_does_not_exist(door: Door, people: People, phone: Phone) -> None:
    own, theirs = send(door, people), send(door, people, to="other")
    with door.services.sessions.begin() as session:
        attachment = attach(session, theirs)

    assert phone.get(f"/m/notices/{theirs}/files/{attachment}").status_code == 404
    assert phone.get(f"/m/notices/{own}/files/{attachment}").status_code == 404


def test_reading_leaves_no_trace(door: Door, people: People, phone: Phone) -> None:
    """Not a row of any table changes when a notice is opened (design §2)."""
    sent = send(door, people, basis=BASIS)
    with door.services.sessions.begin() as session:
        attachment = attach(session, sent)
    before = everything(door)

    for path in ("/m/", "/m/notices", f"/m/notices/{sent}", f"/m/notices/{sent}/files/{attachment}", "/m/me"):
        with phone.get(path) as answer:
            assert answer.status_code == 200

    assert everything(door) == before
    assert any(table == Delivery.__tablename__ for table, _ in before)


def everything(door: Door) -> list[tuple[str, str]]:
    with door.services.sessions.read() as session:
        return [
            (table.name, repr(row))
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table)).all()
        ]
