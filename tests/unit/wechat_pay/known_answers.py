"""The published constants of facts/vectors.json that concern WeChat Pay."""

import json
from pathlib import Path
from typing import Any

_ALL = {
    vector["id"]: vector
    for vector in json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
}
MERCHANT_KEY = str(_ALL["payv3.request_signature_jsapi"]["input"]["private_key_pem"])
"""Published in WeChat's own manual."""


def known(name: str) -> dict[str, Any]:
    """The vector's inputs, with `expected` beside them where it has one."""
    vector = _ALL[name]
    expected = next((vector[key] for key in vector if key.startswith("expected")), None)
    return {**vector["input"], "expected": expected}
