"""Which organisation a row means, by code or by name, among those that the importer may change."""

from collections import defaultdict
from collections.abc import Iterable

from app.organizations.models import BRANCH_KINDS, Organization, OrganizationKind

HOLD_PEOPLE = BRANCH_KINDS | {OrganizationKind.GROUP}


class UnknownBranch(Exception):
    """The message is what the office reads."""


class Branches:
    def __init__(self, organizations: Iterable[Organization], *, default: Organization | None = None) -> None:
        self._default = default
        self._codes: dict[str, Organization] = {}
        self._shorn: defaultdict[str, list[Organization]] = defaultdict(list)
        self._names: defaultdict[str, dict[int, Organization]] = defaultdict(dict)
        for one in organizations:
            self._codes[one.code] = one
            self._shorn[one.code.lstrip("0")].append(one)
            for name in (one.name, one.short_name):
                self._names["".join(name.split())][one.id] = one

    def resolve(self, code: str, name: str) -> int:
        """The organisation's id. Raises UnknownBranch."""
        if code:
            found = self._by_code(code)
            self._refuse_contradiction(found, name)
        elif name:
            found = self._by_name(name)
        elif self._default is not None:
            found = self._default
        else:
            raise UnknownBranch("组织代码和所在党支部都没有填写")
        if found.kind not in HOLD_PEOPLE:
            raise UnknownBranch(f"“{found.short_name}”不是党支部或党小组，党员应编入其下的党支部")
        return found.id

    def _by_code(self, code: str) -> Organization:
        """As written; a code whose leading zeros Excel ate is still known where only one fits."""
        shorn = self._shorn.get(code.lstrip("0"), [])
        found = self._codes.get(code) or (shorn[0] if len(shorn) == 1 else None)
        if found is None:
            raise UnknownBranch(f"组织代码“{code}”不存在，或不在导入范围内")
        return found

    def _by_name(self, name: str) -> Organization:
        same = [*self._names.get(name, {}).values()]
        if not same:
            raise UnknownBranch(f"找不到名为“{name}”的党支部，或不在导入范围内")
        if len(same) > 1:
            raise UnknownBranch(f"有 {len(same)} 个组织都叫“{name}”，请填写组织代码")
        return same[0]

    def _refuse_contradiction(self, found: Organization, name: str) -> None:
        named = self._names.get(name, {})
        if named and found.id not in named:
            raise UnknownBranch(f"组织代码属于“{found.short_name}”，与所填“{name}”不一致")
