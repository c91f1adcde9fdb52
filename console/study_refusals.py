"""What is said when the library refuses: which field of the form it is about, and what to do."""

from app.core.errors import DomainError

SENTENCES = {
    "study_column_unknown": "没有找到这个栏目，或者这个组织不能往里写。请重新选栏目。",
    "study_column_archived": "这个栏目已经归档，不能再往里写。请换一个栏目，或者先恢复它。",
    "study_column_name_taken": "这个组织已经有同名的栏目（也可能在已归档的里面），请换一个名称。",
    "study_column_owner": "这个账号不能当负责人：账号停用了，或者没有在这个组织写学习内容的权限。",
    "study_tags": "标签最多 8 个，请去掉几个。",
    "study_rights_elsewhere": "“只提供链接”的内容，类型要选“链接”或“视频”。要在这里登全文，请先取得授权。",
    "study_body_elsewhere": "只提供链接的内容不登正文，请清空正文，写一段摘要即可。",
    "study_body_tangled": "正文的格式太乱，没有保存。请用纯文本重新粘贴。",
    "study_organization": "没有找到这个组织，或者它已经撤销。",
    "study_version_open": "已经有人在写新的一版，请打开那一版接着写。",
    "study_nothing_to_read": "还没有可看的内容：请写正文、填网址，或者添加文件，再提交审核。",
    "study_files_elsewhere": "只提供链接的内容不能带文件，请先去掉文件。",
    "study_files_too_many": "一份内容最多带 5 个文件。",
    "study_overtaken": "刚刚有人改过或审过这份内容。下面是最新的样子，请看过再操作。",
    "study_state": "这份内容现在的状态不能这样操作。下面是最新的样子。",
    "study_reviewer_wrote": "您参与了撰写，不能审核这份内容，请另一位同志办理。",
    "study_reviewed_already": "您已经审过这一轮。三审要由三位不同的同志办理。",
    "study_verdict_missing": "请选择通过，还是退回修改。",
    "study_not_published": "这份内容没有发布，或者已经撤下。",
}

FIELDS = {
    "name": "栏目名称",
    "about": "说明",
    "title": "标题",
    "summary": "摘要",
    "body": "正文",
    "url": "网址",
    "source_name": "来源",
    "source_url": "原文网址",
    "rights_note": "授权说明",
    "tags": "标签",
    "reason": "原因",
    "note": "意见",
}
MISSING, LONG, ADDRESS = "study_field_missing", "study_field_long", "study_address"


def about_field(refusal: DomainError) -> tuple[str, str]:
    """(the name of the form's field, what is wrong with it); two empty strings where it is about none of them."""
    field = str(refusal.details.get("field", ""))
    if field not in FIELDS:
        return "", ""
    name = FIELDS[field]
    said = {
        MISSING: f"请写{name}。",
        LONG: f"{name}太长了，最多 {refusal.details.get('limit', 0):,} 个字。",
        ADDRESS: f"{name}不对：请填完整的网址，以 http:// 或 https:// 开头，不带用户名和密码。",
    }
    return (field, said[refusal.code]) if refusal.code in said else ("", "")
