"""测验: voluntary, taken in one's own time; the result is for nobody's eyes but the taker's.

A page with questions holds no answers. They are judged by the server when a paper is handed in, and shown then.
"""

from collections.abc import Mapping, Sequence

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.db import Session
from app.core.errors import DomainError
from app.study.quizzes import papers, queries
from app.study.quizzes.papers import AlreadySubmitted, PaperDrawnAnew
from app.study.quizzes.running import QuizUnknown
from app.study.quizzes.sheets import Sheet
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.paging import PER_PAGE, offset, wanted_page
from pages.sign_in import back_to
from pages.views.notices import KEY
from pages.views.study import path_of

MOST_DIGITS = 3
NO_SUCH_CHOICE = -1
YES = "yes"
Typed = Mapping[int, Sequence[int] | Sequence[str]]


@pages.get("/study/quizzes")
@member("quizzes for the signed-in member's organisation, and their own results")
def quizzes() -> ResponseReturnValue:
    number, own = wanted_page(), member_id()
    with services().sessions.read() as session:
        path = path_of(session)
        results = queries.own_results(session, member_id=own, offset=offset(number), limit=PER_PAGE + 1)
        return render_template(
            "pages/study/quizzes.html",
            offers=queries.open_quizzes(session, path, member_id=own, now=now()),
            results=results[:PER_PAGE],
            more=len(results) > PER_PAGE,
            number=number,
            published=queries.published_contests(session, path, limit=PER_PAGE),
            now=now(),
        )


@pages.get(f"/study/quizzes/<{KEY}:quiz_id>")
@member("a quiz for the signed-in member's organisation; anything else is 404")
def quiz(quiz_id: int) -> ResponseReturnValue:
    return quiz_page(quiz_id)


def quiz_page(quiz_id: int, refused: DomainError | None = None) -> str:
    """404 for a quiz that is not for this reader."""
    with services().sessions.read() as session:
        offer = queries.quiz_for_member(session, path_of(session), member_id=member_id(), quiz_id=quiz_id)
        if offer is None:
            abort(404)
        return render_template(
            "pages/study/quiz.html", offer=offer, now=now(), refused=refused.code if refused else ""
        )


@pages.get(f"/study/quizzes/<{KEY}:quiz_id>/paper")
@member("the signed-in member's own questions; those of somebody else have no address")
def quiz_paper(quiz_id: int) -> ResponseReturnValue:
    """Drawn at the first look, and the same ones on every phone of this person."""
    try:
        with services().sessions.begin() as session:
            return _paper_page(_sheet(session, quiz_id))
    except AlreadySubmitted as done:
        return redirect(url_for("pages.quiz_result", paper_id=done.details["paper_id"]))
    except QuizUnknown:
        abort(404)
    except DomainError as refused:
        return quiz_page(quiz_id, refused), 409


def _sheet(session: Session, quiz_id: int) -> Sheet:
    """Raises what `papers.open_paper` raises."""
    own = member_id()
    return papers.open_paper(session, quiz_id=quiz_id, member_id=own, path=path_of(session), now=now())


def _paper_page(
    sheet: Sheet, *, given: Typed | None = None, missing: Sequence[int] = (), refused: str = ""
) -> str:
    return render_template(
        "pages/study/quiz_paper.html", sheet=sheet, given=given or {}, missing=missing, refused=refused
    )


@pages.post(f"/study/quizzes/<{KEY}:quiz_id>/paper")
@member("the signed-in member's own paper")
def hand_in_quiz(quiz_id: int) -> ResponseReturnValue:
    """Once. What was left out is asked for one time, and everything else is still on the page."""
    typed, mark = _typed(), request.form.get("mark", "")
    try:
        with services().sessions.begin() as session:
            sheet = _sheet(session, quiz_id)
            missing = _missing(sheet, typed)
            if missing and mark == sheet.mark and request.form.get("sure") != YES:
                return _paper_page(sheet, given=typed, missing=missing), 422
            paper_id = sheet.paper_id
            papers.submit(
                session, paper_id=paper_id, member_id=member_id(), mark=mark, answers=typed, now=now()
            )
    except QuizUnknown:
        abort(404)
    except AlreadySubmitted as done:
        return result_page(int(str(done.details["paper_id"])), refused=done.code), 409
    except DomainError as refused:
        return _asked_again(quiz_id, typed, refused), 409
    return back_to(url_for("pages.quiz_result", paper_id=paper_id))


def _asked_again(quiz_id: int, typed: Typed, refused: DomainError) -> str:
    """The questions once more; what was answered stays where these still are the questions."""
    try:
        with services().sessions.begin() as session:
            kept = {} if isinstance(refused, PaperDrawnAnew) else typed
            return _paper_page(_sheet(session, quiz_id), given=kept, refused=refused.code)
    except DomainError as closed:
        return quiz_page(quiz_id, closed)


def _typed() -> Typed:
    """Fields c1, c2 … are positions of choices, b1, b2 … what was typed into the blanks of a question."""
    found: dict[int, list[int] | list[str]] = {}
    for name, values in request.form.lists():
        digits = name[1:]
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
            continue
        if name[0] == "c":
            found[int(digits)] = [_place(one) for one in values]
        elif name[0] == "b":
            found[int(digits)] = values
    return found


def _place(text: str) -> int:
    fits = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if fits else NO_SUCH_CHOICE


def _missing(sheet: Sheet, typed: Typed) -> list[int]:
    """Numbers of the questions without an answer, or with an empty blank."""
    return [one.number for one in sheet.questions if not _whole(typed.get(one.number, ()), one.blanks or 1)]


def _whole(answer: Sequence[int] | Sequence[str], least: int) -> bool:
    said = [one for one in answer if isinstance(one, int) or one.strip()]
    return len(said) >= least


@pages.get(f"/study/quiz-papers/<{KEY}:paper_id>")
@member("the signed-in member's own result; another's is 404")
def quiz_result(paper_id: int) -> ResponseReturnValue:
    return result_page(paper_id)


def result_page(paper_id: int, *, refused: str = "") -> str:
    """404 for whom it is not."""
    own = member_id()
    with services().sessions.read() as session:
        result = queries.own_result(session, member_id=own, paper_id=paper_id)
        if result is None:
            abort(404)
        return render_template(
            "pages/study/quiz_result.html",
            result=result,
            offer=queries.quiz_for_member(session, path_of(session), member_id=own, quiz_id=result.quiz_id),
            now=now(),
            refused=refused,
        )


@pages.post(f"/study/quiz-papers/<{KEY}:paper_id>/again")
@member("the signed-in member's own paper; another's is 404")
def practise_quiz(paper_id: int) -> ResponseReturnValue:
    """A second tap finds the new questions drawn."""
    try:
        with services().sessions.begin() as session:
            sheet = papers.practise(session, paper_id=paper_id, member_id=member_id(), now=now())
            address = url_for("pages.quiz_paper", quiz_id=sheet.quiz_id)
    except QuizUnknown:
        abort(404)
    except DomainError as refused:
        return result_page(paper_id, refused=refused.code), 409
    return back_to(address)
