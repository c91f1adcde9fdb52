"""What this product will not do (docs/adr/0004): no table, route or sentence grows the means for it."""

import re
from pathlib import Path

import pytest

from app.schema import METADATA
from tests.adapters.site import Site

ROOT = Path(__file__).resolve().parents[2]
COMPARED = "rank ranks ranking score scores points streak leaderboard badge sentiment prediction"
WATCHED = "dwell duration scroll click clicks visits"
LOCATED = "latitude longitude lat lng gps geo geolocation photo face fingerprint"
ENGLISH = frozenset(f"{COMPARED} {WATCHED} {LOCATED} salary".split())
CHINESE = ("积分", "排名", "排行", "打卡", "勋章", "人脸", "定位", "阅读时长", "代扣")
MINIMAL = {"id_number_index", "id_number_tail"}
UNNEEDED = frozenset({"id_number", "id_number_sealed", "address", "ethnicity", "native_place"})
WRITTEN = sorted((ROOT / "templates").rglob("*.*"))


def _words(name: str) -> set[str]:
    return {name.lower(), *re.split(r"[^a-z]+", name.lower())}


def test_no_table_can_rank_watch_or_locate_anybody() -> None:
    names = {name for table in METADATA.tables.values() for name in (table.name, *table.columns.keys())}

    assert {name for name in names if _words(name) & ENGLISH} == set()


def test_no_table_holds_more_of_a_person_than_the_work_needs() -> None:
    columns = set(METADATA.tables["member"].columns.keys())

    assert {name for name in columns if name.startswith("id_number")} == MINIMAL
    assert columns & UNNEEDED == set()


def test_no_route_is_for_ranking_watching_or_locating(site: Site) -> None:
    rules = {str(rule) for rule in site.app.url_map.iter_rules()}

    assert {rule for rule in rules if _words(rule) & ENGLISH} == set()


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_promises_points_or_asks_for_a_face(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert [word for word in CHINESE if word in text] == []
