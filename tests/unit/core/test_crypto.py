"""Sealed fields open only with their key, in their column, unchanged; indexes find without opening."""

import base64

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.crypto import BadKeys, KeyRing, Unreadable, Vault, derive_key

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
PHONE = "member.phone_sealed"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)
BEFORE = Vault(KeyRing({"k1": OLD}, "k1"), b"i" * 32)
AFTER = Vault(KeyRing({"k2": NEW, "k1": OLD}, "k2"), b"i" * 32)
LATER = Vault(KeyRing({"k2": NEW}, "k2"), b"i" * 32)


def written(key: bytes) -> str:
    return base64.b64encode(key).decode()


@given(TEXTS)
def test_sealed_text_opens_to_itself_and_shows_nothing(text: str) -> None:
    sealed = BEFORE.seal(text, PHONE)

    assert BEFORE.open(sealed, PHONE) == text
    assert sealed.startswith("k1.")
    assume(len(text) > 6)
    assert text not in sealed


def test_same_text_is_sealed_differently_each_time() -> None:
    assert BEFORE.seal("13912345678", PHONE) != BEFORE.seal("13912345678", PHONE)


@given(TEXTS)
def test_rotation_opens_the_old_and_seals_with_the_new(text: str) -> None:
    old = BEFORE.seal(text, PHONE)
    again = AFTER.seal(AFTER.open(old, PHONE), PHONE)

    assert (AFTER.stale(old), AFTER.stale(again)) == (True, False)
    assert LATER.open(again, PHONE) == text


def test_value_under_a_key_that_left_the_ring_is_unreadable() -> None:
    with pytest.raises(Unreadable, match=r"^member\.phone_sealed: sealed with key 'k1'"):
        LATER.open(BEFORE.seal("x", PHONE), PHONE)


def test_value_moved_to_another_column_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="changed or moved"):
        BEFORE.open(BEFORE.seal("13912345678", PHONE), "member.id_number_sealed")


@given(text=TEXTS, place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_changed_bit_makes_it_unreadable(text: str, place: int, bit: int) -> None:
    name, _, encoded = BEFORE.seal(text, PHONE).partition(".")
    raw = bytearray(base64.b64decode(encoded))
    raw[place % len(raw)] ^= 1 << bit

    with pytest.raises(Unreadable):
        BEFORE.open(f"{name}.{written(bytes(raw))}", PHONE)


@given(st.text(max_size=60))
def test_anything_else_is_unreadable_and_no_other_fault(text: str) -> None:
    for sealed in (text, f"k1.{text}"):
        with pytest.raises(Unreadable):
            BEFORE.open(sealed, PHONE)


def test_unreadable_repeats_nothing_of_the_value() -> None:
    with pytest.raises(Unreadable) as refused:
        BEFORE.open("k1.13912345678", PHONE)

    assert "139" not in str(refused.value)


@given(TEXTS, TEXTS)
def test_index_is_the_same_for_the_same_text_alone(one: str, other: str) -> None:
    assume(one != other)

    assert BEFORE.index(one, PHONE) == AFTER.index(one, PHONE)
    assert BEFORE.index(one, PHONE) != BEFORE.index(other, PHONE)


def test_index_is_short_hex_and_belongs_to_its_field_and_key() -> None:
    index = BEFORE.index("13912345678", PHONE)
    other_key = Vault(KeyRing({"k1": OLD}, "k1"), b"j" * 32)

    assert len(index) == 32
    assert set(index) <= set("0123456789abcdef")
    assert index != BEFORE.index("13912345678", "member.id_number_index")
    assert index != other_key.index("13912345678", PHONE)


def test_index_normalises_nothing_itself() -> None:
    """Whoever indexes writes one form: a space is another value."""
    assert BEFORE.index("139 1234", PHONE) != BEFORE.index("1391234", PHONE)


def test_ring_reads_newest_first() -> None:
    ring = KeyRing.parse(f" k2:{written(NEW)} , k1:{written(OLD)},")

    assert (ring.current, dict(ring.keys)) == ("k2", {"k2": NEW, "k1": OLD})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" , ", "empty"),
        (written(OLD), "read id:base64"),
        (f":{written(OLD)}", "read id:base64"),
        (f"k.1:{written(OLD)}", "read id:base64"),
        (f"k1:{written(OLD)},k1:{written(NEW)}", "different ids"),
        ("k1:", "0 bytes instead of 32"),
        (f"k1:{written(OLD[:16])}", "16 bytes instead of 32"),
        (f"k1:{written(OLD)}=", "not base64"),
        ("k1:not base64", "not base64"),
        ("k1:密钥", "not base64"),
    ],
)
def test_ring_that_cannot_be_used_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadKeys, match=reason) as refused:
        KeyRing.parse(text)

    assert written(OLD) not in str(refused.value)


@given(st.text(max_size=80))
def test_ring_reads_anything_as_keys_or_bad_keys(text: str) -> None:
    try:
        ring = KeyRing.parse(text)
    except BadKeys:
        return
    assert all(len(key) == 32 for key in ring.keys.values())


def test_derived_keys_differ_by_purpose_and_secret() -> None:
    keys = {derive_key("s" * 40, "blind-index"), derive_key("s" * 40, "links"), derive_key("t" * 40, "links")}

    assert sorted(map(len, keys)) == [32, 32, 32]
    assert derive_key("s" * 40, "links") in keys
