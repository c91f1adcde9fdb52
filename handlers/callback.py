"""GET|POST /wechat/callback: who calls, is it fresh, what does it say, and the answer in time."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final
from urllib.parse import parse_qsl

import structlog

from app.core import logs
from app.wechat import envelope, replies
from app.wechat.codec import BadEnvelope, WrongAppId
from app.wechat.envelope import Malformed
from app.wechat.messages import parse
from app.wiring import Services
from handlers.desk import Desk, Kept
from handlers.turns import NotKept

log = structlog.get_logger()

PATH: Final = "/wechat/callback"
BODY_LIMIT: Final = 64 * 1024
QUERY_LIMIT: Final = 4096
MOST_ARGUMENTS: Final = 20
PLAIN_TEXT: Final = "text/plain; charset=utf-8"
XML: Final = "application/xml; charset=utf-8"
JSON: Final = "application/json"
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


@dataclass(frozen=True, slots=True)
class Opened:
    """A push that is believed and understood, and what its reply needs of it."""

    message: Kept
    nonce: str
    sealed: bool
    as_json: bool


class Callback:
    """The whole contract of the callback URL, without a server: bytes in, bytes out."""

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

    def respond(self, method: str, query: str, length: str | None, read: Read) -> Answer:
        """`read(n)` gives at most n bytes of the body. Never raises: a fault of ours is a 500, and WeChat repeats."""
        started = time.monotonic()
        try:
            self.name_request()
            check_length(length)
            opened = self.open(method, query, b"" if method == "GET" else read(BODY_LIMIT + 1))
            if isinstance(opened, Answer):
                return opened
            return self.reply(opened, self._desk.answer(opened.message, started))
        except Exception as fault:  # noqa: BLE001 -- logged there; the one place where a request's faults end
            return answer_to(fault)
        finally:
            logs.request_id.set("")

    def name_request(self) -> None:
        """Every log line of this request carries its id."""
        logs.request_id.set(f"{self._process}-{next(self._numbers)}")

    def open(self, method: str, query: str, body: bytes) -> Answer | Opened:
        """What was pushed; or the answer at once, to the console's GET. Raises Refused."""
        arguments = _arguments(query)
        if method == "GET":
            return self._verify_url(arguments)
        if len(body) > BODY_LIMIT:
            raise Refused(413, "body")
        return self._receive(arguments, body)

    def _verify_url(self, arguments: Mapping[str, str]) -> Answer:
        """No freshness here: the console may send the same echostr again (facts §1.1)."""
        if not self._signed(arguments):
            raise Refused(403, "signature")
        return Answer(200, arguments.get("echostr", "").encode())

    def _receive(self, arguments: Mapping[str, str], body: bytes) -> Opened:
        self._check_fresh(arguments)
        message, sealed = self._unseal(arguments, body)
        try:
            inbound = parse(envelope.read_body(message))
        except Malformed as fault:
            raise Refused(400, f"malformed: {fault}") from fault
        if self._original_id and inbound.to_user != self._original_id:
            raise Refused(403, "addressee")
        kept = Kept(inbound, message.decode())
        return Opened(kept, arguments.get("nonce", ""), sealed, envelope.is_json(body))

    def _check_fresh(self, arguments: Mapping[str, str]) -> None:
        stamp = arguments.get("timestamp", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):  # noqa: PLR2004 -- year 33658
            raise Refused(403, "timestamp")
        if abs(self._services.clock.now().timestamp() - int(stamp)) > self._window:
            raise Refused(403, "expired")

    def _unseal(self, arguments: Mapping[str, str], body: bytes) -> tuple[bytes, bool]:
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

    def reply(self, opened: Opened, text: str) -> Answer:
        """The same message gets the same reply, down to its CreateTime, at every delivery."""
        if not text:
            return SUCCESS
        inbound, as_json = opened.message.inbound, opened.as_json
        build = replies.json_text_reply if as_json else replies.text_reply
        content = build(inbound, text, inbound.created_at)
        if opened.sealed:
            seal = self._codec.seal_json if as_json else self._codec.seal_xml
            stamp = int(self._services.clock.now().timestamp())
            content = seal(content, stamp, opened.nonce)
        return Answer(200, content, JSON if as_json else XML)


def answer_to(fault: Exception) -> Answer:
    """What is said instead of a reply, and the line in the log."""
    if isinstance(fault, Refused):
        log.warning("handlers.callback.refused", status=fault.status, reason=fault.reason)
        return Answer(fault.status, fault.reason.encode())
    if isinstance(fault, NotKept):
        log.warning("handlers.callback.not_in_time")
        return Answer(503, b"again")
    log.error("handlers.callback.failed", exc_info=fault)
    return Answer(500, b"error")


def check_length(announced: str | None) -> None:
    """Refused by its announced size before a byte is read. Raises Refused."""
    if announced and not _within_limit(announced):
        raise Refused(413, "body")


def _arguments(query: str) -> dict[str, str]:
    if len(query) > QUERY_LIMIT:
        raise Refused(400, "query")
    pairs = query.split("&")
    if len(pairs) > MOST_ARGUMENTS:
        raise Refused(400, "query")
    if "%" in query or "+" in query:  # WeChat encodes only a msg_signature or echostr that needs it
        return dict(parse_qsl(query, keep_blank_values=True))
    return dict(pair.partition("=")[::2] for pair in pairs)


def _within_limit(length: str) -> bool:
    """Digits may be of another script, or more than int() takes."""
    ascii_digits = length.isascii() and length.isdigit() and len(length) <= len(str(BODY_LIMIT))
    return ascii_digits and int(length) <= BODY_LIMIT
