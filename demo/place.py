"""Where a demo runs: its ports, its folder, its addresses."""

import fcntl
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_DIR = "var/demo"
LAST_PORT = 65534
OWNER_ONLY = 0o700


class CannotStart(RuntimeError):
    """Why not, in one line for the person at the shell."""


@dataclass(frozen=True)
class Place:
    port: int
    data_dir: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Place":
        """From PORT and DATA_DIR. Raises CannotStart."""
        given = environment.get("PORT") or str(DEFAULT_PORT)
        if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= LAST_PORT:
            raise CannotStart(f"PORT must be a number from 1 to {LAST_PORT}, not {given!r}")
        return cls(int(given), Path(environment.get("DATA_DIR") or DEFAULT_DIR).absolute())

    @property
    def backend(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://{HOST}:{self.port + 1}"

    @property
    def sheet(self) -> Path:
        return self.data_dir / "demo.json"

    def check_ports(self) -> None:
        """Raises CannotStart."""
        for port in (self.port, self.port + 1):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError as error:
                    raise CannotStart(
                        f"port {port} cannot be used ({error.strerror}); choose another with PORT=, "
                        f"the sandbox takes the one after it"
                    ) from error

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """One demo at a time in a folder. Raises CannotStart."""
        try:
            self.data_dir.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
            lock = (self.data_dir / "lock").open("w")
        except OSError as error:
            raise CannotStart(f"DATA_DIR {self.data_dir}: {error.strerror}") from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise CannotStart(f"a demo is already running in {self.data_dir}") from error
            yield
