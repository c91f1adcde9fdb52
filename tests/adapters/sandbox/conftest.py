"""A sandbox with its account's server, both on loopback."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask

from sandbox.server import create_sandbox, new_world
from tests.adapters.sandbox.sandbox_account import Backend, Sandbox, configuration, served

STANDING_STILL = 1_790_000_000.0
idle: list[Flask] = []
"""Applications without a world of their own: making one takes longer than most tests."""


@pytest.fixture
def backend() -> Iterator[Backend]:
    account = Backend()
    with served(account) as url:
        account.url = f"{url}/wechat/callback"
        yield account


@pytest.fixture
def start(backend: Backend) -> Iterator[Callable[..., Sandbox]]:
    """Starts a sandbox with changed configuration keys."""
    with ExitStack() as stack:

        def create(**changes: Any) -> Sandbox:
            config = configuration(backend.url, **changes)
            app = idle.pop() if idle else create_sandbox(config)
            stack.callback(idle.append, app)
            app.extensions["sandbox"] = new_world(config)
            app.extensions["sandbox"].clock._source = lambda: STANDING_STILL
            stack.callback(app.extensions["sandbox"].pusher.close)
            return Sandbox(app, stack.enter_context(app.test_client()))

        yield create


@pytest.fixture
def sandbox(start: Callable[..., Sandbox]) -> Sandbox:
    return start()
