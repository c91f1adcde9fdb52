"""Dies by SIGKILL at the n-th thing that the database is asked to do, for n from 1 until nothing is left.

Run as a process of its own, since it forks: `python -m tests.flows.crash_child DATABASE OPENID < MESSAGE`.
Each round works on a copy of the prepared SQLite file, is killed at its point, and then sees WeChat's retry
five seconds later in a fresh process. Prints one JSON object a round.
"""

import json
import os
import shutil
import signal
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event, func, select

from app.core.clock import FixedClock
from app.core.db import Sessions, new_engine
from app.feedback.models import Thread, ThreadMessage
from app.inbox.models import InboundEvent
from app.meetings.models import CheckIn, KeptScan
from app.members.models import BindingCode, WeChatIdentity
from app.notices.models import Delivery
from handlers.callback import Callback
from handlers.desk import Desk
from handlers.front import CallbackFirst
from tests.adapters.handlers import server
from tests.adapters.handlers.server import elsewhere
from tests.fakes.wechat import safe, shown
from tests.services import wired

LAST = 100
TOGETHER = "\0"
COUNTED = (InboundEvent, CheckIn, KeptScan, Thread, ThreadMessage, Delivery)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
RETRY_AFTER = timedelta(seconds=5)


def deliver(path: Path, message: str, at: datetime, *, die_at: int = 0) -> str:
    """Deliver once, several at the same moment.

    The process is gone before the `die_at`-th statement, BEGIN and COMMIT counted.
    """
    engine = new_engine(f"sqlite:///{path}")
    left = [die_at]

    def count_down(statement: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(connection: sqlite3.Connection, _entry: object) -> None:
        connection.set_trace_callback(count_down)

    if die_at:
        event.listen(engine, "connect", watch)
    services = wired(Sessions(engine), FixedClock(at))
    desk = Desk(services)
    front = CallbackFirst(Callback(services, desk), desk, elsewhere, width=1)
    stamp = int(at.timestamp())
    answers = server.deliver(front, [safe(one, stamp=stamp) for one in message.split(TOGETHER)])
    desk.close()
    return " ".join(shown(one.body) or "" if one.status == 200 else f"status {one.status}" for one in answers)


def in_a_process_of_its_own(*arguments: object, die_at: int = 0) -> bool:
    """Whether it lived to the end."""
    child = os.fork()
    if child == 0:
        path, message, at = arguments
        deliver(Path(str(path)), str(message), datetime.fromisoformat(str(at)), die_at=die_at)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return not os.WIFSIGNALED(status)


def look(path: Path) -> dict[str, object]:
    engine = new_engine(f"sqlite:///{path}")
    with Sessions(engine).read() as session:
        counts = {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) for table in COUNTED
        }
        bound = session.scalar(select(func.count()).where(WeChatIdentity.member_id.is_not(None)))
        used = session.scalar(select(func.count()).where(BindingCode.used_at.is_not(None)))
    engine.dispose()
    return {**counts, "bound": bound, "codes_used": used}


def main() -> None:
    prepared, message = Path(sys.argv[1]), sys.stdin.read()
    for point in range(1, LAST):
        path = prepared.with_name(f"round-{point}.db")
        shutil.copy(prepared, path)
        lived = in_a_process_of_its_own(path, message, NOW.isoformat(), die_at=point)
        after_death = look(path)
        reply = deliver(path, message, NOW + RETRY_AFTER)
        seen = {"point": point, "lived": lived, "dead": after_death, "healed": look(path), "reply": reply}
        sys.stdout.write(json.dumps(seen) + "\n")
        if lived:
            return


if __name__ == "__main__":
    main()
