"""Files beside an announcement."""

from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.notices.announcements import attachments
from app.notices.announcements.models import Announcement
from app.staff.models import Role
from tests.adapters.console.test_announcements import acts, kept
from tests.adapters.console.world import World
from tests.adapters.site import Browser, Site

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def secretary(site: Site, world: World) -> Browser:
    return site.staff(Role.SECRETARY, world.left.branch_id)


def names(site: Site, world: World) -> list[str]:
    with site.services.sessions.read() as session:
        return [one.name for one in attachments.of(session, world.left.announced.draft_id)]


def upload(
    browser: Browser, site: Site, world: World, content: bytes, name: str, token: str = "form-1"
) -> tuple[int, str]:
    """Encoded here: the test client would leave a large file open."""
    draft_id = world.left.announced.draft_id
    form = {
        "csrf_token": browser.token(),
        "file": FileStorage(BytesIO(content), name),
        "revision": str(kept(site, draft_id).revision),
        "once": token,
    }
    boundary, sent = encode_multipart(form)
    answer = browser.client.post(
        f"/console/announcements/{draft_id}/attachments",
        data=sent,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    return answer.status_code, answer.text


def test_file_is_kept_and_can_be_fetched_as_a_download(site: Site, secretary: Browser, world: World) -> None:
    assert upload(secretary, site, world, PDF, "方案.pdf")[0] == 302

    page = secretary.get(f"/console/announcements/{world.left.announced.draft_id}").text
    assert "方案.pdf" in page
    assert names(site, world) == ["议程.txt", "方案.pdf"]
    answer = secretary.get(
        f"/console/announcements/{world.left.announced.draft_id}/attachments/"
        f"{world.left.announced.attachment_id}"
    )
    assert answer.data == "议程".encode()
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert acts(site, world) == ["announcement.attached"]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"MZ\x90\x00 a program", "方案.pdf", "文件内容与类型不符"),
        (PDF, "../../etc/方案.pdf", "文件名里不能有路径"),
        (PDF, "方案.exe", "可以上传的类型"),
        (PDF + b" " * (10 * 1024 * 1024), "方案.pdf", "文件超过 10 MB"),
        ("内部资料，不得外传".encode(), "说明.txt", "里面有“内部资料”“不得外传”字样"),
        (b"", "方案.pdf", "没有上传"),
    ],
)
def test_file_that_must_not_go_is_refused_with_the_reason(
    site: Site, secretary: Browser, world: World, content: bytes, name: str, said: str
) -> None:
    status, page = upload(secretary, site, world, content, name)

    assert (status, said in page) == (422, True)
    assert names(site, world) == ["议程.txt"]


def test_much_too_large_a_file_is_turned_away_politely(site: Site, secretary: Browser, world: World) -> None:
    status, page = upload(secretary, site, world, PDF + b" " * (11 * 1024 * 1024), "方案.pdf")

    assert (status, "每个附件不超过 10 MB" in page) == (413, True)
    assert names(site, world) == ["议程.txt"]


def test_file_sent_twice_is_there_once(site: Site, secretary: Browser, world: World) -> None:
    upload(secretary, site, world, PDF, "方案.pdf")
    upload(secretary, site, world, PDF, "方案.pdf")

    assert names(site, world) == ["议程.txt", "方案.pdf"]


def test_no_file_chosen_asks_for_one(site: Site, secretary: Browser, world: World) -> None:
    draft_id = world.left.announced.draft_id

    answer = secretary.post(f"/console/announcements/{draft_id}/attachments", {"revision": 1})

    assert (answer.status_code, "请先选择一个文件" in answer.text) == (422, True)


def test_file_is_taken_away_once(site: Site, secretary: Browser, world: World) -> None:
    announced = world.left.announced
    address = f"/console/announcements/{announced.draft_id}/attachments/{announced.attachment_id}/remove"

    first = secretary.post(address, {"revision": 1})
    second = secretary.post(address, {"revision": 1})

    assert (first.status_code, second.status_code, names(site, world)) == (302, 302, [])
    assert acts(site, world) == ["announcement.detached"]


def test_files_of_a_sent_announcement_stay(site: Site, secretary: Browser, world: World) -> None:
    sent_id = world.left.announced.sent_id

    answer = secretary.post(
        f"/console/announcements/{sent_id}/attachments", {"file": (BytesIO(PDF), "a.pdf"), "revision": 1}
    )

    assert (answer.status_code, "现在的状态不能这样操作" in answer.text) == (422, True)
    with site.services.sessions.read() as session:
        assert attachments.of(session, session.get_one(Announcement, sent_id).id) == []
