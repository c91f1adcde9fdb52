"""An act of a form of dues whose refusals are shown beside its fields."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from console import once
from console.dues_money import Verb
from console.edge import services


def act(address: str, verb: Verb) -> ResponseReturnValue:
    """Once per form. Lets a DomainError through, after nothing has happened."""
    with services().sessions.begin() as session:
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, address)
        said = verb(session)
        once.led_to(session, address)
    flash(said, "ok")
    return redirect(address)
