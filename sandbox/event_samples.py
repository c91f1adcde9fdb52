"""Fields of every documented event, so that each can be pushed by its name alone."""

from typing import Any

Json = dict[str, Any]
_SCAN = {"EventKey": "scan", "ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "https://example.com/a"}}
_PICS = {
    "EventKey": "photo",
    "SendPicsInfo": {"Count": 1, "PicList": {"item": [{"PicMd5Sum": "1b5f7c23b5bf75682a53e7b6d163e185"}]}},
}
_PUNISH = {
    "event_type": "punish",
    "punish_id": "9001",
    "punish_time": 1700000000,
    "illegal_reason": "违反运营规范",
    "rule_name": "运营规范",
    "detail": "{}",
}
_MASS = {
    "MsgID": 1000001625,
    "Status": "send success",
    "TotalCount": 100,
    "FilterCount": 80,
    "SentCount": 75,
    "ErrorCount": 5,
    "CopyrightCheckResult": {"Count": 0, "ResultList": "", "CheckState": 2},
    "ArticleUrlResult": {"Count": 0, "ResultList": ""},
}

SAMPLES: dict[str, Json] = {
    "location": {"Latitude": 23.137466, "Longitude": 113.352425, "Precision": 119.385040},
    "view_miniprogram": {"EventKey": "pages/index/index", "MenuId": 400000001},
    "scancode_push": _SCAN,
    "scancode_waitmsg": _SCAN,
    "pic_sysphoto": _PICS,
    "pic_photo_or_album": _PICS,
    "pic_weixin": _PICS,
    "location_select": {
        "EventKey": "place",
        "SendLocationInfo": {
            "Location_X": "23.1",
            "Location_Y": "113.3",
            "Scale": "15",
            "Label": "广州市",
            "Poiname": "",
        },
    },
    "templatesendjobfinish": {"MsgID": 200163836, "Status": "success"},
    "masssendjobfinish": _MASS,
    "publishjobfinish": {
        "PublishEventInfo": {
            "publish_id": "2247503051",
            "publish_status": 0,
            "article_id": "b5O2OUs25HBxRceL7hfReg",
            "article_detail": {"count": 1, "item": [{"idx": 1, "article_url": "https://example.com/a"}]},
        }
    },
    "subscribe_msg_popup_event": {
        "SubscribeMsgPopupEvent": {
            "List": [{"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "2"}]
        }
    },
    "subscribe_msg_change_event": {
        "SubscribeMsgChangeEvent": {"List": [{"TemplateId": "T1", "SubscribeStatusString": "reject"}]}
    },
    "subscribe_msg_sent_event": {
        "SubscribeMsgSentEvent": {
            "List": [
                {
                    "TemplateId": "T1",
                    "MsgID": "1864323726461255680",
                    "ErrorCode": "0",
                    "ErrorStatus": "success",
                }
            ]
        }
    },
    "user_info_modified": {"RevokeInfo": "205"},
    "user_authorization_revoke": {"RevokeInfo": "205"},
    "user_authorization_cancellation": {"RevokeInfo": "205"},
    "kf_create_session": {"KfAccount": "kf1@account"},
    "kf_close_session": {"KfAccount": "kf1@account", "CloseType": "KF"},
    "kf_switch_session": {"FromKfAccount": "kf1@account", "ToKfAccount": "kf2@account"},
    "user_enter_tempsession": {"SessionFrom": ""},
    "wxa_media_check": {
        "trace_id": "t-1",
        "version": 2,
        "errcode": 0,
        "errmsg": "ok",
        "result": {"suggest": "pass", "label": 100},
        "detail": [{"strategy": "content_model", "errcode": 0, "suggest": "pass", "label": 100, "prob": 90}],
    },
    "wxa_punish_event": _PUNISH,
    "trade_manage_remind_access_api": {"msg": "请接入发货信息管理服务API"},
    "trade_manage_remind_shipping": {"transaction_id": "4200000000000000000000000001", "msg": "请发货"},
    "trade_manage_order_settlement": {
        "transaction_id": "4200000000000000000000000001",
        "settlement_time": 1700000000,
    },
    "qualification_verify_success": {"ExpiredTime": 1900000000},
    "qualification_verify_fail": {"FailTime": 1700000000, "FailReason": "资料不全"},
    "naming_verify_success": {"ExpiredTime": 1900000000},
    "naming_verify_fail": {"FailTime": 1700000000, "FailReason": "名称不符"},
    "annual_renew": {"ExpiredTime": 1900000000},
    "verify_expired": {"ExpiredTime": 1700000000},
    "card_pass_check": {"CardId": "cardid"},
    "poi_check_notify": {"UniqId": "1", "PoiId": "1", "Result": "succ", "Msg": ""},
    "debug_demo": {"debug_str": "hello world"},
}
