"""The `flask` commands, as an operator types them."""

from pathlib import Path

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, text, update

from app.core.db import Sessions
from app.inbox.models import InboundEvent
from app.inbox.states import InboxState
from app.main import create_app
from app.members.models import Member
from app.members.roster.models import RosterImport
from app.organizations.models import Organization
from app.schema import METADATA
from app.staff.models import AuditEntry, StaffAccount, StaffRole
from app.wiring import Services
from tests import factories

PASSWORD = "Sturdy-pass-1"


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services)


@pytest.fixture
def shell(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def branch(sessions: Sessions) -> Organization:
    with sessions.begin() as session:
        return factories.organization(session, name="运行一值党支部")


def sheet(path: Path, branch: Organization, *names: str) -> str:

    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["姓名", "组织代码", "人员类别"])
        for row, name in enumerate(names, start=1):
            page.write_row(row, 0, [name, branch.code, "正式党员"])
    return str(path)


def names(sessions: Sessions) -> set[str]:
    with sessions.read() as session:
        return set(session.scalars(select(Member.name)))


def test_members_import_shows_and_changes_nothing_until_apply(
    shell: FlaskCliRunner, branch: Organization, sessions: Sessions, tmp_path: Path
) -> None:
    file = sheet(tmp_path / "a.xlsx", branch, "张三", "李四")

    shown = shell.invoke(args=["members", "import", file])

    assert shown.exit_code == 0, shown.output
    assert "张三" in shown.output
    assert "nothing was changed; add --apply" in shown.output
    assert names(sessions) == set()


def test_members_import_applies_chosen_rows_and_revert_takes_them_back(
    shell: FlaskCliRunner, branch: Organization, sessions: Sessions, tmp_path: Path
) -> None:
    file = sheet(tmp_path / "a.xlsx", branch, "张三", "李四")

    applied = shell.invoke(args=["members", "import", file, "--apply", "--rows", "3"])
    after = names(sessions)
    with sessions.read() as session:
        number = session.scalars(select(RosterImport.id)).one()
    reverted = shell.invoke(args=["members", "revert", str(number)])

    assert (applied.exit_code, reverted.exit_code) == (0, 0), applied.output + reverted.output
    assert after == {"李四"}
    assert names(sessions) == set()
    with sessions.read() as session:
        assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all() == [
            "roster.applied",
            "roster.reverted",
        ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--organization", "999"], "no organisation has the code 999"),
        (["--apply", "--rows", "x"], "--rows takes numbers"),
    ],
)
def test_members_import_refuses_what_it_cannot_use(
    shell: FlaskCliRunner, branch: Organization, tmp_path: Path, arguments: list[str], said: str
) -> None:
    result = shell.invoke(args=["members", "import", sheet(tmp_path / "a.xlsx", branch, "张三"), *arguments])

    assert result.exit_code == 1
    assert said in result.output


def test_members_import_of_nonsense_says_why(
    shell: FlaskCliRunner, branch: Organization, tmp_path: Path
) -> None:
    file = tmp_path / "no.xlsx"
    file.write_bytes(b"PK nonsense")

    result = shell.invoke(args=["members", "import", str(file)])

    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert result.output.strip()


def test_members_template_can_be_imported(
    shell: FlaskCliRunner, branch: Organization, sessions: Sessions, tmp_path: Path
) -> None:
    file = tmp_path / "template.xlsx"

    assert shell.invoke(args=["members", "template", str(file)]).exit_code == 0
    assert file.read_bytes().startswith(b"PK")


def test_staff_create_prints_the_secret_once_and_leaves_a_trail(
    shell: FlaskCliRunner, branch: Organization, sessions: Sessions
) -> None:
    arguments = [
        "staff",
        "create",
        "wang",
        "--name",
        "王书记",
        "--role",
        "secretary",
        "--organization",
        branch.code,
    ]

    result = shell.invoke(args=[*arguments, "--password", PASSWORD])
    again = shell.invoke(args=[*arguments, "--password", PASSWORD])

    assert result.exit_code == 0, result.output
    assert "otpauth://totp/" in result.output
    assert (again.exit_code, again.output) == (1, "Error: refused: username_taken\n")
    with sessions.read() as session:
        account = session.scalars(select(StaffAccount)).one()
        assert account.password_temporary is True
        assert session.scalars(select(StaffRole.organization_id)).all() == [branch.id]
        assert session.scalars(select(AuditEntry.action)).all() == ["staff.account_created"]


