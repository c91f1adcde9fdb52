"""The published constants of facts/vectors.json that concern this package."""

import json
from pathlib import Path
from typing import Any

_ALL = {
    vector["id"]: vector
    for vector in json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
}


def known(name: str) -> dict[str, Any]:
    """The vector's inputs, with `expected` beside them where it has one."""
    vector = _ALL[name]
    expected = vector.get("expected", vector.get("expected_plain"))
    return {**vector["input"], "expected": vector["input"].get("expected_plain", expected)}
