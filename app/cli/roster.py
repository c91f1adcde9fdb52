"""`flask members`: a roster from .xlsx, as a difference that is looked at before it is applied."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from app.cli.edge import OPERATOR, services
from app.core.db import Session
from app.members.roster import batches, report, service, template
from app.members.roster import queries as rosters
from app.members.roster.archive import RosterRefused
from app.members.roster.service import Outcome
from app.members.roster.states import ChangeState
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff import audit

members = AppGroup("members", help="The registry of people.")


@members.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organization", "code", help="Only people of this organisation and below; its code.")
@click.option("--complete", is_flag=True, help="Who is missing from the file has left its branches.")
@click.option("--apply", "wanted", is_flag=True, help="Apply the difference; without this it is only shown.")
@click.option("--rows", help="Only these rows of the file, for example 2,5,9.")
def import_roster(file: Path, code: str | None, *, complete: bool, wanted: bool, rows: str | None) -> None:
    """Show what FILE would change, and with --apply change it, row by row."""
    import_id = _preview(file, code, complete=complete)
    if wanted:
        _apply(import_id, None if rows is None else _numbers(rows))
    else:
        click.echo("nothing was changed; add --apply")


@members.command("revert")
@click.argument("import_id", type=int)
def revert(import_id: int) -> None:
    """Take an applied roster back, except where somebody changed a person since."""
    with _bar(import_id, ChangeState.APPLIED, None) as moved:
        wired = services()
        result = batches.revert_all(
            wired.sessions,
            import_id=import_id,
            by=OPERATOR,
            now=wired.clock.now(),
            vault=wired.vault,
            progress=moved,
        )
    _told(import_id, result, "撤销")


@members.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--organization", "code", help="Only branches of this organisation; its code.")
def write_template(file: Path, code: str | None) -> None:
    """Write an empty roster with its columns and lists."""
    with services().sessions.read() as session:
        scope = organizations.subtree(_organization(session, code))
        content = template.write(organizations.in_scope(session, scope))
    file.write_bytes(content)
    click.echo(f"written: {file}")


def _preview(file: Path, code: str | None, *, complete: bool) -> int:
    wired = services()
    try:
        with wired.sessions.begin() as session:
            organization = _organization(session, code)
            import_id = service.preview(
                session,
                content=file.read_bytes(),
                filename=file.name,
                scope=organizations.subtree(organization),
                by=OPERATOR,
                now=wired.clock.now(),
                vault=wired.vault,
                complete=complete,
                organization=organization if code else None,
            ).id
    except RosterRefused as refusal:
        for line in report.refused(refusal):
            click.echo(line)
        raise SystemExit(1) from refusal
    with wired.sessions.read() as session:
        made = rosters.by_id(session, import_id)
        if made is None:
            raise click.ClickException(f"no import has the number {import_id}")
        for line in report.summary(made, rosters.count_by_kind(session, import_id)):
            click.echo(line)
        for line in report.lines(rosters.lines(session, import_id, wired.vault)):
            click.echo(line)
    click.echo(f"import {import_id}")
    return import_id


def _apply(import_id: int, rows: Sequence[int] | None) -> None:
    wired = services()
    with wired.sessions.read() as session:
        chosen = None if rows is None else rosters.ids_of_rows(session, import_id, rows)
    with _bar(import_id, ChangeState.PROPOSED, chosen) as moved:
        result = batches.apply_all(
            wired.sessions,
            import_id=import_id,
            by=OPERATOR,
            now=wired.clock.now(),
            vault=wired.vault,
            change_ids=chosen,
            progress=moved,
        )
    _told(import_id, result, "应用")


@contextmanager
def _bar(import_id: int, state: ChangeState, chosen: Sequence[int] | None) -> Iterator[Callable[[int], None]]:
    with services().sessions.read() as session:
        total = len(service.in_state(session, import_id, state, chosen))
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns) as progress:
        task = progress.add_task(f"import {import_id}", total=total)
        yield lambda done: progress.advance(task, done)


def _told(import_id: int, result: Outcome, verb: str) -> None:
    """Print it, and leave it in the trail."""
    wired = services()
    with wired.sessions.begin() as session:
        audit.record(
            session,
            actor=OPERATOR,
            action="roster.applied" if verb == "应用" else "roster.reverted",
            subject=f"roster:{import_id}",
            organization_id=None,
            details={"done": result.done, "refused": len(result.refused)},
            now=wired.clock.now(),
        )
    for line in report.outcome(result, verb=verb):
        click.echo(line)


def _organization(session: Session, code: str | None) -> Organization:
    found = (
        organizations.by_code(session, code)
        if code
        else organizations.by_id(session, organizations.root_id(session))
    )
    if found is None:
        raise click.ClickException(f"no organisation has the code {code}")
    return found


def _numbers(rows: str) -> list[int]:
    try:
        return [int(part) for part in rows.split(",")]
    except ValueError as error:
        raise click.ClickException("--rows takes numbers with commas between, for example 2,5,9") from error


COMMANDS = (members,)