@pytest.mark.parametrize(("password", "code"), [("short", None), (PASSWORD, "404")])
def test_staff_create_refuses_and_keeps_nothing(
    shell: FlaskCliRunner, branch: Organization, sessions: Sessions, password: str, code: str | None
) -> None:
    arguments = [
        "staff",
        "create",
        "wang",
        "--name",
        "王",
        "--role",
        "office",
        "--organization",
        code or branch.code,
    ]

    assert shell.invoke(args=[*arguments, "--password", password]).exit_code == 1
    with sessions.read() as session:
        assert session.scalar(select(func.count(StaffAccount.id))) == 0


def test_audit_verify_finds_a_changed_entry(
    shell: FlaskCliRunner, branch: Organization, sessions: Sessions
) -> None:
    create = ["staff", "create", "wang", "--name", "王", "--role", "office", "--organization", branch.code]
    shell.invoke(args=[*create, "--password", PASSWORD])
    whole = shell.invoke(args=["audit", "verify"])
    with sessions.begin() as session:
        session.execute(update(AuditEntry).values(actor="nobody"))
    broken = shell.invoke(args=["audit", "verify"])

    assert (whole.exit_code, whole.output.startswith("whole: 1 entries")) == (0, True)
    assert (broken.exit_code, "broken at entry 1: changed" in broken.output) == (1, True)


def test_inbox_replay_says_what_became_of_each(shell: FlaskCliRunner, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.add(
            InboundEvent(
                external_key="k" * 64,
                source="wechat",
                kind="text",
                openid="oX",
                body="<xml><MsgType>text</MsgType><FromUserName>oX</FromUserName><CreateTime>1</CreateTime>"
                "<MsgId>1</MsgId><Content>帮助</Content></xml>",
                state=InboxState.FAILED,
                error="ZeroDivisionError",
                received_at=factories.NOW,
                claimed_at=factories.NOW,
            )
        )

    listed = shell.invoke(args=["inbox", "list"])
    replayed = shell.invoke(args=["inbox", "replay", "1", "2"])
    afterwards = shell.invoke(args=["inbox", "list"])

    assert "ZeroDivisionError" in listed.output
    assert (replayed.exit_code, replayed.output) == (1, "1  claimed\n2  unknown\n")
    assert afterwards.output == "0 failed\n"


def test_db_check_passes_on_an_upgraded_database(shell: FlaskCliRunner, sessions: Sessions) -> None:

    METADATA.drop_all(sessions.engine)
    with sessions.connect() as connection:
        connection.execute(text("DROP TABLE study_search_index"))

    assert shell.invoke(args=["db", "upgrade"]).exit_code == 0
    assert shell.invoke(args=["db", "check"]).exit_code == 0


def test_organizations_add_builds_the_tree_and_keeps_leading_zeros(shell: FlaskCliRunner) -> None:
    root = ["organizations", "add", "000000000001", "集团党委", "--kind", "committee"]
    below = ["organizations", "add", "000000000002", "一支部", "--kind", "branch", "--parent", "000000000001"]

    made = [shell.invoke(args=root).exit_code, shell.invoke(args=below).exit_code]
    again = shell.invoke(args=below)
    orphan = shell.invoke(args=[*below[:2], "3", "x", "--kind", "branch", "--parent", "404"])

    assert made == [0, 0]
    assert (again.exit_code, again.output) == (
        1,
        "Error: an organisation has the code 000000000002 already\n",
    )
    assert (orphan.exit_code, orphan.output) == (1, "Error: no organisation has the code 404\n")
    assert shell.invoke(args=["organizations", "list"]).output == (
        "000000000001  集团党委\n  000000000002  一支部\n"
    )
