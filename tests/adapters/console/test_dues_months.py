"""Bills, arrears, reliefs, questions and the overview: a branch's month in a few clicks, its names its own."""

import pytest

from app.dues.arrears.models import Excuse, Talk
from app.dues.assessments.models import Relief, Review
from app.dues.bills.models import Bill
from app.dues.policies.models import DuesPolicy
from app.organizations.models import Organization, OrganizationKind
from app.staff import queries as people
from app.staff.deciding import Decision
from app.staff.models import Role
from tests import dues_rows, factories
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

YES = {"decision": "approved"}


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


@pytest.fixture
def accountant(site: Site, world: World) -> Browser:
    return site.staff(Role.ACCOUNTANT, world.left.committee_id)


@pytest.fixture
def committee(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.committee_id)


def acts(site: Site) -> list[str]:
    with site.services.sessions.read() as session:
        return [act for act in people.trail_actions(session) if act.startswith("dues.")]


def arrears(world: World) -> str:
    return f"/console/dues/arrears/{world.left.member_id}"


def test_overview_says_what_is_open_with_one_link_each(
    secretary: Browser, committee: Browser, accountant: Browser
) -> None:
    own, above, books = (one.get("/console/dues").text for one in (secretary, committee, accountant))

    assert [text in own for text in ("1 份核定等您复核", "1 份复核申请等答复", "还没有缴清")] == [True] * 3
    assert [
        text in above for text in ("1 份基数导入等您复核", "1 份减免等您审批", "1 份收缴规定等您复核")
    ] == [True] * 3
    assert [text in above for text in ("1 份重新打开的申请等您复核", "1 份上缴规定等您复核")] == [True] * 2
    assert "2026年3月的账单还没有生成" in books
    assert ("等您审批" in own, "等您复核" in books) == (False, False)


def test_overview_without_anything_open_says_so(site: Site, world: World) -> None:
    with site.services.sessions.begin() as session:
        root = session.get_one(Organization, world.root_id)
        fresh = factories.organization(
            session, name="新公司党委", parent=root, kind=OrganizationKind.COMMITTEE
        )
    page = site.staff(Role.SECRETARY, fresh.id).get("/console/dues").text

    assert ("现在没有要办的" in page, "东山" in page) == (True, False)


def test_bills_are_made_once_and_the_branch_sees_how_each_stands(
    site: Site, accountant: Browser, secretary: Browser, world: World
) -> None:
    form = {"committee": world.left.committee_id, "month": "2026-03"}

    said = [
        accountant.get(accountant.post("/console/dues/bills/generate", form).location).text for _ in range(2)
    ]
    page = secretary.get("/console/dues/bills").text

    assert ("已生成2026年3月的账单 2 份" in said[0], "没有要新增的账单" in said[1]) == (True, True)
    assert ("东山钱二" in page, "待缴" in page) == (True, True)
    people_part = page.split('id="people-head"')[1]
    assert "¥" not in people_part
    assert acts(site) == ["dues.bills_generated"]


def test_bills_of_a_branch_are_counts_for_those_above_until_they_say_why(
    site: Site, accountant: Browser, committee: Browser, world: World
) -> None:
    accountant.post(
        "/console/dues/bills/generate", {"committee": world.left.committee_id, "month": "2026-03"}
    )
    address = f"/console/dues/bills?organization={world.left.branch_id}"

    counts = committee.get(address).text
    form = {"organization": world.left.branch_id, "month": "2026-03"}
    refused = committee.post("/console/dues/bills/names", form)
    shown = committee.post("/console/dues/bills/names", {**form, "reason": "转接核对"}).text

    assert ("东山钱二" in counts, ">2 <small>人" in counts) == (False, True)
    assert refused.status_code == 422
    assert "东山钱二" in shown
    assert "dues.names_seen" in acts(site)


@pytest.mark.parametrize("month", ["2026-05", "2030-01", "1999-01"])
def test_bills_of_a_month_far_away_are_refused(accountant: Browser, world: World, month: str) -> None:
    form = {"committee": world.left.committee_id, "month": month}

    answer = accountant.get(accountant.post("/console/dues/bills/generate", form).location)

    assert ("已生成" in answer.text, answer.status_code) == (month == "1999-01", 200)


def test_arrears_are_by_name_for_the_branch_and_counts_above(
    secretary: Browser, committee: Browser, world: World
) -> None:
    own = secretary.get("/console/dues/arrears").text
    above = committee.get("/console/dues/arrears").text
    opened = committee.get(arrears(world)).status_code

    assert ("东山赵一" in own, "约定 2026年3月31日 前" in own, "¥" in own) == (True, True, False)
    assert ("东山赵一" in above, "东山一支部" in above) == (False, True)
    assert opened == 404


