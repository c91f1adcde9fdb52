"""The screen at the meeting: which codes it shows, how they change, and what stands beside them; the printed cards."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import pytest

from app import qr
from app.meetings import check_in
from app.meetings.check_in import CheckInResult
from app.meetings.models import Expected, Meeting, MeetingKind, Standing
from app.meetings.tickets import Card
from app.organizations.models import Organization
from app.staff.models import Role
from app.wechat.errors import BadAnswer, WeChatUnreachable
from app.wechat.records import QrTicket
from tests import factories
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

DRAWN = re.compile(r'src="data:image/svg\+xml;base64,([^"]+)"')
SIGN_CARD = re.compile(r"<strong>(东山..)</strong><span>东山一支部</span>")
PICTURE = b"\xff\xd8\xff picture"


class Platform:
    """WeChat's side of the code: gives one, or does not answer."""

    def __init__(self, *, dead: bool = False) -> None:
        self.dead = dead
        self.asked: list[tuple[str, timedelta]] = []

    def create_qr(self, scene: str, expires: timedelta) -> QrTicket:
        self.asked.append((scene, expires))
        if self.dead:
            raise WeChatUnreachable("connect", may_have_arrived=False)
        return QrTicket("ticket", "http://weixin.qq.com/q/02new", int(expires.total_seconds()))


class Mini:
    """The mini-program's side."""

    offered = True

    def __init__(self, *, dead: bool = False) -> None:
        self.dead = dead

    def picture(self, scene: str) -> bytes:
        if self.dead:
            raise BadAnswer("http_502")
        return PICTURE + scene.encode()


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


@pytest.fixture
def path(world: World) -> str:
    return f"/console/meetings/{world.left.meeting_id}"


def with_platform(site: Site, platform: Platform) -> None:
    site.app.extensions["zhibu"] = replace(site.services, wechat=platform)  # type: ignore[arg-type]


def with_mini_program(site: Site, mini: Mini) -> None:
    site.app.extensions["zhibu"] = replace(site.services, mini_codes=mini)  # type: ignore[arg-type]


def change(site: Site, world: World, **values: object) -> Meeting:
    with site.services.sessions.begin() as session:
        found = session.get_one(Meeting, world.left.meeting_id)
        for name, value in values.items():
            setattr(found, name, value)
        return found


def without_ticket(site: Site, world: World) -> None:
    change(site, world, ticket_url=None)


def sign_in(site: Site, world: World, member_id: int) -> CheckInResult:
    with site.services.sessions.write() as driver:
        return check_in.by_recorder(
            driver, meeting_id=world.left.meeting_id, member_id=member_id, now=site.clock.now()
        )


def test_screen_shows_code_digits_and_count(site: Site, secretary: Browser, world: World) -> None:
    secretary.post(f"/console/meetings/{world.left.meeting_id}/check-in", {"member": world.left.member_id})

    text = secretary.get(f"/console/meetings/{world.left.meeting_id}/screen").text

    digits = str(change(site, world).hand_code)
    assert f"{digits[:3]} {digits[3:]}" in text
    assert "code.svg" in text
    assert '<span class="tally-now">1</span><span class="tally-of"> / 2 人已签到</span>' in text
    assert "东山赵一" in text


def test_screen_code_is_an_svg_of_the_ticket(secretary: Browser, world: World) -> None:
    answer = secretary.get(f"/console/meetings/{world.left.meeting_id}/code.svg")

    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.data.startswith(b"<svg ")


def test_screen_without_a_ticket_asks_for_one_and_keeps_it(
    site: Site, secretary: Browser, world: World
) -> None:
    platform = Platform()
    with_platform(site, platform)
    without_ticket(site, world)
    path = f"/console/meetings/{world.left.meeting_id}"

    waiting = secretary.get(f"{path}/screen").text
    answers = [secretary.post(f"{path}/ticket", htmx=True).text for _ in range(2)]

    assert "正在向微信取二维码" in waiting
    assert ["code.svg" in text for text in answers] == [True, True]
    assert [expires for _, expires in platform.asked] == [timedelta(hours=2, minutes=5)]


