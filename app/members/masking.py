"""Personal values as they may be shown: enough to recognise, too little to use."""

ID_NUMBER_LENGTH = 18
TAIL = 4
PHONE_LENGTH = 11


def masked_phone(phone: str | None) -> str:
    """138****8000; nothing of a value that is no mobile number."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == PHONE_LENGTH else "****"


def masked_id_number(tail: str | None) -> str:
    """**************002X, from the four signs that we keep."""
    return "*" * (ID_NUMBER_LENGTH - TAIL) + tail if tail else ""


def masked_name(name: str) -> str:
    """张*, 欧** : the first sign, and at most two stars, so that the length tells nothing."""
    return name[:1] + "*" * min(len(name) - 1, 2)
