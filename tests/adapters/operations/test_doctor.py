"""`flask doctor`: every check, sound and at fault, in words for the operator."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import pytest
from pydantic import SecretStr

from app import doctor, migrate
from app.core.clock import FixedClock
from app.core.db import Sessions, new_engine
from app.doctor import CHECKS, examine
from app.health import READINESS, Unhealthy, state_of
from app.main import create_app
from app.wechat.errors import WeChatUnreachable
from app.wechat.probe import server_date
from app.wiring import Services
from jobs.presence import Presence
from jobs.schedule import Scheduler
from tests.adapters.jobs.timing import context
from tests.services import wired
from tests.unit.wechat.fake_platform import FakePlatform, Raw, Reset, running

DATED = "/cgi-bin/get_api_domain_ip"
SetDate = Callable[[datetime], None]


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with running() as fake:
        fake.answer("/cgi-bin/callback/check", {"dns": [], "ping": []})
        yield fake


@pytest.fixture
def services(sessions: Sessions, clock: FixedClock, platform: FakePlatform, set_date: SetDate) -> Services:
    migrated = Sessions(new_engine(str(sessions.engine.url) + "-migrated"))
    migrate.upgrade(migrated.engine)
    platform.answer(DATED, Raw(b"{}"))
    set_date(clock.now())
    return wired(migrated, clock, wechat={"api_base_url": platform.url})


@pytest.fixture
def set_date(monkeypatch: pytest.MonkeyPatch) -> SetDate:
    """Puts the platform's clock somewhere."""

    def put(at: datetime) -> None:
        stamp = format_datetime(at, usegmt=True)
        monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: stamp)

    return put


def with_settings(services: Services, **sections: dict[str, object]) -> Services:
    changed = {
        name: getattr(services.settings, name).model_copy(update=section)
        for name, section in sections.items()
    }
    return replace(services, settings=services.settings.model_copy(update=changed))


def faults(services: Services) -> dict[str, str]:
    return {name: fault for name, fault, _ in examine(services, CHECKS) if fault is not None}


def test_sound_installation_has_no_fault(services: Services) -> None:
    one = Scheduler(context(services))
    one._beat()

    told = list(examine(services, CHECKS))

    assert [name for name, _, _ in told] == [
        "settings",
        "database",
        "redis",
        "scheduler",
        "workers",
        "calendar",
        "clock",
        "token",
        "templates",
        "callback",
        "pay",
    ]
    assert {name: fault for name, fault, _ in told if fault} == {}
    assert all(note for _, _, note in told)


def test_scheduler_that_never_ran_is_named(services: Services) -> None:
    assert faults(services) == {"scheduler": "no scheduler has run yet: start `flask scheduler`"}


def test_scheduler_that_fell_silent_is_named_with_its_silence(services: Services, clock: FixedClock) -> None:
    Scheduler(context(services))._beat()
    clock.advance(timedelta(seconds=90))

    assert state_of(services, READINESS)["scheduler"] == "the scheduler has been silent for 90 s"


def test_plain_mode_is_a_fault(services: Services) -> None:
    plain = with_settings(services, wechat={"mode": "plain"})

    with pytest.raises(Unhealthy, match="anybody who saw one URL can forge messages"):
        doctor.configuration(plain)


def test_address_without_https_is_remarked(services: Services) -> None:
    safe = with_settings(services, site={"base_url": "https://zhibu.example"})

    assert doctor.configuration(services) == "app wx1234…, safe mode; site.base_url is not https"
    assert doctor.configuration(safe) == "app wx1234…, safe mode"


def test_tables_of_another_version_are_named(services: Services) -> None:
    migrate.downgrade(services.sessions.engine, "base")

    assert faults(services)["database"] == "tables are of another version: run `flask db upgrade`"


def test_redis_that_is_away_is_named(services: Services) -> None:
    away = wired(services.sessions, services.clock, redis={"url": "redis://127.0.0.1:9/0"})

    assert state_of(away, READINESS)["redis"] == "Redis does not answer; this process works on alone"


def test_missing_year_is_named(services: Services, clock: FixedClock) -> None:
    clock.at = datetime(2026, 12, 1, tzinfo=UTC)

    with pytest.raises(Unhealthy, match="working days of 2027 are not known"):
        doctor.working_days(services)


