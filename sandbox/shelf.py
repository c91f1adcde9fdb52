"""Named records that survive a restart."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
else:
    DataclassInstance = object


T = TypeVar("T", bound=DataclassInstance)


class Kept(Protocol):
    """Whatever the state file holds."""

    def dump(self) -> Any: ...

    def load(self, stored: Any) -> None: ...


class Shelf(dict[str, T]):
    def __init__(self, kind: type[T]) -> None:
        super().__init__()
        self._kind = kind

    def dump(self) -> dict[str, Any]:
        return {key: dict(vars(record)) for key, record in self.items()}

    def load(self, stored: dict[str, dict[str, Any]]) -> None:
        known = {item.name for item in fields(self._kind)}
        self.clear()
        for key, record in stored.items():
            self[key] = self._kind(**{name: value for name, value in record.items() if name in known})
