"""The `flask` commands."""

from flask import Flask

from app.cli import accounts, dues, roster, running, study, tree


def register(app: Flask) -> None:
    for group in (running, tree, accounts, roster, dues, study):
        for command in group.COMMANDS:
            app.cli.add_command(command)
