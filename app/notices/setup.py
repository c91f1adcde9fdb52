"""What this deployment has set up for each kind of notice: its words, its ways, its template ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.notices.channels import Offer
from app.notices.declarations import Declaration
from app.notices.models import Topic


@dataclass(frozen=True, slots=True)
class TemplateIds:
    """The platform's ids; an empty one: that way is not offered."""

    template: str = ""
    subscription: str = ""
    mini_program: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """`app_id` is the Official Account's, `mini_app_id` the mini-program's."""

    app_id: str
    mini_app_id: str
    declarations: Mapping[str, Declaration]
    ids: Mapping[str, TemplateIds] = field(default_factory=dict)

    def ids_of(self, kind: str) -> TemplateIds:
        return self.ids.get(kind, TemplateIds())

    def offer(self, kind: str) -> Offer:
        """The ways that are both declared and configured."""
        declared, ids = self.declarations[kind], self.ids_of(kind)
        return Offer(
            customer=declared.chat,
            template=bool(declared.template and ids.template),
            subscription=bool(declared.subscription and ids.subscription),
            mini_program=bool(declared.mini_program and ids.mini_program and self.mini_app_id),
        )

    def topic(self, kind: str) -> Topic | None:
        return self.declarations[kind].topic

    def subscriptions(self) -> dict[str, str]:
        """Kind → template id, where accepts are counted in the Official Account's wallet."""
        return {kind: self.ids_of(kind).subscription for kind in self.ids if self.offer(kind).subscription}

    def mini_programs(self) -> dict[str, str]:
        return {kind: self.ids_of(kind).mini_program for kind in self.ids if self.offer(kind).mini_program}
