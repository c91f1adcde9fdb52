"""300 phones scan three times each while one of two processes dies: whoever counts counts once, and all are told."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import local

import pytest
from sqlalchemy import func, select

from app.core.crypto import Vault
from app.core.db import Session, Sessions, new_engine
from app.meetings.models import CheckIn, KeptScan, Leave, LeaveKind, Meeting, RefusedCheckIn
from app.meetings.states import LeaveState
from app.members.models import Member
from app.organizations.models import Organization
from app.staff import accounts, roles
from app.staff.models import Role
from demo.desk import Desk
from demo.phones import Phones
from demo.transcript import Transcript
from tests import factories, tables
from tests.backend import ROOT, Backend, environment, free_port, running
from tests.conftest import used
from tests.fakes.wechat import AES_KEY, APP_ID, ORIGINAL_ID, TOKEN
from tests.processes import until

REPEATS = 3
AT_ONCE = 40
KILLED_AFTER = 250
SEED = 20260302
PASSWORD = "Correct-horse-7-battery"
FRESH = "签到成功"
SENTENCES = {
    "expected": (FRESH, "您已签到"),
    "elsewhere": ("应到名单里没有您",),
    "unbound": ("已记下您", "还差一步"),
    "on leave": ("请假",),
    "too early": ("还没到签到时间",),
}
"""What each kind of person reads. Nobody reads anything else."""
NUMBERS = {"expected": 240, "elsewhere": 15, "unbound": 15, "on leave": 15, "too early": 15}


@dataclass(frozen=True)
class Person:
    kind: str
    openid: str
    scene: str


@dataclass(frozen=True)
class Hall:
    meeting_id: int
    to_come_id: int
    people: Sequence[Person]
    login: Mapping[str, str]

    def sheet(self) -> dict[str, list[Mapping[str, str]]]:
        return {"console": [self.login]}


@pytest.fixture
def sessions(postgresql_url: str) -> Iterator[Sessions]:
    used.add("postgresql")
    engine = new_engine(postgresql_url)
    tables.empty(engine)
    yield Sessions(engine)
    engine.dispose()


@pytest.fixture
def hall(sessions: Sessions, vault: Vault) -> Hall:
    """A meeting that is open, one of tomorrow, and everybody's chat; the phones come later."""
    now = datetime.now(UTC)
    with sessions.begin() as session:
        branch, other = (factories.organization(session, name=name) for name in ("机务一支部", "车务二支部"))
        members = {
            kind: [factories.member(session, _home(kind, branch, other)) for _ in range(number)]
            for kind, number in NUMBERS.items()
            if kind != "unbound"
        }
        mine = (*members["expected"], *members["on leave"])
        open_ = factories.meeting(session, branch, starts_at=now, expected=mine, scene="mhall")
        tomorrow = now + timedelta(days=1)
        early = tuple(members["too early"])
        to_come = factories.meeting(session, branch, starts_at=tomorrow, expected=early, scene="mtomorrow")
        session.add_all(_leave(open_, one, now) for one in members["on leave"])
        people = [one for kind, number in NUMBERS.items() for one in _people(kind, number)]
        _bind(session, people, members)
        login = _secretary(session, branch, vault, now)
        return Hall(open_.id, to_come.id, people, login)


def _home(kind: str, branch: Organization, other: Organization) -> Organization:
    return other if kind == "elsewhere" else branch


def _people(kind: str, number: int) -> list[Person]:
    scene = "mtomorrow" if kind == "too early" else "mhall"
    stem = f"oHall{kind.replace(' ', '')}"
    return [Person(kind, f"{stem}{one:0{28 - len(stem)}d}", scene) for one in range(number)]


def _leave(meeting: Meeting, member: Member, now: datetime) -> Leave:
    return Leave(
        meeting_id=meeting.id,
        member_id=member.id,
        kind=LeaveKind.SHIFT,
        reason="夜班",
        state=LeaveState.GRANTED,
        asked_at=now,
        answered_at=now,
    )


def _bind(session: Session, people: Sequence[Person], members: Mapping[str, list[Member]]) -> None:
    for kind, found in members.items():
        openids = [one.openid for one in people if one.kind == kind]
        for openid, member in zip(openids, found, strict=True):
            factories.identity(session, openid=openid, member=member)


def _secretary(session: Session, branch: Organization, vault: Vault, now: datetime) -> dict[str, str]:
    made = accounts.create(
        session, username="secretary", display_name="书记", password=PASSWORD, vault=vault, now=now
    )
    roles.grant(session, account_id=made.account.id, role=Role.SECRETARY, organization_id=branch.id, by=None)
    return {"username": "secretary", "password": PASSWORD, "totp_secret": made.totp_secret}


