"""Files of something to study: put beside a version, taken away, looked at."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.access import staff
from app.core import uploads
from app.core.errors import DomainError
from app.staff.permissions import Permission
from app.study.library import files
from console import exports, once
from console.blueprint import console
from console.edge import acting, scope, services
from console.refusals import sentence
from console.studying import item_of, keep_item, revision, wanted_version
from console.views.study_items import page

NAME = 60


@console.get("/study/versions/<int:version_id>/files/<int:file_id>")
@staff(Permission.STUDY_VIEW)
def study_file(version_id: int, file_id: int) -> ResponseReturnValue:
    """Always as a download: nothing that was uploaded is shown as a page of ours."""
    with services().sessions.read() as session:
        found = files.file_for_staff(session, scope(), version_id, file_id) or abort(404)
        return exports.download(found.content, found.media_type, found.name)


@console.post("/study/versions/<int:version_id>/files")
@staff(Permission.STUDY_WRITE)
def add_study_file(version_id: int) -> ResponseReturnValue:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _page(version_id, "请先选择一个文件。"), 422
    content = sent.stream.read(uploads.LIMIT + 1)
    try:
        return _add(version_id, sent.filename, content)
    except DomainError as refusal:
        return _page(version_id, f"“{sent.filename[:NAME]}”没有上传：{sentence(refusal)}"), 422


def _page(version_id: int, fault: str) -> str:
    with services().sessions.read() as session:
        return page(session, wanted_version(session, version_id), fault=fault)


def _add(version_id: int, name: str, content: bytes) -> ResponseReturnValue:
    address = url_for("console.study_version", version_id=version_id)
    with services().sessions.begin() as session:
        found = wanted_version(session, version_id)
        if repeat := once.repeated(session):
            return once.answer_repeat(repeat, address)
        made = files.add_file(
            session,
            version=found,
            revision=revision(),
            name=name,
            content=content,
            author=acting().username,
            author_name=acting().display_name,
        )
        once.led_to(session, address)
        keep_item(session, "attached", item_of(session, found), file=made.name)
    flash(f"已添加文件“{made.name}”。", "ok")
    return redirect(address)


@console.post("/study/versions/<int:version_id>/files/<int:file_id>/remove")
@staff(Permission.STUDY_WRITE)
def remove_study_file(version_id: int, file_id: int) -> ResponseReturnValue:
    address = url_for("console.study_version", version_id=version_id)
    try:
        with services().sessions.begin() as session:
            found = wanted_version(session, version_id)
            gone = next((one for one in files.files_of(session, found.id) if one.id == file_id), None)
            if gone is None:
                return redirect(address)  # taken away by the first of two taps
            name = gone.name
            files.remove_file(
                session,
                version=found,
                revision=revision(),
                file_id=file_id,
                author=acting().username,
                author_name=acting().display_name,
            )
            keep_item(session, "detached", item_of(session, found), file=name)
    except DomainError as refusal:
        return _page(version_id, sentence(refusal)), 409
    flash(f"已去掉文件“{name}”。", "ok")
    return redirect(address)
