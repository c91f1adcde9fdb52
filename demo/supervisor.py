"""Brings the demo up, step by step, and watches it until somebody ends it."""

import os
import sys
import time
from pathlib import Path

import requests
from sqlalchemy.exc import DBAPIError

from app import migrate, wiring
from app.core import logs, settings
from app.core.clock import SystemClock
from app.core.crypto import BadKeys
from app.core.settings import BadSettings, Settings
from app.wiring import Services
from demo.children import Children
from demo.environment import demo_settings, missing_from
from demo.load import NotOurs, Target, ensure
from demo.place import HOST, CannotStart, Place
from demo.reference_group import ReferenceGroup, build
from demo.renewal import Stage, renew
from demo.sheet import Sheet
from demo.summary import progress, show, show_codes
from demo.welcome import publish_menu, sandbox_command, welcome

ROOT = Path(__file__).resolve().parents[1]
THREADS = 8
READY_SECONDS = 120
LOOK_SECONDS = 0.2
CODE_LASTS = 30


class Supervisor:
    def __init__(self, place: Place) -> None:
        self._place = place
        self._children = Children(ROOT, place.data_dir / "logs")
        self._clock = SystemClock()

    def run(self) -> None:
        """Until interrupted. Raises CannotStart and ChildDied."""
        self._place.sheet.unlink(missing_ok=True)
        services = self._services(self._configure())
        sheet = self._set_up(services)
        sheet.write(self._clock.now())
        show(sheet.content(self._clock.now()), path=str(self._place.sheet), logs=str(self._children.logs))
        self._watch(sheet)

    def stop(self) -> None:
        self._children.stop()

    def _configure(self) -> Settings:
        """Our settings into the environment that the children inherit, where the caller has set none."""
        os.environ.update(missing_from(os.environ, demo_settings(self._place.data_dir, self._place.port)))
        os.environ["FLASK_APP"] = "app.main:create_app"
        self._children.logs.mkdir(exist_ok=True)
        logs.configure(stream=(self._children.logs / "demo.log").open("w", encoding="utf-8"))
        try:
            return settings.load()
        except BadSettings as fault:
            raise CannotStart(str(fault)) from fault

    def _services(self, configured: Settings) -> Services:
        try:
            return wiring.build(configured)
        except BadKeys as fault:
            raise CannotStart(str(fault)) from fault

    def _set_up(self, services: Services) -> Sheet:
        """Everything in the order in which each part needs the one before it."""
        started_at = self._clock.now()
        self._start("sandbox", sandbox_command(self._place, services.settings))
        group = build()
        stage = self._load(services, group)
        self._start("backend", _backend_command(self._place.port))
        self._await(f"{self._place.sandbox}/sim/account", "the sandbox")
        self._await(f"{self._place.backend}/healthz", "the backend")
        welcome(self._place, stage)
        publish_menu(services, stage)
        # Its first job gives the bound people their menu, which WeChat refuses for whoever does not follow yet.
        self._start("scheduler", [sys.executable, "-m", "flask", "scheduler"])
        self._await(f"{self._place.backend}/readyz", "the backend")
        services.sessions.engine.dispose()
        return Sheet(self._place, services.settings, stage, group, started_at)

    def _start(self, name: str, command: list[str]) -> None:
        self._children.start(name, command)

    def _load(self, services: Services, group: ReferenceGroup) -> Stage:
        target = Target(services.sessions, services.vault, services.settings.wechat.app_id)
        try:
            migrate.upgrade(services.sessions.engine)
            began = time.monotonic()
            loaded = ensure(target, group, now=self._clock.now())
            stage = renew(target, group, now=self._clock.now())
        except NotOurs as fault:
            raise CannotStart(str(fault)) from fault
        except DBAPIError as error:
            raise CannotStart(f"database: {str(error.orig).splitlines()[0]}") from error
        members, took = group.counts()["members"], time.monotonic() - began
        progress(
            f"{members:,} members loaded in {took:.1f} s" if loaded else "data found, continuing with it"
        )
        return stage

    def _await(self, url: str, who: str) -> None:
        """Until it answers 200. Raises ChildDied, or CannotStart with what it said last."""
        deadline = time.monotonic() + READY_SECONDS
        said = "nothing"
        with requests.Session() as http:
            http.trust_env = False
            while time.monotonic() < deadline:
                self._children.check()
                try:
                    response = http.get(url, timeout=5)
                except requests.RequestException as error:
                    said = type(error).__name__
                else:
                    if response.ok:
                        return
                    said = f"{response.status_code} {response.text.strip()[:200]}"
                time.sleep(LOOK_SECONDS)
        raise CannotStart(f"{who} was not ready within {READY_SECONDS} s: {said}")

    def _watch(self, sheet: Sheet) -> None:
        """The six digits on the sheet stay true as long as the demo runs. Raises ChildDied."""
        written = 0
        while True:
            self._children.check()
            now = self._clock.now()
            step, gone = divmod(int(now.timestamp()), CODE_LASTS)
            if step != written:
                sheet.write(now)
                written = step
            show_codes(sheet.codes(now), CODE_LASTS - gone)
            time.sleep(LOOK_SECONDS)


def _backend_command(port: int) -> list[str]:
    server = [str(Path(sys.executable).with_name("granian")), "--interface", "asgi"]
    where = ["--host", HOST, "--port", str(port)]
    # A worker that is told to stop while it starts may not hear it.
    return [*server, *where, "--workers", "1", "--workers-kill-timeout", "10", "--no-ws", "app.asgi:app"]
