"""The mini-program's code: drawn once, kept for every process, and no trouble where WeChat will not draw it."""

from datetime import timedelta

import pytest

from app.core.clock import FixedClock
from app.core.settings import MiniProgram
from app.redis_store import MemoryStore
from app.wechat.client import token_broker
from app.wechat.errors import BadAnswer, WeChatError, WeChatRefused, WeChatUnreachable
from app.wechat.http import PlatformSession
from app.wechat.mini_codes import KEPT_FOR, RESTS_FOR, MiniCodes, kind_of
from tests.unit.wechat.conftest import SECRET
from tests.unit.wechat.fake_platform import FakePlatform, Raw, Reset

PATH = "/wxa/getwxacodeunlimit"
SCENE = "m" + 30 * "a"
JPEG, PNG = Raw(b"\xff\xd8\xff picture"), Raw(b"\x89PNG picture")
STALE = {"errcode": 40001, "errmsg": "invalid credential"}
NO_PAGE = {"errcode": 41030, "errmsg": "invalid page"}


@pytest.fixture
def codes(session: PlatformSession, store: MemoryStore, clock: FixedClock) -> MiniCodes:
    mini = MiniProgram.model_validate({"app_id": "wx1", "app_secret": SECRET})
    broker = token_broker(mini, session, store, clock)
    return MiniCodes("wx1", "pages/check-in/index", session=session, broker=broker, store=store)


@pytest.mark.parametrize(("drawn", "kind"), [(JPEG, "image/jpeg"), (PNG, "image/png")])
def test_picture_is_asked_for_with_the_meeting_s_scene(
    drawn: Raw, kind: str, platform: FakePlatform, codes: MiniCodes
) -> None:
    platform.answer(PATH, drawn)

    picture = codes.picture(SCENE)

    (asked,) = platform.asked(PATH)
    assert (picture, kind_of(picture)) == (drawn.body, kind)
    assert asked.query == {"access_token": "TOKEN-1"}
    assert asked.json == {
        "scene": SCENE,
        "page": "pages/check-in/index",
        "check_path": True,
        "width": 860,
    }


def test_picture_is_drawn_once_a_week(platform: FakePlatform, codes: MiniCodes, clock: FixedClock) -> None:
    platform.answer(PATH, JPEG, PNG)

    first, kept = codes.picture(SCENE), codes.picture(SCENE)
    clock.advance(KEPT_FOR)

    assert (first, kept) == (JPEG.body, JPEG.body)
    assert codes.picture(SCENE) == PNG.body


def test_stale_token_is_renewed_once(platform: FakePlatform, codes: MiniCodes) -> None:
    platform.answer(PATH, STALE, JPEG)

    assert codes.picture(SCENE) == JPEG.body
    assert [call.query["access_token"] for call in platform.asked(PATH)] == ["TOKEN-1", "TOKEN-2"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (NO_PAGE, WeChatRefused),
        (Raw(b"<html>"), BadAnswer),
        (Raw(b"{}"), BadAnswer),
        (Raw(b"", 502), BadAnswer),
        (Reset(), WeChatUnreachable),
    ],
    ids=["no-such-page", "html", "empty-object", "bad-gateway", "broken-off"],
)
def test_what_is_no_picture_is_an_error_and_not_asked_about_for_a_minute(
    answer: Raw | Reset | dict[str, object],
    error: type[WeChatError],
    platform: FakePlatform,
    codes: MiniCodes,
    clock: FixedClock,
) -> None:
    platform.answer(PATH, answer, JPEG)

    with pytest.raises(error):
        codes.picture(SCENE)
    with pytest.raises(BadAnswer, match="a_moment_ago"):
        codes.picture(SCENE)
    clock.advance(RESTS_FOR + timedelta(seconds=1))

    assert codes.picture(SCENE) == JPEG.body


def test_spoilt_picture_in_the_store_is_drawn_again(
    platform: FakePlatform, codes: MiniCodes, store: MemoryStore
) -> None:
    platform.answer(PATH, JPEG)
    store.set(f"wechat:wx1:mini-code:{SCENE}", "no base64!", KEPT_FOR)

    assert codes.picture(SCENE) == JPEG.body


@pytest.mark.parametrize("scene", ["", "m" * 33])
def test_scene_that_wechat_would_not_take_is_not_sent(scene: str, codes: MiniCodes) -> None:
    with pytest.raises(ValueError, match="1-32"):
        codes.picture(scene)


@pytest.mark.parametrize(("app_id", "page"), [("", "pages/index"), ("wx1", ""), ("", "")])
def test_code_is_offered_only_where_a_mini_program_has_a_page_for_it(
    app_id: str, page: str, session: PlatformSession, store: MemoryStore, clock: FixedClock, codes: MiniCodes
) -> None:
    mini = MiniProgram.model_validate({"app_id": app_id, "app_secret": SECRET})
    broker = token_broker(mini, session, store, clock)

    assert not MiniCodes(app_id, page, session=session, broker=broker, store=store).offered
    assert codes.offered
