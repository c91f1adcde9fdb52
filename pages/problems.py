"""Whatever kept a page from opening, told plainly. The words are in templates/pages/problem.html."""

from enum import StrEnum

from flask import make_response, render_template
from flask.wrappers import Response

from pages.edge import HOME, services


class Problem(StrEnum):
    OUTSIDE = "outside"
    NOT_FOLLOWING = "not_following"
    NOT_BOUND = "not_bound"
    SNAPSHOT = "snapshot"
    STALE = "stale"
    AGAIN = "again"
    WECHAT_AWAY = "wechat_away"
    FAULT = "fault"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    TOO_LARGE = "too_large"
    CRASHED = "crashed"


STATUS = {
    Problem.OUTSIDE: 403,
    Problem.NOT_FOLLOWING: 403,
    Problem.NOT_BOUND: 403,
    Problem.SNAPSHOT: 403,
    Problem.STALE: 400,
    Problem.AGAIN: 400,
    Problem.WECHAT_AWAY: 503,
    Problem.FAULT: 502,
    Problem.NOT_FOUND: 404,
    Problem.REFUSED: 409,
    Problem.TOO_LARGE: 413,
    Problem.CRASHED: 500,
}


def page(problem: Problem, *, again: str = HOME, **values: object) -> Response:
    """`again`: the page of ours that the button leads to."""
    house = services().settings.site.organization_name
    text = render_template("pages/problem.html", problem=problem.value, again=again, house=house, **values)
    return make_response(text, STATUS[problem])
