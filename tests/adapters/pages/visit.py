"""One route as the matrix of the member pages tries it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Visit:
    """`elsewhere` and `unbound`: what another member and a follower get; `own`: whether it shows our mark."""

    endpoint: str
    method: str = "GET"
    form: Mapping[str, object] = field(default_factory=dict)
    query: str = ""
    right: int = 200
    elsewhere: int = 200
    unbound: int = 403
    own: bool = True
