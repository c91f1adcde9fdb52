"""A database and a Redis of our own for one measurement."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from benchmarks.servers import free_port

SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
MYSQL_SERVER = "mysql+pymysql://root@127.0.0.1:3306/test"


@contextmanager
def postgresql(name: str = "one") -> Iterator[str]:
    """An empty database on the server of the tests (`ZHIBU_TEST_POSTGRES_URL`), dropped afterwards."""
    server = make_url(os.environ.get("ZHIBU_TEST_POSTGRES_URL", SERVER))
    database = f"zhibu_bench_{os.getpid()}_{name}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {database}"))
        connection.execute(text(f"CREATE DATABASE {database}"))
    try:
        yield server.set(database=database).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {database} WITH (FORCE)"))
        admin.dispose()


@contextmanager
def mariadb() -> Iterator[str]:
    """The same on the MariaDB of the tests (`ZHIBU_TEST_MYSQL_URL`); empty where none answers."""
    server = make_url(os.environ.get("ZHIBU_TEST_MYSQL_URL", MYSQL_SERVER))
    database = f"zhibu_bench_{os.getpid()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {database}"))
    except OperationalError:
        yield ""
        return
    try:
        yield server.set(database=database).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {database}"))
        admin.dispose()


@contextmanager
def redis() -> Iterator[str]:
    """A `redis-server` that keeps nothing on disk."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("redis-server is not installed")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/tmp")
    try:
        _await(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


def _await(port: int) -> None:
    until = time.monotonic() + 20
    with Redis(port=port) as client:
        while True:
            try:
                client.ping()
            except RedisConnectionError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return
