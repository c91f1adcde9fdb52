"""Every machine reason as a sentence that a secretary can act on."""

from collections.abc import Mapping
from typing import Final

_UNKNOWN_CODE: Final = "unknown_"
_HTTP: Final = "http_"
_FIELD: Final = "template_argument"

SENTENCES: Final[Mapping[str, str]] = {
    # only in the list of notices
    "not_bound": "本人还没有绑定微信，只在通知列表里。",
    "not_following": "本人没有关注公众号，只在通知列表里。",
    "switched_off": "本人关闭了这类推送，通知列表里仍可查看。",
    "no_channel": "目前没有能送到本人的推送方式，只在通知列表里。",
    "week_used": "本周已经推送过一条，这一条随下一次汇总发出。",
    "left": "汇总发出前已不在本单位。",
    "in_digest": "已并入每周汇总发出。",
    "too_late": "开会前已没有可以推送的时间，只在通知列表里，请直接告诉本人。",
    # it waits
    "quiet_hours": "晚间和休息日不推送，到工作时间自动发送。",
    "not_begun": "还没有发出，稍后自动继续。",
    "busy": "微信系统繁忙，稍后自动重试。",
    "parallel_send": "同一时刻有另一条消息发给本人，稍后自动重试。",
    "rate_minute": "每分钟发送数量已到上限，下一分钟自动继续。",
    "repeated_too_soon": "重复得太快，一分钟后自动重试。",
    "admin_confirmation": "等待公众号管理员在微信里确认。",
    "connect": "连接不上微信服务器，恢复后自动继续。",
    "tls": "与微信服务器的安全连接没有建立，请联系系统管理员；恢复后自动继续。",
    "no_token": "暂时拿不到公众号的调用凭证，恢复后自动继续。",
    # the channel stands still
    "token_refused": "微信不认可调用凭证，请系统管理员检查；恢复后自动继续。",
    "credentials": "公众号的配置不正确，请系统管理员检查；改好后自动继续。",
    "ip_not_allowed": "服务器地址不在公众号的白名单里，请系统管理员添加；之后自动继续。",
    "ip_confirmation": "服务器地址等待公众号管理员确认；之后自动继续。",
    "quota_day": "今天的发送数量已用完，明天自动继续。",
    "quota_mass": "群发数量已用完，稍后自动继续。",
    "api_not_authorised": "公众号没有这个接口的权限，请系统管理员开通。",
    "api_banned": "公众号的这个接口被微信封禁，请系统管理员处理。",
    "platform_authorisation": "公众号的第三方平台授权失效，请系统管理员处理。",
    # the platform refused
    "openid_unknown": "这个微信不属于本公众号，请本人重新绑定。",
    "unfollowed": "本人已取消关注公众号。",
    "user_block": "本人拒收公众号的消息。",
    "platform_failed": "微信没有送达，原因不详。",
    "blacklisted": "本人在公众号的黑名单里。",
    "not_subscribed": "本人没有剩余的订阅次数。",
    "openid_of_other_app": "微信账号与应用不符，请系统管理员检查。",
    "template_banned": "这个消息模板被微信封禁，请系统管理员更换。",
    "turned_off": "本人在微信里关闭了公众号的消息。",
    "window_closed": "本人超过 48 小时没有和公众号说话，聊天消息发不过去。",
    "window_quota": "本人发消息后的回复次数已用完，聊天消息发不过去。",
    "too_long": "内容太长，微信不接收。",
    "content_refused": "内容没有通过微信的审核，请修改后再发。",
    "malformed_request": "发送请求的格式有误，请系统管理员检查。",
    _FIELD: "模板内容不符合微信的格式要求，请检查标题等内容。",
    "template_unknown": "公众号里没有这个消息模板，请系统管理员检查配置。",
    "bad_arguments": "消息里的页面或参数有误，请系统管理员检查。",
    "no_resets_left": "本月的清零次数已用完。",
    "user_limited": "本人的微信账号被冻结或已注销。",
    "login_code": "登录凭证已失效。",
    "login_again": "登录已过期，需要重新授权。",
    "login_blocked": "微信认为本人的登录有风险，已拒绝。",
    "user_inactive": "本人最近没有使用小程序。",
    "minor_protection": "本人的微信处于未成年人模式，收不到消息。",
    "typing": "输入状态没有显示。",
    "admin_call": "公众号的管理接口返回错误，请系统管理员查看日志。",
    "subscribe_template_admin": "订阅模板的管理接口返回错误，请系统管理员查看日志。",
    # nobody knows
    "interrupted": "发送时程序中断，不知道是否送达；需要时请人工再发一次。",
    "no_answer_may_have_arrived": "微信没有回答，可能已经送达；需要时请人工再发一次。",
    "timeout": "微信没有及时回答，可能已经送达。",
    "broken_off": "与微信的连接中途断开，可能已经送达。",
    "not_json": "微信的回答看不懂，可能已经送达。",
    "errcode": "微信的回答看不懂，可能已经送达。",
}


def sentence(reason: str | None) -> str:
    """One plain sentence; empty where there is no reason to give."""
    if not reason:
        return ""
    code, _, field = reason.partition(":")
    if code == _FIELD and field:
        return f"模板字段“{field}”的内容不符合微信的格式要求，没有发送。"
    if known := SENTENCES.get(code):
        return known
    if code.startswith(_UNKNOWN_CODE):
        return f"微信返回了没有登记的错误码 {code.removeprefix(_UNKNOWN_CODE)}，请系统管理员查看。"
    if code.startswith(_HTTP):
        return f"微信服务器返回错误（{code.removeprefix(_HTTP)}），可能已经送达。"
    return f"没有登记的原因（{code}），请系统管理员查看日志。"
