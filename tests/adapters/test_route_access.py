"""The walk over the URL map: every route declares who may call it, and is tried by each kind of caller."""

from dataclasses import replace

import pytest

from app.access import public
from tests.adapters import open_routes
from tests.adapters.console import matrix
from tests.adapters.pages import matrix as pages
from tests.adapters.route_cases import Case, Who, gaps, routes, undeclared
from tests.adapters.site import Site

CASES = (*matrix.CASES, *pages.CASES, *open_routes.CASES)


def test_every_route_is_declared(site: Site) -> None:
    assert undeclared(site.app) == []


def test_every_route_has_its_trials(site: Site) -> None:
    assert gaps(site.app, CASES) == []


def test_trials_are_not_doubled() -> None:
    keys = [case.key for case in CASES]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_route(case: Case, request: pytest.FixtureRequest) -> None:
    """Views of the console and of the member pages keep nothing of their own: they share an application."""
    sharing = case.endpoint.startswith(("console.", "pages."))
    site: Site = request.getfixturevalue("site" if sharing else "whole_site")
    case.check(site)


def test_walk_new_route_without_declaration_is_found(whole_site: Site) -> None:
    whole_site.app.add_url_rule("/console/forgotten", "forgotten", lambda: "")

    assert undeclared(whole_site.app) == ["forgotten"]


def test_walk_new_route_without_trials_is_found(whole_site: Site) -> None:
    whole_site.app.add_url_rule("/console/untried", "untried", public("a test")(lambda: ""), methods=["POST"])

    assert gaps(whole_site.app, CASES) == ["missing: POST untried by stranger"]


def test_walk_trial_of_a_route_that_is_gone_is_found(site: Site) -> None:
    gone = replace(CASES[0], endpoint="gone", method="GET", who=Who.STRANGER)

    assert gaps(site.app, [*CASES, gone]) == ["no such route: GET gone"]


def test_walk_knows_every_method_of_a_route(site: Site) -> None:
    assert {("console.sign_in", "GET"), ("wechat_callback", "POST")} <= set(routes(site.app))
