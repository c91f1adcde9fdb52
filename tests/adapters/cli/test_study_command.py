"""`flask study rebuild`: what can be found again after the index was lost, or a version reads texts anew."""

from sqlalchemy import delete

from app.core.db import Sessions
from app.main import create_app
from app.study.searching import finding
from app.study.searching.models import SearchText
from app.wiring import Services
from tests import factories
from tests.unit.study.searching import library


def test_rebuild_lets_everything_published_be_found_again(services: Services, sessions: Sessions) -> None:
    shell = create_app(services).test_cli_runner()
    with sessions.begin() as session:
        branch = factories.organization(session)
        column = library.column(session, branch)
        for title in ("章程要点", "班前会上讲什么"):
            library.published(session, column, title)
        session.execute(delete(SearchText))

    done = shell.invoke(args=["study", "rebuild"])

    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "2 items can be found")
    with sessions.read() as session:
        found = finding.find(session, path=branch.path, query="章程")
    assert [one.version.title for one in found] == ["章程要点"]
