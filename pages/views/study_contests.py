"""知识竞赛 on the phone: signing up, agreeing to be named or not, and the results of those who agree."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.core.errors import DomainError
from app.study.quizzes import contests, queries
from app.study.quizzes.running import NotEntered, QuizUnknown
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.sign_in import back_to
from pages.views.notices import KEY
from pages.views.study import path_of
from pages.views.study_quizzes import YES, quiz_page


@pages.post(f"/study/quizzes/<{KEY}:quiz_id>/enter")
@member("the signed-in member's own sign-up")
def enter_contest(quiz_id: int) -> ResponseReturnValue:
    """A second tap finds the first one's sign-up."""
    try:
        with services().sessions.begin() as session:
            contests.enter(
                session,
                quiz_id=quiz_id,
                member_id=member_id(),
                path=path_of(session),
                consents=_agrees(),
                now=now(),
            )
    except QuizUnknown:
        abort(404)
    except DomainError as refused:
        return quiz_page(quiz_id, refused), 409
    return _to_quiz(quiz_id)


def _agrees() -> bool:
    return request.form.get("consents") == YES


def _to_quiz(quiz_id: int) -> ResponseReturnValue:
    return back_to(url_for("pages.quiz", quiz_id=quiz_id))


@pages.post(f"/study/quizzes/<{KEY}:quiz_id>/leave")
@member("the signed-in member's own sign-up")
def leave_contest(quiz_id: int) -> ResponseReturnValue:
    """A second tap finds it left."""
    try:
        with services().sessions.begin() as session:
            contests.leave(session, quiz_id=quiz_id, member_id=member_id(), now=now())
    except (QuizUnknown, NotEntered):
        return back_to(url_for("pages.quizzes"))
    except DomainError as refused:
        return quiz_page(quiz_id, refused), 409
    return _to_quiz(quiz_id)


@pages.post(f"/study/quizzes/<{KEY}:quiz_id>/consent")
@member("whether the signed-in member's own result may be published")
def set_contest_consent(quiz_id: int) -> ResponseReturnValue:
    """Taken back at any time, and off the published list at once."""
    try:
        with services().sessions.begin() as session:
            contests.set_consent(session, quiz_id=quiz_id, member_id=member_id(), consents=_agrees())
    except NotEntered:
        abort(404)
    except DomainError as refused:
        return quiz_page(quiz_id, refused), 409
    return back_to(url_for("pages.quiz", quiz_id=quiz_id, _anchor="consent"))


@pages.get(f"/study/quizzes/<{KEY}:quiz_id>/results")
@member("published results of who agrees, for the organisations that the contest was for; else 404")
def contest_results(quiz_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        path = path_of(session)
        results = queries.published_results(session, path, quiz_id)
        offer = queries.quiz_for_member(session, path, member_id=member_id(), quiz_id=quiz_id)
        if results is None or offer is None:
            abort(404)
        return render_template(
            "pages/study/contest_results.html",
            quiz=offer.quiz,
            results=results,
            mine=offer.submitted and offer.consents,
        )
