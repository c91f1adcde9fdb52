"""说明 on the phone: every fen of the amount, by what it was set and by whom, and asking again."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.dues.assessments import reviews
from app.dues.assessments.models import Cause, Relief, ReliefKind, Review
from app.dues.policies.models import DuesPolicy
from app.dues.standards.models import DuesCategory
from app.members.models import Member, MemberKind
from app.staff.deciding import Decision
from app.staff.models import StaffAccount
from tests.adapters.pages.collecting import Collecting
from tests.factories import NOW

CLIFF = "基数5,000.00元，每月缴50.00元；多一分钱，每月缴75.00元。"


def read(here: Collecting) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", here.phone.get("/m/dues/why").text).split())


def test_amount_is_explained_from_base_to_clause(here: Collecting) -> None:
    with here.services.sessions.begin() as session:
        names = {"jizhang": "纪会计", "shuji": "舒书记"}
        for username, name in names.items():
            session.add(
                StaffAccount(
                    username=username, display_name=name, password_hash="n", totp_sealed="n", created_at=NOW
                )
            )
    here.assess()

    said = read(here)

    for words in (
        "每月应缴 76.50 元",
        "缴费类别 按月领工资",
        "党费基数 5,100.00元",
        "所在档次 5,000元以上至10,000元（含）",
        "比例 1.5%",
        "计算 5,100.00 × 1.5% = 76.50元",
        CLIFF,
        "1.5%（您）",
        "中组发〔2008〕3号",
        "核定原因 年度核定",
        "提出 纪会计，2026年3月2日",
        "复核 舒书记，2026年3月2日",
    ):
        assert words in said
    assert "上限" not in said
    assert "取整" not in said


def test_ceiling_rounding_and_pension_are_said_where_they_apply(here: Collecting) -> None:
    here.assess(base=6_000_000, computed_fen=120_000, amount_fen=100_000, capped=True)

    assert "60,000.00 × 2% = 1,200.00元 上限 每月一般不超过1,000.00元，按上限缴" in read(here)


def test_pension_counts_by_the_committee_s_share(here: Collecting) -> None:
    with here.services.sessions.begin() as session:
        session.get_one(DuesPolicy, here.policy_id).retired_permille = 300
    here.assess(
        base=800_000, category=DuesCategory.RETIRED, cause=Cause.RETIREMENT, reason="2月退休",
        computed_fen=1200, amount_fen=1200,
    )  # fmt: skip

    said = read(here)

    assert "计入的基数 2,400.00元（离退休费的30.0%）" in said
    assert "2,400.00 × 0.5% = 12.00元" in said
    assert "核定原因 退休：2月退休" in said


def test_rounding_is_said(here: Collecting) -> None:
    with here.services.sessions.begin() as session:
        session.get_one(DuesPolicy, here.policy_id).round_to_fen = 10
    here.assess(base=1_234_567, computed_fen=24691, amount_fen=24690)

    assert "取整 四舍五入到角，为246.90元" in read(here)


def test_fixed_amount_has_no_base_and_no_bands(here: Collecting) -> None:
    here.assess(base=None, category=DuesCategory.FIXED, computed_fen=20, amount_fen=20)

    said = read(here)

    assert "数额 定额，每月0.20元" in said
    assert "基数" not in said.replace("认为基数", "")


def test_relief_is_said_with_its_number(here: Collecting) -> None:
    here.assess()
    with here.services.sessions.begin() as session:
        session.add(
            Relief(
                member_id=here.people.member.member_id,
                kind=ReliefKind.REDUCED,
                amount_fen=1000,
                from_month=202603,
                until_month=202608,
                reason_sealed="sealed",
                studied_on=date(2026, 2, 20),
                document_no="华党组〔2026〕5号",
                decision=Decision.APPROVED,
                proposed_by="zhibu",
                proposed_at=NOW,
                decided_by="dangwei",
                decided_at=NOW,
            )
        )

    said = read(here)

    assert "每月应缴 10.00 元" in said
    assert "2026年3月至2026年8月经批准少缴（华党组〔2026〕5号）；核定的数额是76.50元。" in said
    assert "sealed" not in said


def test_nothing_is_shown_where_nothing_was_set(here: Collecting) -> None:
    assert "您每月缴多少还没有核定。" in read(here)


def test_others_do_not_see_the_base(here: Collecting) -> None:
    here.assess()

    text = here.door.signed_in(here.people.other.identity_id).get("/m/dues/why").text

    assert "5,100.00" not in text


def test_question_is_kept_once_and_answered_on_the_same_page(here: Collecting) -> None:
    here.assess()

    first = ask(here, "交通补贴不该算")
    again = ask(here, "再问一次")

    assert (first.status_code, first.headers["Location"]) == (303, "/m/dues/why#review")
    assert again.status_code == 409
    assert "您的上一次复核申请还没有答复" in again.text
    assert "等待答复" in read(here)
    assert "提交复核申请" not in read(here)
    with here.services.sessions.begin() as session:
        review = session.scalars(select(Review)).one()
        reviews.answer_review(session, review_id=review.id, answer="已更正", by="jizhang", now=NOW)
    assert "答复（ 2026年3月2日 09:00 ）：已更正" in read(here)
    assert ask(here, "谢谢，还有一处").status_code == 303


@pytest.mark.parametrize("question", ["", "　 ", "长" * 501])
def test_question_that_cannot_be_is_said_beside_the_field(here: Collecting, question: str) -> None:
    answer = ask(here, question)

    assert answer.status_code == 409
    assert "请写下哪里不对，最多500个字。" in answer.text
    assert 'aria-describedby="question-fault"' in answer.text


def ask(here: Collecting, question: str) -> Any:
    return here.phone.post("/m/dues/why/review", {"question": question})


def test_who_pays_no_dues_is_told_so_and_asked_nothing(here: Collecting) -> None:
    with here.services.sessions.begin() as session:
        session.get_one(Member, here.people.member.member_id).kind = MemberKind.ACTIVIST

    said = read(here)

    assert "正式党员和预备党员缴纳党费，您现在不用缴。" in said
    assert "还没有核定" not in said
    assert "申请复核" not in said
    assert "回到党费" in said
