"""The drawn code says what it was given."""

import re

import pytest
import qrcode

from app import qr

RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


@pytest.mark.parametrize(
    "text", ["http://weixin.qq.com/q/02kZ1lqbQdbkV1iRvS1z1W", "x", "otpauth://totp/" + "a" * 300]
)
def test_svg_draws_every_module_once(text: str) -> None:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    wanted = {(x + 4, y + 4) for y, row in enumerate(code.modules) for x, dark in enumerate(row) if dark}

    drawn = [
        (int(x) + step, int(y))
        for x, y, width, back in RUN.findall(qr.svg(text).decode())
        for step in range(int(width))
        if width == back
    ]

    assert len(drawn) == len(wanted)
    assert set(drawn) == wanted


def test_quick_code_is_one_of_the_eight_that_say_the_same() -> None:
    text = "https://dj.example.com.cn/m/card/1234~56789~abcdefghijklmnop"
    drawn = qr.svg(text, quick=True).decode()
    widths = [int(run[2]) for run in RUN.findall(drawn)]

    masked = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=3)
    masked.add_data(text)
    masked.make(fit=True)

    assert sum(widths) == sum(dark for row in masked.modules for dark in row if dark)
