"""Writing something to study in the console and having it reviewed, and what is kept of that."""

from app.organizations import queries as organizations
from app.staff import queries as people
from app.staff.queries import TrailFilter
from app.study.library.models import StudyColumn, StudyItem, StudyVersion
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

BODY = "党员要学好党章。\n## 三个要点\n- 信念\n- 纪律"


def typed(world: World, **more: object) -> dict[str, object]:
    return {
        "organization": world.left.branch_id,
        "column": world.left.studied.column_id,
        "kind": "article",
        "reach": "below",
        "title": "学习党章的体会",
        "summary": "三个要点",
        "body": BODY,
        "source_name": "东山一支部",
        "rights": "own_work",
        "tags": "党章，纪律 党员义务",
        "once": "form-1",
        **more,
    }


def write(browser: Browser, world: World, **more: object) -> int:
    answer = browser.post("/console/study/items/new", typed(world, **more))
    assert answer.status_code == 302, answer.text
    return int(str(answer.location).split("/")[4])


def path_of(version_id: int, rest: str = "") -> str:
    return f"/console/study/versions/{version_id}{rest}"


def column_path(column_id: int, rest: str = "") -> str:
    return f"/console/study/columns/{column_id}{rest}"


def kept(site: Site, version_id: int) -> StudyVersion:
    with site.services.sessions.read() as session:
        return session.get_one(StudyVersion, version_id)


def item(site: Site, version_id: int) -> StudyItem:
    with site.services.sessions.read() as session:
        return session.get_one(StudyItem, session.get_one(StudyVersion, version_id).item_id)


def column(site: Site, column_id: int) -> StudyColumn:
    with site.services.sessions.read() as session:
        return session.get_one(StudyColumn, column_id)


def seen(site: Site, version_id: int, **more: object) -> dict[str, object]:
    return {"revision": kept(site, version_id).revision, **more}


def acts(site: Site, world: World) -> list[str]:
    with site.services.sessions.read() as session:
        root = organizations.by_id(session, world.root_id)
        assert root is not None
        rows = people.trail(session, organizations.subtree(root), TrailFilter(), offset=0, limit=50)
        return [entry.action for entry, _ in reversed(rows)]


def submit(browser: Browser, site: Site, version_id: int) -> None:
    answer = browser.post(path_of(version_id, "/submit"), seen(site, version_id))
    assert answer.status_code == 302, answer.text


def judge(
    browser: Browser, site: Site, version_id: int, stage: int, verdict: str = "passed", note: str = ""
) -> int:
    form = seen(site, version_id, stage=stage, verdict=verdict, note=note)
    return browser.post(path_of(version_id, "/review"), form).status_code
