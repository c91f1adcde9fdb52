"""`flask doctor` on WeChat Pay: not set up, sound, and each fault in words for the operator."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from app import doctor
from app.core.clock import FixedClock
from app.core.db import Sessions
from app.health import Unhealthy
from app.wiring import Services
from tests.services import wired
from tests.unit.wechat.fake_platform import Raw, Reset, running
from tests.unit.wechat_pay.merchant_side import MCHID, further, pay
from tests.unit.wechat_pay.platform_side import PayPlatform, Seals, certificate_pem, rsa_key

ASKED = "/v3/pay/transactions/out-trade-no/zhibu-doctor-000000"
NOBODYS = '{"code": "ORDER_NOT_EXIST", "message": ""}'
SetDate = Callable[[datetime], None]


@pytest.fixture
def set_date(monkeypatch: pytest.MonkeyPatch) -> SetDate:
    """Puts WeChat Pay's clock somewhere."""

    def put(at: datetime) -> None:
        stamp = format_datetime(at, usegmt=True)
        monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: stamp)

    return put


@pytest.fixture
def platform(clock: FixedClock, set_date: SetDate) -> Iterator[PayPlatform]:
    set_date(clock.now())
    with running() as fake:
        yield PayPlatform(fake, Seals(clock))


@pytest.fixture
def services(sessions: Sessions, clock: FixedClock, platform: PayPlatform) -> Iterator[Services]:
    found = wired(sessions, clock, pay=pay(base_url=platform.fake.url))
    yield found
    for one in found.gateways.wechat:
        one.client.close()


def fault(services: Services) -> str:
    with pytest.raises(Unhealthy) as told:
        doctor.pay(services)
    return str(told.value)


def test_nothing_set_up_is_no_fault(sessions: Sessions, clock: FixedClock) -> None:
    assert doctor.pay(wired(sessions, clock)) == "not set up: nothing can be paid here"


def test_signed_answer_about_nobody_s_order_proves_both_keys(
    services: Services, platform: PayPlatform
) -> None:
    platform.fake.answer(ASKED, platform.signed(NOBODYS, 404))

    assert doctor.pay(services) == f"merchant {MCHID}: our signature and WeChat's are good, by public_key"


def test_answer_without_a_signature_proves_ours(services: Services, platform: PayPlatform) -> None:
    platform.fake.answer(ASKED, Raw(NOBODYS.encode(), 404))

    assert doctor.pay(services) == f"merchant {MCHID}: our signature is good, by public_key"


def test_each_merchant_is_told_of(
    sessions: Sessions, clock: FixedClock, platform: PayPlatform, tmp_path: Path
) -> None:
    second = {"mchid": "1900000002", "platform_certificates": certificate_pem("old")}
    both = wired(sessions, clock, pay=pay(base_url=platform.fake.url, more=further(tmp_path, second)))
    platform.fake.answer(ASKED, Raw(NOBODYS.encode(), 404))

    told = doctor.pay(both)
    for one in both.gateways.wechat:
        one.client.close()

    assert told == (
        f"merchant {MCHID}: our signature is good, by public_key; "
        "merchant 1900000002: our signature is good, by both"
    )


def test_refused_signature_is_named(services: Services, platform: PayPlatform) -> None:
    platform.refuse(ASKED, 401, "SIGN_ERROR")

    assert fault(services) == f"merchant {MCHID}: refused with SIGN_ERROR"


def test_answer_signed_with_another_key_is_named(services: Services, platform: PayPlatform) -> None:
    platform.seals.key = rsa_key("stranger")
    platform.fake.answer(ASKED, platform.signed(NOBODYS, 404))

    assert fault(services) == f"merchant {MCHID}: its answer is not signed with a key of ours: forged"


@pytest.mark.parametrize("apart", [61, -61])
def test_clock_that_is_wrong_is_named(
    apart: int, services: Services, platform: PayPlatform, clock: FixedClock, set_date: SetDate
) -> None:
    """Before what follows from it: WeChat refuses what is signed at another time."""
    set_date(clock.now() + timedelta(seconds=apart))
    platform.refuse(ASKED, 401, "SIGN_ERROR")

    assert fault(services) == f"merchant {MCHID}: 61 s apart from WeChat Pay: run NTP"


def test_nobody_there_is_named(services: Services, platform: PayPlatform) -> None:
    platform.fake.answer(ASKED, Reset())

    assert fault(services) == f"merchant {MCHID}: ConnectionError"


def test_date_that_is_none_is_passed_over(
    services: Services, platform: PayPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: "yesterday")
    platform.fake.answer(ASKED, platform.signed(NOBODYS, 404))

    assert doctor.pay(services).startswith(f"merchant {MCHID}: our signature and WeChat's are good")
