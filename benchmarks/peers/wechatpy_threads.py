"""Fan-out as it is usually written: wechatpy's client, a template message for each person, 32 threads; nothing kept.

`python -m benchmarks.peers.wechatpy_threads PORT MESSAGES THREADS`. The one kindness: a connection for each thread,
where wechatpy's session would keep ten of them and open the others anew each time.
"""

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient

from benchmarks.messages import FIELDS, TEMPLATE_ID, URL, openid


def main() -> None:
    port, messages, threads = (int(word) for word in sys.argv[1:4])
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=threads))
    WeChatClient.API_BASE_URL = f"http://127.0.0.1:{port}/cgi-bin/"
    WeChatClient._http = session  # noqa: SLF001 -- the only way to give it one
    client = WeChatClient("wx1234567890abcdef", "secret", access_token="benchmark-token")
    data = {name: {"value": value} for name, value in FIELDS.items()}

    def send(number: int) -> None:
        client.message.send_template(openid(number), TEMPLATE_ID, data, url=URL)

    send(0)
    before, started = _cpu(), time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(send, range(1, messages + 1)))
    seconds, cpu = time.perf_counter() - started, _cpu() - before
    print(json.dumps({"seconds": seconds, "cpu_us": cpu / messages * 1e6, "peak_mb": _peak()}))


def _peak() -> float:
    """Not getrusage: that counts what its parent had before it became another program."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
