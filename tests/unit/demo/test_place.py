"""Where a demo runs, and why it may not run there."""

import contextlib
import socket
from pathlib import Path

import pytest

from demo.place import CannotStart, Place


def test_place_without_wishes_is_the_documented_one() -> None:
    place = Place.of({})

    assert (place.port, place.data_dir) == (8000, Path.cwd() / "var/demo")
    assert (place.backend, place.sandbox) == ("http://127.0.0.1:8000", "http://127.0.0.1:8001")


@pytest.mark.parametrize("port", ["0", "65535", "-1", "http", "80 00", "１２３４"])
def test_place_with_an_impossible_port_is_refused_in_one_line(port: str) -> None:
    with pytest.raises(CannotStart, match=r"^PORT must be a number from 1 to 65534, not '.*'$"):
        Place.of({"PORT": port})


@pytest.mark.parametrize("offset", [0, 1])
def test_place_whose_port_or_sandbox_port_is_busy_is_refused(tmp_path: Path, offset: int) -> None:
    with contextlib.closing(_busy_after_a_free_one()) as busy:
        port = busy.getsockname()[1]

        with pytest.raises(CannotStart, match=f"port {port} cannot be used"):
            Place(port - offset, tmp_path).check_ports()


def _busy_after_a_free_one() -> socket.socket:
    """A listening socket on a port before which nobody else listens."""
    while True:
        busy, before = socket.socket(), socket.socket()
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with before:
            try:
                before.bind(("127.0.0.1", busy.getsockname()[1] - 1))
            except OSError:
                busy.close()
            else:
                return busy


def test_place_is_occupied_by_one_demo_at_a_time(tmp_path: Path) -> None:
    place = Place(8000, tmp_path / "data")

    with place.occupied(), pytest.raises(CannotStart, match="already running"), place.occupied():
        pass
    with place.occupied():
        again = True

    assert again


def test_place_in_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(CannotStart, match="DATA_DIR"), Place(8000, tmp_path / "file" / "data").occupied():
        pass
