"""The routes of study, and what their addresses name: each with one of everything of the left side's member."""

from dataclasses import asdict
from typing import Any

from tests.adapters.console.world import Side
from tests.adapters.pages import studied
from tests.adapters.pages.visit import Visit
from tests.adapters.site import Site

DECLARED = {
    "held_on": "2026-02-20",
    "topic": "安全培训",
    "held_by": "市应急局",
    "unit": "clock",
    "hours": "2",
}
VISITS = (
    Visit("pages.study"),
    Visit("pages.study_column", elsewhere=404),
    Visit("pages.study_item", elsewhere=404),
    Visit("pages.study_file", elsewhere=404, own=False),
    Visit("pages.study_search", query="?q=学习材料"),
    Visit("pages.study_choices"),
    Visit("pages.study_save_choices", "POST", right=303, elsewhere=303, own=False),
    Visit("pages.study_wishes"),
    Visit("pages.study_wish", "POST", {"text": "想学急救"}, right=303, elsewhere=303, own=False),
    Visit("pages.study_take_back_wish", "POST", right=303, elsewhere=303, own=False),
    Visit("pages.study_kept", own=False),
    Visit("pages.study_hours"),
    Visit("pages.study_hours_of"),
    Visit("pages.study_declare", own=False),
    Visit("pages.study_declare_hours", "POST", DECLARED, right=303, elsewhere=303, own=False),
    Visit("pages.study_declaration", elsewhere=404),
    Visit("pages.study_correct", "POST", DECLARED | {"revision": 1}, right=303, elsewhere=404, own=False),
    Visit("pages.study_take_back", "POST", {"revision": 1}, right=303, elsewhere=404, own=False),
)
QUIZZES = (
    Visit("pages.quizzes"),
    Visit("pages.quiz", elsewhere=404),
    Visit("pages.quiz_paper", elsewhere=404),
    Visit("pages.hand_in_quiz", "POST", right=409, elsewhere=404),
    Visit("pages.quiz_result", elsewhere=404),
    Visit("pages.practise_quiz", "POST", right=303, elsewhere=404, own=False),
    Visit("pages.enter_contest", "POST", right=303, elsewhere=404, own=False),
    Visit("pages.leave_contest", "POST", right=303, elsewhere=303, own=False),
    Visit("pages.set_contest_consent", "POST", right=303, elsewhere=404, own=False),
    Visit("pages.contest_results", elsewhere=404),
)
QUIZZED: dict[str, tuple[str, str]] = {
    "pages.quiz": ("quiz_id", "taken_id"),
    "pages.quiz_paper": ("quiz_id", "fresh_id"),
    "pages.hand_in_quiz": ("quiz_id", "fresh_id"),
    "pages.quiz_result": ("paper_id", "paper_id"),
    "pages.practise_quiz": ("paper_id", "paper_id"),
    "pages.enter_contest": ("quiz_id", "contest_id"),
    "pages.leave_contest": ("quiz_id", "contest_id"),
    "pages.set_contest_consent": ("quiz_id", "over_id"),
    "pages.contest_results": ("quiz_id", "published_id"),
}
"""The argument of the address, and which thing of the left side's it names."""
NAMED: dict[str, tuple[str, ...]] = {
    "pages.study_column": ("column_id",),
    "pages.study_item": ("item_id",),
    "pages.study_file": ("item_id", "file_id"),
    "pages.study_take_back_wish": ("wish_id",),
    "pages.study_hours_of": ("year",),
    "pages.study_declaration": ("declaration_id",),
    "pages.study_correct": ("declaration_id",),
    "pages.study_take_back": ("declaration_id",),
}
NEW = ("pages.study_declare_hours", "pages.study_wish")
OURS = frozenset(visit.endpoint for visit in VISITS if visit.endpoint not in NEW)


def address(site: Site, visit: Visit, left: Side, member_id: int) -> dict[str, Any]:
    if visit.endpoint in QUIZZED:
        name, value = QUIZZED[visit.endpoint]
        return {name: getattr(left.quizzed, value)}
    if visit.endpoint not in OURS:
        return {}
    with site.services.sessions.begin() as session:
        made = studied.seed(session, organization_id=left.branch_id, member_id=member_id, mark=left.mark)
    known = {**asdict(made), "year": 2026}
    return {name: known[name] for name in NAMED.get(visit.endpoint, ())}
