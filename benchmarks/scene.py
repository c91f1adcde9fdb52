"""The database and the messages of the callback measurement: bound people, open meetings, signed pushes."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy import insert

from app import migrate
from app.core.db import Sessions, new_engine
from app.meetings.models import Expected, Meeting, MeetingKind, Standing
from app.members.models import Member, MemberKind, PartyStatus, WeChatIdentity
from app.organizations import service as organizations
from app.organizations.models import OrganizationKind
from app.wechat.codec import Codec

APP_ID = "wx1234567890abcdef"
TOKEN = "benchmarktoken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ORIGINAL_ID = "gh_0123456789ab"
PEOPLE = 1000
AT_A_MEETING = 50
TEXTS = ("帮助", "通知", "今天的会几点开", "我的")

Message = Callable[[int], str]


def environment(database_url: str, *, mode: str) -> dict[str, str]:
    return {
        "ZHIBU_WECHAT__APP_ID": APP_ID,
        "ZHIBU_WECHAT__APP_SECRET": "secret",
        "ZHIBU_WECHAT__TOKEN": TOKEN,
        "ZHIBU_WECHAT__ENCODING_AES_KEY": AES_KEY,
        "ZHIBU_WECHAT__ORIGINAL_ID": ORIGINAL_ID,
        "ZHIBU_WECHAT__MODE": mode,
        "ZHIBU_WECHAT__API_BASE_URL": "http://127.0.0.1:9",
        "ZHIBU_DATABASE__URL": database_url,
        "ZHIBU_SECURITY__SECRET_KEY": "s" * 40,
        "ZHIBU_SECURITY__FIELD_KEYS": "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "ZHIBU_SITE__BASE_URL": "http://127.0.0.1",
    }


def openid(person: int) -> str:
    return f"oBench{(person - 1) % PEOPLE:022d}"


def scene(meeting: int) -> str:
    return f"mbench{meeting:06d}"


def prepare(database_url: str, *, messages: int) -> None:
    """Tables, 1,000 bound members, and open meetings of 50 of them each: one for every 50 messages."""
    engine = new_engine(database_url, pool_size=2)
    migrate.upgrade(engine)
    now = datetime.now(UTC)
    with Sessions(engine).begin() as session:
        branch = organizations.found(
            session,
            code="000000000001",
            name="基准党支部",
            short_name="基准支部",
            kind=OrganizationKind.BRANCH,
        )
        people = range(1, PEOPLE + 1)
        member = {"organization_id": branch.id, "kind": MemberKind.FULL, "status": PartyStatus.NORMAL}
        session.execute(
            insert(Member), [member | {"id": one, "name": f"党员{one}", "created_at": now} for one in people]
        )
        session.execute(
            insert(WeChatIdentity),
            [
                {"app_id": APP_ID, "openid": openid(one), "member_id": one, "followed_at": now}
                for one in people
            ],
        )
        numbers = range(1, 2 + messages // AT_A_MEETING)
        session.add_all(_meeting(number, branch.id, now) for number in numbers)
        session.flush()
        session.execute(
            insert(Expected),
            [
                {
                    "meeting_id": 1 + one // AT_A_MEETING,
                    "member_id": 1 + one % PEOPLE,
                    "organization_id": branch.id,
                    "standing": Standing.VOTING,
                }
                for one in range(AT_A_MEETING * len(numbers))
            ],
        )
    engine.dispose()


def _meeting(number: int, organization_id: int, now: datetime) -> Meeting:
    return Meeting(
        id=number,
        organization_id=organization_id,
        kind=MeetingKind.MEMBER_MEETING,
        title="支部党员大会",
        starts_at=now,
        ends_at=now + timedelta(hours=2),
        check_in_from=now - timedelta(minutes=30),
        check_in_until=now + timedelta(hours=3),
        scene=scene(number),
        hand_code=f"{number:06d}",
        created_by="benchmark",
        created_at=now,
    )


def text_message(number: int) -> str:
    content = f"<Content><![CDATA[{TEXTS[number % len(TEXTS)]}]]></Content><MsgId>{10**10 + number}</MsgId>"
    return _message(openid(number + 1), "text", content)


def scan_message(number: int) -> str:
    """Each (person, meeting) once, so that every scan signs somebody in."""
    key = scene(1 + number // AT_A_MEETING)
    return scan(openid(number + 1), key)


def scan(sender: str, key: str) -> str:
    event = f"<Event><![CDATA[SCAN]]></Event><EventKey><![CDATA[{key}]]></EventKey><Ticket><![CDATA[gQ]]></Ticket>"
    return _message(sender, "event", event)


def _message(sender: str, kind: str, inner: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName>"
        f"<FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}</xml>"
    )


def pushes(message: Message, numbers: range, *, safe: bool) -> Iterator[bytes]:
    """Whole HTTP requests, signed now."""
    codec = Codec(APP_ID, TOKEN, AES_KEY)
    stamp = str(int(time.time()))
    for number in numbers:
        nonce = str(number)
        query = {"signature": codec.signature(stamp, nonce), "timestamp": stamp, "nonce": nonce}
        body = message(number)
        if safe:
            sealed = codec.encrypt(body.encode())
            query |= {"encrypt_type": "aes", "msg_signature": codec.signature(stamp, nonce, sealed)}
            addressee = f"<ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName>"
            body = f"<xml>{addressee}<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        yield _http(urlencode(query), body.encode())


def _http(query: str, body: bytes) -> bytes:
    head = (
        f"POST /wechat/callback?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
