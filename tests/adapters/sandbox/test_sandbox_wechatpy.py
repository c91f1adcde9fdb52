"""wechatpy's own client, pointed at the sandbox, as an independent caller."""

import io
from collections.abc import Iterator

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient, WeChatOAuth
from wechatpy.exceptions import WeChatClientException

from tests.adapters.sandbox.sandbox_account import APP_ID, OPENID, SECRET, Sandbox, served

PLATFORM = "https://api.weixin.qq.com"


class Redirected(HTTPAdapter):
    """Carries every call for the platform to the sandbox."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: PreparedRequest, *args: object, **kwargs: object) -> Response:
        request.url = str(request.url).replace(PLATFORM, self._url)
        return super().send(request, *args, **kwargs)  # type: ignore[arg-type]


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[WeChatClient]:
    with served(sandbox.app) as url:
        made = WeChatClient(APP_ID, SECRET)
        made._http.mount(PLATFORM, Redirected(url))
        yield made
        made._http.close()


def test_client_sends_a_template(sandbox: Sandbox, client: WeChatClient) -> None:
    sandbox.meet()
    data = {"thing1": {"value": "支部党员大会"}, "time2": {"value": "15:01"}}

    answer = client.message.send_template(OPENID, "T-meeting", data)

    assert answer["errcode"] == 0
    assert sandbox.chat()[-1]["title"] == "会议通知"


def test_client_sends_text_image_and_article(sandbox: Sandbox, client: WeChatClient) -> None:
    sandbox.meet()
    picture = io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 50)
    picture.name = "a.png"

    client.message.send_text(OPENID, "你好")
    media_id = client.media.upload("image", picture)["media_id"]
    client.message.send_image(OPENID, media_id)
    client.message.send_articles(
        OPENID, [{"title": "学习", "description": "", "url": "http://a", "image": ""}]
    )

    assert [one["kind"] for one in sandbox.chat()[-3:]] == ["text", "image", "news"]


def test_client_creates_code_menu_and_tag(sandbox: Sandbox, client: WeChatClient) -> None:
    sandbox.meet()
    scene = {"scene": {"scene_str": "m-1"}}

    code = client.qrcode.create({"expire_seconds": 60, "action_name": "QR_STR_SCENE", "action_info": scene})
    client.menu.create({"button": [{"type": "click", "name": "签到", "key": "check_in"}]})
    tag = client.tag.create("支委")["id"]
    client.tag.tag_user(tag, OPENID)

    assert sandbox.get("/sim/tickets")["tickets"][0]["ticket"] == code["ticket"]
    assert client.menu.get()["menu"]["button"][0]["name"] == "签到"
    assert client.user.get(OPENID)["tagid_list"] == [tag]


def test_client_learns_of_a_refusal(sandbox: Sandbox, client: WeChatClient) -> None:
    sandbox.meet(following=False)

    with pytest.raises(WeChatClientException) as refusal:
        client.message.send_text(OPENID, "你好")

    assert refusal.value.errcode == 43004


def test_oauth_client_learns_who_it_is(sandbox: Sandbox) -> None:
    sandbox.meet()
    code = sandbox.world.oauth.issue("page", OPENID, scope="snsapi_userinfo").code
    oauth = WeChatOAuth(APP_ID, SECRET, "http://127.0.0.1/", "snsapi_userinfo")

    with served(sandbox.app) as url:
        oauth._http.mount(PLATFORM, Redirected(url))
        granted = oauth.fetch_access_token(code)
        person = oauth.get_user_info()
        oauth._http.close()

    assert (granted["openid"], person["nickname"]) == (OPENID, "王建国")
