"""Amounts: proposed by one, confirmed by another; bases masked, seen for a reason; names stay with the branch."""

import io
import zipfile

import pytest

from app.dues.assessments.models import Assessment, BaseLine
from app.dues.assessments.queries import current
from app.dues.standards.models import DuesStandard
from app.staff import queries as people
from app.staff.deciding import Decision
from app.staff.models import Role
from tests.adapters.console.dued import workbook
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

LIST = "/console/dues/assessments"
AMOUNT = {
    "category": "salary",
    "base": "8000",
    "from_month": "2026-03",
    "cause": "correction",
    "reason": "更正",
}
YES = {"decision": "approved"}


@pytest.fixture
def accountant(site: Site, world: World) -> Browser:
    return site.staff(Role.ACCOUNTANT, world.left.committee_id)


@pytest.fixture
def office(site: Site, world: World) -> Browser:
    return site.staff(Role.OFFICE, world.left.committee_id)


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def person(world: World) -> str:
    return f"{LIST}/{world.left.member_id}"


def amount(site: Site, member_id: int, month: int = 202603) -> int | None:
    with site.services.sessions.read() as session:
        found = current(session, member_id, month)
        return found.amount_fen if found else None


def acts(site: Site) -> list[str]:
    with site.services.sessions.read() as session:
        return [act for act in people.trail_actions(session) if act.startswith("dues.")]


def newest(site: Site) -> int:
    with site.services.sessions.read() as session:
        return session.query(Assessment.id).order_by(Assessment.id.desc()).limit(1).scalar() or 0


def test_amount_takes_two_people(site: Site, accountant: Browser, office: Browser, world: World) -> None:
    answer = accountant.post(person(world), AMOUNT)
    before = amount(site, world.left.member_id)
    page = office.get(LIST).text
    office.post(f"{LIST}/decide/{newest(site)}", YES)

    assert (answer.status_code, before) == (302, 30_00)
    assert ("¥120.00" in page, "8000" in page, "8,000" in page) == (True, False, False)
    assert amount(site, world.left.member_id) == 120_00
    assert acts(site) == ["dues.assessment_decided", "dues.assessment_proposed"]


def test_form_sent_twice_proposes_once(site: Site, accountant: Browser, world: World) -> None:
    before = newest(site)

    for _ in range(2):
        accountant.post(person(world), {**AMOUNT, "once": "one-form"})

    assert newest(site) == before + 1


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"base": "0"}, 422, "基数不能是0"),
        ({"base": "-5"}, 422, "基数不能是负数"),
        ({"base": "五千"}, 422, "请填写金额"),
        ({"base": "99999999"}, 422, "超过1000万元"),
        ({"base": ""}, 422, "没有填写基数"),
        ({"category": "farmer", "fixed": "1.01"}, 422, "0.20元至1.00元"),
        ({"cause": "correction", "reason": ""}, 422, "请写明原因"),
        ({"cause": "yearly"}, 409, "年度核定从1月起"),
        ({"from_month": "2020-01"}, 409, "月份不对"),
    ],
)
def test_amount_that_cannot_be_is_refused_beside_its_field(
    site: Site, accountant: Browser, world: World, change: dict[str, str], status: int, sentence: str
) -> None:
    before = newest(site)

    answer = accountant.post(person(world), {**AMOUNT, **change})

    assert (answer.status_code, sentence in answer.text, newest(site)) == (status, True, before)


