"""Every refusal about money is read in the console as a sentence of its own."""

from inspect import getmembers, isclass

import pytest

from app.core.errors import DomainError
from app.dues.books import drafts, ledger, periods, reversals
from app.dues.cash import collecting, desk, handover, large, transfers
from app.dues.remittance import publicity, service
from app.staff import deciding
from console.refusals import SENTENCES, sentence

MODULES = (
    deciding,
    *(ledger, drafts, periods, reversals),
    *(desk, collecting, transfers, handover, large),
    *(service, publicity),
)
REFUSALS = [
    kind
    for module in MODULES
    for _, kind in getmembers(module, isclass)
    if issubclass(kind, DomainError) and kind.__module__ == module.__name__
]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusal_is_read_as_its_own_sentence(refusal: type[DomainError]) -> None:
    assert sentence(refusal()) == SENTENCES[refusal.code]
    assert sentence(refusal()) != SENTENCES["refused"]


def test_refusals_have_codes_of_their_own() -> None:
    assert len({kind.code for kind in REFUSALS}) == len(REFUSALS) == 53
