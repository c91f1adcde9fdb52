"""What went wrong, in plain words."""

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from app.core.errors import DomainError
from console.access import is_console_path
from console.blueprint import console
from console.refusals import sentence

log = structlog.get_logger()

TEXTS = {
    400: ("这一步没有成功", "提交的内容不完整，或页面放得太久。请返回上一页，刷新后再试一次。"),
    403: ("您没有这项权限", "这个页面不在您的职责范围内。如工作需要，请联系账号管理员调整角色。"),
    404: ("没有找到这个页面", "它可能已被删除，或不在您负责的组织范围内。"),
    405: ("不能这样打开", "请从菜单进入这个页面。"),
    413: ("内容太大", "文件或文字超过了上限，请减少后再试。"),
    429: ("操作太频繁", "请稍等片刻再试。"),
    500: (
        "系统出了一点问题",
        "您的操作没有保存。我们已记录这个错误，请稍后再试；若仍不行，请告诉系统管理员。",
    ),
}

TOO_LARGE = {
    "console.keep_form": "模板不超过 2 MB，请去掉里面的大图片再传。",
    "console.save_record": "这份记录太长了，没有保存。返回上一页可以继续，请把一部分另做附件。",
    "console.add_study_file": "每个文件不超过 10 MB，请压缩后再传。内容没有任何改动，返回上一页可以继续。",
    "console.write_study_item": "正文太长了，没有保存。返回上一页可以继续，请缩短，或者做成文件。",
    "console.revise_study_version": "正文太长了，没有保存。返回上一页可以继续，请缩短，或者做成文件。",
    "console.preview_study_questions": "文件不超过 2 MB，请去掉里面的图片，或者分成几个文件。题库没有任何改动。",
    "console.attach": "每个附件不超过 10 MB，请压缩后再传。通知没有任何改动，返回上一页可以继续。",
}


def configure(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)


def _http(error: HTTPException) -> ResponseReturnValue:
    if not is_console_path():
        return error
    return page(error.code or 500), error.code or 500


def page(code: int) -> str:
    title, text = TEXTS.get(code, TEXTS[500])
    if code == RequestEntityTooLarge.code:
        text = TOO_LARGE.get(request.endpoint or "", text)
    fragment = "HX-Request" in request.headers
    template = "console/error_fragment.html" if fragment else "console/error.html"
    return render_template(template, code=code, title=title, text=text)


@console.errorhandler(CSRFError)
def _stale_form(_: CSRFError) -> ResponseReturnValue:
    return page(400), 400


@console.errorhandler(DomainError)
def _refused(error: DomainError) -> ResponseReturnValue:
    """A refusal that the view did not show beside its form."""
    text = sentence(error)
    fragment = "HX-Request" in request.headers
    template = "console/error_fragment.html" if fragment else "console/error.html"
    return render_template(template, code=409, title="这一步没有成功", text=text), 409


@console.errorhandler(Exception)
def _crashed(error: Exception) -> ResponseReturnValue:
    if isinstance(error, HTTPException):
        return _http(error)
    log.error("console.crashed", path=request.path, exc_info=error)
    return page(InternalServerError.code), 500
