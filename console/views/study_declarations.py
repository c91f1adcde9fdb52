"""自主申报: what members studied elsewhere, accepted by their branch or sent back with a word about why."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.staff.permissions import Permission
from app.study.hours import declarations, queries
from app.study.hours.credits import beside
from console import dues_money as shared
from console import fields
from console import study_place as places
from console.blueprint import console
from console.edge import acting, now, services

HOURS = Permission.STUDY_HOURS
ACCEPT, RETURN = "accept", "return"


@console.get("/study/hours/declarations")
@staff(HOURS)
def study_declarations() -> ResponseReturnValue:
    with services().sessions.read() as session:
        return _list(session)


def _list(session: Session, *, refused_id: int = 0, fault: str = "") -> str:
    seats = places.all_seats(session, HOURS)
    waiting = queries.waiting(session, seats)
    return render_template(
        "console/study/declarations.html",
        waiting=[(row.Declaration, row.name, beside(session, row.Declaration)) for row in waiting],
        more=queries.waiting_count(session, seats) - len(waiting),
        decided=[(row.Declaration, row.name) for row in queries.decided_lately(session, seats, now=now())],
        who=shared.called(session),
        note_width=declarations.NOTE_WIDTH,
        refused_id=refused_id,
        typed=fields.line("note", most=declarations.NOTE_WIDTH),
        fault=fault,
        above=places.stands_above(session, HOURS),
    )


@console.post("/study/hours/declarations/<int:declaration_id>/decide")
@staff(HOURS)
def decide_study_declaration(declaration_id: int) -> ResponseReturnValue:
    """Exactly what was read; the member sees the word beside their line."""
    answer = fields.line("answer", most=len(ACCEPT))
    if answer not in (ACCEPT, RETURN):
        abort(400)

    def decide(session: Session) -> str:
        seats = places.all_seats(session, HOURS)
        found = queries.declaration_for_staff(session, seats, declaration_id) or abort(404)
        declarations.decide(
            session,
            declaration=found,
            revision=fields.number("revision") or 0,
            accept=answer == ACCEPT,
            by=acting().username,
            now=now(),
            note=fields.line("note", most=declarations.NOTE_WIDTH),
        )
        act = "declaration_accepted" if answer == ACCEPT else "declaration_returned"
        places.keep(session, act, f"declaration:{found.id}", found.organization_id)
        return (
            "已认定，学时已经记上。" if answer == ACCEPT else "已退回，本人在手机上看得到原因，改好可以再报。"
        )

    def shown(refusal: str) -> str:
        with services().sessions.read() as session:
            return _list(session, refused_id=declaration_id, fault=refusal)

    return shared.carry_out(url_for("console.study_declarations"), decide, shown)
