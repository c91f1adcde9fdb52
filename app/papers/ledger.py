"""台账 of one organisation and year: read in one go, then printed into one zip when no transaction is open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from app.core.clock import SHANGHAI, local_day, local_text
from app.core.db import Session
from app.meetings.models import Meeting
from app.meetings.periods import Period, between
from app.meetings.plans.models import Frequency
from app.meetings.records import own_forms, quarter
from app.meetings.records.models import PaperKind
from app.meetings.records.quarter import Line
from app.meetings.words import word
from app.organizations import queries as organizations
from app.organizations.models import Organization
from app.papers import ballots, duties, excel, lists, pdf, sheets
from app.papers import word as documents
from app.papers.paper import Format, Paper, file_name
from app.papers.word import FormBroken

NO_RECORD = "没有定稿的记录不在台账中：先在“会议记录”里写好并定稿，再生成一次。"
FOLDER = 70
PDF_ONLY, EXCEL_ONLY = (Format.PDF,), (Format.EXCEL,)
PACKED_AT = 0o644 << 16


@dataclass(frozen=True)
class Leaf:
    """One paper and where it lies: `folder` is empty for what lies at the top."""

    folder: str
    name: str
    paper: Paper
    formats: tuple[Format, ...]


@dataclass(frozen=True)
class Ledger:
    """Everything that is needed to print it. `forms`: the organisation's own, by paper."""

    name: str
    leaves: tuple[Leaf, ...]
    forms: Mapping[str, bytes]


def gather(session: Session, organization: Organization, *, year: int, now: datetime) -> Ledger:
    """In the order in which it will lie in the zip: the index, each meeting by time, the lists, the duties."""
    whole = Period(date(year, 1, 1), Frequency.YEARLY)
    found = quarter.lines(session, organization, first=whole.first, last=whole.last)
    folders = {line.meeting_id: _folder(number, line) for number, line in enumerate(found, start=1)}
    leaves = [
        Leaf("", "目录", _index(organization, whole, found, folders, now), EXCEL_ONLY),
        *(leaf for line in found for leaf in _meeting(session, organization, line, folders)),
        *_quarters(organization, whole, found),
        *(
            Leaf("", one.name, one, (Format.EXCEL, Format.PDF))
            for one in duties.papers(session, organization, year=year, today=local_day(now))
        ),
    ]
    return Ledger(
        name=file_name(f"{organization.short_name} {year}年台账", "zip"),
        leaves=tuple(leaves),
        forms=_forms(session, organization),
    )


def _folder(number: int, line: Line) -> str:
    """01 2026-03-02 支部党员大会 第一季度支部党员大会. The number keeps two of one day and title apart."""
    return file_name(f"{number:02d} {local_day(line.starts_at)} {word(line.kind)} {line.title}", most=FOLDER)


def _index(
    organization: Organization, year: Period, found: Sequence[Line], folders: Mapping[int, str], now: datetime
) -> Paper:
    listed = lists.of_lines(organization, year, found)
    rows = [
        {**row, "文件夹": "" if line.cancel_reason is not None else folders[line.meeting_id]}
        for row, line in zip(listed.words["会议"], found, strict=True)
    ]
    missing = NO_RECORD if listed.words["未定稿"] else ""
    words = {**listed.words, "会议": rows, "生成时间": local_text(now), "说明": missing}
    return Paper("index", "目录", words)


def _meeting(
    session: Session, organization: Organization, line: Line, folders: Mapping[int, str]
) -> Iterator[Leaf]:
    """Of a joint meeting that another one held, only its own people are listed by name."""
    if line.cancel_reason is not None:
        return
    meeting, folder = session.get_one(Meeting, line.meeting_id), folders[line.meeting_id]
    within = None if line.own else organizations.subtree(organization)
    if line.closed:
        yield Leaf(
            folder, "会议记录", sheets.record(session, meeting, names=line.own), (Format.PDF, Format.WORD)
        )
    yield Leaf(folder, "签到表", sheets.attendance(session, meeting, within=within), EXCEL_ONLY)
    if counted := ballots.paper(session, meeting):
        yield Leaf(folder, "表决结果", counted, PDF_ONLY)


def _quarters(organization: Organization, year: Period, found: Sequence[Line]) -> Iterator[Leaf]:
    for number, period in enumerate(between(year.first, year.last, Frequency.QUARTERLY), start=1):
        of_it = [line for line in found if period.holds(local_day(line.starts_at))]
        listed = lists.of_lines(organization, period, of_it)
        yield Leaf("季度一览表", f"第{number}季度一览表", listed, (Format.EXCEL, Format.PDF))


def _forms(session: Session, organization: Organization) -> dict[str, bytes]:
    found = {kind: own_forms.used_by(session, organization, kind) for kind in PaperKind}
    return {kind.value: own_forms.content_of(session, form) for kind, form in found.items() if form}


class _Pipe:
    """Takes what ZipFile writes, and gives it on."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None: ...

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


def stream(ledger: Ledger, *, now: datetime) -> Iterator[bytes]:
    """The zip, a paper at a time: seconds for a year, so never while a transaction is open."""
    stamp, out = now.astimezone(SHANGHAI).timetuple()[:6], _Pipe()
    with ZipFile(cast("IO[bytes]", out), "w") as packed:
        for leaf in ledger.leaves:
            for ending in leaf.formats:
                path = "/".join(part for part in (leaf.folder, file_name(leaf.name, ending)) if part)
                entry = ZipInfo(path, date_time=stamp)
                entry.compress_type, entry.external_attr = ZIP_DEFLATED, PACKED_AT
                packed.writestr(entry, printed(leaf.paper, ending, ledger.forms.get(leaf.paper.form)))
                yield out.taken()
    yield out.taken()


def printed(paper: Paper, ending: Format, form: bytes | None = None) -> bytes:
    """`form`: an organisation's own. If that fails, ours is taken: one bad form must not stop a year's ledger."""
    match ending:
        case Format.PDF:
            return pdf.printed(paper)
        case Format.EXCEL:
            return excel.printed(paper)
        case Format.WORD:
            try:
                return documents.printed(paper, form)
            except FormBroken:
                return documents.printed(paper)
