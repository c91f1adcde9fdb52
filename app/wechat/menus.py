"""The account's menus: what templates/wechat/menus.yaml says, in WeChat's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core import yamls
from app.wechat.client import WeChatClient

FILE = Path(__file__).resolve().parents[2] / "templates" / "wechat" / "menus.yaml"


@dataclass(frozen=True)
class Menus:
    """`default` is for strangers; the others are seen by those who carry the tag."""

    default: Mapping[str, Any]
    tagged: Mapping[str, Mapping[str, Any]]
    tags: Mapping[str, str]


def load(path: Path = FILE) -> Menus:
    declared = yamls.read(path)
    audiences = {name: part for name, part in declared.items() if name != "default"}
    return Menus(
        default=_menu(declared["default"]),
        tagged={part["tag"]: _menu(part["buttons"]) for part in audiences.values()},
        tags={name: part["tag"] for name, part in audiences.items()},
    )


def publish(client: WeChatClient, menus: Menus) -> None:
    """Replace every menu of the account. The tags come to be where they are missing."""
    client.delete_menus()
    client.publish_menu(menus.default)
    for tag, menu in menus.tagged.items():
        client.publish_conditional_menu(menu, client.ensure_tag(tag))


def _menu(buttons: list[dict[str, Any]]) -> dict[str, Any]:
    return {"button": [_button(button) for button in buttons]}


def _button(button: dict[str, Any]) -> dict[str, Any]:
    if entries := button.get("entries"):
        return {"name": button["name"], "sub_button": [_button(entry) for entry in entries]}
    return {"type": "click", "name": button["name"], "key": button["command"]}
