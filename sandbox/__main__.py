"""python -m sandbox --host 127.0.0.1 --port 8001 --state FILE.json --config FILE.json."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from sandbox.config import BadConfig, Config
from sandbox.server import create_sandbox
from sandbox.serving import Server
from sandbox.state_file import BadState


def main() -> int:
    options = _options()
    try:
        config = Config.read(options.config)
        config.public_url = config.public_url or f"http://{options.host}:{options.port}"
        app = create_sandbox(config, options.state)
    except (BadConfig, BadState) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    server = Server(options.host, options.port, app)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(f"sandbox: {config.public_url}/phone\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.2)
    app.extensions["sandbox"].pusher.close()
    if app.extensions["sandbox.state"] is not None:
        app.extensions["sandbox.state"].close()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="A stand-in for WeChat on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--config", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
