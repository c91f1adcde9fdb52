"""The `flask` commands."""

from flask import Flask

from app.cli import accounts, dues, roster, running, tree


def register(app: Flask) -> None:
    for command in (*running.COMMANDS, *tree.COMMANDS, *accounts.COMMANDS, *roster.COMMANDS, *dues.COMMANDS):
        app.cli.add_command(command)
