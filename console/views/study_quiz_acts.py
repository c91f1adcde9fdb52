"""What may be done with a quiz: to the phones, longer, off, and the results of those who agree."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core.db import Session, in_turn
from app.core.errors import DomainError
from app.staff.permissions import Permission
from app.study.quizzes import contests, service
from app.study.quizzes.content import QuizTimesWrong
from app.study.quizzes.models import Quiz
from console import fields, once
from console.blueprint import console
from console.edge import acting, now, services
from console.presentation import when
from console.study_quizzing import keep_quiz, revision, said, wanted_quiz
from console.views.study_quizzes import quiz_page

Verb = Callable[[Session, Quiz], str]
"""Does it and keeps it; what to say afterwards."""


def _carry_out(quiz_id: int, verb: Verb) -> ResponseReturnValue:
    """Once per form; a refusal is shown on the page itself, and nothing has happened."""
    address = url_for("console.study_quiz", quiz_id=quiz_id)

    def transact() -> ResponseReturnValue | str:
        with services().sessions.begin() as session:
            found = wanted_quiz(session, quiz_id)
            if repeat := once.repeated(session):
                return once.answer_repeat(repeat, address)
            done = verb(session, found)
            once.led_to(session, address)
            return done

    try:
        done = in_turn(transact)
    except DomainError as refusal:
        with services().sessions.read() as session:
            return quiz_page(session, wanted_quiz(session, quiz_id), said(refusal)), 409
    if not isinstance(done, str):
        return done
    flash(done, "ok")
    return redirect(address)


@console.post("/study/quizzes/<int:quiz_id>/publish")
@staff(Permission.STUDY_WRITE)
def publish_study_quiz(quiz_id: int) -> ResponseReturnValue:
    def publish(session: Session, found: Quiz) -> str:
        service.publish(session, quiz=found, revision=revision(), now=now())
        keep_quiz(session, "quiz_published", found)
        return f"已发布，{when(max(found.opens_at, now()))} 起可以在手机上答题。"

    return _carry_out(quiz_id, publish)


@console.post("/study/quizzes/<int:quiz_id>/extend")
@staff(Permission.STUDY_WRITE)
def extend_study_quiz(quiz_id: int) -> ResponseReturnValue:
    def extend(session: Session, found: Quiz) -> str:
        closes_at = fields.moment("closes_day", "closes_time")
        if closes_at is None:
            raise QuizTimesWrong
        service.extend(session, quiz=found, revision=revision(), closes_at=closes_at, now=now())
        keep_quiz(session, "quiz_extended", found)
        return f"已延长到 {when(closes_at)}。"

    return _carry_out(quiz_id, extend)


@console.post("/study/quizzes/<int:quiz_id>/withdraw")
@staff(Permission.STUDY_WRITE)
def withdraw_study_quiz(quiz_id: int) -> ResponseReturnValue:
    def withdraw(session: Session, found: Quiz) -> str:
        service.withdraw(session, quiz=found, revision=revision(), now=now())
        keep_quiz(session, "quiz_withdrawn", found)
        return "已撤下，答卷、报名和各人的结果都已删除。"

    return _carry_out(quiz_id, withdraw)


@console.post("/study/quizzes/<int:quiz_id>/results")
@staff(Permission.STUDY_WRITE)
def publish_contest_results(quiz_id: int) -> ResponseReturnValue:
    def publish(session: Session, found: Quiz) -> str:
        contests.publish_results(session, quiz=found, by=acting().username, now=now())
        keep_quiz(session, "contest_results_published", found)
        return "已公布本人同意公布的结果，按姓名的拼音排列。没有同意的，报名记录已删除。"

    return _carry_out(quiz_id, publish)
