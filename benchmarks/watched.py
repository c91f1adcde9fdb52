"""`python -m benchmarks.watched FILE COMMAND…`: a `flask` command whose database time is counted.

At SIGUSR1 it writes `{"seconds": …, "statements": …}` to FILE: how long the driver has taken so far, and for how many
statements. A commit counts as one; taking a connection from the pool does not.
"""

import json
import signal
import sys
import time
from pathlib import Path
from threading import Lock
from typing import Any

from flask.cli import main as flask
from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect


class Watch:
    def __init__(self) -> None:
        self._lock = Lock()
        self.seconds = 0.0
        self.statements = 0

    def add(self, seconds: float) -> None:
        with self._lock:
            self.seconds += seconds
            self.statements += 1

    def listen(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._begins)
        event.listen(Engine, "after_cursor_execute", self._ends)
        commit = DefaultDialect.do_commit

        def timed(dialect: DefaultDialect, connection: Any) -> None:
            started = time.perf_counter()
            commit(dialect, connection)  # type: ignore[no-untyped-call]
            self.add(time.perf_counter() - started)

        DefaultDialect.do_commit = timed  # type: ignore[method-assign]  # there is no event after a commit

    def _begins(
        self, _connection: Any, _cursor: Any, _sql: Any, _given: Any, context: Any, _many: Any
    ) -> None:
        context.begun_at = time.perf_counter()

    def _ends(self, _connection: Any, _cursor: Any, _sql: Any, _given: Any, context: Any, _many: Any) -> None:
        self.add(time.perf_counter() - context.begun_at)


def main() -> None:
    watch, path = Watch(), Path(sys.argv.pop(1))
    watch.listen()

    def write(*_: object) -> None:
        whole = path.with_suffix(".new")
        whole.write_text(json.dumps({"seconds": watch.seconds, "statements": watch.statements}))
        whole.rename(path)

    signal.signal(signal.SIGUSR1, write)
    flask()


if __name__ == "__main__":
    main()
