"""WeChat Pay as far as reconciling needs it: a trade bill in the sandbox's own format, and queries of its orders."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from benchmarks.dues_merchant import Merchant
from benchmarks.dues_orders import Day
from sandbox.pay import answers, bills

BILL, FILE, QUERY = "/v3/bill/tradebill", "/v3/billdownload/file", "/v3/pay/transactions/out-trade-no/"
CHUNK = 64 * 1024


class Platform:
    """What it was told to know. `base_url` is there once it serves."""

    def __init__(self, merchant: Merchant) -> None:
        self.merchant = merchant
        self.base_url = ""
        self.asked = 0
        self._files: dict[str, tuple[bytes, str]] = {}
        self._orders: dict[str, bytes] = {}

    def know(self, day: Day, people: int) -> int:
        """The day's bill, and the orders that will be asked about; the bytes of the file in clear."""
        plain = bills.written(list(day.rows(people))).encode()
        digest = hashlib.sha1(plain, usedforsecurity=False).hexdigest()
        self._files[day.day.isoformat()] = gzip.compress(plain, compresslevel=6), digest
        for one in day.untold:
            told = answers.transaction(day.trade(one, people))
            self._orders[day.number(one)] = json.dumps(told).encode()
        return len(plain)

    def bill(self, day: str) -> bytes:
        url = f"{self.base_url}{FILE}?token={day}"
        return json.dumps(
            {"hash_type": "SHA1", "hash_value": self._files[day][1], "download_url": url}
        ).encode()

    def file(self, day: str) -> bytes:
        return self._files[day][0]

    def order(self, number: str) -> bytes:
        self.asked += 1
        return self._orders[number]


@contextmanager
def serving(platform: Platform) -> Iterator[None]:
    class Desk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            if parts.path == FILE:
                self._answer(platform.file(query["token"][0]), {"Content-Type": "application/octet-stream"})
                return
            body = (
                platform.bill(query["bill_date"][0])
                if parts.path == BILL
                else platform.order(parts.path.removeprefix(QUERY))
            )
            self._answer(body, {"Content-Type": "application/json"} | platform.merchant.signed(body))

        def _answer(self, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(200)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            for start in range(0, len(body), CHUNK):
                self.wfile.write(body[start : start + CHUNK])

        def log_message(self, *_: object) -> None:
            """The figures alone are printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    platform.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
