"""题库: the questions of the reader's organisations, with their answers, for those who write them."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session
from app.core.errors import DomainError
from app.organizations import queries as organizations
from app.organizations.scope import Scope
from app.staff.permissions import Permission
from app.study.quizzes import bank, bank_listing
from app.study.quizzes.bank_listing import Wanted
from app.study.quizzes.models import Question, QuestionKind
from app.study.quizzes.questions import SUBJECT_LIMIT, WORDS_LIMIT, QuestionWrong, content_of
from app.study.quizzes.rules import TRUE_OR_FALSE, QuestionContent
from app.study.quizzes.workbook import LETTERS
from console import fields, once
from console.blueprint import console
from console.dues_money import carry_out, of_scope
from console.edge import acting, now, scope, services
from console.paging import PER_PAGE, Page, offset, wanted_page
from console.study_question_form import TypedQuestion, faults
from console.study_quizzing import keep_question, revision, said, wanted_question

SEARCH_LENGTH = 60


@console.get("/study/questions")
@staff(Permission.STUDY_WRITE)
def study_questions() -> ResponseReturnValue:
    wanted = Wanted(
        kind=fields.choice("kind", QuestionKind),
        subject=fields.line("subject", most=SUBJECT_LIMIT) or None,
        text=fields.line("q", most=SEARCH_LENGTH),
        retired=request.args.get("retired") == "yes",
    )
    with services().sessions.read() as session:
        place = _place(session)
        found = bank_listing.questions(session, place, wanted, offset=offset(wanted_page()), limit=PER_PAGE)
        choices = organizations.tree(session, scope())
        return render_template(
            "console/study/questions.html",
            rows=[(one, right_answer(content_of(one))) for one in found],
            page=Page(wanted_page(), bank_listing.question_count(session, place, wanted)),
            wanted=wanted,
            kinds=QuestionKind,
            choices=choices,
            names={one.organization.id: one.organization.short_name for one in choices},
            organization=fields.number("organization"),
            narrowed=bool(wanted.kind or wanted.subject or wanted.text),
        )


def _place(session: Session) -> Scope:
    """The subtree asked for, else all of the reader's. 404 for somebody else's."""
    asked = fields.number("organization")
    return organizations.subtree(of_scope(session, asked)) if asked else scope()


def right_answer(content: QuestionContent) -> str:
    """AC, 正确, or 上海|上海市；嘉兴."""
    if content.kind is QuestionKind.FILL:
        return "；".join("|".join(accepted) for accepted in content.blanks)
    signs = TRUE_OR_FALSE if content.kind is QuestionKind.TRUE_FALSE else LETTERS
    return "".join(signs[place] for place in content.answer)


@console.get("/study/questions/new")
@staff(Permission.STUDY_WRITE)
def new_study_question() -> ResponseReturnValue:
    kind = fields.choice("kind", QuestionKind) or QuestionKind.SINGLE
    with services().sessions.read() as session:
        return _form(
            session,
            TypedQuestion(
                kind, fields.number("organization"), subject=fields.line("subject", most=SUBJECT_LIMIT)
            ),
        )


def _form(
    session: Session,
    typed: TypedQuestion,
    *,
    kept: Question | None = None,
    wrong: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    home = organizations.by_id(session, kept.organization_id) if kept else None
    return render_template(
        "console/study/question_form.html",
        typed=typed,
        kept=kept,
        home=home,
        choices=organizations.tree(session, scope()),
        kinds=QuestionKind,
        subjects=bank_listing.subjects(session, kept.organization_id) if kept else (),
        limit=WORDS_LIMIT,
        faults=wrong or {},
        refusal=refusal,
    )


@console.post("/study/questions/new")
@staff(Permission.STUDY_WRITE)
def add_study_question() -> ResponseReturnValue:
    typed = TypedQuestion.sent(fields.choice("kind", QuestionKind) or abort(400))
    try:
        with services().sessions.begin() as session:
            organization = of_scope(session, typed.organization)
            again = url_for(
                "console.new_study_question",
                organization=organization.id,
                kind=typed.kind,
                subject=typed.subject or None,
            )
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, again)
            made = bank.add_question(
                session,
                organization_id=organization.id,
                content=typed.content(),
                by=acting().username,
                now=now(),
            )
            once.led_to(session, again)
            keep_question(session, "question_added", made)
    except DomainError as refused:
        return _refused(typed, refused)
    flash("题目已放进题库，可以接着写下一道。", "ok")
    return redirect(again)


def _refused(
    typed: TypedQuestion, refused: DomainError, question_id: int | None = None
) -> ResponseReturnValue:
    wrong = faults(refused) if isinstance(refused, QuestionWrong) else {}
    with services().sessions.read() as session:
        kept = wanted_question(session, question_id) if question_id else None
        refusal = "" if wrong else said(refused)
        return _form(session, typed, kept=kept, wrong=wrong, refusal=refusal), 422 if wrong else 409


@console.get("/study/questions/<int:question_id>")
@staff(Permission.STUDY_WRITE)
def study_question(question_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = wanted_question(session, question_id)
        return _form(session, TypedQuestion.of(found), kept=found)


@console.post("/study/questions/<int:question_id>")
@staff(Permission.STUDY_WRITE)
def change_study_question(question_id: int) -> ResponseReturnValue:
    """Where an open quiz draws it, a new one takes its place: papers keep what they asked."""
    try:
        with services().sessions.begin() as session:
            found = wanted_question(session, question_id)
            typed = TypedQuestion.sent(found.kind)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, url_for("console.study_questions"))
            made = bank.change_question(
                session,
                question=found,
                revision=typed.revision,
                content=typed.content(),
                by=acting().username,
                now=now(),
            )
            address = url_for("console.study_question", question_id=made.id)
            once.led_to(session, address)
            keep_question(session, "question_changed", made)
            anew = made.id != question_id
    except DomainError as refused:
        return _refused(typed, refused, question_id)
    flash(ANEW if anew else "已保存。", "ok")
    return redirect(address)


ANEW = "已保存。正在进行的测验会抽到这道题，已经发下去的题不变：原题已停用，改好的是一道新题。"


@console.post("/study/questions/<int:question_id>/retire")
@staff(Permission.STUDY_WRITE)
def retire_study_question(question_id: int) -> ResponseReturnValue:
    def retire(session: Session) -> str:
        found = wanted_question(session, question_id)
        bank.retire_question(session, question=found, revision=revision(), now=now())
        keep_question(session, "question_retired", found)
        return "已停用，以后的测验不再抽这道题。"

    return carry_out(url_for("console.study_question", question_id=question_id), retire)


@console.post("/study/questions/<int:question_id>/restore")
@staff(Permission.STUDY_WRITE)
def restore_study_question(question_id: int) -> ResponseReturnValue:
    def restore(session: Session) -> str:
        found = wanted_question(session, question_id)
        bank.restore_question(session, question=found, revision=revision())
        keep_question(session, "question_restored", found)
        return "已恢复使用。"

    return carry_out(url_for("console.study_question", question_id=question_id), restore)
