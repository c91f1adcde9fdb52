"""GET|POST /wechat/callback: who calls, is it fresh, what does it say, and the answer in time."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final
from urllib.parse import parse_qsl

import structlog

from app.wechat import envelope, replies
from app.wechat.codec import BadEnvelope, WrongAppId
from app.wechat.envelope import Malformed
from app.wechat.messages import Inbound, parse
from app.wiring import Services
from handlers.desk import Desk, Kept, Visit
from handlers.door import Door, DoorShut
from handlers.turns import NotKept

log = structlog.get_logger()

PATH: Final = "/wechat/callback"
BODY_LIMIT: Final = 64 * 1024
QUERY_LIMIT: Final = 4096
PLAIN_TEXT: Final = "text/plain; charset=utf-8"
Read = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    content_type: str = PLAIN_TEXT


SUCCESS: Final = Answer(200, b"success")


class Refused(Exception):
    """The request is not believed or not understood; nothing is kept."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Callback:
    """The whole contract of the callback URL, without Flask: bytes in, bytes out."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._codec = services.codec
        self._desk = desk
        settings = services.settings
        self._encrypted_only = settings.wechat.mode != "plain"
        self._original_id = settings.wechat.original_id
        self._window = settings.callback.window_seconds
        self._process = secrets.token_hex(4)
        self._numbers = count(1)
        self._patience = settings.callback.answer_seconds
        embedded = services.sessions.engine.dialect.name == "sqlite"
        self._door = Door(1 if embedded else settings.callback.handler_threads)

    def respond(self, method: str, query: str, length: str | None, read: Read) -> Answer:
        """`read(n)` gives at most n bytes of the body. Never raises: a fault of ours is a 500, and WeChat repeats."""
        started = time.monotonic()
        try:
            structlog.contextvars.bind_contextvars(request_id=f"{self._process}-{next(self._numbers)}")
            # Before the door: a body that trickles in, from anybody, must not keep others outside.
            body = b"" if method == "GET" else _body(length, read)
            with self._door.enter(seconds=self._patience) as passage:
                arguments = _arguments(query)
                if method == "GET":
                    return self._verify_url(arguments)
                return self._receive(arguments, body, Visit(started, passage))
        except Refused as refused:
            log.warning("handlers.callback.refused", status=refused.status, reason=refused.reason)
            return Answer(refused.status, refused.reason.encode())
        except (NotKept, DoorShut) as late:
            log.warning("handlers.callback.not_in_time", reason=type(late).__name__)
            return Answer(503, b"again")
        except Exception:
            log.exception("handlers.callback.failed")
            return Answer(500, b"error")
        finally:
            structlog.contextvars.clear_contextvars()

    def _verify_url(self, arguments: Mapping[str, str]) -> Answer:
        """No freshness here: the console may send the same echostr again (facts §1.1)."""
        if not self._signed(arguments):
            raise Refused(403, "signature")
        return Answer(200, arguments.get("echostr", "").encode())

    def _receive(self, arguments: Mapping[str, str], body: bytes, visit: Visit) -> Answer:
        self._check_fresh(arguments)
        message, sealed = self._open(arguments, body)
        try:
            inbound = parse(envelope.read_body(message))
        except Malformed as fault:
            raise Refused(400, f"malformed: {fault}") from fault
        if self._original_id and inbound.to_user != self._original_id:
            raise Refused(403, "addressee")
        text = self._desk.answer(Kept(inbound, message.decode()), visit)
        return self._reply(arguments, inbound, text, sealed=sealed, as_json=envelope.is_json(body))

    def _check_fresh(self, arguments: Mapping[str, str]) -> None:
        stamp = arguments.get("timestamp", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):  # noqa: PLR2004 -- year 33658
            raise Refused(403, "timestamp")
        if abs(self._services.clock.now().timestamp() - int(stamp)) > self._window:
            raise Refused(403, "expired")

    def _open(self, arguments: Mapping[str, str], body: bytes) -> tuple[bytes, bool]:
        """(the message in clear, whether it came encrypted). In safe and compatible mode only that is believed."""
        if arguments.get("encrypt_type") != "aes":
            if self._encrypted_only or not self._signed(arguments):
                raise Refused(403, "signature")
            return body, False
        try:
            encrypted = envelope.encrypted_of(body)
        except Malformed as fault:
            raise Refused(400, f"malformed: {fault}") from fault
        proof = (arguments.get("msg_signature", ""), arguments["timestamp"], arguments.get("nonce", ""))
        if not self._codec.verify_message(*proof, encrypted):
            raise Refused(403, "signature")
        try:
            return self._codec.decrypt(encrypted), True
        except WrongAppId as fault:
            raise Refused(403, fault.reason) from fault
        except BadEnvelope as fault:
            raise Refused(400, fault.reason) from fault

    def _signed(self, arguments: Mapping[str, str]) -> bool:
        return self._codec.verify_url(
            arguments.get("signature", ""), arguments.get("timestamp", ""), arguments.get("nonce", "")
        )

    def _reply(
        self, arguments: Mapping[str, str], inbound: Inbound, text: str, *, sealed: bool, as_json: bool
    ) -> Answer:
        """The same message gets the same reply, down to its CreateTime, at every delivery."""
        if not text:
            return SUCCESS
        build = replies.json_text_reply if as_json else replies.text_reply
        content = build(inbound, text, inbound.created_at)
        if sealed:
            seal = self._codec.seal_json if as_json else self._codec.seal_xml
            stamp = int(self._services.clock.now().timestamp())
            content = seal(content, stamp, arguments.get("nonce", ""))
        return Answer(200, content, "application/json" if as_json else "application/xml; charset=utf-8")


def _arguments(query: str) -> dict[str, str]:
    if len(query) > QUERY_LIMIT:
        raise Refused(400, "query")
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=20))
    except ValueError as fault:
        raise Refused(400, "query") from fault


def _body(length: str | None, read: Read) -> bytes:
    """The body, refused by its announced size before a byte is read, and by its real size after."""
    if length and not _within_limit(length):
        raise Refused(413, "body")
    body = read(BODY_LIMIT + 1)
    if len(body) > BODY_LIMIT:
        raise Refused(413, "body")
    return body


def _within_limit(length: str) -> bool:
    """Digits may be of another script, or more than int() takes."""
    ascii_digits = length.isascii() and length.isdigit() and len(length) <= len(str(BODY_LIMIT))
    return ascii_digits and int(length) <= BODY_LIMIT
