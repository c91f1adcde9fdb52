"""`flask organizations`: the tree, node by node."""

import click
from flask.cli import AppGroup

from app.cli.edge import OPERATOR, services
from app.organizations import queries, service
from app.organizations.models import OrganizationKind
from app.organizations.scope import Scope
from app.organizations.service import CodeTaken
from app.staff import audit

organizations = AppGroup("organizations", help="The tree of Party organisations.")


@organizations.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--short-name", help="What people read in chat; the name where none is given.")
@click.option("--kind", type=click.Choice([kind.value for kind in OrganizationKind]), required=True)
@click.option("--parent", "parent_code", help="The code of the organisation above; none for the root.")
def add(code: str, name: str, short_name: str | None, kind: str, parent_code: str | None) -> None:
    """Add one organisation. CODE is kept as it is written: leading zeros count."""
    wired = services()
    with wired.sessions.begin() as session:
        parent = queries.by_code(session, parent_code) if parent_code else None
        if parent_code and parent is None:
            raise click.ClickException(f"no organisation has the code {parent_code}")
        try:
            made = service.found(
                session,
                code=code,
                name=name,
                short_name=short_name or name,
                kind=OrganizationKind(kind),
                parent=parent,
            )
        except CodeTaken as taken:
            raise click.ClickException(f"an organisation has the code {code} already") from taken
        audit.record(
            session,
            actor=OPERATOR,
            action="organization.added",
            subject=f"organization:{made.id}",
            organization_id=made.id,
            details={"code": code},
            now=wired.clock.now(),
        )
    click.echo(f"{code}  {name}")


@organizations.command("list")
def list_all() -> None:
    """The whole tree, each organisation below its superior."""
    with services().sessions.read() as session:
        nodes = queries.tree(session, Scope.of(["/"]))
    for node in nodes:
        click.echo(f"{'  ' * node.depth}{node.organization.code}  {node.organization.name}")


COMMANDS = (organizations,)
