"""`flask worker`: only with Redis, and never with no thread."""

import pytest
from flask.testing import FlaskCliRunner

from app.main import create_app
from app.wiring import Services


@pytest.fixture
def shell(services: Services) -> FlaskCliRunner:
    return create_app(services).test_cli_runner()


def test_worker_without_redis_is_refused_with_what_to_do(shell: FlaskCliRunner) -> None:
    result = shell.invoke(args=["worker"])

    assert result.exit_code == 1
    assert result.output == ("zhibu: ZHIBU_REDIS__URL is not set; without Redis the scheduler sends itself\n")


@pytest.mark.parametrize("threads", ["0", "17", "two"])
def test_worker_with_senseless_threads_is_refused(threads: str, shell: FlaskCliRunner) -> None:
    assert shell.invoke(args=["worker", "--threads", threads]).exit_code == 2
