"""党费: what this month's is, what is open, and where it is paid. To the member alone, in the chat that is theirs."""

from app.dues import money, months, own
from app.dues.own import Statement
from app.dues.words import word
from handlers.chat import Chat

WHY = ("说明", "明细", "为什么", "怎么算")


def dues(chat: Chat, rest: str = "") -> str:
    member_id = chat.person.member_id
    if member_id is None:
        return chat.say("bind_first")
    seen = own.statement(chat.session, member_id=member_id, now=chat.now)
    if not seen.pays and not seen.owed:
        return chat.say("dues_not_member")
    if rest.startswith(WHY):
        return _why(chat, seen)
    if seen.policy is None and not seen.owed:
        return chat.say("dues_not_open")
    this = seen.this_month
    return chat.say(
        "dues",
        month=months.text(seen.month),
        amount=money.text(this.amount_fen) if this else "",
        state=word(this.state) if this else "",
        assessed=seen.assessment is not None,
        behind=len(seen.behind),
        owed=money.text(seen.owed_fen) if seen.owed else "",
        link=_page(chat, "/m/dues"),
    )


def _why(chat: Chat, seen: Statement) -> str:
    """Without the base: that is read behind the sign-in."""
    found = seen.assessment
    return chat.say(
        "dues_why",
        category=word(found.category) if found else "",
        amount=money.text(found.amount_fen) if found else "",
        since=months.text(found.from_month) if found else "",
        cause=word(found.cause) if found else "",
        link=_page(chat, "/m/dues/why"),
    )


def _page(chat: Chat, path: str) -> str:
    house = chat.services.settings.site.base_url.rstrip("/")
    return f"{house}{path}" if house else ""
