"""python -m demo.leash PARENT COMMAND…: becomes COMMAND, which the kernel ends when PARENT is gone, however it went."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("the demo ended before its child began")
    os.execvp(command[0], command)  # noqa: S606 -- the point: no shell and no further process between


if __name__ == "__main__":
    main()
