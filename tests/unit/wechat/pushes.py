"""Pushes as WeChat writes them: every event of facts/wechat.md §2.2, in XML and in JSON."""

from typing import Any
from xml.sax.saxutils import escape

PERSON = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
ACCOUNT = "gh_97417a04a28d"
COMMON = {"ToUserName": ACCOUNT, "FromUserName": PERSON, "CreateTime": 1700000000}

MESSAGES: dict[str, dict[str, Any]] = {
    "text": {"Content": "签到", "bizmsgmenuid": "101"},
    "image": {"PicUrl": "http://mmbiz.qpic.cn/x", "MediaId": "m1"},
    "voice": {"MediaId": "m1", "Format": "amr", "MediaId16K": "m2", "Recognition": "你好"},
    "video": {"MediaId": "m1", "ThumbMediaId": "t1"},
    "shortvideo": {"MediaId": "m1", "ThumbMediaId": "t1"},
    "location": {"Location_X": "23.137466", "Location_Y": "113.352425", "Scale": "20", "Label": "广州"},
    "link": {"Title": "公告", "Description": "", "Url": "https://example.com/?a=1&b=2"},
    "miniprogrampage": {
        "Title": "t",
        "AppId": "wx1",
        "PagePath": "p",
        "ThumbUrl": "u",
        "ThumbMediaId": "m",
    },
    "file": {"Title": "a.pdf", "Description": "", "FileKey": "k", "FileMd5": "m", "FileTotalLen": "3"},
}
_LOCATION = {"Location_X": "23", "Location_Y": "113", "Scale": "15", "Label": "x", "Poiname": ""}
_TWO_TEMPLATES = [
    {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "2"},
    {"TemplateId": "T2", "SubscribeStatusString": "reject", "PopupScene": "2"},
]
_SENT = {"TemplateId": "T1", "MsgID": "1864323726461255680", "ErrorCode": "0", "ErrorStatus": "success"}
_ARTICLES = {"Count": "1", "ResultList": {"item": {"ArticleIdx": "1", "ArticleUrl": "https://x/1"}}}
_PERSON_IN_OPENID = {"OpenID": "oPERSON", "AppID": "wx1", "RevokeInfo": "205", "UnionID": "u1"}
_LAWFUL = {"FailTime": "1442401122", "FailReason": "by time"}

