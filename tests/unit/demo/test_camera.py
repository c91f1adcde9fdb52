"""The story's camera reads what our own pages draw."""

import pytest

from app import qr
from demo import camera


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "http://weixin.qq.com/q/02kZ1lqbQdbkV1iRvS1z1W",
        "http://127.0.0.1:8000/m/check-in/" + "Ab3-_" * 30,
        "otpauth://totp/" + "a" * 300,
        "HTTPS://EXAMPLE.COM/0123456789012345678901234567890",
        "8" * 25 + "签到",
    ],
)
def test_read_says_what_was_drawn(text: str) -> None:
    assert camera.read(qr.svg(text).decode()) == text


def test_read_of_a_drawing_without_a_code_is_refused() -> None:
    with pytest.raises(ValueError, match="no QR code"):
        camera.read('<svg viewBox="0 0 10 10"></svg>')