@contextmanager
def sandbox(port: int, callback: str, folder: Path) -> Iterator[Phones]:
    account = {
        "app_id": APP_ID,
        "app_secret": "tests-secret",
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "original_id": ORIGINAL_ID,
        "callback_url": callback,
    }
    config = folder / "sandbox.json"
    config.write_text(json.dumps(account), encoding="utf-8")
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--config", str(config)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            yield Phones(f"http://127.0.0.1:{port}")
        finally:
            process.kill()


def answers(phones: Phones) -> bool:
    try:
        return "app_id" in phones.get("/sim/account")
    except OSError:
        return False


def workers(pid: int) -> list[int]:
    """The processes below the server's own that serve."""
    below = [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text().split()
    ]
    return [one for one in below if b"resource_tracker" not in Path(f"/proc/{one}/cmdline").read_bytes()]


def scan_thrice(phones_url: str, people: Sequence[Person], server: int) -> dict[str, list[str]]:
    """What each person was shown, by OpenID; one process is killed while these scans are under way."""
    dice = random.Random(SEED)
    order = [one for one in people for _ in range(REPEATS)]
    dice.shuffle(order)
    own = local()

    def scan(number: int) -> tuple[str, str]:
        if number == KILLED_AFTER:
            os.kill(workers(server)[0], signal.SIGKILL)
        own.phones = getattr(own, "phones", None) or Phones(phones_url)
        given = {"openid": order[number].openid, "scene": order[number].scene}
        delivery = own.phones.post("/sim/scan", **given)["delivery"]
        return order[number].openid, str(delivery["shown"])

    shown: dict[str, list[str]] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for openid, words in pool.map(scan, range(len(order))):
            shown.setdefault(openid, []).append(words)
    return shown


@contextmanager
def world(database_url: str, folder: Path) -> Iterator[tuple[Backend, Phones]]:
    """WeChat, and two processes of ours that it calls."""
    port = free_port()
    variables = environment(
        database_url,
        ZHIBU_WECHAT__API_BASE_URL=f"http://127.0.0.1:{port}",
        ZHIBU_SECURITY__SECURE_COOKIES="false",
    )
    with (
        running(variables, workers=2) as backend,
        sandbox(port, f"http://127.0.0.1:{backend.port}/wechat/callback", folder) as phones,
    ):
        until(lambda: answers(phones), 30, "the sandbox")
        two_at_work(backend)
        yield backend, phones


def two_at_work(backend: Backend) -> None:
    until(lambda: len(workers(backend.pid)) == 2, 30, "two processes")


@pytest.mark.services
@pytest.mark.timeout(180)
def test_each_counts_once_and_is_told_whatever_dies(
    sessions: Sessions, postgresql_url: str, hall: Hall, tmp_path: Path
) -> None:
    with world(postgresql_url, tmp_path) as (backend, phones), (tmp_path / "desk").open("w") as out:
        everybody = [{"openid": one.openid, "name": one.kind, "subscribed": True} for one in hall.people]
        phones.post("/sim/people", people=everybody)
        desk = Desk(hall.sheet(), f"http://127.0.0.1:{backend.port}", Transcript(out))
        desk.sign_in()
        for meeting_id in (hall.meeting_id, hall.to_come_id):
            desk.open_screen(f"/console/meetings/{meeting_id}", 30)
        before = workers(backend.pid)

        shown = scan_thrice(phones.base_url, hall.people, backend.pid)
        on_the_wall = desk.present(f"/console/meetings/{hall.meeting_id}")

        two_at_work(backend)
        assert len(set(workers(backend.pid)) - set(before)) == 1, "nothing died: this shows nothing"

    check_replies(hall, shown)
    assert on_the_wall == NUMBERS["expected"]
    check_rows(sessions, hall)


def check_replies(hall: Hall, shown: Mapping[str, Sequence[str]]) -> None:
    """Repeats within one second are one event to WeChat and to us, and are answered alike."""
    for person in hall.people:
        read = shown[person.openid]
        assert len(read) == REPEATS
        for words in read:
            assert any(sentence in words for sentence in SENTENCES[person.kind]), (person, read)
        assert sum(words.startswith(FRESH) for words in set(read)) <= 1, (person, read)


def check_rows(sessions: Sessions, hall: Hall) -> None:
    """One sign-in for each who was expected, and a row for each refusal that the recorder may settle."""
    with sessions.read() as session:
        rows = session.execute(select(CheckIn.meeting_id, CheckIn.member_id)).all()
        refused = Counter(session.scalars(select(RefusedCheckIn.reason)))
        kept = session.scalar(select(func.count()).select_from(KeptScan))
    assert len(rows) == len(set(rows)) == NUMBERS["expected"]
    assert {row.meeting_id for row in rows} == {hall.meeting_id}
    assert refused["not_expected"] == NUMBERS["elsewhere"]
    assert refused["too_early"] == NUMBERS["too early"]
    assert kept == NUMBERS["unbound"]