def test_base_is_masked_and_seen_for_a_reason_that_is_kept(
    site: Site, accountant: Browser, office: Browser, world: World
) -> None:
    office.post(f"{LIST}/decide/{world.left.dued.assessment_id}", YES)
    path = f"{LIST}/bases/{world.left.dued.assessment_id}"

    masked = accountant.get(person(world)).text
    refused = accountant.post(path, {}, htmx=True)
    shown = accountant.post(path, {"reason": "本人申请复核"}, htmx=True)

    assert ("5,100.00" in masked, "••••" in masked) == (False, True)
    assert (refused.status_code, "5,100.00" in refused.text) == (422, False)
    assert ("¥5,100.00" in shown.text, "<html" in shown.text) == (True, False)
    assert "dues.base_revealed" in acts(site)
    trail = site.staff(Role.AUDITOR, world.root_id).get("/console/audit").text
    assert ("本人申请复核" in trail, "5,100" in trail, "510000" in trail) == (True, False, False)


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.OFFICE, Role.COLLECTOR, Role.RECONCILER])
def test_nobody_but_the_accountant_sees_a_base(site: Site, world: World, role: Role) -> None:
    browser = site.staff(role, world.left.committee_id)

    answer = browser.post(f"{LIST}/bases/{world.left.dued.assessment_id}", {"reason": "看看"})

    assert answer.status_code == 403


def test_branch_reads_its_names_and_those_above_counts(
    site: Site, secretary: Browser, office: Browser, world: World
) -> None:
    own = secretary.get(LIST).text
    above = office.get(f"{LIST}?organization={world.left.branch_id}").text

    assert ("东山钱二" in own, "¥30.00" in own) == (True, False)
    assert "查看名单" in above
    assert "东山钱二" not in above.split('id="waiting-head"')[0]


def test_names_are_shown_above_for_a_reason_that_is_kept(site: Site, office: Browser, world: World) -> None:
    form = {"organization": world.left.branch_id}

    refused = office.post(f"{LIST}/names", form)
    shown = office.post(f"{LIST}/names", {**form, "reason": "核对转入"})

    assert (refused.status_code, "请写明查看名单的原因" in refused.text) == (422, True)
    assert "东山钱二" in shown.text
    assert acts(site) == ["dues.names_seen"]


def test_person_of_a_branch_is_not_opened_from_above(site: Site, office: Browser, world: World) -> None:
    beside = site.staff(Role.SECRETARY, world.right.branch_id)

    assert [one.get(person(world)).status_code for one in (office, beside)] == [404, 404]


def test_sheet_of_amounts_has_masked_bases(
    site: Site, accountant: Browser, office: Browser, world: World
) -> None:
    office.post(f"{LIST}/decide/{world.left.dued.assessment_id}", YES)
    form = {"organization": world.left.committee_id}

    refused = accountant.post(f"{LIST}/export", form)
    answer = accountant.post(f"{LIST}/export", {**form, "reason": "存档"})

    assert refused.status_code == 422
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        words = packed.read("xl/sharedStrings.xml").decode()
    assert ("••••" in words, "76.50" in words, "东山赵一" in words) == (True, True, True)
    assert ("5100" in words, "5,100" in words, "西河" in words) == (False, False, False)
    assert "dues.assessments_exported" in acts(site)


def upload(browser: Browser, world: World, content: bytes, **more: object) -> object:
    form = {"organization": world.left.committee_id, "from_month": "2026-01", "cause": "yearly", **more}
    return browser.post("/console/dues/imports", {**form, "file": (io.BytesIO(content), "一月基数.xlsx")})


def test_file_is_a_difference_that_changes_nothing_until_a_second_person_agrees(
    site: Site, accountant: Browser, office: Browser, world: World
) -> None:
    rows = (("东山钱二", "按月领工资", 6200), ("东山赵一", "按月领工资", -5), ("查无此人", "离退休", 3000))
    answer = upload(accountant, world, workbook(*rows))
    path = answer.location  # type: ignore[attr-defined]
    pages = {kind: accountant.get(f"{path}?kind={kind}").text for kind in ("changed", "invalid", "unknown")}
    before = amount(site, world.left.bound_member_id)
    alone = accountant.post(f"{path}/decide", YES).status_code
    office.post(f"{path}/decide", YES)

    assert ("¥30.00" in pages["changed"], "¥93.00" in pages["changed"]) == (True, True)
    assert ("6,200" in pages["changed"], "6200" in pages["changed"]) == (False, False)
    assert "C3：基数不能是负数" in pages["invalid"]
    assert "A4：范围内没有这位党员" in pages["unknown"]
    assert (before, alone) == (30_00, 403)
    assert amount(site, world.left.bound_member_id) == 93_00
    with site.services.sessions.read() as session:
        kept = session.query(BaseLine).filter(
            BaseLine.base_sealed.is_not(None), BaseLine.member_id == world.left.bound_member_id
        )
        assert {one.import_id for one in kept} == {world.left.dued.import_id}


