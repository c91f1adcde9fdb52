"""Passwords: what is good enough, and argon2id."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import DomainError

SHORTEST, LONGEST = 10, 128
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$XFrsdzVG6FC00YMw96QNFw$XEdzCQvoXH2NSmLHBbMtTyRFwu2eIOMsKZ3sItlCJwo"
"""The hash of a password that nobody has: an unknown name costs the same work as a known one."""


class WeakPassword(DomainError):
    code = "weak_password"


def hashed(password: str, *, username: str) -> str:
    """The hash to keep. Raises WeakPassword."""
    kinds = sum((any(map(str.isalpha, password)), any(map(str.isdigit, password)), not password.isalnum()))
    long_enough = SHORTEST <= len(password) <= LONGEST
    if not long_enough or kinds == 1 or username.lower() in password.lower():
        raise WeakPassword
    return HASHER.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Takes as long whether there is a hash to compare with or not."""
    try:
        HASHER.verify(kept or NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
