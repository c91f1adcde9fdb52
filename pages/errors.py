"""What went wrong, in plain words."""

import structlog
from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from app.core.errors import DomainError
from pages import problems
from pages.blueprint import pages
from pages.problems import Problem

log = structlog.get_logger()

BY_CODE = {404: Problem.NOT_FOUND, 413: Problem.TOO_LARGE, 400: Problem.STALE, 405: Problem.NOT_FOUND}


@pages.errorhandler(HTTPException)
def _http(error: HTTPException) -> ResponseReturnValue:
    answer = problems.page(BY_CODE.get(error.code or 500, Problem.CRASHED))
    answer.status_code = error.code or 500
    return answer


@pages.errorhandler(DomainError)
def _refused(error: DomainError) -> ResponseReturnValue:
    return problems.page(Problem.REFUSED, code=error.code)


@pages.errorhandler(Exception)
def _crashed(error: Exception) -> ResponseReturnValue:
    log.error("pages.crashed", path=request.path, exc_info=error)
    return problems.page(Problem.CRASHED)