@pytest.mark.parametrize(("apart", "sound"), [(0, True), (60, True), (-60, True), (61, False), (-61, False)])
def test_clock_may_be_a_minute_from_the_platform_s(
    apart: int, sound: object, services: Services, set_date: SetDate, clock: FixedClock
) -> None:
    set_date(clock.now() + timedelta(seconds=apart))

    told = {name: fault for name, fault, _ in examine(services, {"clock": doctor.clock})}

    assert told == {"clock": None if sound else "61 s apart from the platform: run NTP"}


def test_token_that_is_refused_is_named_with_the_code(services: Services, platform: FakePlatform) -> None:
    platform.answer("/cgi-bin/stable_token", {"errcode": 40164, "errmsg": "invalid ip 1.2.3.4"})

    told = [fault for _, fault, _ in examine(services, {"token": doctor.token})]

    assert told == ["invalid ip 1.2.3.4 (40164)"]


DEFINED = {"template_id": "T1", "title": "通知", "example": ""}
LISTED = "/cgi-bin/template/get_all_private_template"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("标题：{{thing1.DATA}}\n单位：{{thing2.DATA}}\n时间：{{time3.DATA}}", None),
        (
            "标题：{{thing1.DATA}}\n时间：{{time2.DATA}}",
            (
                "announcement: the template has thing1, time2; "
                "templates/notices/announcement.yaml fills thing1, thing2, time3"
            ),
        ),
    ],
)
def test_templates_are_compared_with_what_is_declared(
    content: str, told: str | None, services: Services, platform: FakePlatform
) -> None:
    platform.answer(LISTED, {"template_list": [{**DEFINED, "content": content}]})
    configured = wired(
        services.sessions,
        services.clock,
        wechat={"api_base_url": platform.url},
        notices={"template_announcement": "T1"},
    )

    found = [fault for _, fault, _ in examine(configured, {"templates": doctor.templates})]

    assert found == [told]


def test_template_that_the_account_does_not_have_is_named(services: Services, platform: FakePlatform) -> None:
    platform.answer(LISTED, {"template_list": []})
    configured = wired(
        services.sessions,
        services.clock,
        wechat={"api_base_url": platform.url},
        notices={"template_digest": "SECRETISH-ID"},
    )

    with pytest.raises(Unhealthy, match=r"^digest: the account has no template SECRET…$"):
        doctor.templates(configured)


def test_without_templates_the_platform_is_not_asked(services: Services, platform: FakePlatform) -> None:
    assert doctor.templates(services) == "none configured: notices go into open chats alone"
    assert platform.asked(LISTED) == []


@pytest.mark.parametrize("answer", [Reset(), Raw(b"", 502)])
def test_platform_that_breaks_off_is_a_fault_and_no_crash(
    answer: Reset | Raw, services: Services, platform: FakePlatform
) -> None:
    for path in (DATED, "/cgi-bin/stable_token", "/cgi-bin/callback/check"):
        platform.answer(path, answer)

    told = faults(services)

    assert {"token", "callback"} <= told.keys()
    assert all("http://" not in fault for fault in told.values())


def test_probe_that_reaches_nobody_says_so_without_the_address(sessions: Sessions, clock: FixedClock) -> None:
    lonely = wired(sessions, clock)  # its platform is a closed port

    with pytest.raises(WeChatUnreachable) as unreachable:
        server_date(lonely.wechat)

    assert unreachable.value.reason == "connect"
    assert unreachable.value.__context__ is None
    assert "127.0.0.1" not in str(unreachable.value)


def test_command_prints_a_line_each_and_fails_on_a_fault(services: Services) -> None:
    app = create_app(services)
    with app.app_context():  # as `flask` gives each of its commands
        failing = app.test_cli_runner().invoke(args=["doctor"])
        Scheduler(context(services))._beat()
        sound = app.test_cli_runner().invoke(args=["doctor"])
    app.extensions["zhibu.desk"].close()

    assert (failing.exit_code, sound.exit_code) == (1, 0)
    assert (
        "FAULT  scheduler  no scheduler has run yet: start `flask scheduler`" in failing.output.splitlines()
    )
    assert len(sound.output.splitlines()) == len(CHECKS)


def test_workers_are_told_of_and_never_a_fault(services: Services, clock: FixedClock) -> None:
    shared = with_settings(services, redis={"url": SecretStr("redis://127.0.0.1:9/0")})
    embedded, alone = doctor.CHECKS["workers"](services), doctor.CHECKS["workers"](shared)

    Presence(shared, "host:1", hears=lambda: True).beat()

    assert embedded == "embedded: the scheduler sends"
    assert alone == "none at work: the scheduler sends"
    assert doctor.CHECKS["workers"](shared) == "1 at work"
