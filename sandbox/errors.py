"""WeChat's return codes, with the text that its servers send."""

import secrets
import time

MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub button level",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40032: "invalid openid list size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40036: "invalid template_id size",
    40037: "invalid template_id",
    40039: "invalid url size",
    40052: "invalid action_name",
    40053: "invalid action_info",
    40054: "invalid button url domain",
    40055: "invalid sub button url domain",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40132: "invalid username",
    40163: "code been used",
    40164: "invalid ip",
    40169: "invalid length for scene, or the data is not json string",
    40201: "invalid url",
    40202: "invalid check action",
    40203: "invalid check operator",
    40246: "invalid keyword list",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    41008: "missing code",
    41009: "missing openid",
    41030: "invalid page",
    42001: "access_token expired",
    42002: "refresh_token expired",
    42003: "code expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    44004: "empty text content",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45056: "too many tag now, no need to add new",
    45058: "can't modify sys tag",
    45059: "can't add tag to users exceed limit",
    45072: "invalid command",
    45080: "can't send typing, no interaction in 30 seconds",
    45157: "invalid tag name, duplicated with existed tag",
    45158: "tag name too long",
    45159: "invalid tag id",
    46003: "menu no exist",
    46004: "user no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48002: "user block receive message",
    48006: "forbid to clear quota because of reaching the limit",
    49003: "not match openid with appid",
    61010: "code is expired",
    65301: "no such menuid",
    65303: "there is no selfmenu, please create selfmenu first",
    65304: "match rule empty",
    65316: "too many external domains in menu",
    65320: "matchrule field not supported any more",
    76001: "rid not found",
    76002: "rid belongs to another appid",
    76003: "invalid cgi_path",
    76021: "cgi_path not found",
    76022: "could not use this cgi_path, no permission",
    87009: "invalid signature",
}


class ApiError(Exception):
    """A refusal as WeChat words it: HTTP 200 and an errcode."""

    def __init__(self, errcode: int, detail: str = "") -> None:
        super().__init__(f"{errcode} {detail}")
        self.errcode = errcode
        self.detail = detail

    def as_json(self, rid: str) -> dict[str, object]:
        text = " ".join(part for part in (MESSAGES.get(self.errcode, "error"), self.detail) if part)
        return {"errcode": self.errcode, "errmsg": f"{text} rid: {rid}"}


def new_rid() -> str:
    return f"{int(time.time()):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
