"""Who gave way to another is told from who failed, on every engine, and tried again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pymysql.err import OperationalError
from sqlalchemy import update

from app.core.db import Sessions, codes, gave_way, in_turn
from app.organizations.models import Organization
from tests import factories


@pytest.mark.parametrize(
    ("number", "state", "gone"),
    [(1213, "40001", True), (1305, "42000", True), (1205, "HY000", False), (1064, "42000", False)],
)
def test_number_counts_beside_its_state(number: int, state: str, gone: bool) -> None:  # noqa: FBT001 -- a parameter
    fault = OperationalError(number, "said", sqlstate=state)

    assert (codes(fault), gave_way(fault)) == ({number, state}, gone)
    assert not gave_way(ValueError({"of": "something"}))


def test_deadlock_within_a_savepoint_is_tried_again(any_sessions: Sessions) -> None:
    with any_sessions.begin() as session:
        ids = [factories.organization(session).id for _ in range(2)]
    holds = threading.Event(), threading.Event()

    def cross(me: int) -> None:
        with any_sessions.begin() as session:
            for turn in (me, 1 - me):
                with session.begin_nested():
                    mine = update(Organization).where(Organization.id == ids[turn])
                    session.execute(mine.values(short_name=f"第{me}"))
                holds[me].set()
                holds[1 - me].wait(0.5)

    with ThreadPoolExecutor(2) as pool:
        crossing = [pool.submit(in_turn, lambda one=me: cross(one)) for me in range(2)]
        for one in crossing:
            one.result()
