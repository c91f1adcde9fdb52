"""The platform's library from which an account adds category templates."""

# number in the library: (title, {keyword name: keyword kind})
LIBRARY: dict[str, tuple[str, dict[str, str]]] = {
    "43101": (
        "会议通知",
        {
            "会议名称": "thing",
            "会议时间": "time",
            "会议地点": "thing",
            "通知类型": "phrase",
            "发起单位": "thing",
            "联系人": "name",
            "参会人": "name",
        },
    ),
    "43102": (
        "留言回复通知",
        {
            "留言编号": "character_string",
            "回复内容": "thing",
            "回复时间": "time",
            "回复人": "name",
            "处理状态": "phrase",
        },
    ),
    "43103": (
        "缴费提醒",
        {
            "缴费项目": "thing",
            "缴费金额": "amount",
            "截止日期": "date",
            "缴费人": "name",
            "缴费单位": "thing",
        },
    ),
    "43104": (
        "学习任务提醒",
        {"任务名称": "thing", "截止时间": "time", "任务进度": "character_string", "发布单位": "thing"},
    ),
    "43106": ("会议开始提醒", {"会议名称": "thing", "会议时间": "time", "会议地点": "thing"}),
    "43107": (
        "请假结果通知",
        {"请假事项": "thing", "审批结果": "phrase", "会议时间": "time", "审批人": "name"},
    ),
    "43108": ("工作任务提醒", {"任务名称": "thing", "所属单位": "thing", "任务说明": "thing"}),
    "43105": (
        "待办事项提醒",
        {"事项名称": "thing", "提交人": "name", "提交时间": "time", "待办数量": "number", "状态": "phrase"},
    ),
}
