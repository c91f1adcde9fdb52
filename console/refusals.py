"""What a secretary reads when the domain refuses."""

from collections.abc import Sequence
from typing import cast

from app.core.clock import local_text
from app.core.errors import DomainError

SENTENCES = {
    "weak_password": "密码至少 10 位，要同时有字母、数字、符号中的两种，不能包含用户名，也不能与原密码相同。",
    "bad_username": "用户名用 3 到 32 位小写字母、数字、点或短横线，以字母或数字开头。",
    "username_taken": "这个用户名已有人使用，请换一个。",
    "wrong_password": "当前密码不对。",
    "wrong_credentials": "用户名、密码或动态口令不对，请核对后再试。",
    "code_used": "这个动态口令刚刚用过，请等验证器显示下一个口令再登录。",
    "not_yourself": "不能对自己的账号做这项操作，请由另一位管理员办理。",
    "role_held": "这个账号已经有这个角色了。",
    "last_role": "账号至少要保留一个角色；不再使用的账号请直接停用。",
    "meeting_times_wrong": "结束时间要晚于开始时间，且会议不超过三天。",
    "nobody_expected": "这个组织名册上没有应到的党员，请先核对名册。",
    "meeting_over": "会议已经结束，不能再改。",
    "meeting_in_past": "这个时间已经过去。会已经开过的，请用“补录”。",
    "meeting_cancelled": "会议已经取消，不能再改。",
    "meeting_merged": "这次会议已并入另一次会议，请到那次会议里办理。",
    "merge_with_itself": "请选另一次会议：不能并入自己。",
    "merge_has_votes": "这两个会议中已有票决，票决只能由一个支部自己做。请先把票决作废，再合并。",
    "not_held_yet": "会议还没有结束，请用“新建会议”，不用补录。",
    "too_long_ago": "补录限最近一年内的会议；更早的请查纸质台账。",
    "late_reason_missing": "请写明为什么补录。",
    "everybody_expected": "这类会议全体党员应到，不能只选一部分人。",
    "not_on_roster": "选的人里有不在名册上的，或者不属于开会的组织，请重新选择。",
    "record_closed": "会议记录已经定稿。要改到会和请假情况，请先写明原因修订记录。",
    "not_expected": "这位同志不在这次会议的应到名单上。",
    "already_expected": "这位同志已经在应到名单上。",
    "already_signed_in": "这位同志已经签到，不能这样改。",
    "approval_missing": "不计应到要填写上级批准的文号。",
    "not_admissible": "没有找到这位同志，或者已经不在名册上。",
    "not_of_branch": "这位同志不属于开会的组织，或者不是党员，只能列席。",
    "no_vote": "预备党员和留党察看期间的党员没有表决权。",
    "still_of_branch": "这位同志仍在应到名册上，不能去掉；来不了的请记请假。",
    "leave_too_late": "会议已经开始，本人不能再请假，请由记录人登记。",
    "no_leave": "这位同志没有请过假。",
    "leave_withdrawn": "本人已经销假，不用再答复。",
    "leave_answer_missing": "不准假请写明原因，本人会看到。",
    "make_up_too_early": "会议还没有结束，不用补课。",
    "make_up_day_wrong": "补课的日期要在会议当天到今天之间。",
    "answer_empty": "请写下回复内容。",
    "feedback_too_long": "回复请控制在 600 字以内，微信一条消息只放得下这些。",
    "title_wrong": "请写标题，最多 60 个字。",
    "body_empty": "请写正文。",
    "body_too_long": "正文太长了，请缩短，或者把全文做成附件。",
    "urgency_personal": "请选择怎样送达。",
    "basis_too_long": "依据的文件名称太长了，请写文号或简称。",
    "confirm_until_wrong": "请人知晓的日期要晚于大家收到的时间（随每周汇总的，要晚于汇总发出的时间），请改一个日期。",
    "confirm_without_basis": "填了知晓日期，就要写明依据的文件；不需要逐人知晓，请把日期清空。",
    "audience_unreadable": "发送范围没有读懂，请重新选择。",
    "audience_too_large": "一次最多勾选 500 个组织、加上 500 个人。人多时请勾选上级组织并包括下级。",
    "audience_nothing_chosen": "还没有选发给谁：请勾选组织，或者加上几个人。",
    "audience_out_of_scope": "选的组织或人员不在发文组织的范围内，没有人会收到。请重新选择。",
    "audience_nobody": "这样选，一个人也没有：组织里没有符合条件的人。请放宽人员类别或职务，或者换组织。",
    "announcement_overtaken": "这条通知刚刚被别人改过或处理过。下面是最新的样子，请看过再操作。",
    "announcement_state": "这条通知现在的状态不能这样操作。下面是最新的样子。",
    "review_needed": "这条通知要由另一个人审核，请提交审核。",
    "reviewer_is_author": "起草的人不能审核自己的通知，请另一位有审核权限的同事办理。",
    "note_empty": "退回时请写明要改什么。",
    "send_at_wrong": "请填好定时发送的日期和时间。",
    "send_at_past": "定时的时间已经过去，请改一个以后的时间，或者选马上发。",
    "send_at_unclear": "填了定时的时间，选的却是马上发：请选“定时”，或者把时间清空。",
    "not_addressed": "这条通知没有发给这个人，不能记录。",
    "not_asked": "这条通知不要求逐人知晓。",
    "retry_states": "请先勾选要重试的一类。",
    "attachment_name": "文件名里不能有路径或看不见的字符，请改名后再传。",
    "attachment_kind": "文件内容与类型不符，或者不是可以上传的类型。可以传 PDF、docx、xlsx、pptx、jpg、png 和 txt。",
    "attachment_too_large": "文件超过 10 MB，请压缩或分成几个再传。",
    "attachment_too_many": "一条通知最多 5 个附件。",
    "attachment_damaged": "文件打不开，可能已损坏，请重新保存后再传。",
    "attachment_macros": "文件里带有宏，请另存为不带宏的文档再传。",
    "plan_wrong": "计划没有填对：请核对名称、日期规则、开始时间、时长和起止日期。",
    "plan_ended": "这个计划已经停用，不能再从它发布会议。",
    "not_planned": "计划里没有这一天，请刷新页面后再选。",
    "planned_day_past": "这一次的时间已经过去：开过了请补录，没有开请写明原因后跳过。",
    "planned_day_skipped": "这一次已经标为“不开”；要开，请先点“恢复”。",
    "skip_reason_wrong": "请写明这一次为什么不开，最多 200 个字。",
    "already_announced": "这一次已经发过会议通知了，请在会议列表里查看。",
    "statement_wrong": "请选“说明”或“不适用”，并写清原因，最多 300 个字。",
    "statement_period": "这项职责没有这个时段，请刷新页面后再选。",
    "statement_early": "这个时段还没有到，现在不用说明。",
    "term_wrong": "请核对任期：选举日期不能晚于今天，届满日期要晚于选举日期；最长为规定任期再延一年。",
    "no_term": "这类组织不设任期，不用登记。",
    "vote_not_possible": "这类会议不表决这类事项。党员大会和选举大会表决支部事项，支委会表决支委会事项。",
    "vote_at_joint_meeting": "联合召开的会议不能一起表决：每个支部单独开会、单独计票。",
    "vote_subject_empty": "请写明表决什么；涉及个人的，写这个人的姓名。",
    "vote_one_by_one": "涉及个人的事项要逐个表决，一次只写一个人的姓名，几个人就开几次票决。",
    "vote_ballot_needed": "这类事项必须无记名投票，不能举手表决。",
    "vote_seats_wrong": "请填写应选人数，1 到 99。",
    "vote_candidates_wrong": "请写候选人姓名，每行一个，不能重复，姓名不超过 50 个字。",
    "tellers_wrong": "请选两位不同的监票人，都要在应到名单里。",
    "teller_concerned": "候选人和被表决的人（包括同名的人）不能当监票人，请换一位。",
    "tellers_missing": "请先确定两位监票人，再录入计票。",
    "tellers_absent": "监票人要在会场：请先给两位监票人签到，或换一位监票人。",
    "opinion_not_allowed": "这类事项不计书面意见，只计到会人员的票。",
    "opinion_late": "书面意见要在会议开始之前交来，开会以后交的不能计入；收到的时间也不能晚于现在。",
    "opinion_not_voter": "只有应到名单里有表决权的人可以交书面意见。",
    "opinion_repeated": "这个人的书面意见已经登记过了。",
    "opinions_closed": "已经计过票，书面意见不能再改。确需改的，请作废后另开一次票决。",
    "opinion_unusable": "有的书面意见不能计入：本人到了会、没有表决权，或是开会后交的。请先撤回标出的意见再计票。",
    "count_too_early": "会议还没有开始，不能录入计票。",
    "count_unread": "还有几项没有填好，已在下面标出。",
    "count_wrong": "数字对不上，没有保存，已在下面标出。",
    "ballots_surplus": "收回的票比发出的多。填错了请改正；确实如此，这次表决无效，请勾选下面的确认后再提交。",
    "count_overtaken": "计票刚刚被重新录入过，下面是最新的数字，请核对后再办。",
    "nothing_counted": "还没有录入计票，不能确认。",
    "vote_ended": "这次票决已经确认或作废，不能再改。",
    "not_teller": "这个人不是这次票决的监票人。",
    "vote_reason_missing": "请写明原因，会记入操作记录。",
    "meeting_title_missing": "请写会议名称。",
    "meeting_time_missing": "请填写日期、开始和结束时间。",
    "meeting_target_missing": "请选择要并到哪一次会议。",
    "cancel_reason_missing": "请写明取消的原因。",
    "make_up_day_missing": "请填写哪天补的课。",
    "record_speeches": "这类会议的发言和讨论不录入系统，请手写并按规定保存；这里只写结果和整改事项。",
    "record_too_long": "记录太长了：题目最多 200 个字，每段最多 10,000 个字，总共最多 200,000 个字。",
    "record_marked": "里面有密级或内部资料的字样，没有保存。涉密和内部事项不得写入本系统，请改写，原件按规定保存。",
    "record_overtaken": "您写的时候，别人保存过这份记录。您写的没有丢，请对照下面的内容再保存。",
    "record_not_draft": "这份记录已经定稿，不能直接改。需要更正的，请写明原因发起修订。",
    "record_not_held": "会议已取消或者已并到另一次会议，不写记录。",
    "record_too_early": "会议还没有开始，不能定稿。",
    "record_empty": "还没有写内容，不能定稿：请至少写一项议题。",
    "amendment_without_reason": "请写明为什么要修订，会和新旧两版一起保存。",
    "nothing_to_amend": "没有可以修订的定稿，或者修订稿已经建好了，请看最新的状态。",
    "pdf_unavailable": "这台服务器还没有装打印 PDF 的组件，请告诉系统管理员。Word 和 Excel 可以照常下载。",
    "form_kind": "这不是能用的 Word 文档。请用 Word 或 WPS 另存为 .docx 再传。",
    "form_too_large": "模板太大了：文件不超过 2 MB，展开后不超过 20 MB。请去掉大图片再传。",
    "form_active": "模板里有宏、嵌入对象，或者引用了外部的文件。请把内容复制到一份新建的空白文档，再传一次。",
    "form_words": "模板里有不认识的标记，请照“可以用的标记”改正。",
    "form_broken": "模板里的标记写错了，请对照系统模板改正。",
    "refused": "这一步没有成功，请核对后再试。",
}

FOUND = {
    "record_marked": (
        "marks",
        "里面有{}字样，没有保存。涉密和内部事项不得写入本系统，请改写，原件按规定保存。",
    ),
    "form_words": ("unknown", "模板里有不认识的标记：{}。请照“可以用的标记”改正。"),
}
"""With what was found in the text: under which name it is among the details."""

MARKED = "里面有“{}”字样。涉密和内部事项不能经微信发送，请改写，或者用纸质文件传达。"


def sentence(refusal: DomainError) -> str:
    until = getattr(refusal, "until", None)
    if refusal.code == "account_locked" and until is not None:
        moment = local_text(until, "%H:%M")
        return f"连续输错次数过多，账号已锁定，{moment} 之后可以再试。急用请联系账号管理员。"
    if words := refusal.details.get("words"):
        return MARKED.format("”“".join(cast("Sequence[str]", words)))
    name, said = FOUND.get(refusal.code, ("", ""))
    if found := refusal.details.get(name):
        return said.format("、".join(f"“{one}”" for one in cast("Sequence[str]", found)))
    if fault := refusal.details.get("fault"):
        return f"模板里的标记有问题：{fault}。"
    return SENTENCES.get(refusal.code, SENTENCES["refused"])
