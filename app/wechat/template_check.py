"""Whether the account's templates are those that templates/notices/*.yaml declares."""

from collections.abc import Iterable, Iterator

from app.notices.setup import Setup
from app.wechat.records import Template

_SHOWN = 6


def configured(setup: Setup) -> dict[str, str]:
    """Kind → template id."""
    return {kind: ids.template for kind, ids in setup.ids.items() if setup.offer(kind).template}


def faults(setup: Setup, templates: Iterable[Template]) -> Iterator[str]:
    """One line for each kind whose template is not there, or wants other fields."""
    known = {template.template_id: template for template in templates}
    for kind, template_id in configured(setup).items():
        declared = sorted(setup.declarations[kind].template)
        template = known.get(template_id)
        if template is None:
            yield f"{kind}: the account has no template {template_id[:_SHOWN]}…"
        elif declared != sorted(template.keywords):
            wanted, filled = ", ".join(template.keywords), ", ".join(declared)
            yield f"{kind}: the template has {wanted}; templates/notices/{kind}.yaml fills {filled}"
