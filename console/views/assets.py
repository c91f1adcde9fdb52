"""Styles, scripts and icons, all from this machine."""

from flask import send_from_directory
from flask.typing import ResponseReturnValue

from app.access import public
from console.blueprint import console
from console.presentation import STATIC


@console.get("/static/<path:filename>", endpoint="static")
@public("styles, scripts and icons; no data")
def asset(filename: str) -> ResponseReturnValue:
    return send_from_directory(STATIC, filename)
