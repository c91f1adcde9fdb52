"""Deployments for tests: which ways are configured."""

from app.notices import declarations
from app.notices.setup import Setup, TemplateIds
from tests.factories import APP_ID

MINI_APP_ID = "wxmini567890abcdef"
DECLARED = declarations.load()


def setup(**ids: TemplateIds) -> Setup:
    return Setup(APP_ID, MINI_APP_ID, DECLARED, ids)


CHAT_ONLY = setup()
TEMPLATES = setup(
    **{
        kind: TemplateIds(template=f"T-{kind}")
        for kind in ("announcement", "reminder", "digest", "feedback_answered")
    }
)
EVERY_WAY = setup(
    **{
        kind: TemplateIds(f"T-{kind}", f"S-{kind}", f"M-{kind}")
        for kind in ("announcement", "reminder", "digest", "feedback_answered")
    }
)
