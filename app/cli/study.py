"""`flask study`: what an operator does about study."""

import click
from flask.cli import AppGroup

from app.cli.edge import services
from app.study.searching import indexing

study = AppGroup("study", help="Study: the search index.")


@study.command("rebuild")
def rebuild() -> None:
    """Index all that is published anew; whoever publishes or withdraws meanwhile waits."""
    with services().sessions.begin() as session:
        found = indexing.rebuild(session)
    click.echo(f"{found} items can be found")


COMMANDS = (study,)