EVENTS: dict[str, dict[str, Any]] = {
    "subscribe": {"EventKey": "qrscene_store-12", "Ticket": "gQ"},
    "unsubscribe": {"EventKey": ""},
    "SCAN": {"EventKey": "store-12", "Ticket": "gQ"},
    "LOCATION": {"Latitude": "23.137466", "Longitude": "113.352425", "Precision": "119.385040"},
    "CLICK": {"EventKey": "menu.check_in"},
    "VIEW": {"EventKey": "https://example.com/m/?a=1&b=2", "MenuId": "8181"},
    "view_miniprogram": {"EventKey": "pages/index/index", "MenuId": "8181"},
    "scancode_push": {"EventKey": "k", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "1"}},
    "scancode_waitmsg": {"EventKey": "k", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "2"}},
    "pic_sysphoto": {
        "EventKey": "k",
        "SendPicsInfo": {"Count": "1", "PicList": {"item": {"PicMd5Sum": "x"}}},
    },
    "pic_photo_or_album": {"EventKey": "k", "SendPicsInfo": {"Count": "0", "PicList": ""}},
    "pic_weixin": {"EventKey": "k", "SendPicsInfo": {"Count": "0", "PicList": ""}},
    "location_select": {"EventKey": "k", "SendLocationInfo": _LOCATION},
    "TEMPLATESENDJOBFINISH": {"MsgID": "200163836", "Status": "failed: system failed"},
    "MASSSENDJOBFINISH": {
        "FromUserName": "mphelper",
        "MsgID": "1000001625",
        "Status": "err(30003)",
        "TotalCount": "0",
        "FilterCount": "0",
        "SentCount": "0",
        "ErrorCount": "0",
        "CopyrightCheckResult": {"Count": "0", "ResultList": "", "CheckState": "2"},
        "ArticleUrlResult": _ARTICLES,
    },
    "PUBLISHJOBFINISH": {
        "PublishEventInfo": {
            "publish_id": "2247503051",
            "publish_status": "0",
            "article_id": "b5O2OUs25HBxRceL7hfReg-U9QGeq9zQjiDvyWP4Hq4",
            "article_detail": {"count": "1", "item": {"idx": "1", "article_url": "https://x"}},
        }
    },
    "subscribe_msg_popup_event": {"SubscribeMsgPopupEvent": {"List": _TWO_TEMPLATES}},
    "subscribe_msg_change_event": {"SubscribeMsgChangeEvent": {"List": _TWO_TEMPLATES[1]}},
    "subscribe_msg_sent_event": {"SubscribeMsgSentEvent": {"List": _SENT}},
    "user_info_modified": _PERSON_IN_OPENID,
    "user_authorization_revoke": _PERSON_IN_OPENID,
    "user_authorization_cancellation": _PERSON_IN_OPENID,
    "kf_create_session": {"KfAccount": "a@b"},
    "kf_close_session": {"KfAccount": "a@b", "CloseType": "KF"},
    "kf_switch_session": {"FromKfAccount": "a@b", "ToKfAccount": "c@b"},
    "user_enter_tempsession": {"SessionFrom": "from"},
    "wxa_media_check": {
        "appid": "wx1",
        "trace_id": "t-1",
        "version": 2,
        "errcode": 0,
        "errmsg": "ok",
        "result": {"suggest": "risky", "label": 20002},
        "detail": [{"strategy": "content_model", "errcode": 0, "suggest": "risky", "label": 20002}],
    },
    "wxa_punish_event": {"event_type": 1, "punish_id": "p", "appid": "wx1", "detail": '{"a":1}'},
    "trade_manage_remind_access_api": {"msg": "m"},
    "trade_manage_remind_shipping": {"transaction_id": "42", "msg": "m"},
    "trade_manage_order_settlement": {"transaction_id": "42", "settlement_time": 1700000000},
    "qualification_verify_success": {"ExpiredTime": "1442401156"},
    "qualification_verify_fail": _LAWFUL,
    "naming_verify_success": {"ExpiredTime": "1442401156"},
    "naming_verify_fail": _LAWFUL,
    "annual_renew": {"ExpiredTime": "1442401156"},
    "verify_expired": {"ExpiredTime": "1442401156"},
    "card_pass_check": {"CardId": "c"},
    "poi_check_notify": {"UniqId": "1", "PoiId": "2", "Result": "fail", "msg": "x"},
    "WifiConnected": {"ConnectTime": "0", "VendorId": "v"},
    "debug_demo": {"debug_str": "hello world"},
    "an_event_of_next_year": {"Anything": "x"},
}


def message(kind: str) -> dict[str, Any]:
    return {**COMMON, "MsgType": kind, **MESSAGES[kind], "MsgId": 6054768590064713728}


def event(name: str) -> dict[str, Any]:
    return {**COMMON, "MsgType": "event", "Event": name, **EVENTS[name]}


def as_json(fields: dict[str, Any]) -> dict[str, Any]:
    """The JSON spelling: the list of a subscribe_msg_* event stands at the top."""
    block = next((name for name in fields if name.startswith("SubscribeMsg")), None)
    if block is None:
        return fields
    return {**{name: value for name, value in fields.items() if name != block}, **fields[block]}


def as_xml(fields: dict[str, Any]) -> bytes:
    return f"<xml>{_children(fields)}</xml>".encode()


def _children(fields: dict[str, Any]) -> str:
    return "".join(
        _element(name, one) for name, value in fields.items() for one in _several(value)
    )  # a list becomes siblings of one name


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"<{name}>{_children(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    inner = f"<![CDATA[{value}]]>" if "]]>" not in value else escape(value)
    return f"<{name}>{inner}</{name}>"
