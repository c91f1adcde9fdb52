"""Answering what people wrote."""

from datetime import timedelta

import pytest

from app.feedback.models import Thread, ThreadMessage
from app.notices.models import Delivery
from app.staff.models import Role
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def last_seen(site: Site, thread_id: int) -> int:
    with site.services.sessions.read() as session:
        return max(
            row.id for row in session.query(ThreadMessage).filter(ThreadMessage.thread_id == thread_id)
        )


def answers(site: Site, thread_id: int) -> list[str]:
    with site.services.sessions.read() as session:
        rows = session.query(ThreadMessage).filter(ThreadMessage.thread_id == thread_id)
        return [row.text for row in rows.order_by(ThreadMessage.id)][1:]


def form(
    site: Site, world: World, text: str = "明天起提前半小时。", token: str = "form-1"
) -> dict[str, object]:
    return {"text": text, "seen": last_seen(site, world.left.thread_id), "once": token}


def path_of(world: World) -> str:
    return f"/console/feedback/{world.left.thread_id}"


def test_answer_is_shown_and_on_its_way_to_the_writer(site: Site, secretary: Browser, world: World) -> None:
    answer = secretary.post(f"{path_of(world)}/answer", form(site, world))

    assert answer.location == path_of(world)
    assert "明天起提前半小时。" in secretary.get(path_of(world)).text
    with site.services.sessions.read() as session:
        assert session.query(Delivery).filter(Delivery.kind == "feedback_answered").count() == 1


def test_answer_to_somebody_who_left_promises_no_notice(site: Site, secretary: Browser, world: World) -> None:
    with site.services.sessions.begin() as session:
        session.get_one(Thread, world.left.thread_id).identity_id = None

    answer = secretary.post(f"{path_of(world)}/answer", form(site, world))

    assert "来信人收不到微信通知，请另行告知本人。" in secretary.get(answer.location).text


def test_answer_sent_twice_is_one_answer_and_one_notice(site: Site, secretary: Browser, world: World) -> None:
    sent = form(site, world)

    replies = [secretary.post(f"{path_of(world)}/answer", sent).location for _ in range(2)]

    assert replies == [path_of(world)] * 2
    assert answers(site, world.left.thread_id) == ["明天起提前半小时。"]
    with site.services.sessions.read() as session:
        assert session.query(Delivery).filter(Delivery.kind == "feedback_answered").count() == 1


def test_answer_that_crosses_a_colleagues_is_held_back_with_its_text(
    site: Site, secretary: Browser, world: World
) -> None:
    stale = form(site, world, "我也来说一句。", "form-2")
    colleague = site.staff(Role.SECRETARY, world.left.branch_id)
    colleague.post(f"{path_of(world)}/answer", form(site, world))

    answer = secretary.post(f"{path_of(world)}/answer", stale)

    assert answer.status_code == 409
    assert "刚刚已经回复了这件意见" in answer.text
    assert ">我也来说一句。</textarea>" in answer.text
    assert answers(site, world.left.thread_id) == ["明天起提前半小时。"]


def test_answer_held_back_can_be_sent_after_reading(site: Site, secretary: Browser, world: World) -> None:
    colleague = site.staff(Role.SECRETARY, world.left.branch_id)
    stale = form(site, world, "我也来说一句。", "form-2")
    colleague.post(f"{path_of(world)}/answer", form(site, world))
    secretary.post(f"{path_of(world)}/answer", stale)

    secretary.post(f"{path_of(world)}/answer", form(site, world, "我也来说一句。", "form-3"))

    assert answers(site, world.left.thread_id) == ["明天起提前半小时。", "我也来说一句。"]


@pytest.mark.parametrize(
    ("text", "sentence"), [("  \n ", "请写下回复内容。"), ("长" * 601, "回复请控制在 600 字以内")]
)
def test_answer_refused_keeps_what_was_typed(
    site: Site, secretary: Browser, world: World, text: str, sentence: str
) -> None:
    answer = secretary.post(f"{path_of(world)}/answer", form(site, world, text))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert answers(site, world.left.thread_id) == []


def test_answer_in_hostile_text_is_shown_as_text(site: Site, secretary: Browser, world: World) -> None:
    secretary.post(f"{path_of(world)}/answer", form(site, world, "<b>粗</b>\r\n]]>\x00🙂"))

    assert "&lt;b&gt;粗&lt;/b&gt;\n]]&gt;🙂" in secretary.get(path_of(world)).text


def test_tray_puts_the_late_first_and_says_so(site: Site, world: World) -> None:
    site.clock.advance(timedelta(days=20))
    secretary = site.staff(Role.SECRETARY, world.left.branch_id)

    text = secretary.get("/console/feedback").text

    assert "待回复 1 件，其中 1 件已超期" in text


def test_tray_without_letters_says_what_will_come(site: Site, world: World) -> None:
    empty = site.staff(Role.SECRETARY, world.left.branch_id)
    with site.services.sessions.begin() as session:
        session.query(ThreadMessage).delete()

    assert "还没有意见" in empty.get("/console/feedback?state=nonsense").text
    assert "还没有意见" in empty.get("/console/feedback?state=answered").text
