"""Styles and scripts, all from this machine."""

from flask import send_from_directory
from flask.typing import ResponseReturnValue

from app.access import public
from pages.blueprint import pages
from pages.presentation import STATIC


@pages.get("/static/<path:filename>", endpoint="static")
@public("styles and scripts; no data")
def asset(filename: str) -> ResponseReturnValue:
    return send_from_directory(STATIC, filename)
