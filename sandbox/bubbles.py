"""A passive reply as a bubble in the chat."""

from typing import Any

from sandbox.answers import articles_of

Json = dict[str, Any]
FAILURE = "该公众号提供的服务出现故障，请稍后再试"
NAMES = {"image": "[图片]", "voice": "[语音]", "video": "[视频]", "music": "[音乐]"}


def bubble(reply: Json) -> tuple[str, Json]:
    """The kind and content for the chat."""
    kind = str(reply["MsgType"])
    if kind == "text":
        return "text", {"text": reply["Content"]}
    if kind == "news":
        articles = [
            {
                "title": one.get("Title", ""),
                "description": one.get("Description", ""),
                "url": one.get("Url", ""),
                "picurl": one.get("PicUrl", ""),
            }
            for one in articles_of(reply)
        ]
        return "news", {"articles": articles}
    if kind == "transfer_customer_service":
        return "system", {"text": "已转接人工客服"}
    inner = reply.get(kind.capitalize(), {})
    return kind, {"media_id": inner.get("MediaId", ""), "title": inner.get("Title", "")}


def words(reply: Json) -> str:
    """The reply in one line, as the list of chats shows it."""
    kind, content = bubble(reply)
    if "text" in content:
        return str(content["text"])
    if kind == "news":
        return "\n".join(str(one["title"]) for one in content["articles"])
    return NAMES.get(kind, f"[{kind}]")
