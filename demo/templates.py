"""The templates that the demo's account has at WeChat, and the settings that name them."""

KINDS: dict[str, tuple[str, str]] = {
    "announcement": (
        "通知公告提醒",
        "通知标题：{{thing1.DATA}}\n发布单位：{{thing2.DATA}}\n发布时间：{{time3.DATA}}",
    ),
    "reminder": (
        "待办事项提醒",
        "事项名称：{{thing1.DATA}}\n发布单位：{{thing2.DATA}}\n截止时间：{{time3.DATA}}",
    ),
    "digest": ("工作汇总通知", "汇总名称：{{thing1.DATA}}\n通知条数：{{number2.DATA}}"),
    "feedback_answered": ("留言回复通知", "留言编号：{{character_string1.DATA}}\n回复内容：{{thing2.DATA}}"),
    "meeting": (
        "会议通知",
        "会议名称：{{thing1.DATA}}\n通知类型：{{phrase2.DATA}}\n会议时间：{{time3.DATA}}\n会议地点：{{thing4.DATA}}",
    ),
    "meeting_reminder": (
        "会议开始提醒",
        "会议名称：{{thing1.DATA}}\n会议时间：{{time2.DATA}}\n会议地点：{{thing3.DATA}}",
    ),
    "leave_answered": (
        "请假结果通知",
        "请假事项：{{thing1.DATA}}\n审批结果：{{phrase2.DATA}}\n会议时间：{{time3.DATA}}",
    ),
    "duty_reminder": (
        "工作任务提醒",
        "任务名称：{{thing1.DATA}}\n所属单位：{{thing2.DATA}}\n任务说明：{{thing3.DATA}}",
    ),
    "dues_due": ("缴费提醒", "缴费项目：{{thing1.DATA}}\n温馨提示：{{thing2.DATA}}"),
    "dues_paid": (
        "缴费成功通知",
        "金额：{{amount1.DATA}}\n项目：{{thing2.DATA}}\n时间：{{time3.DATA}}\n收据编号：{{character_string4.DATA}}",
    ),
    "dues_refunded": (
        "退款进度通知",
        "退款金额：{{amount1.DATA}}\n退款状态：{{phrase2.DATA}}\n更新时间：{{time3.DATA}}",
    ),
    "dues_review_answered": (
        "申请处理通知",
        "申请事项：{{thing1.DATA}}\n处理结果：{{phrase2.DATA}}\n处理时间：{{time3.DATA}}",
    ),
    "dues_arrears": (
        "待办事项通知",
        "事项内容：{{thing1.DATA}}\n所属单位：{{thing2.DATA}}\n事项说明：{{thing3.DATA}}",
    ),
    "study_item": (
        "学习内容更新通知",
        "内容标题：{{thing1.DATA}}\n发布单位：{{thing2.DATA}}\n发布时间：{{time3.DATA}}",
    ),
}
"""Kind of notice: (title, content as the platform keeps it)."""

SUBSCRIBED = ("announcement", "reminder", "meeting")
ID_LENGTH = 43


def template_id(use: str, kind: str) -> str:
    """As long as WeChat's are; the same at every start."""
    return f"zhibu-demo-{use}-{kind}-".replace("_", "-").ljust(ID_LENGTH, "0")


def settings() -> dict[str, str]:
    template = {f"ZHIBU_NOTICES__TEMPLATE_{kind.upper()}": template_id("template", kind) for kind in KINDS}
    subscription = {
        f"ZHIBU_NOTICES__SUBSCRIPTION_{kind.upper()}": template_id("subscription", kind)
        for kind in SUBSCRIBED
    }
    return template | subscription


def definitions() -> list[dict[str, str]]:
    """For the sandbox's configuration."""
    return [
        {
            "template_id": template_id(use, kind),
            "title": KINDS[kind][0],
            "content": KINDS[kind][1],
            "use": use,
        }
        for use, kinds in (("template", tuple(KINDS)), ("subscription", SUBSCRIBED))
        for kind in kinds
    ]
