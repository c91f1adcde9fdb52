"""What `make demo` prints once everything runs, in English and Chinese."""

import sys
from typing import Any

SHOWN_AT_ONCE = 2
"""More would not fit on a line of 80, and a line that wraps cannot be written over."""

TEXT = """
Zhibu demo is running.                    智支部演示已启动。
  Console    控制台    {urls[console]}
  Phone      手机      {urls[phone]}

  Sign in    登录      {login[username]} / {login[password]}    code 动态码 {login[totp_now]}
                       {login[organization]}{login[name]}
  Others     其他账号  {others}
                       same password; codes 动态码: .venv/bin/python -m demo.codes

Try  试一试
  1  Phone: choose {binding[name]}, write  绑定 {binding[name]} {binding[code]}
     手机上选“{binding[name]}”，发送上面这句，绑定身份
  2  Console: open the meeting's screen  {urls[backend]}{meeting[console_path]}
     控制台打开会议大屏，用手机扫码签到；或在手机回复 {meeting[hand_code]}
  3  Phone: write  反馈 夜班食堂没有热菜 , answer it in the console
     手机上写反馈，在控制台答复，答复会回到手机
  4  Console as office: 通知公告, write one to everybody and see who can be reached; deputy approves
     用 office 写一条通知，先看谁能收到；deputy 审核后发送，在手机上点开
  5  Console as secretary: 会议, two years of them; 职责日历, 自查, and the ledger as one zip
     用 secretary 看会议：两年的会、票决和记录，职责日历、自查，一键下载台账

{organizations[organizations]} organisations 个组织, {organizations[members]} invented members 名虚构党员.
Everything above: {sheet}   Logs: {logs}
Stop with Ctrl-C.  按 Ctrl-C 停止。
"""


def show(sheet: dict[str, Any], *, path: str, logs: str) -> None:
    login = next(one for one in sheet["console"] if one["role"] == "secretary")
    others = "  ".join(one["username"] for one in sheet["console"] if one is not login)
    sys.stdout.write(TEXT.format(**sheet, login=login, others=others, sheet=path, logs=logs))
    sys.stdout.flush()


def show_codes(codes: dict[str, str], left: int) -> None:
    """On a terminal, one line that is kept up to date; nothing where the output goes to a file."""
    if sys.stdout.isatty():
        line = "  ".join(f"{username} {code}" for username, code in list(codes.items())[:SHOWN_AT_ONCE])
        sys.stdout.write(f"\r动态码 {line}  ({left:2} s) ")
        sys.stdout.flush()


def progress(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
