"""python -m demo.codes: the six digits that each console account needs now, and how long they last."""

import sys

import pyotp

from app.core.clock import SystemClock
from demo.cast import ACCOUNTS, PASSWORD

STEP_SECONDS = 30


def main() -> None:
    now = SystemClock().now()
    left = STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS
    for account in ACCOUNTS:
        code = pyotp.TOTP(account.totp_secret).at(now)
        sys.stdout.write(f"{account.username:<14} {PASSWORD}  {code}  ({left} s)\n")


if __name__ == "__main__":
    main()
