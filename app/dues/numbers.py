"""Numbers as people read them on paper and on screens."""


def receipt_number(year: int, number: int) -> str:
    """2026-000123; one series a committee and year."""
    return f"{year}-{number:06d}"
