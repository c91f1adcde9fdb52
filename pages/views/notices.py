"""The person's own list of notices, and each of them. Who opened what is written down nowhere (design §2)."""

from io import BytesIO

from flask import abort, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from app.access import member
from app.notices.announcements import attachments, member_list, service
from pages.blueprint import pages
from pages.edge import member_id, now, services
from pages.paging import PER_PAGE, Page, offset, wanted_page
from pages.sign_in import back_to

KEY = "int(max=2147483647)"
"""A number that a database can have given; a larger one is no page."""
SHOWN_IN_PLACE = frozenset({"application/pdf", "image/jpeg", "image/png"})


@pages.get("/notices")
@member("the list of the signed-in member")
def notices() -> ResponseReturnValue:
    number, own = wanted_page(), member_id()
    with services().sessions.read() as session:
        return render_template(
            "pages/notices.html",
            items=member_list.of_member(session, own, offset=offset(number), limit=PER_PAGE),
            page=Page(number, member_list.count_of_member(session, own)),
        )


@pages.get(f"/notices/<{KEY}:announcement_id>")
@member("only what was addressed to the signed-in member; anything else is 404")
def notice(announcement_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        opened = member_list.one_of_member(session, member_id(), announcement_id)
        if opened is None:
            abort(404)
        links = [
            url_for("pages.attachment", announcement_id=announcement_id, attachment_id=one.id)
            for one in opened.attachments
        ]
        return render_template("pages/notice.html", opened=opened, links=links)


@pages.post(f"/notices/<{KEY}:announcement_id>/confirm")
@member("the verb refuses whoever is not addressed")
def confirm(announcement_id: int) -> ResponseReturnValue:
    """A second tap finds it done, and leads to the same page."""
    with services().sessions.begin() as session:
        if member_list.one_of_member(session, member_id(), announcement_id) is None:
            abort(404)
        service.confirm(session, announcement_id=announcement_id, member_id=member_id(), now=now())
    return back_to(url_for("pages.notice", announcement_id=announcement_id, _anchor="known"))


@pages.get(f"/notices/<{KEY}:announcement_id>/files/<{KEY}:attachment_id>")
@member("only what came with a notice addressed to the signed-in member; anything else is 404")
def attachment(announcement_id: int, attachment_id: int) -> ResponseReturnValue:
    with services().sessions.read() as session:
        found = attachments.for_member(
            session, member_id=member_id(), announcement_id=announcement_id, attachment_id=attachment_id
        )
        if found is None:
            abort(404)
        return send_file(
            BytesIO(found.content),
            mimetype=found.media_type,
            download_name=found.name,
            as_attachment=found.media_type not in SHOWN_IN_PLACE,
        )