def test_screen_while_wechat_is_dead_says_so_and_tries_again(
    site: Site, secretary: Browser, world: World
) -> None:
    with_platform(site, Platform(dead=True))
    without_ticket(site, world)

    answer = secretary.post(f"/console/meetings/{world.left.meeting_id}/ticket", htmx=True)

    assert answer.status_code == 200
    assert "暂时取不到微信二维码" in answer.text
    assert "签到照常进行" in answer.text
    assert 'hx-trigger="every 15s"' in answer.text


def test_screen_without_script_gets_the_whole_page_after_the_ticket(
    site: Site, secretary: Browser, world: World
) -> None:
    with_platform(site, Platform())
    without_ticket(site, world)

    answer = secretary.post(f"/console/meetings/{world.left.meeting_id}/ticket")

    assert answer.text.startswith("<!doctype html>")
    assert "code.svg" in answer.text


def test_live_ends_its_poll_when_the_sign_in_is_over(site: Site, secretary: Browser, world: World) -> None:
    path = f"/console/meetings/{world.left.meeting_id}/live"
    during = secretary.get(path, htmx=True).status_code

    site.clock.advance(timedelta(hours=2, minutes=1))
    secretary = site.staff(Role.SECRETARY, world.left.branch_id)

    assert (during, secretary.get(path, htmx=True).status_code) == (200, 286)
    assert "签到已结束" in secretary.get(f"/console/meetings/{world.left.meeting_id}/screen").text


def test_screen_offers_the_link_and_keeps_the_digits_beside_it(secretary: Browser, path: str) -> None:
    page = secretary.get(f"{path}/screen?by=link").text

    assert 'src="' + path + "/link.svg?v=" in page
    assert 'hx-trigger="every 30s"' in page
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in page
    assert 'class="digits"' in page
    assert re.findall(r'aria-current="true">([^<]+)<', page) == ["链接码"]


