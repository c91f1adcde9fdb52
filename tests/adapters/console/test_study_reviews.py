"""The three reviews of something to study, and what becomes of it afterwards."""

import pytest

from app.staff.models import Role
from app.study.library.states import VersionState
from tests.adapters.console.studying import acts, item, judge, kept, path_of, seen, submit, typed, write
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

S = VersionState


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


@pytest.fixture
def reviewers(site: Site, world: World) -> list[Browser]:
    """Three people of three roles and places, none of whom wrote."""
    left = world.left
    return [
        site.staff(Role.SECRETARY, left.branch_id),
        site.staff(Role.SECRETARY, left.committee_id),
        site.staff(Role.OFFICE, left.committee_id),
    ]


def test_three_people_pass_it_and_then_readers_see_it(
    site: Site, secretary: Browser, reviewers: list[Browser], world: World
) -> None:
    made = write(secretary, world)
    submit(secretary, site, made)

    for stage, reviewer in enumerate(reviewers, start=1):
        assert "学习党章的体会" in reviewer.get("/console/study").text
        assert kept(site, made).state is S.IN_REVIEW
        assert judge(reviewer, site, made, stage, note=f"意见{stage}") == 302

    assert kept(site, made).state is S.PUBLISHED
    assert item(site, made).published_at is not None
    page = secretary.get(path_of(made)).text
    assert [word in page for word in ("初审通过", "复审通过", "终审通过", "意见3")] == [True] * 4
    assert acts(site, world) == ["study.drafted", "study.submitted", *["study.reviewed"] * 3]


def test_writer_does_not_review_and_is_told_so(site: Site, secretary: Browser, world: World) -> None:
    made = write(secretary, world)
    submit(secretary, site, made)

    page = secretary.get(path_of(made)).text
    answer = secretary.post(path_of(made, "/review"), seen(site, made, stage=1, verdict="passed"))

    assert "请您初审" not in page
    assert "等待初审" in page
    assert (answer.status_code, "您参与了撰写" in answer.text) == (409, True)


def test_one_person_passes_only_one_of_the_three(
    site: Site, secretary: Browser, reviewers: list[Browser], world: World
) -> None:
    made = write(secretary, world)
    submit(secretary, site, made)
    judge(reviewers[0], site, made, 1)

    answer = reviewers[0].post(path_of(made, "/review"), seen(site, made, stage=2, verdict="passed"))

    assert (answer.status_code, "您已经审过这一轮" in answer.text) == (409, True)
    assert "请您复审" in reviewers[1].get(path_of(made)).text


def test_review_of_a_text_that_changed_meanwhile_does_not_count(
    site: Site, secretary: Browser, reviewers: list[Browser], world: World
) -> None:
    made = write(secretary, world)
    submit(secretary, site, made)
    read = seen(site, made, stage=1, verdict="passed")
    secretary.post(path_of(made, "/edit"), typed(world, title="改过的题目", once="2", **seen(site, made)))
    submit(secretary, site, made)

    answer = reviewers[0].post(path_of(made, "/review"), read)

    assert (answer.status_code, "刚刚有人改过或审过" in answer.text) == (409, True)
    assert "请您初审" in answer.text


def test_returned_with_a_note_is_a_draft_again(
    site: Site, secretary: Browser, reviewers: list[Browser], world: World
) -> None:
    made = write(secretary, world)
    submit(secretary, site, made)

    wordless = reviewers[0].post(path_of(made, "/review"), seen(site, made, stage=1, verdict="returned"))
    undecided = reviewers[0].post(path_of(made, "/review"), seen(site, made, stage=1))
    returned = judge(reviewers[0], site, made, 1, "returned", "请补上出处")

    assert (wordless.status_code, "请写意见。" in wordless.text) == (409, True)
    assert (undecided.status_code, "请选择通过，还是退回修改。" in undecided.text) == (409, True)
    assert returned == 302
    page = secretary.get(path_of(made)).text
    assert "初审退回修改：</strong>请补上出处" in page
    assert "提交审核" in page