def test_sixth_month_is_said_on_the_page_and_nothing_else_happens(
    site: Site, secretary: Browser, world: World
) -> None:
    late_months(site, world)

    page = secretary.get("/console/dues/arrears").text
    own = secretary.get(arrears(world)).text

    assert "满 6 个月，须由支部研究" in page
    assert "系统不作任何处理" in own


def test_figures_of_the_standard_in_force_are_those_on_the_pages(
    site: Site, secretary: Browser, world: World
) -> None:
    late_months(site, world)
    with site.services.sessions.begin() as session:
        dues_rows.standard(session, large_from=50_000, lapse_months=5, arrears_reminders=[2, 4])
    collector = site.staff(Role.COLLECTOR, world.left.branch_id)
    path = f"/console/dues/collect/{world.left.member_id}"

    overview = secretary.get("/console/dues").text
    form = collector.get(path).text
    refused = collector.post(path, {"extra": "500", "sure": "yes"})

    assert "满 5 个月，须由支部研究" in overview
    assert "一次自愿交纳 ¥500.00 以上的" in form
    assert (refused.status_code, "大额党费的起点" in refused.text) == (409, True)


def late_months(site: Site, world: World) -> None:
    """Nothing paid from September to February."""
    with site.services.sessions.begin() as session:
        session.query(Excuse).delete()
        december = session.query(Bill).filter_by(member_id=world.left.member_id, month=202512).one()
        for bill in session.query(Bill).filter_by(member_id=world.left.member_id, month=202511):
            bill.state = december.state
        for month in (202509, 202510, 202601, 202602):
            kept = {name: getattr(december, name) for name in BILL}
            session.add(
                Bill(
                    **kept, month=month, due_on=december.due_on.replace(year=month // 100, month=month % 100)
                )
            )


BILL = (
    "member_id",
    "organization_id",
    "committee_id",
    "amount_fen",
    "state",
    "assessment_id",
    "created_at",
)


def test_talk_and_reason_are_written_down_once(site: Site, secretary: Browser, world: World) -> None:
    talk = {"talked_on": "2026-03-01", "talked_by": "王书记", "deadline_on": "2026-03-20", "once": "a-form"}
    excuse = {"from_month": "2025-12", "until_month": "2025-12", "reason": "化疗住院"}

    for _ in range(2):
        secretary.post(f"{arrears(world)}/talks", talk)
    page = secretary.get(secretary.post(f"{arrears(world)}/excuses", excuse).location).text

    assert ("2026年3月1日 王书记" in page, "化疗住院" in page) == (True, True)
    with site.services.sessions.read() as session:
        assert session.query(Talk).filter_by(member_id=world.left.member_id).count() == 2
        sealed = [one.reason_sealed for one in session.query(Excuse)]
    assert not any("化疗" in one for one in sealed)
    trail = site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text
    assert ("记正当理由" in trail, "化疗" in trail) == (True, False)


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("talks", {"talked_on": "2026-04-01", "talked_by": "王书记"}, "请核对谈话"),
        ("talks", {"talked_on": "2026-03-01", "talked_by": ""}, "请核对谈话"),
        ("excuses", {"from_month": "2026-02", "until_month": "2026-01", "reason": "病"}, "请写明理由"),
        ("excuses", {"from_month": "2026-02", "until_month": "2026-02", "reason": " "}, "请写明理由"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_form(
    secretary: Browser, world: World, path: str, form: dict[str, str], sentence: str
) -> None:
    answer = secretary.post(f"{arrears(world)}/{path}", form)

    assert (answer.status_code, sentence in answer.text) == (409, True)


@pytest.mark.parametrize(("role", "path"), [(Role.RECONCILER, "talks"), (Role.COLLECTOR, "excuses")])
def test_who_has_no_part_in_it_writes_nothing_down(site: Site, world: World, role: Role, path: str) -> None:
    browser = site.staff(role, world.left.branch_id)

    assert browser.post(f"{arrears(world)}/{path}", {}).status_code == 403


def test_reason_withdrawn_counts_the_months_again(site: Site, secretary: Browser, world: World) -> None:
    path = f"{arrears(world)}/excuses/{world.left.dued.excuse_id}/withdraw"

    first, second = secretary.post(path), secretary.post(path)

    assert (first.status_code, second.status_code) == (302, 409)
    assert "已经撤销" in second.text


def test_evidence_is_taken_by_the_secretary_for_a_purpose(
    site: Site, secretary: Browser, world: World
) -> None:
    organizer = site.staff(Role.ORGANIZER, world.left.branch_id)

    refused = secretary.post(f"{arrears(world)}/evidence", {})
    answer = secretary.post(f"{arrears(world)}/evidence", {"reason": "支委会研究"})
    by_another = organizer.post(f"{arrears(world)}/evidence", {"reason": "看看"})

    assert (refused.status_code, by_another.status_code) == (422, 403)
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert acts(site) == ["dues.evidence_taken"]


def test_relief_is_asked_by_the_branch_and_granted_by_the_next_committee(
    site: Site, secretary: Browser, committee: Browser, world: World
) -> None:
    form = {
        "kind": "exempt",
        "from_month": "2026-04",
        "until_month": "2026-06",
        "reason": "大病住院",
        "studied_on": "2026-03-01",
    }
    secretary.post(f"/console/dues/reliefs/of/{world.left.bound_member_id}", form)
    with site.services.sessions.read() as session:
        made = session.query(Relief.id).order_by(Relief.id.desc()).limit(1).scalar()
    path = f"/console/dues/reliefs/{made}"
    own = secretary.get(secretary.post(f"{path}/decide", YES).location).text
    root = site.staff(Role.SECRETARY, world.root_id).post(f"{path}/decide", YES).status_code
    listed = committee.get("/console/dues/reliefs").text
    read = committee.post(f"{path}/reason").text
    committee.post(f"{path}/decide", YES)

    assert "减免由党员所在支部的上一级党委审批" in own
    assert root == 404
    assert ("大病住院" in listed, "大病住院" in read) == (False, True)
    with site.services.sessions.read() as session:
        assert session.get_one(Relief, made).decision is Decision.APPROVED
    trail = site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text
    assert ("查看困难情况" in trail, "大病" in trail) == (True, False)


def test_relief_without_its_parts_is_refused_on_the_form(secretary: Browser, world: World) -> None:
    form = {"kind": "reduced", "from_month": "2026-04", "until_month": "2026-03", "studied_on": "2026-04-01"}
    path = f"/console/dues/reliefs/of/{world.left.member_id}"

    bare = secretary.post(path, form)
    wrong = secretary.post(path, {**form, "amount": "10", "reason": "困难"})

    assert (bare.status_code, "减免后每月缴多少" in bare.text, "困难情况，加密保存" in bare.text) == (
        422,
        True,
        True,
    )
    assert ("不能早于开始的月份" in wrong.text, "不能晚于今天" in wrong.text) == (True, True)


def test_reliefs_of_others_are_a_number_for_those_far_above(site: Site, world: World) -> None:
    page = site.staff(Role.SECRETARY, world.root_id).get("/console/dues/reliefs").text

    assert ("东山赵一" in page, "另有 4 份减免" in page) == (False, True)


def test_question_is_answered_once_and_the_member_is_told(
    site: Site, secretary: Browser, world: World
) -> None:
    path = f"/console/dues/reviews/{world.left.dued.review_id}/answer"

    empty = secretary.post(path, {"answer": " "})
    said = secretary.get(secretary.post(path, {"answer": "按一月工资核定"}).location).text
    again = secretary.post(path, {"answer": "另一个"})

    assert (empty.status_code, "请写下答复" in empty.text) == (409, True)
    assert "将在微信里告诉本人" in said
    assert again.status_code == 409
    with site.services.sessions.read() as session:
        assert session.get_one(Review, world.left.dued.review_id).answer == "按一月工资核定"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"by_cash": ""}, "请至少选一种收缴方式"),
        ({"by_wechat": "yes", "mchid": "abc"}, "8 到 12 位数字"),
        ({"by_transfer": "yes"}, "银行转账要填户名"),
        ({"due_day": "31"}, "1 到 28"),
        ({"retired_percent": "120"}, "0.1 到 100"),
        ({"effective_from": "2025-06"}, "已经过去的月份"),
    ],
)
def test_policy_that_cannot_be_is_refused_beside_its_field(
    site: Site, accountant: Browser, world: World, change: dict[str, str], sentence: str
) -> None:
    form = {
        "organization": world.left.committee_id,
        "effective_from": "2026-05",
        "by_cash": "yes",
        "due_day": "10",
        "base_month": "1",
        "round_to_fen": "10",
        "retired_percent": "30.5",
        "advance_months": "3",
        **change,
    }

    answer = accountant.post("/console/dues/policies/new", form)

    assert (answer.status_code in (409, 422), sentence in answer.text) == (True, True)


def test_policy_is_put_in_force_by_a_second_person(
    site: Site, accountant: Browser, committee: Browser, world: World
) -> None:
    form = {
        "organization": world.left.committee_id,
        "effective_from": "2026-05",
        "by_cash": "yes",
        "due_day": "15",
        "base_month": "1",
        "round_to_fen": "10",
        "retired_percent": "30.5",
        "advance_months": "3",
    }

    accountant.post("/console/dues/policies/new", form)
    with site.services.sessions.read() as session:
        made = session.query(DuesPolicy).filter_by(due_day=15).one()
        kept = (made.id, made.retired_permille, made.round_to_fen)
    committee.post(f"/console/dues/policies/{kept[0]}/decide", YES)

    assert kept[1:] == (305, 10)
    with site.services.sessions.read() as session:
        assert session.get_one(DuesPolicy, kept[0]).standing == 1