def test_screen_s_link_is_drawn_anew_each_time_and_for_that_meeting_alone(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    scene, tickets = change(site, world).scene, site.services.tickets

    for _ in range(2):
        site.clock.advance(timedelta(seconds=30))
        address = f"http://localhost/m/check-in/{tickets.link_token(scene, site.clock.now())}"
        assert secretary.get(f"{path}/link.svg").data == qr.svg(address)


def test_another_code_is_put_in_place_without_leaving_the_full_screen(secretary: Browser, path: str) -> None:
    part = secretary.get(f"{path}/screen?by=link", htmx=True).text

    assert "<!doctype html>" not in part
    assert "/link.svg" in part


@pytest.mark.parametrize("by", ["mini", "nothing", "", "<b>"])
def test_code_that_there_is_not_is_wechats_own(secretary: Browser, path: str, by: str) -> None:
    page = secretary.get(f"{path}/screen", htmx=True).text

    assert secretary.get(f"{path}/screen?by={by}", htmx=True).text == page
    assert "小程序码" not in page


def test_mini_program_s_code_is_shown_where_there_is_a_mini_program(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    with_mini_program(site, Mini())

    page = secretary.get(f"{path}/screen?by=mini", htmx=True).text
    picture = secretary.get(f"{path}/mini-code")

    assert f'src="{path}/mini-code"' in page
    assert (picture.mimetype, picture.data) == ("image/jpeg", PICTURE + change(site, world).scene.encode())


def test_mini_program_that_does_not_answer_leaves_the_other_ways(
    site: Site, secretary: Browser, path: str
) -> None:
    with_mini_program(site, Mini(dead=True))

    page = secretary.get(f"{path}/screen?by=mini", htmx=True)

    assert page.status_code == 200
    assert "暂时取不到小程序码" in page.text
    assert "公众号码" in page.text
    assert secretary.get(f"{path}/mini-code").status_code == 404


def test_screen_counts_votes_and_says_whether_they_are_enough(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    before = secretary.get(f"{path}/live", htmx=True).text
    sign_in(site, world, world.left.member_id)
    sign_in(site, world, world.left.bound_member_id)
    after = secretary.get(f"{path}/live", htmx=True).text

    assert "有表决权的已到 0 人，至少要 1 人，还差 1 人才能表决。" in before
    assert "有表决权的已到 2 人，达到法定人数" in after


def test_screen_of_a_meeting_that_decides_nothing_counts_votes_alone(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    change(site, world, kind=MeetingKind.THEME_DAY)

    assert "其中有表决权的 0 / 2 人" in secretary.get(f"{path}/live", htmx=True).text


def test_guests_and_those_not_counted_are_outside_the_numbers_on_the_screen(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    with site.services.sessions.begin() as session:
        session.add(
            Expected(
                meeting_id=world.left.meeting_id,
                member_id=world.right.member_id,
                organization_id=world.right.branch_id,
                standing=Standing.INVITED,
            )
        )
    sign_in(site, world, world.right.member_id)

    assert '<span class="tally-now">0</span><span class="tally-of"> / 2' in secretary.get(f"{path}/live").text


def test_attempts_that_did_not_count_are_a_number_on_the_screen_until_they_are_settled(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    scene = change(site, world).scene
    with site.services.sessions.write() as driver:
        for at in (site.clock.now(), site.clock.now() + timedelta(days=1)):
            check_in.by_scene(driver, scene=scene, member_id=world.right.member_id, now=at)
        check_in.by_scene(
            driver, scene=scene, member_id=world.left.member_id, now=site.clock.now() - timedelta(hours=1)
        )

    page = secretary.get(f"{path}/live").text
    sign_in(site, world, world.left.member_id)
    after = secretary.get(f"{path}/live").text

    assert "另有 2 人没有签上" in page
    assert "西河" not in page
    assert "另有 1 人没有签上" in after


def test_screen_opened_from_above_shows_no_name(site: Site, world: World, path: str) -> None:
    sign_in(site, world, world.left.member_id)
    office = site.staff(Role.OFFICE, world.left.committee_id)

    page = office.get(f"{path}/screen").text

    assert "东山赵一" not in page
    assert "有表决权的已到 1 人" in page


def test_screen_of_a_cancelled_meeting_shows_no_code_and_no_digits(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    change(site, world, cancelled_at=site.clock.now())

    page = secretary.get(f"{path}/screen?by=link").text

    assert "会议已取消" in page
    assert ["link.svg" in page, "digits" in page, "code-choice" in page] == [False, False, False]
    assert secretary.get(f"{path}/link.svg").status_code == 404
    assert secretary.get(f"{path}/live", htmx=True).status_code == 286


def test_screen_of_a_merged_meeting_leads_to_the_other_one(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    with site.services.sessions.begin() as session:
        found = session.get_one(Meeting, world.left.meeting_id)
        other = factories.meeting(session, session.get_one(Organization, found.organization_id))
        other.title = "联合主题党日"
        found.merged_into_id = other.id

    page = secretary.get(f"{path}/screen").text

    assert f'href="/console/meetings/{other.id}/screen"' in page
    assert "打开“联合主题党日”的签到屏" in page
    assert "code.svg" not in page


def test_screen_whose_digits_were_given_back_shows_none(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    change(site, world, hand_code=None)

    assert 'class="digits"' not in secretary.get(f"{path}/screen").text


def test_cards_are_one_a_person_and_each_is_its_own(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    page = secretary.get(f"{path}/cards").text

    people = {"东山钱二": world.left.bound_member_id, "东山赵一": world.left.member_id}
    cards = [Card(world.left.meeting_id, people[name]) for name in SIGN_CARD.findall(page)]
    addresses = [f"http://localhost/m/card/{site.services.tickets.card_token(card)}" for card in cards]
    assert len(set(cards)) == len(people)
    assert DRAWN.findall(page) == [b64encode(qr.svg(one, quick=True)).decode() for one in addresses]


def test_cards_of_a_large_hall_come_sheet_by_sheet(
    site: Site, secretary: Browser, world: World, path: str
) -> None:
    with site.services.sessions.begin() as session:
        branch = session.get_one(Organization, world.left.branch_id)
        for number in range(60):
            session.add(
                Expected(
                    meeting_id=world.left.meeting_id,
                    member_id=factories.member(session, branch, name=f"党员{number:02d}").id,
                    organization_id=branch.id,
                    standing=Standing.VOTING,
                )
            )

    pages = [secretary.get(f"{path}/cards?page={number}").text for number in (1, 2, 3)]

    assert [page.count('class="sign-card"') for page in pages] == [60, 2, 0]
    assert "共 62 人，这是第 1 页" in pages[0]
    assert "后面没有了" in pages[2]


def test_cards_are_printed_by_the_branch_itself_alone(site: Site, world: World, path: str) -> None:
    office = site.staff(Role.OFFICE, world.left.committee_id)

    assert office.get(f"{path}/cards").status_code == 403
