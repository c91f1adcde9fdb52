"""python -m demo: the whole product on this machine, with invented people. PORT and DATA_DIR say where."""

import os
import signal
import sys
from types import FrameType

from demo.children import ChildDied
from demo.place import CannotStart, Place
from demo.supervisor import Supervisor

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    for number in ENDINGS:
        signal.signal(number, _interrupt)
    try:
        place = Place.of(os.environ)
        with place.occupied():
            place.check_ports()
            return _run(Supervisor(place))
    except CannotStart as fault:
        sys.stderr.write(f"demo: {fault}\n")
        return 1
    except KeyboardInterrupt:
        return 0


def _run(supervisor: Supervisor) -> int:
    try:
        supervisor.run()
    except ChildDied as death:
        sys.stderr.write(f"demo: {death}\n")
    except KeyboardInterrupt:
        return 0
    finally:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
    return 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
