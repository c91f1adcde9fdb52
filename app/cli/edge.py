"""What every command starts from."""

from flask import current_app

from app.wiring import Services

OPERATOR = "operator"
"""Who acts in the trail when somebody with a shell does."""


def services() -> Services:
    found: Services = current_app.extensions["zhibu"]
    return found
