"""The sandbox made ready for the demo: its account, the people with a phone, the menu."""

import json
import sys

import structlog

from app.core.settings import Settings
from app.wechat import menus
from app.wechat.errors import WeChatError
from app.wiring import Services
from demo import templates
from demo.cast import BOUND
from demo.merchant import sandbox_pay
from demo.phones import Phones
from demo.place import HOST, Place
from demo.private import write_private
from demo.renewal import Stage

log = structlog.get_logger()
PAGE_COOKIES = ("zhibu_member", "zhibu_login")


def sandbox_command(place: Place, settings: Settings) -> list[str]:
    """Writes the configuration that the sandbox reads; says how to start it."""
    config = place.data_dir / "sandbox.config.json"
    write_private(config, json.dumps(_sandbox_config(place, settings), ensure_ascii=False, indent=2))
    command = [sys.executable, "-m", "sandbox", "--host", HOST, "--port", str(place.port + 1)]
    return [*command, "--state", str(place.data_dir / "sandbox.json"), "--config", str(config)]


def _sandbox_config(place: Place, settings: Settings) -> dict[str, object]:
    """The account as the backend is told to know it, also where the caller chose its keys."""
    wechat, mini = settings.wechat, settings.miniprogram
    return {
        "app_id": wechat.app_id,
        "app_secret": wechat.app_secret.get_secret_value(),
        "token": wechat.token.get_secret_value(),
        "encoding_aes_key": wechat.encoding_aes_key.get_secret_value(),
        "original_id": wechat.original_id,
        "mode": wechat.mode,
        "mini_app_id": mini.app_id,
        "mini_app_secret": mini.app_secret.get_secret_value(),
        "account_name": settings.site.organization_name,
        "callback_url": f"{place.backend}/wechat/callback",
        "console_url": f"{place.backend}/console/",
        "public_url": place.sandbox,
        "templates": templates.definitions(),
        "page_cookies": [{"name": name, "path": "/m"} for name in PAGE_COOKIES],
        "pay": sandbox_pay(place.data_dir, settings),
    }


def welcome(place: Place, stage: Stage) -> None:
    """Gives everybody a phone. Whoever has one keeps it as it is; a new guest follows as people do, with an event."""
    phones = Phones(place.sandbox)
    guests = [(guest.openid, stage.names[guest.openid]) for guest in (*BOUND, stage.follower)]
    for openid, name in guests:
        if phones.person(openid) is None:
            phones.new_person(name, openid)
            phones.follow(openid)
    phones.post("/sim/people", people=stage.crowd, keep=True)


def publish_menu(services: Services, stage: Stage) -> None:
    """Best effort: whoever stands in for WeChat elsewhere may know no menus. The crowd is given theirs at once."""
    declared = menus.load()
    try:
        menus.publish(services.wechat, declared)
        following = [str(one["openid"]) for one in stage.crowd if one["subscribed"]]
        services.wechat.tag(following, services.wechat.ensure_tag(declared.tags["members"]))
    except WeChatError as error:
        log.warning("demo.menu.not_published", reason=str(error))
