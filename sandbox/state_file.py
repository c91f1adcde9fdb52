"""The state in one JSON file: written whole or not at all, at most once a second, and never most of the time."""

import json
import logging
import os
import threading
import time
from pathlib import Path

from sandbox.world import World

PAUSE_S = 1.0
PAUSES_FOR_A_WRITE = 20
"""A large state is written less often, so that writing takes a twentieth of the time at most."""
log = logging.getLogger(__name__)


class BadState(ValueError):
    """The state file is not one of ours."""


class StateFile:
    def __init__(self, path: Path, world: World) -> None:
        self._path = path
        self._world = world
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._writing = threading.Lock()

    def restore(self) -> None:
        if not self._path.exists():
            return
        try:
            self._world.load(json.loads(self._path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            raise BadState(f"{self._path}: {error}") from error

    def touch(self) -> None:
        self._changed.set()

    def start(self) -> None:
        threading.Thread(target=self._keep_writing, daemon=True).start()

    def close(self) -> None:
        self._stop.set()
        self._changed.set()
        self.save()

    def _keep_writing(self) -> None:
        pause = PAUSE_S
        while not self._stop.is_set():
            self._changed.wait()
            self._changed.clear()
            if not self._stop.wait(pause):
                began = time.monotonic()
                self._try_to_save()
                pause = max(PAUSE_S, PAUSES_FOR_A_WRITE * (time.monotonic() - began))

    def _try_to_save(self) -> None:
        try:
            self.save()
        except OSError:
            log.exception("sandbox.state.not_written")  # a full disk may have room again at the next change

    def save(self) -> None:
        with self._writing:
            with self._world.lock:
                text = json.dumps(self._world.dump(), ensure_ascii=False)
            _replace(self._path, text)


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(path.suffix + ".part")
    with part.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
