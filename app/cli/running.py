"""`flask db|scheduler|worker|doctor|menu|inbox`: keeping the service running."""

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app import migrate
from app.cli.edge import services
from app.doctor import CHECKS, examine
from app.inbox import queries as inbox
from app.inbox.service import Replay
from app.redis_store.tasks import tasks_of
from app.wechat import menus
from handlers.desk import Desk
from jobs.context import Context
from jobs.schedule import Scheduler
from jobs.tray import Tray
from jobs.worker import Worker

database = AppGroup("db", help="The tables of the database.")
menu = AppGroup("menu", help="The menu of the Official Account.")
inbox_group = AppGroup("inbox", help="What WeChat told us.")


def desk() -> Desk:
    found: Desk = current_app.extensions["zhibu.desk"]
    return found


@database.command("upgrade")
def upgrade() -> None:
    """Bring the tables to this version."""
    migrate.upgrade(services().sessions.engine)


@database.command("check")
def check() -> None:
    """Fail where models and tables differ."""
    migrate.check(services().sessions.engine)


@click.command("scheduler")
def scheduler() -> None:
    """Run the jobs. Several may be started: one leads, another takes over when it falls silent."""
    tasks = tasks_of(services().settings.redis)
    tray = Tray(services(), tasks) if tasks else None
    Scheduler(Context(services(), desk().finish_silent, tray=tray)).run()


@click.command("worker")
@click.option(
    "--threads", type=click.IntRange(1, 16), default=2, show_default=True, help="Batches under way at once."
)
@with_appcontext
def worker(threads: int) -> None:
    """Send what the scheduler hands out through Redis. Any number may be started, on any machine."""
    tasks = tasks_of(services().settings.redis)
    if tasks is None:
        raise SystemExit("zhibu: ZHIBU_REDIS__URL is not set; without Redis the scheduler sends itself")
    Worker(services(), tasks, threads=threads).run()


@click.command("doctor")
def doctor() -> None:
    """Check configuration, database, Redis, clock, token and callback: a line each, exit 1 on a fault."""
    faults = 0
    for name, fault, note in examine(services(), CHECKS):
        faults += fault is not None
        click.echo(f"{'FAULT' if fault else 'ok   '}  {name:<10} {fault or note}")
    raise SystemExit(1 if faults else 0)


@menu.command("publish")
def publish() -> None:
    """Publish the menus of templates/wechat/menus.yaml."""
    menus.publish(services().wechat, menus.load())
    click.echo("menus published: default, " + ", ".join(menus.load().tagged))


@inbox_group.command("list")
def list_failed() -> None:
    """The events whose handler failed, the oldest first."""
    with services().sessions.read() as session:
        rows = inbox.failed(session, limit=100)
    for row in rows:
        click.echo(f"{row.id}  {row.received_at:%Y-%m-%d %H:%M:%S}Z  {row.kind}  {row.error}")
    click.echo(f"{len(rows)} failed")


@inbox_group.command("replay")
@click.argument("event_ids", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every failed event.")
def replay(event_ids: tuple[int, ...], everything: bool) -> None:  # noqa: FBT001 -- click passes flags so
    """Try failed events again; the reply follows as a message of its own."""
    if everything:
        with services().sessions.read() as session:
            event_ids = tuple(row.id for row in inbox.failed(session, limit=10_000))
    results = {event_id: desk().replay(event_id) for event_id in event_ids}
    for event_id, result in results.items():
        click.echo(f"{event_id}  {result}")
    raise SystemExit(any(result is not Replay.CLAIMED for result in results.values()))


COMMANDS = (database, menu, inbox_group, scheduler, worker, doctor)
