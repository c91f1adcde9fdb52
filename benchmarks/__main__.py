"""`python -m benchmarks NAME`: run one measurement, or all; the last line of each is one JSON object."""

import sys
from importlib import import_module

NAMES = ("callback", "check_in", "dues", "fanout", "prepare", "search")


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    if wanted not in (*NAMES, "all"):
        raise SystemExit(f"make bench NAME={'|'.join((*NAMES, 'all'))}")
    for name in NAMES if wanted == "all" else (wanted,):
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
