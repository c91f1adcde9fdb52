"""The gate: one place that asks who is there, and whether the view's declaration lets them in."""

from flask import Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect

from app.access import Access, Gate
from console.blueprint import console
from console.edge import declared

csrf = CSRFProtect()
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
WITH_TEMPORARY_PASSWORD = frozenset({"console.password", "console.change_password", "console.sign_out"})
SIGN_IN = "console.sign_in"
LARGEST_KEY = 2**31 - 1
LARGEST_FORM = 256 * 1024
LARGEST = {
    "console.upload_roster": 21 * 1024 * 1024,
    "console.upload_dues_bases": 21 * 1024 * 1024,
    "console.attach": 11 * 1024 * 1024,
    "console.keep_form": 3 * 1024 * 1024,
    "console.save_record": 4 * 1024 * 1024,
    "console.add_study_file": 11 * 1024 * 1024,
    "console.write_study_item": 2 * 1024 * 1024,
    "console.revise_study_version": 2 * 1024 * 1024,
    "console.preview_study_item": 2 * 1024 * 1024,
    "console.preview_study_questions": 3 * 1024 * 1024,
    "console.apply_study_questions": 4 * 1024 * 1024,
}
LONG_TEXTS = frozenset(
    {
        "console.save_record",
        "console.apply_study_questions",
        "console.write_study_item",
        "console.revise_study_version",
        "console.preview_study_item",
    }
)
"""Forms whose text, without a file, may be as large as that: minutes of hours or a regulation must not
be turned away, and a file of questions travels in the form of its preview."""


@console.before_request
def guard() -> ResponseReturnValue | None:
    """A view without a declaration is not served at all."""
    access = declared()
    if access is None:
        abort(500)
    if any(isinstance(one, int) and one > LARGEST_KEY for one in (request.view_args or {}).values()):
        abort(404)  # no database can have given that number, and PostgreSQL would not take it
    g.address = request.remote_addr or ""
    request.max_content_length = LARGEST.get(request.endpoint or "", LARGEST_FORM)
    if request.endpoint in LONG_TEXTS:
        request.max_form_memory_size = request.max_content_length
    if access.gate is not Gate.PUBLIC and not current_user.is_authenticated:
        return _to_sign_in()
    if request.method in WRITES:
        csrf.protect()
    return None if access.gate is Gate.PUBLIC else _check(access)


def _check(access: Access) -> ResponseReturnValue | None:
    actor = current_user.actor
    if actor.password_temporary and request.endpoint not in WITH_TEMPORARY_PASSWORD:
        return _go(url_for("console.password"))
    if access.permission is not None and not actor.may(access.permission):
        abort(403)
    return None


def _to_sign_in() -> ResponseReturnValue:
    wanted = request.full_path.rstrip("?") if request.method == "GET" and not _is_htmx() else None
    return _go(url_for(SIGN_IN, next=wanted))


def _go(address: str) -> ResponseReturnValue:
    """htmx would put a redirect's page into a corner of the old one: it is told to leave instead."""
    if _is_htmx():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _is_htmx() -> bool:
    return "HX-Request" in request.headers


def is_console_path() -> bool:
    return request.path == "/console" or request.path.startswith("/console/")
