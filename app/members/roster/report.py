"""A preview and its outcome as lines for the shell."""

from collections.abc import Iterable, Iterator, Mapping

from app.members.roster.archive import RosterRefused
from app.members.roster.models import RosterImport
from app.members.roster.queries import Line, Setting
from app.members.roster.service import Outcome
from app.members.roster.states import ChangeKind, ChangeState

KINDS = {
    ChangeKind.JOINED: "新增",
    ChangeKind.RETURNED: "转回",
    ChangeKind.MOVED: "调动",
    ChangeKind.CHANGED: "信息变更",
    ChangeKind.LEFT: "不在册（将记为已转出）",
    ChangeKind.UNKNOWN_BRANCH: "支部不明",
    ChangeKind.DUPLICATE: "重复或分不清",
    ChangeKind.INVALID: "填写有误",
}
STATES = {
    ChangeState.BLOCKED: "不能应用",
    ChangeState.PROPOSED: "待应用",
    ChangeState.APPLIED: "已应用",
    ChangeState.STALE: "已过时",
    ChangeState.REVERTED: "已撤销",
}


def summary(roster_import: RosterImport, counts: Mapping[ChangeKind, int]) -> Iterator[str]:
    """How many lines of each sort, and what was left unread."""
    yield f"第 {roster_import.id} 次导入 {roster_import.filename}：共 {roster_import.row_total} 人"
    yield f"  无变化：{roster_import.unchanged}"
    for kind, title in KINDS.items():
        if counts[kind]:
            yield f"  {title}：{counts[kind]}"
    for note in roster_import.notes.splitlines():
        yield f"  提示：{note}"


def lines(preview: Iterable[Line]) -> Iterator[str]:
    """One line each: row, person, what would change or what is wrong."""
    for one in preview:
        where = f"第 {one.row_number} 行" if one.row_number else "文件外"
        what = one.reason or "，".join(_setting(setting) for setting in one.settings)
        state = "" if one.state in (ChangeState.PROPOSED, ChangeState.BLOCKED) else f"（{STATES[one.state]}）"
        person = " ".join(filter(None, (one.name, one.organization_name)))
        yield f"[{KINDS[one.kind]}{state}] {where} {person}：{what}"


def _setting(setting: Setting) -> str:
    if setting.before:
        return f"{setting.title} {setting.before} → {setting.after or '（空）'}"
    return f"{setting.title} {setting.after}"


def refused(refusal: RosterRefused) -> Iterator[str]:
    """Why a file was not read at all."""
    yield "文件没有读入，登记内容没有任何改动："
    for fault in refusal.faults:
        yield f"  {fault}"


def outcome(result: Outcome, *, verb: str = "应用") -> Iterator[str]:
    """`verb` is 应用 or 撤销."""
    yield f"已{verb} {result.done} 条，未{verb} {len(result.refused)} 条"
    for one in result.refused:
        where = f"第 {one.row_number} 行" if one.row_number else "文件外"
        yield f"  {where} {one.name}：{one.reason}"
