"""测验和竞赛: written here, taken on phones. Of who took part there is a number, and none of a few people."""

from collections.abc import Mapping
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.clock import local_day
from app.core.db import Session
from app.core.errors import DomainError
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.staff.permissions import Permission
from app.study.library.models import StudyReach
from app.study.quizzes import bank_listing, queries, service
from app.study.quizzes.content import ABOUT_LIMIT, MOST_DRAWN, TITLE_LIMIT, drawn_of
from app.study.quizzes.models import QuestionKind, Quiz
from app.study.quizzes.states import QuizState
from console import fields, once
from console.blueprint import console
from console.dues_money import called, covers, of_scope
from console.edge import acting, now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.study_quiz_form import TypedQuiz
from console.study_quizzing import keep_quiz, said, wanted_quiz


@console.get("/study/quizzes")
@staff(Permission.STUDY_VIEW)
def study_quizzes() -> ResponseReturnValue:
    state = fields.choice("state", QuizState)
    with services().sessions.read() as session:
        found = queries.quizzes(session, scope(), state=state, offset=offset(wanted_page()), limit=PER_PAGE)
        return render_template(
            "console/study/quizzes.html",
            rows=found,
            names={one.id: one.short_name for one in organizations.in_scope(session, scope())},
            page=Page(wanted_page(), queries.quiz_count(session, scope(), state=state)),
            states=QuizState,
            state=state,
        )


@console.get("/study/quizzes/<int:quiz_id>")
@staff(Permission.STUDY_VIEW)
def study_quiz(quiz_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        return quiz_page(session, wanted_quiz(session, quiz_id))


def quiz_page(session: Session, found: Quiz, refusal: str = "") -> str:
    home = _home(session, found)
    return render_template(
        "console/study/quiz.html",
        quiz=found,
        home=home,
        drawn={kind: number for kind, number in drawn_of(found.drawn).items() if number},
        stock=bank_listing.stock(session, found.organization_id, found.subject),
        numbers=queries.numbers(session, found.id),
        who=called(session),
        writes=covers(Permission.STUDY_WRITE, home),
        refusal=refusal,
        closes_day=local_day(found.closes_at).isoformat(),
    )


def _home(session: Session, found: Quiz) -> Organization:
    return organizations.by_id(session, found.organization_id) or abort(404)


@console.get("/study/quizzes/new")
@staff(Permission.STUDY_WRITE)
def new_study_quiz() -> ResponseReturnValue:
    today = local_day(now()).isoformat()
    typed = TypedQuiz(
        organization=fields.number("organization"),
        contest=request.args.get("contest") == "yes",
        opens_day=today,
        opens_time="08:00",
        closes_time="20:00",
    )
    with services().sessions.read() as session:
        return _form(session, typed)


def _form(
    session: Session,
    typed: TypedQuiz,
    *,
    kept: Quiz | None = None,
    faults: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    choices = organizations.tree(session, scope())
    typed = replace(typed, organization=choices[0].organization.id) if len(choices) == 1 else typed
    own = {one.organization.id for one in choices}
    known = kept.organization_id if kept else typed.organization
    return render_template(
        "console/study/quiz_form.html",
        typed=typed,
        kept=kept,
        home=_home(session, kept) if kept else None,
        choices=choices,
        kinds=QuestionKind,
        reaches=StudyReach,
        stock=bank_listing.stock(session, known, "") if known in own and known else None,
        subjects=[one for one in bank_listing.subjects(session, known) if one]
        if known in own and known
        else (),
        limits={"title": TITLE_LIMIT, "about": ABOUT_LIMIT, "drawn": MOST_DRAWN},
        faults=faults or {},
        refusal=refusal,
    )


@console.post("/study/quizzes/new")
@staff(Permission.STUDY_WRITE)
def make_study_quiz() -> ResponseReturnValue:
    typed = TypedQuiz.sent()
    faults = typed.faults()
    try:
        if not faults:
            return _make(typed)
        refusal = ""
    except DomainError as refused:
        refusal = said(refused)
    with services().sessions.read() as session:
        return _form(session, typed, faults=faults, refusal=refusal), 422


def _make(typed: TypedQuiz) -> ResponseReturnValue:
    with services().sessions.begin() as session:
        organization = of_scope(session, typed.organization)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, url_for("console.study_quizzes"))
        made = service.make_quiz(
            session,
            organization_id=organization.id,
            content=typed.content(),
            by=acting().username,
            now=now(),
        )
        address = url_for("console.study_quiz", quiz_id=made.id)
        once.led_to(session, address)
        keep_quiz(session, "quiz_made", made)
    flash("已存为草稿。请核对，再发布。", "ok")
    return redirect(address)


@console.get("/study/quizzes/<int:quiz_id>/edit")
@staff(Permission.STUDY_WRITE)
def edit_study_quiz(quiz_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = wanted_quiz(session, quiz_id)
        if found.state is not QuizState.DRAFT:
            flash("已经发布的不能再改，可以延长时间；写错了请撤下，另出一份。", "warn")
            return redirect(url_for("console.study_quiz", quiz_id=quiz_id))
        return _form(session, TypedQuiz.of(found), kept=found)


@console.post("/study/quizzes/<int:quiz_id>/edit")
@staff(Permission.STUDY_WRITE)
def change_study_quiz(quiz_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        typed = replace(TypedQuiz.sent(), organization=wanted_quiz(session, quiz_id).organization_id)
    faults = typed.faults()
    try:
        if not faults:
            return _change(quiz_id, typed)
        refusal = ""
    except DomainError as refused:
        refusal = said(refused)
    with services().sessions.read() as session:
        kept = wanted_quiz(session, quiz_id)
        return _form(session, typed, kept=kept, faults=faults, refusal=refusal), 422


def _change(quiz_id: int, typed: TypedQuiz) -> ResponseReturnValue:
    address = url_for("console.study_quiz", quiz_id=quiz_id)
    with services().sessions.begin() as session:
        found = wanted_quiz(session, quiz_id)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, address)
        service.change_quiz(session, quiz=found, revision=typed.revision, content=typed.content(), now=now())
        once.led_to(session, address)
        keep_quiz(session, "quiz_changed", found)
    flash("已保存。", "ok")
    return redirect(address)
