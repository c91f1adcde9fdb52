"""Every route of the console, tried by a stranger, a wrong role, a wrong subtree and the right one."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from io import BytesIO
from typing import Any

from flask import url_for

from app.access import Gate, access_of
from app.staff.models import Role
from app.staff.permissions import PERMISSIONS, Permission
from tests.adapters.console.world import Side, World
from tests.adapters.route_cases import Case, Who
from tests.adapters.site import Browser, Site
from tests.unit.study.quizzes import files as questions


class Elsewhere(Enum):
    """What somebody with the right role on another subtree gets."""

    NOT_FOUND = auto()
    OWN_ONLY = auto()
    """A page of their own things, with none of ours on it."""
    SAME = auto()
    """The thing belongs to no subtree: one working calendar, one chain of the audit trail."""


Given = Callable[[Side], Mapping[str, Any]]


def _nothing(_: Side) -> Mapping[str, object]:
    return {}


def fixed(values: Mapping[str, object]) -> Given:
    return lambda _: values


@dataclass(frozen=True)
class Visit:
    """`arguments` and `form` are of the side on which the right one works."""

    endpoint: str
    elsewhere: Elsewhere = Elsewhere.NOT_FOUND
    method: str = "GET"
    arguments: Given = _nothing
    form: Given = _nothing
    right: int = 200
    seat: Callable[[Side], int] = lambda side: side.committee_id


def meeting(side: Side) -> dict[str, object]:
    return {"meeting_id": side.meeting_id}


def coming(side: Side) -> dict[str, object]:
    return {"meeting_id": side.coming_id}


def plan(side: Side) -> dict[str, object]:
    return {"plan_id": side.plan_id}


def planned(side: Side) -> dict[str, object]:
    return {**plan(side), "planned_on": "2026-03-11"}


def at_branch(side: Side) -> int:
    return side.branch_id


def of_member(**more: object) -> Given:
    """A form about one person of the branch."""
    return lambda side: {"member": side.member_id, **more}


def of_bound(**more: object) -> Given:
    return lambda side: {"member": side.bound_member_id, **more}


def asking(side: Side) -> dict[str, object]:
    return {**coming(side), "member_id": side.bound_member_id}


def late(side: Side) -> dict[str, object]:
    return {**new_meeting(side), "day": "2026-02-10", "reason": "工地没有网络", "present": side.member_id}


def new_plan(side: Side) -> dict[str, object]:
    return {
        "organization": side.branch_id,
        "kind": "theme_day",
        "title": "主题党日",
        "frequency": "monthly",
        "by": "date",
        "month_day": "10",
        "starts": "14:00",
        "ends": "16:00",
        "begins_on": "2026-03-02",
    }


def of_duty(**more: object) -> Given:
    return lambda side: {
        "organization": side.branch_id,
        "duty": "theme_day",
        "period": "2026-02",
        **more,
    }


def member(side: Side) -> dict[str, object]:
    return {"member_id": side.member_id}


def thread(side: Side) -> dict[str, object]:
    return {"thread_id": side.thread_id}


def account(side: Side) -> dict[str, object]:
    return {"account_id": side.account_id}


def new_meeting(side: Side) -> dict[str, object]:
    return {
        "organization": side.branch_id,
        "kind": "party_lecture",
        "title": "党课",
        "day": "2026-03-05",
        "starts": "14:00",
        "ends": "15:30",
    }


def new_account(side: Side) -> dict[str, object]:
    return {
        "username": "xin.ren",
        "display_name": "新人",
        "role": "secretary",
        "organization": side.branch_id,
    }


def roster(side: Side) -> dict[str, object]:
    return {"import_id": side.roster_id}


def broken_file(side: Side) -> dict[str, object]:
    return {"organization": side.branch_id, "file": (BytesIO(b"no workbook"), "roster.xlsx")}


def draft(side: Side) -> dict[str, object]:
    return {"announcement_id": side.announced.draft_id}


def in_review(side: Side) -> dict[str, object]:
    return {"announcement_id": side.announced.review_id}


def sent(side: Side) -> dict[str, object]:
    return {"announcement_id": side.announced.sent_id}


def attached(side: Side) -> dict[str, object]:
    return {**draft(side), "attachment_id": side.announced.attachment_id}


def written(side: Side) -> dict[str, object]:
    return {
        "organization": side.branch_id,
        "title": "植树活动通知",
        "body": "周六上午九点集合",
        "urgency": "digest",
        "revision": 1,
    }


def addressed(side: Side) -> dict[str, object]:
    return {"organization": side.branch_id, "below": side.branch_id, "kind": "full", "revision": 1, "q": "钱"}


def no_document(_: Side) -> dict[str, object]:
    return {"revision": 1, "file": (BytesIO(b"no document"), "notice.pdf")}


def told(side: Side) -> dict[str, object]:
    return {"told": f"{side.announced.asking_id}-{side.member_id}"}


def voting(side: Side) -> dict[str, object]:
    return {"meeting_id": side.voted.meeting_id}


def drafted(side: Side) -> dict[str, object]:
    return {"meeting_id": side.recorded.draft_id}


def closed(side: Side) -> dict[str, object]:
    return {"meeting_id": side.recorded.closed_id}


def amended(side: Side) -> dict[str, object]:
    return {"meeting_id": side.recorded.amended_id}


def of_branch(**more: object) -> Given:
    return lambda side: {"organization": side.branch_id, **more}


def open_vote(side: Side) -> dict[str, object]:
    return {"vote_id": side.voted.open_id}


def counted_vote(side: Side) -> dict[str, object]:
    return {"vote_id": side.voted.counted_id}


def tellers(side: Side) -> dict[str, object]:
    return {"teller_1": side.member_id, "teller_2": side.bound_member_id}


def branch(side: Side) -> dict[str, object]:
    return {"organization": side.branch_id}


FIRST = fixed({"revision": 1})


def posted(endpoint: str, **more: object) -> Visit:
    return Visit(endpoint, method="POST", **{"right": 302, **more})  # type: ignore[arg-type]


def of_books(**more: object) -> Given:
    return lambda side: {"committee": side.committee_id, **more}


def of(name: str, **more: object) -> Given:
    """`receipt_id`, and what else is given, of what the side has booked."""
    return lambda side: {name: getattr(side.booked, name), **more}


def handed(name: str) -> Given:
    return lambda side: {"handover_id": getattr(side.booked, name)}


YES = fixed({"decision": "approved"})
MONEY = (
    Visit("console.dues_collect", Elsewhere.OWN_ONLY, seat=at_branch),
    Visit("console.dues_collect_from", arguments=member, seat=at_branch),
    posted(
        "console.receive_dues_cash", arguments=member, form=fixed({"extra": "1"}), right=200, seat=at_branch
    ),
    Visit("console.dues_receipts", Elsewhere.OWN_ONLY),
    Visit("console.export_dues_receipts", seat=at_branch),
    Visit("console.dues_receipt", arguments=of("receipt_id")),
    posted(
        "console.reveal_dues_receipt",
        arguments=of("receipt_id"),
        form=fixed({"reason": "核对回单"}),
        right=200,
    ),
    posted("console.print_dues_receipt", arguments=of("receipt_id"), right=200, seat=at_branch),
    posted(
        "console.cancel_dues_receipt",
        arguments=of("receipt_id"),
        form=fixed({"reason": "错"}),
        seat=at_branch,
    ),
    Visit("console.dues_transfers", Elsewhere.OWN_ONLY, seat=at_branch),
    posted("console.confirm_dues_transfer", arguments=of("transfer_id"), form=fixed({"slip": "H1"})),
    posted("console.refuse_dues_transfer", arguments=of("transfer_id"), form=fixed({"answer": "没有"})),
    Visit("console.dues_handovers", Elsewhere.OWN_ONLY),
    posted(
        "console.offer_dues_cash",
        form=lambda side: {"giving": side.branch_id, "amount": "10"},
        seat=at_branch,
    ),
    Visit("console.dues_cash_list", arguments=fixed({"format": "xlsx"}), seat=at_branch),
    posted("console.receive_dues_handover", arguments=handed("cash_id")),
    posted("console.bank_dues_handover", arguments=handed("banked_id"), form=fixed({"slip_number": "H1"})),
    posted("console.refuse_dues_handover", arguments=handed("cash_id"), form=fixed({"note": "少"})),
    posted("console.refuse_dues_banking", arguments=handed("banked_id"), form=fixed({"note": "少"})),
    posted("console.withdraw_dues_handover", arguments=handed("cash_id"), seat=at_branch),
    Visit("console.dues_large", Elsewhere.OWN_ONLY),
    posted(
        "console.receive_dues_large",
        form=of_member(amount="1000", way="cash", received_on="2026-03-01", profile="职工", voluntary="yes"),
        seat=at_branch,
    ),
    posted("console.pass_on_dues_large", arguments=of("gift_id"), form=fixed({"to": "上级"})),
    posted("console.keep_dues_centre_receipt", arguments=of("gift_id"), form=fixed({"number": "1"})),
    Visit("console.dues_books", Elsewhere.OWN_ONLY),
    Visit("console.export_dues_books", arguments=of_books()),
    Visit("console.dues_voucher", arguments=of("journal_id")),
    posted(
        "console.reveal_dues_voucher", arguments=of("journal_id"), form=fixed({"reason": "核对"}), right=200
    ),
    Visit("console.dues_trial", Elsewhere.OWN_ONLY),
    Visit("console.export_dues_trial", arguments=of_books()),
    Visit("console.dues_account", arguments=of_books(account="cash")),
    Visit("console.dues_drafts", Elsewhere.OWN_ONLY),
    Visit("console.new_dues_draft", Elsewhere.OWN_ONLY),
    posted("console.propose_dues_draft", form=of_books(kind="interest", amount="1", reason="利息")),
    Visit("console.dues_draft", arguments=of("draft_id")),
    posted("console.decide_dues_draft", arguments=of("draft_id"), form=YES),
    posted("console.withdraw_dues_draft", arguments=of("draft_id")),
    Visit("console.dues_periods", Elsewhere.OWN_ONLY),
    posted("console.lock_dues_period", form=of_books(month="202602")),
    posted("console.propose_dues_reopening", form=of_books(month="202601", reason="漏记")),
    posted("console.decide_dues_reopening", arguments=of("reopening_id"), form=YES),
    posted("console.withdraw_dues_reopening", arguments=of("reopening_id")),
    Visit("console.dues_remittance", Elsewhere.OWN_ONLY),
    posted(
        "console.propose_dues_remit_rule",
        form=of_books(
            to_name="上级党委",
            ratio="50",
            every="quarter",
            due_days="30",
            clause="文件",
            effective_from="2026-04",
        ),
    ),
    posted("console.decide_dues_remit_rule", arguments=of("rule_id"), form=YES),
    posted("console.withdraw_dues_remit_rule", arguments=of("rule_id")),
    posted("console.draft_dues_sheet", form=of_books(month="202602")),
    posted("console.decide_dues_sheet", arguments=of("sheet_id"), form=YES),
    posted("console.withdraw_dues_sheet", arguments=of("sheet_id")),
    Visit("console.dues_sheet_paper", arguments=of("sheet_id", ending="xlsx")),
    Visit("console.dues_publicity", Elsewhere.OWN_ONLY),
    posted(
        "console.publish_dues_totals",
        form=lambda side: {"organization": side.committee_id, "first": "2026-02", "last": "2026-02"},
    ),
    Visit("console.dues_orders", Elsewhere.OWN_ONLY),
    Visit("console.dues_order", arguments=of("order_id")),
    posted(
        "console.propose_dues_refund",
        arguments=of("order_id"),
        form=lambda side: {
            "source": f"receivable-{side.booked.bill_ids[1]}",
            "amount": "1",
            "reason": "多收",
        },
    ),
    Visit("console.dues_refunds", Elsewhere.OWN_ONLY),
    posted("console.decide_dues_refund", arguments=of("refund_id"), form=YES),
    posted("console.withdraw_dues_refund", arguments=of("refund_id")),
    posted("console.give_up_dues_refund", arguments=of("refund_id"), form=fixed({"note": "转账退回"})),
    Visit("console.dues_statements", Elsewhere.OWN_ONLY),
    Visit("console.dues_statement", arguments=of("statement_id")),
    Visit("console.export_dues_differences", arguments=of("statement_id")),
    posted("console.read_dues_statement_again", arguments=of("statement_id")),
    Visit("console.dues_cases", Elsewhere.OWN_ONLY),
    Visit("console.dues_case", arguments=of("case_id")),
    posted("console.settle_dues_case", arguments=of("case_id"), form=fixed({"note": "已查清"})),
)


def set_for(name: str, **more: object) -> Given:
    """As `of`, of what the side has set."""
    return lambda side: {name: getattr(side.dued, name), **more}


def at_root(side: Side) -> int:
    return side.dued.root_id


def excused(side: Side) -> dict[str, object]:
    return {**member(side), "excuse_id": side.dued.excuse_id}


NEW_STANDARD = fixed(
    {
        "name": "新标准",
        "clause": "组〔2026〕9号",
        "effective_from": "2028-01-01",
        "pay_up_to": ["3000", ""],
        "pay_rate": ["0.5", "1"],
        "pension_up_to": "",
        "pension_rate": "0.5",
        "farmer_low": "0.20",
        "farmer_high": "1",
        "fixed": "0.20",
        "ceiling": "1000",
        "large_from": "1000",
        "back_months": "6",
        "advance_months": "3",
        "advance_most": "6",
    }
)
NEW_AMOUNT = fixed(
    {"category": "salary", "base": "5100", "from_month": "2026-03", "cause": "correction", "reason": "更正"}
)
NEW_RELIEF = fixed(
    {
        "kind": "exempt",
        "from_month": "2026-04",
        "until_month": "2026-06",
        "reason": "困难",
        "studied_on": "2026-03-01",
    }
)
WHY = {"reason": "年度检查"}
AMOUNTS = (
    Visit("console.dues", Elsewhere.OWN_ONLY),
    Visit("console.dues_standards", Elsewhere.SAME),
    Visit("console.new_dues_standard", seat=at_root),
    posted("console.propose_dues_standard", form=NEW_STANDARD, seat=at_root),
    posted("console.decide_dues_standard", arguments=set_for("standard_id"), form=YES, seat=at_root),
    posted("console.withdraw_dues_standard", arguments=set_for("standard_id"), seat=at_root),
    Visit("console.dues_policies", Elsewhere.OWN_ONLY),
    Visit("console.new_dues_policy", arguments=lambda side: {"organization": side.committee_id}),
    posted(
        "console.propose_dues_policy",
        form=lambda side: {
            "organization": side.committee_id,
            "effective_from": "2026-05",
            "by_cash": "yes",
            "due_day": "10",
            "base_month": "1",
            "round_to_fen": "1",
            "retired_percent": "100",
            "advance_months": "3",
        },
    ),
    posted("console.decide_dues_policy", arguments=set_for("policy_id"), form=YES),
    posted("console.withdraw_dues_policy", arguments=set_for("policy_id")),
    Visit("console.dues_bills", Elsewhere.OWN_ONLY),
    posted("console.reveal_dues_bills", form=of_branch(**WHY), right=200),
    posted("console.generate_dues_bills", form=of_books(month="2026-03")),
    Visit("console.dues_arrears", Elsewhere.OWN_ONLY),
    posted("console.reveal_dues_arrears", form=of_branch(**WHY), right=200),
    Visit("console.dues_arrears_of", arguments=member, seat=at_branch),
    posted(
        "console.keep_dues_talk",
        arguments=member,
        form=fixed({"talked_on": "2026-03-01", "talked_by": "王书记"}),
        seat=at_branch,
    ),
    posted(
        "console.keep_dues_excuse",
        arguments=member,
        form=fixed({"from_month": "2025-12", "until_month": "2026-01", "reason": "住院"}),
        seat=at_branch,
    ),
    posted("console.withdraw_dues_excuse", arguments=excused, seat=at_branch),
    posted("console.take_dues_evidence", arguments=member, right=422, seat=at_branch),
    Visit("console.dues_assessments", Elsewhere.OWN_ONLY),
    posted("console.reveal_dues_assessments", form=of_branch(**WHY), right=200),
    posted("console.export_dues_assessments", form=of_branch(**WHY), right=200),
    Visit("console.dues_assessments_of", arguments=member, seat=at_branch),
    posted("console.propose_dues_assessment", arguments=member, form=NEW_AMOUNT),
    posted("console.decide_dues_assessment", arguments=set_for("assessment_id"), form=YES),
    posted("console.withdraw_dues_assessment", arguments=set_for("assessment_id")),
    posted("console.reveal_dues_base", arguments=set_for("assessment_id"), form=fixed(WHY), right=200),
    Visit("console.dues_imports", Elsewhere.OWN_ONLY),
    Visit("console.dues_bases_template", Elsewhere.SAME),
    posted(
        "console.upload_dues_bases",
        form=lambda side: {**broken_file(side), "from_month": "2026-01", "cause": "yearly"},
        right=422,
    ),
    Visit("console.dues_import", arguments=set_for("import_id")),
    posted("console.decide_dues_import", arguments=set_for("import_id"), form=YES),
    posted("console.withdraw_dues_import", arguments=set_for("import_id")),
    Visit("console.dues_reliefs", Elsewhere.OWN_ONLY),
    posted("console.read_dues_relief", arguments=set_for("relief_id"), right=200),
    Visit("console.new_dues_relief", arguments=member, seat=at_branch),
    posted("console.propose_dues_relief", arguments=member, form=NEW_RELIEF, seat=at_branch),
    posted("console.decide_dues_relief", arguments=set_for("relief_id"), form=YES),
    posted("console.withdraw_dues_relief", arguments=set_for("relief_id"), seat=at_branch),
    posted("console.end_dues_relief", arguments=lambda side: {"relief_id": side.dued.running_id}),
    Visit("console.dues_reviews", Elsewhere.OWN_ONLY, seat=at_branch),
    posted(
        "console.answer_dues_review",
        arguments=set_for("review_id"),
        form=fixed({"answer": "按一月工资核定"}),
        seat=at_branch,
    ),
)


def studied(name: str, value: str) -> Given:
    """`version_id` and the like, of what the side has to study."""
    return lambda side: {name: getattr(side.studied, value)}


def study_text(**more: object) -> Given:
    return lambda side: {
        "organization": side.branch_id,
        "column": side.studied.column_id,
        "kind": "article",
        "reach": "below",
        "title": "学习心得",
        "body": "要点三条",
        "source_name": "本支部",
        "rights": "own_work",
        **more,
    }


def revised(value: str, **more: object) -> Given:
    """With the revision at which it stands: the draft has one file, what is in review was submitted."""
    seen = {"draft_id": 2, "review_id": 2}
    return fixed({"revision": seen[value], **more})


def study_file(side: Side) -> dict[str, object]:
    return {"version_id": side.studied.draft_id, "file_id": side.studied.file_id}


DRAFT, REVIEWED, SEEN = (studied("version_id", name) for name in ("draft_id", "review_id", "published_id"))
COLUMN = studied("column_id", "column_id")
LIBRARY = (
    Visit("console.study", Elsewhere.OWN_ONLY),
    Visit("console.new_study_column", Elsewhere.OWN_ONLY),
    posted("console.add_study_column", form=of_branch(name="新栏目")),
    Visit("console.study_column", arguments=COLUMN),
    posted("console.rename_study_column", arguments=COLUMN, form=fixed({"name": "党章党规"})),
    posted("console.move_study_column", arguments=COLUMN, form=fixed({"place": 2})),
    posted(
        "console.hand_over_study_column",
        arguments=COLUMN,
        form=lambda side: {"owner": f"colleague{side.committee_id}"},
    ),
    posted("console.archive_study_column", arguments=COLUMN),
    posted("console.restore_study_column", arguments=studied("column_id", "archived_id")),
    Visit("console.study_items", Elsewhere.OWN_ONLY),
    Visit("console.new_study_item", Elsewhere.OWN_ONLY),
    posted("console.write_study_item", form=study_text()),
    posted("console.preview_study_item", elsewhere=Elsewhere.OWN_ONLY, form=study_text(), right=200),
    Visit("console.study_version", arguments=SEEN),
    Visit("console.edit_study_version", arguments=DRAFT),
    posted("console.revise_study_version", arguments=DRAFT, form=study_text(revision=2)),
    posted("console.submit_study_version", arguments=DRAFT, form=revised("draft_id")),
    posted(
        "console.review_study_version",
        arguments=REVIEWED,
        form=revised("review_id", stage=1, verdict="passed"),
    ),
    posted("console.withdraw_study_item", arguments=SEEN, form=fixed({"reason": "过时了"})),
    posted("console.drop_study_version", arguments=DRAFT, form=revised("draft_id")),
    posted("console.move_study_item", arguments=DRAFT, form=lambda side: {"column": side.studied.other_id}),
    posted("console.begin_study_version", arguments=SEEN),
    Visit("console.study_file", arguments=study_file),
    posted("console.add_study_file", arguments=DRAFT, form=no_document, right=422),
    posted("console.remove_study_file", arguments=study_file, form=revised("draft_id")),
)


def credit(name: str) -> Given:
    """As `of`, of what gives 学时 on the side."""
    return lambda side: {name: getattr(side.credited, name)}


def session_of(name: str) -> Given:
    return lambda side: {"session_id": getattr(side.credited, name)}


STUDY_SESSION = fixed({"topic": "学习条例", "unit": "clock", "hours": "1.5", "revision": 1})
HOURS = (
    Visit("console.study_hours", Elsewhere.OWN_ONLY, seat=at_branch),
    Visit("console.study_hours_below", Elsewhere.OWN_ONLY),
    Visit("console.study_meeting", arguments=credit("meeting_id"), seat=at_branch),
    posted("console.make_study_session", arguments=credit("meeting_id"), form=STUDY_SESSION, seat=at_branch),
    Visit("console.study_session", arguments=session_of("open_id"), seat=at_branch),
    posted(
        "console.change_study_session", arguments=session_of("open_id"), form=STUDY_SESSION, seat=at_branch
    ),
    posted("console.confirm_study_session", arguments=session_of("open_id"), form=FIRST, seat=at_branch),
    posted(
        "console.take_back_study_session",
        arguments=session_of("confirmed_id"),
        form=fixed({"revision": 2, "reason": "名单有误"}),
        seat=at_branch,
    ),
    posted("console.remove_study_session", arguments=session_of("open_id"), form=FIRST, seat=at_branch),
    Visit("console.study_declarations", Elsewhere.OWN_ONLY, seat=at_branch),
    posted(
        "console.decide_study_declaration",
        arguments=credit("declaration_id"),
        form=fixed({"revision": 1, "answer": "accept"}),
        seat=at_branch,
    ),
    Visit("console.study_figures", Elsewhere.SAME),
    posted(
        "console.propose_study_figure",
        form=fixed(
            {
                "figure": "half_day",
                "hours": "3.5",
                "effective_from": "2026-06-01",
                "clause": "党办〔2026〕5号",
            }
        ),
        seat=at_root,
    ),
    posted("console.decide_study_figure", arguments=credit("figure_id"), form=YES, seat=at_root),
    posted("console.withdraw_study_figure", arguments=credit("figure_id"), seat=at_root),
)


def quizzing(name: str, value: str) -> Given:
    """`quiz_id` and the like, of what the side has asked."""
    return lambda side: {name: getattr(side.quizzed, value)}


def new_quiz(side: Side) -> dict[str, object]:
    return {
        "organization": side.branch_id,
        "title": "党章测验",
        "reach": "below",
        "contest": "no",
        "drawn_true_false": "1",
        "opens_day": "2026-03-02",
        "opens_time": "08:00",
        "closes_day": "2026-03-09",
        "closes_time": "20:00",
        "revision": 1,
    }


def question_file(side: Side) -> dict[str, object]:
    content = questions.file(questions.single("一大在哪一年召开？"))
    return {"organization": side.branch_id, "content": b64encode(content).decode()}


NEW_QUESTION = fixed({"kind": "true_false", "words": "党章是根本大法。", "answer": "0", "revision": 1})
QUIZ_DRAFT, QUIZ_OPEN = quizzing("quiz_id", "draft_id"), quizzing("quiz_id", "taken_id")
QUIZZES = (
    Visit("console.study_questions", Elsewhere.OWN_ONLY),
    Visit("console.new_study_question", Elsewhere.OWN_ONLY),
    posted("console.add_study_question", form=lambda side: {**NEW_QUESTION(side), **branch(side)}),
    Visit("console.study_question", arguments=quizzing("question_id", "question_id")),
    posted(
        "console.change_study_question", arguments=quizzing("question_id", "question_id"), form=NEW_QUESTION
    ),
    posted("console.retire_study_question", arguments=quizzing("question_id", "question_id"), form=FIRST),
    posted(
        "console.restore_study_question",
        arguments=quizzing("question_id", "retired_id"),
        form=fixed({"revision": 2}),
    ),
    Visit("console.study_question_import", Elsewhere.OWN_ONLY),
    Visit("console.study_question_template", Elsewhere.SAME),
    posted("console.preview_study_questions", form=broken_file, right=422),
    posted("console.apply_study_questions", form=question_file),
    Visit("console.study_quizzes", Elsewhere.OWN_ONLY),
    Visit("console.new_study_quiz", Elsewhere.OWN_ONLY),
    posted("console.make_study_quiz", form=new_quiz),
    Visit("console.study_quiz", arguments=QUIZ_OPEN),
    Visit("console.edit_study_quiz", arguments=QUIZ_DRAFT),
    posted("console.change_study_quiz", arguments=QUIZ_DRAFT, form=new_quiz),
    posted("console.publish_study_quiz", arguments=QUIZ_DRAFT, form=FIRST),
    posted(
        "console.extend_study_quiz",
        arguments=QUIZ_OPEN,
        form=fixed({"revision": 2, "closes_day": "2026-04-01", "closes_time": "20:00"}),
    ),
    posted("console.withdraw_study_quiz", arguments=QUIZ_OPEN, form=fixed({"revision": 2})),
    posted("console.publish_contest_results", arguments=quizzing("quiz_id", "over_id")),
)


def planned_study(name: str = "study_plan_id", **more: str) -> Given:
    wanted = {"plan_id": name, **more}
    return lambda side: {key: getattr(side.offered, value) for key, value in wanted.items()}


def wished(side: Side) -> dict[str, object]:
    return {"key": side.offered.wish_key}


def pushed(side: Side) -> dict[str, object]:
    return {
        "sender": side.branch_id,
        "item": side.offered.free_item_id,
        "organization": side.branch_id,
        "below": side.branch_id,
        "urgency": "digest",
    }


STUDY_ENTRY = fixed({"month": 5, "slot": "film", "title": "看一部片", "revision": 2})
OFFERED = (
    Visit("console.study_pushes", Elsewhere.OWN_ONLY),
    Visit("console.new_study_push", arguments=lambda side: {"sender": side.branch_id}),
    posted("console.schedule_study_push", form=pushed),
    posted("console.count_study_push", form=pushed, right=200),
    posted("console.withdraw_study_push", arguments=lambda side: {"push_id": side.offered.push_id}),
    Visit("console.study_plans", Elsewhere.OWN_ONLY),
    Visit("console.new_study_plan", Elsewhere.OWN_ONLY),
    posted(
        "console.make_study_plan", form=of_branch(year="2026", learner="everybody", title="2026年学习计划")
    ),
    Visit("console.study_plan", arguments=planned_study()),
    posted(
        "console.rename_study_plan", arguments=planned_study(), form=fixed({"title": "新名称", "revision": 2})
    ),
    posted("console.publish_study_plan", arguments=planned_study(), form=fixed({"revision": 2})),
    posted("console.end_study_plan", arguments=planned_study(), form=fixed({"revision": 2})),
    posted("console.copy_study_plan", arguments=planned_study()),
    Visit("console.new_study_plan_entry", arguments=planned_study()),
    posted("console.add_study_plan_entry", arguments=planned_study(), form=STUDY_ENTRY),
    Visit("console.study_plan_entry", arguments=planned_study(entry_id="entry_id")),
    posted("console.change_study_plan_entry", arguments=planned_study(entry_id="entry_id"), form=STUDY_ENTRY),
    posted(
        "console.remove_study_plan_entry",
        arguments=planned_study(entry_id="entry_id"),
        form=fixed({"revision": 2}),
    ),
    Visit("console.study_wishes", Elsewhere.OWN_ONLY, seat=at_branch),
    Visit("console.study_wish", arguments=wished, seat=at_branch),
    posted(
        "console.offer_study_wish",
        arguments=wished,
        form=lambda side: {"item": side.offered.free_item_id},
        seat=at_branch,
    ),
    posted(
        "console.decline_study_wish", arguments=wished, form=fixed({"answer": "以后再办"}), seat=at_branch
    ),
)


VISITS = (
    *LIBRARY,
    *OFFERED,
    *QUIZZES,
    *HOURS,
    *AMOUNTS,
    *MONEY,
    Visit("console.dashboard", Elsewhere.OWN_ONLY),
    Visit("console.organizations", Elsewhere.OWN_ONLY),
    Visit("console.members", Elsewhere.OWN_ONLY),
    Visit("console.member", arguments=member),
    posted("console.reveal_phone", arguments=member, form=fixed({"reason": "通知开会"}), right=200),
    posted("console.issue_code", arguments=member, right=200),
    posted("console.unbind", arguments=lambda side: {"member_id": side.bound_member_id}),
    Visit("console.slips", Elsewhere.OWN_ONLY),
    posted("console.print_slips", form=lambda side: {"organization": side.branch_id}, right=200),
    Visit("console.meetings", Elsewhere.OWN_ONLY),
    Visit("console.all_meetings", Elsewhere.OWN_ONLY),
    Visit("console.meeting", arguments=meeting),
    Visit("console.new_meeting", Elsewhere.OWN_ONLY),
    posted("console.announce_meeting", form=new_meeting),
    Visit("console.late_meeting", Elsewhere.OWN_ONLY),
    posted("console.enter_late_meeting", form=late),
    posted("console.describe_meeting", arguments=meeting, form=fixed({"title": "支部党员大会"})),
    posted(
        "console.move_meeting",
        arguments=meeting,
        form=fixed({"day": "2026-03-06", "starts": "09:00", "ends": "11:00", "place": "四楼"}),
    ),
    posted("console.cancel_meeting", arguments=meeting, form=fixed({"reason": "台风停工"})),
    posted("console.merge_meeting", arguments=coming, form=lambda side: {"into": side.meeting_id}),
    Visit(
        "console.expected_person", arguments=lambda side: {**meeting(side), **member(side)}, seat=at_branch
    ),
    Visit("console.find_for_meeting", arguments=meeting, seat=at_branch),
    posted("console.admit", arguments=coming, form=of_member(standing="invited"), seat=at_branch),
    posted(
        "console.exclude",
        arguments=meeting,
        form=of_member(ground="illness", approval_no="东党组〔2026〕5号"),
        seat=at_branch,
    ),
    posted("console.include", arguments=meeting, form=of_member(), seat=at_branch),
    posted("console.remove", arguments=meeting, form=of_member(), right=409, seat=at_branch),
    posted(
        "console.record_make_up",
        arguments=meeting,
        form=of_member(done_on="2026-03-02"),
        right=409,
        seat=at_branch,
    ),
    posted("console.remove_make_up", arguments=meeting, form=of_member(), seat=at_branch),
    posted("console.settle_attempts", arguments=meeting, form=of_member(), seat=at_branch),
    Visit("console.leaves", Elsewhere.OWN_ONLY, seat=at_branch),
    posted("console.answer_leave", arguments=asking, form=fixed({"granted": "yes"}), seat=at_branch),
    posted("console.enter_leave", arguments=meeting, form=of_member(kind="sick"), seat=at_branch),
    Visit("console.plans", Elsewhere.OWN_ONLY),
    Visit("console.new_plan", Elsewhere.OWN_ONLY),
    posted("console.make_plan", form=new_plan),
    posted("console.end_plan", arguments=plan),
    posted(
        "console.skip_planned", arguments=plan, form=fixed({"planned_on": "2026-03-11", "reason": "并入党课"})
    ),
    posted("console.unskip_planned", arguments=plan, form=fixed({"planned_on": "2026-03-11"})),
    Visit("console.choose_for_planned", arguments=planned),
    posted("console.publish_planned", arguments=plan, form=fixed({"planned_on": "2026-03-11"})),
    Visit("console.duties", Elsewhere.OWN_ONLY, seat=at_branch),
    Visit("console.self_check", Elsewhere.OWN_ONLY, seat=at_branch),
    posted("console.state_duty", form=of_duty(statement="explained", text="防汛"), seat=at_branch),
    posted("console.withdraw_statement", form=of_duty(), seat=at_branch),
    posted(
        "console.set_term",
        form=lambda side: {
            "organization": side.branch_id,
            "elected_on": "2024-05-01",
            "has_committee": "yes",
        },
        seat=at_branch,
    ),
    posted("console.reveal_names", arguments=meeting, form=fixed({"reason": "核对人数"}), right=200),
    posted(
        "console.sign_in_by_recorder",
        arguments=meeting,
        form=lambda side: {"member": side.member_id},
        seat=lambda side: side.branch_id,
    ),
    Visit("console.record", arguments=closed),
    posted("console.reveal_record", arguments=closed, form=fixed({"reason": "年度检查"}), right=200),
    Visit("console.edit_record", arguments=drafted, seat=at_branch),
    posted("console.save_record", arguments=drafted, right=409, seat=at_branch),
    posted("console.close_record", arguments=drafted, right=409, seat=at_branch),
    posted("console.amend_record", arguments=closed, form=fixed({"reason": "写漏了"}), seat=at_branch),
    posted("console.drop_amendment", arguments=amended, right=409, seat=at_branch),
    Visit("console.record_versions", arguments=closed, seat=at_branch),
    posted(
        "console.take_paper",
        arguments=closed,
        form=fixed({"kind": "record", "format": "xlsx", "reason": "年度检查"}),
        right=200,
    ),
    Visit("console.public_text_of", arguments=closed, seat=at_branch),
    posted(
        "console.print_public_text",
        arguments=closed,
        form=fixed({"text": "会议公开稿", "format": "docx"}),
        right=200,
        seat=at_branch,
    ),
    Visit("console.ledger", Elsewhere.OWN_ONLY),
    posted("console.take_ledger", form=of_branch(year=2026, reason="年度检查"), right=200),
    Visit("console.quarter_list", arguments=of_branch(period="2026-Q1", format="xlsx")),
    Visit("console.forms", Elsewhere.OWN_ONLY),
    Visit("console.blank_form", Elsewhere.SAME, arguments=fixed({"kind": "record"})),
    Visit("console.own_form", arguments=of_branch(kind="quarter")),
    posted(
        "console.keep_form",
        arguments=of_branch(),
        form=lambda _: {"kind": "record", "file": (BytesIO(b"no document"), "form.docx")},
        right=422,
    ),
    posted("console.remove_form", arguments=of_branch(), form=fixed({"kind": "quarter"})),
    Visit("console.votes", arguments=voting),
    Visit("console.new_vote", arguments=voting, seat=at_branch),
    posted(
        "console.open_vote",
        arguments=voting,
        form=fixed({"matter": "general", "method": "hands", "subject": "工作计划"}),
        seat=at_branch,
    ),
    Visit("console.vote", arguments=open_vote, seat=at_branch),
    Visit("console.vote_paper", arguments=counted_vote, seat=at_branch),
    posted("console.name_tellers", arguments=open_vote, form=tellers, seat=at_branch),
    posted(
        "console.add_opinion",
        arguments=open_vote,
        form=of_member(day="2025-10-01", time="09:00"),
        seat=at_branch,
    ),
    posted("console.take_opinion_back", arguments=open_vote, form=of_member(), seat=at_branch),
    posted("console.count_vote", arguments=counted_vote, right=409, seat=at_branch),
    posted(
        "console.record_signature",
        arguments=counted_vote,
        form=of_member(seen=1, reason="不用微信"),
        seat=at_branch,
    ),
    posted("console.void_vote", arguments=open_vote, form=fixed({"reason": "写错了"}), seat=at_branch),
    Visit("console.screen", arguments=meeting),
    Visit("console.screen_live", arguments=meeting),
    Visit("console.screen_code", arguments=meeting),
    Visit("console.screen_link", arguments=meeting),
    Visit("console.screen_mini_code", arguments=meeting, right=404),
    Visit("console.meeting_cards", arguments=meeting, seat=lambda side: side.branch_id),
    posted("console.ask_ticket", arguments=meeting, right=200),
    Visit("console.tray", Elsewhere.OWN_ONLY),
    Visit("console.thread", arguments=thread),
    posted("console.answer_thread", arguments=thread, form=fixed({"text": "已安排", "seen": 999})),
    Visit("console.announcements", Elsewhere.OWN_ONLY),
    Visit("console.new_announcement", Elsewhere.OWN_ONLY),
    posted("console.write_announcement", form=written),
    posted("console.preview_announcement", elsewhere=Elsewhere.OWN_ONLY, form=written, right=200),
    Visit("console.announcement", arguments=draft),
    Visit("console.announcement_rest", arguments=draft),
    Visit("console.edit_announcement", arguments=draft),
    posted("console.revise_announcement", arguments=draft, form=written),
    Visit("console.announcement_audience", arguments=draft),
    posted("console.set_audience", arguments=draft, form=addressed),
    posted("console.count_audience", arguments=draft, form=addressed, right=200),
    posted("console.find_people", arguments=draft, form=addressed, right=200),
    Visit("console.attachment", arguments=attached),
    posted("console.attach", arguments=draft, form=no_document, right=422),
    posted("console.detach", arguments=attached, form=FIRST),
    posted("console.submit_announcement", arguments=draft, form=FIRST),
    posted("console.schedule_announcement", arguments=draft, form=FIRST),
    posted("console.approve_announcement", arguments=in_review, form=FIRST),
    posted("console.send_back_announcement", arguments=in_review, form=fixed({"revision": 1, "note": "改"})),
    posted("console.withdraw_announcement", arguments=sent),
    Visit("console.announcement_results", arguments=sent),
    Visit("console.announcement_progress", arguments=sent),
    posted("console.retry_announcement", arguments=sent, form=fixed({"state": "rejected"})),
    posted("console.export_results", arguments=sent, form=fixed({"format": "csv"}), right=200),
    Visit("console.follow_up", Elsewhere.OWN_ONLY),
    posted("console.record_told", elsewhere=Elsewhere.OWN_ONLY, form=told),
    Visit("console.sending_plan", Elsewhere.OWN_ONLY),
    Visit("console.review_duties", Elsewhere.OWN_ONLY),
    posted("console.set_review_duty", form=branch),
    posted("console.lift_review_duty", form=branch),
    Visit("console.calendar", Elsewhere.SAME),
    posted("console.set_day", elsewhere=Elsewhere.SAME, form=fixed({"day": "2027-01-01", "kind": "rest"})),
    posted("console.clear_day", elsewhere=Elsewhere.SAME, form=fixed({"day": "2027-01-01"})),
    Visit("console.accounts", Elsewhere.OWN_ONLY),
    posted("console.open_account", form=new_account, right=200),
    posted("console.tie_account", arguments=account, form=fixed({"number": "13800138000"})),
    posted("console.renew_account", arguments=account, right=200),
    posted("console.close_account", arguments=account),
    posted("console.reopen_account", arguments=account),
    posted(
        "console.grant_role",
        arguments=account,
        form=lambda side: {"role": "auditor", "organization": side.branch_id},
    ),
    posted(
        "console.withdraw_role",
        arguments=lambda side: {"account_id": side.account_id, "role_id": side.spare_role_id},
    ),
    Visit("console.roster", Elsewhere.OWN_ONLY),
    Visit("console.roster_template", Elsewhere.OWN_ONLY),
    posted("console.upload_roster", form=broken_file, right=422),
    Visit("console.roster_import", arguments=roster),
    posted("console.apply_roster", arguments=roster, form=fixed({"line": "1"})),
    posted("console.revert_roster", arguments=roster),
    Visit("console.trail", Elsewhere.OWN_ONLY),
    posted("console.verify_trail", elsewhere=Elsewhere.SAME, right=200),
    Visit("console.password"),
    posted("console.change_password", form=fixed({"current": "x", "new": "y", "again": "z"}), right=422),
    posted("console.sign_out"),
)
WORLD = "tests.world"
OPEN_PAGES = (("console.sign_in", "GET", 200), ("console.knock", "POST", 401))


def world_of(site: Site) -> World:
    found: World = site.app.extensions[WORLD]
    return found


def _ask(site: Site, browser: Browser, visit: Visit) -> tuple[int, str, str]:
    """(status, text, where it led)."""
    ours = world_of(site).left
    with site.app.test_request_context():
        address = url_for(visit.endpoint, **visit.arguments(ours))
    posts = visit.method == "POST"
    answer = browser.post(address, visit.form(ours)) if posts else browser.get(address)
    text = answer.get_data().decode("utf-8", "replace")
    answer.close()
    return answer.status_code, text, answer.headers.get("Location", "")


def _permission(site: Site, visit: Visit) -> Permission | None:
    access = access_of(site.app.view_functions[visit.endpoint])
    assert access is not None
    assert access.gate is Gate.STAFF
    return access.permission


def _role(site: Site, visit: Visit, *, allowed: bool) -> Role:
    permission = _permission(site, visit)
    # Everybody may see a first page: only an account without that role at all is wrong there.
    return next(role for role in Role if (permission in PERMISSIONS[role] or permission is None) is allowed)


def by_stranger(visit: Visit, site: Site) -> None:
    status, _, location = _ask(site, site.stranger(), visit)

    assert (status, location.split("?")[0]) == (302, "/console/login")


def by_wrong_role(visit: Visit, site: Site) -> None:
    permission = _permission(site, visit)
    if all(permission in PERMISSIONS[role] for role in Role):
        browser = site.without_roles()
    else:
        browser = site.staff(_role(site, visit, allowed=False), world_of(site).left.committee_id)

    status, _, _ = _ask(site, browser, visit)

    assert status == 403


def by_wrong_subtree(visit: Visit, site: Site) -> None:
    theirs = world_of(site).right
    browser = site.staff(_role(site, visit, allowed=True), theirs.committee_id)

    status, text, _ = _ask(site, browser, visit)

    if visit.elsewhere is Elsewhere.NOT_FOUND:
        assert status == 404
    else:
        assert status == visit.right
    if visit.elsewhere is Elsewhere.OWN_ONLY:
        assert world_of(site).left.mark not in text


def by_right_one(visit: Visit, site: Site) -> None:
    ours = world_of(site).left
    browser = site.staff(_role(site, visit, allowed=True), visit.seat(ours))

    status, text, _ = _ask(site, browser, visit)

    assert status == visit.right
    assert world_of(site).right.mark not in text


def open_to_stranger(endpoint: str, method: str, expected: int, site: Site) -> None:
    status, _, _ = _ask(site, site.stranger(), Visit(endpoint, method=method))

    assert status == expected


def asset_to_stranger(site: Site) -> None:
    with site.stranger().get("/console/static/console.css") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "text/css")


def _cases() -> Iterator[Case]:
    trials = {
        Who.STRANGER: by_stranger,
        Who.WRONG_ROLE: by_wrong_role,
        Who.WRONG_SUBTREE: by_wrong_subtree,
        Who.RIGHT: by_right_one,
    }
    anybody = {"console.password", "console.change_password", "console.sign_out"}
    for visit in VISITS:
        for who, trial in trials.items():
            if visit.endpoint not in anybody or who in (Who.STRANGER, Who.RIGHT):
                yield Case(visit.endpoint, visit.method, who, partial(trial, visit))
    for endpoint, method, expected in OPEN_PAGES:
        yield Case(endpoint, method, Who.STRANGER, partial(open_to_stranger, endpoint, method, expected))
    yield Case("console.static", "GET", Who.STRANGER, asset_to_stranger)


CASES = tuple(_cases())