def test_text_changed_after_it_was_passed_was_returned_by_nobody(
    site: Site, secretary: Browser, reviewers: list[Browser], world: World
) -> None:
    made = write(secretary, world)
    submit(secretary, site, made)
    judge(reviewers[0], site, made, 1, note="写得好")

    secretary.post(path_of(made, "/edit"), typed(world, once="2", **seen(site, made)))

    page = secretary.get(path_of(made)).text
    assert kept(site, made).state is S.DRAFT
    assert "退回修改：" not in page
    assert "初审通过" in page


def test_review_sent_twice_counts_once(
    site: Site, secretary: Browser, reviewers: list[Browser], world: World
) -> None:
    made = write(secretary, world)
    submit(secretary, site, made)
    form = seen(site, made, stage=1, verdict="passed", once="tap")

    answers = [reviewers[0].post(path_of(made, "/review"), form).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert acts(site, world).count("study.reviewed") == 1


def test_withdrawn_with_a_reason_and_gone_for_readers(site: Site, secretary: Browser, world: World) -> None:
    published = world.left.studied.published_id

    wordless = secretary.post(path_of(published, "/withdraw"), {"reason": " "})
    gone = secretary.post(path_of(published, "/withdraw"), {"reason": "条例修订了"})
    again = secretary.post(path_of(published, "/withdraw"), {"reason": "条例修订了"})

    assert (wordless.status_code, "请写原因。" in wordless.text) == (409, True)
    assert (gone.status_code, again.status_code) == (302, 409)
    assert kept(site, published).state is S.WITHDRAWN
    assert item(site, published).published_at is None
    assert "已撤下：</strong>条例修订了" in secretary.get(path_of(published)).text
    assert acts(site, world) == ["study.withdrawn"]


def test_next_version_begins_as_the_last_and_takes_its_place(
    site: Site, secretary: Browser, reviewers: list[Browser], world: World
) -> None:
    published = world.left.studied.published_id

    begun = secretary.post(path_of(published, "/again"), {"once": "1"})
    second = secretary.post(path_of(published, "/again"), {"once": "2"})

    made = int(str(begun.location).split("/")[4])
    assert (second.status_code, "已经有人在写新的一版" in second.text) == (409, True)
    assert (kept(site, made).number, kept(site, made).title) == (2, kept(site, published).title)
    submit(secretary, site, made)
    for stage, reviewer in enumerate(reviewers, start=1):
        judge(reviewer, site, made, stage)
    assert (kept(site, published).state, kept(site, made).state) == (S.SUPERSEDED, S.PUBLISHED)
    history = secretary.get(path_of(made)).text
    assert [f"第 {number} 版" in history for number in (1, 2)] == [True, True]


def test_dropped_draft_takes_no_more(site: Site, secretary: Browser, world: World) -> None:
    draft_id = world.left.studied.draft_id

    dropped = secretary.post(path_of(draft_id, "/drop"), seen(site, draft_id))
    edited = secretary.post(path_of(draft_id, "/edit"), typed(world, **seen(site, draft_id)))

    assert dropped.status_code == 302
    assert kept(site, draft_id).state is S.DROPPED
    assert edited.status_code == 302
    assert kept(site, draft_id).title == "东山学习党章第二章"
    assert acts(site, world) == ["study.dropped"]


def test_item_is_moved_to_another_own_column_only(site: Site, secretary: Browser, world: World) -> None:
    draft_id = world.left.studied.draft_id

    moved = secretary.post(path_of(draft_id, "/move"), {"column": world.left.studied.other_id})
    refused = [
        secretary.post(path_of(draft_id, "/move"), {"column": wrong}).status_code
        for wrong in (world.right.studied.column_id, world.left.studied.archived_id, 0, 2**31)
    ]

    assert moved.status_code == 302
    assert item(site, draft_id).column_id == world.left.studied.other_id
    assert refused == [409] * 4
