"""Forms that only our own pages can send: each carries a token that belongs to the browser's session."""

import hashlib
import hmac

from flask import request

from pages.edge import key
from pages.sign_in import COOKIE

FIELD = "csrf_token"


def token() -> str:
    signed_in = request.cookies.get(COOKIE, "")
    return hmac.new(key("forms"), signed_in.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def line(name: str) -> str:
    """One line of text, without what cannot be read or kept, such as NUL."""
    return "".join(one if one.isprintable() else " " for one in request.form.get(name, "")).strip()


def genuine() -> bool:
    return hmac.compare_digest(request.form.get(FIELD, "").encode("utf-8", "replace"), token().encode())
