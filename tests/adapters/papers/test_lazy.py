"""The process that answers WeChat does not carry what prints papers until somebody prints."""

import subprocess
import sys

HEAVY = ("weasyprint", "docxtpl", "docx", "lxml.etree")


def test_application_starts_without_the_printers() -> None:
    loaded = f"import sys, app.main; print([name for name in {HEAVY!r} if name in sys.modules])"

    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, check=True, text=True).stdout

    assert said.strip() == "[]"