def test_who_uploaded_a_file_is_not_its_second_person(site: Site, accountant: Browser, world: World) -> None:
    with site.services.sessions.begin() as session:
        session.get_one(Assessment, world.left.dued.assessment_id).proposed_by = "nobody"
    path = upload(accountant, world, workbook(("东山钱二", "按月领工资", 6200))).location  # type: ignore[attr-defined]

    answer = accountant.post(f"{path}/withdraw")

    assert "已撤回" in accountant.get(answer.location).text
    assert amount(site, world.left.bound_member_id) == 30_00


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"no workbook", "不是完好的"), (workbook(("张三",), heads=("姓名",)), "找不到表头")],
)
def test_file_that_cannot_be_read_is_refused_with_the_reason(
    accountant: Browser, world: World, content: bytes, sentence: str
) -> None:
    answer = upload(accountant, world, content)

    assert (answer.status_code, sentence in answer.text) == (422, True)  # type: ignore[attr-defined]


def test_standard_is_changed_by_those_above_all_alone(site: Site, accountant: Browser, world: World) -> None:
    root = site.staff(Role.ACCOUNTANT, world.root_id)
    second = site.staff(Role.SECRETARY, world.root_id)
    form = {
        "name": "新标准",
        "clause": "组〔2026〕9号",
        "effective_from": "2028-01-01",
        "pay_up_to": ["3000", "", ""],
        "pay_rate": ["0.5", "3", ""],
        "pension_up_to": [""],
        "pension_rate": ["0.5"],
        "farmer_low": "0.20",
        "farmer_high": "1",
        "fixed": "0.20",
        "ceiling": "",
        "large_from": "1000",
        "back_months": "6",
        "advance_months": "3",
        "advance_most": "6",
    }

    assert accountant.get("/console/dues/standards/new").status_code == 404
    assert root.post("/console/dues/standards/new", form).status_code == 302
    with site.services.sessions.read() as session:
        made = session.query(DuesStandard).filter_by(name="新标准").one()
        made_id, table = made.id, made.table
    second.post(f"/console/dues/standards/{made_id}/decide", YES)
    with site.services.sessions.read() as session:
        assert session.get_one(DuesStandard, made_id).decision is Decision.APPROVED
    assert ('"ceiling": null' in table, '[[300000, "0.5"], [null, "3"]]' in table) == (True, True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"pay_rate": ["x", "3"]}, "每档写上限和比例"),
        ({"pay_rate": ["3", "0.5"]}, "各档比例要大于0且从小到大"),
        ({"pay_rate": ["1e-99999", "3"]}, "每档写上限和比例"),
        ({"pay_rate": ["NaN", "3"]}, "每档写上限和比例"),
        ({"effective_from": ""}, "请填写从哪天起执行"),
        ({"effective_from": "2020-01-01"}, "要从以后的某一天起"),
        ({"fixed": "二角"}, "请填写金额"),
    ],
)
def test_standard_that_cannot_be_is_refused_on_its_form(
    site: Site, world: World, change: dict[str, object], sentence: str
) -> None:
    form = {
        "name": "新标准",
        "clause": "文",
        "effective_from": "2028-01-01",
        "pay_up_to": ["3000", ""],
        "pay_rate": ["0.5", "3"],
        "pension_up_to": [""],
        "pension_rate": ["0.5"],
        "farmer_low": "0.20",
        "farmer_high": "1",
        "fixed": "0.20",
        "ceiling": "",
        "large_from": "1000",
        "back_months": "6",
        "advance_months": "3",
        "advance_most": "6",
    }

    answer = site.staff(Role.ACCOUNTANT, world.root_id).post(
        "/console/dues/standards/new", {**form, **change}
    )

    assert (answer.status_code in (409, 422), sentence in answer.text) == (True, True)
