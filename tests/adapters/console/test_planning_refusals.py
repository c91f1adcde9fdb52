"""Every refusal of plans and duties is read as its own sentence."""

from inspect import getmembers, isclass
from types import ModuleType

import pytest

from app.core.errors import DomainError
from app.meetings.duties import service as duties
from app.meetings.plans import service as plans
from console.refusals import SENTENCES, sentence


def _refusals(module: ModuleType) -> list[type[DomainError]]:
    found = [kind for _, kind in getmembers(module, isclass) if issubclass(kind, DomainError)]
    return [kind for kind in found if kind.__module__ == module.__name__]


@pytest.mark.parametrize("refusal", [*_refusals(plans), *_refusals(duties)])
def test_refusal_is_read_as_its_own_sentence(refusal: type[DomainError]) -> None:
    assert sentence(refusal()) == SENTENCES[refusal.code]
    assert sentence(refusal()) != SENTENCES["refused"]


def test_refusals_of_plans_and_duties_differ() -> None:
    codes = [refusal.code for module in (plans, duties) for refusal in _refusals(module)]

    assert len(codes) == 12
    assert len({SENTENCES[code] for code in codes}) == len(codes)
