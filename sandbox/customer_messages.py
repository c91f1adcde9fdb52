"""Customer messages: what each kind must hold, and how the phone shows it."""

from collections.abc import Callable
from typing import Any

from sandbox.errors import ApiError
from sandbox.media import Media

Json = dict[str, Any]
TEXT_BYTES = 2048
LONGEST_MENU = 10


def shown(request: Json, media: Media) -> tuple[str, Json]:
    """The kind and content of the bubble, or the error of a message that WeChat refuses."""
    kind = request.get("msgtype")
    show = KINDS.get(kind) if isinstance(kind, str) else None
    if show is None:
        raise ApiError(40008)
    content = request.get(str(kind))
    if not isinstance(content, dict):
        raise ApiError(44004 if kind == "text" else 47001)
    return str(kind), show(content, media)


def words(content: Json) -> str:
    """What a person reads of it first."""
    articles = content.get("articles") or [{}]
    return str(
        content.get("text") or content.get("head") or content.get("title") or articles[0].get("title", "")
    )


def _text(content: Json, _media: Media) -> Json:
    text = content.get("content")
    if not isinstance(text, str) or not text:
        raise ApiError(44004)
    if len(text.encode()) > TEXT_BYTES:
        raise ApiError(45002)
    return {"text": text}


def _medium(content: Json, media: Media) -> Json:
    medium = media.live(content.get("media_id"))
    return {"media_id": medium.media_id, "title": content.get("title", "")}


def _music(content: Json, media: Media) -> Json:
    media.live(content.get("thumb_media_id"))
    return {"title": content.get("title", ""), "url": content.get("musicurl", "")}


def _news(content: Json, _media: Media) -> Json:
    articles = content.get("articles")
    if not isinstance(articles, list) or not articles:
        raise ApiError(44004)
    if len(articles) > 1:
        raise ApiError(45008)
    article = articles[0]
    if not isinstance(article, dict) or not article.get("title"):
        raise ApiError(47001)
    return {"articles": [{name: article.get(name, "") for name in ("title", "description", "url", "picurl")}]}


def _menu(content: Json, _media: Media) -> Json:
    items = content.get("list")
    if not isinstance(items, list) or not 1 <= len(items) <= LONGEST_MENU:
        raise ApiError(47001)
    if any(not isinstance(item, dict) or not item.get("content") for item in items):
        raise ApiError(47001)
    choices = [{"id": str(item.get("id", "")), "content": str(item["content"])} for item in items]
    return {
        "head": content.get("head_content", ""),
        "items": choices,
        "tail": content.get("tail_content", ""),
    }


def _mini(content: Json, media: Media) -> Json:
    if not content.get("appid") or not content.get("pagepath"):
        raise ApiError(47001)
    media.live(content.get("thumb_media_id"))
    return {"title": content.get("title", ""), "pagepath": content["pagepath"]}


def _article(content: Json, _media: Media) -> Json:
    return {"title": str(content.get("article_id", ""))}


KINDS: dict[str, Callable[[Json, Media], Json]] = {
    "text": _text,
    "image": _medium,
    "voice": _medium,
    "video": _medium,
    "music": _music,
    "news": _news,
    "msgmenu": _menu,
    "miniprogrampage": _mini,
    "mpnewsarticle": _article,
}
