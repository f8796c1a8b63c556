"""The ciphers give the answers that their standards publish, and sealed values are what the design says."""

from __future__ import annotations

import hashlib
import hmac
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from tests.vault import slowly
from tracktwo.vault import sealing
from tracktwo.vault.sealing import HEADER, SIZES, Unreadable

KEY, PLACE = bytes(range(32)), b"process|table|column|row"
anywhere = st.binary(max_size=300)


@pytest.mark.parametrize("answer", slowly.GCM)
def test_the_twin_and_the_cipher_give_the_published_answers_of_gcm(answer):
    key, nonce, plain, bound = (
        bytes.fromhex(one) for one in (answer.key, answer.nonce, answer.plain, answer.bound)
    )
    assert slowly.gcm(key, nonce, plain, bound).hex() == answer.sealed
    assert AESGCM(key).encrypt(nonce, plain, bound).hex() == answer.sealed


@given(plain=anywhere, place=anywhere, number=st.integers(0, 2**32 - 1))
def test_a_sealed_value_is_gcm_of_the_padded_text_bound_to_header_and_place(plain, place, number):
    sealed = sealing.seal(plain, key=KEY, number=number, place=place)
    version, told, nonce = HEADER.unpack(sealed[: HEADER.size])
    assert (version, told) == (1, number)
    padded = (len(plain).to_bytes(4, "big") + plain).ljust(len(sealed) - HEADER.size - 16, b"\0")
    assert sealed[HEADER.size :] == slowly.gcm(KEY, nonce, padded, sealed[: HEADER.size] + place)


@pytest.mark.parametrize("answer", slowly.HKDF)
def test_the_twin_gives_the_published_answers_of_hkdf(answer):
    out = bytes.fromhex(answer.out)
    secret, salt, info = (bytes.fromhex(one) for one in (answer.secret, answer.salt, answer.info))
    assert slowly.hkdf(secret, salt, info, len(out)) == out


def test_keys_are_derived_as_rfc_5869_says():
    third = slowly.HKDF[2]
    derived = sealing.derive(bytes.fromhex(third.secret), salt=b"", purpose="")
    assert derived.hex() == third.out[:64]


@given(secret=st.binary(min_size=1, max_size=80), salt=st.binary(max_size=80), purpose=st.text(max_size=60))
def test_a_derived_key_is_what_the_twin_derives(secret, salt, purpose):
    twin = slowly.hkdf(secret, salt, purpose.encode(), 32)
    assert sealing.derive(secret, salt=salt, purpose=purpose) == twin


def test_a_data_key_is_wrapped_as_rfc_3394_says():
    data = bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
    wrapped = sealing.wrap(data, under=bytes(range(32)))
    assert wrapped.hex() == (
        "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
    )
    assert sealing.unwrap(wrapped, under=bytes(range(32))) == data


def test_a_fingerprint_is_hmac_of_parts_that_cannot_slide_into_each_other():
    assert sealing.fingerprint(KEY, b"ab", b"c") == hmac.digest(
        KEY, b"\0\0\0\x02ab\0\0\0\x01c", hashlib.sha256
    )
    assert sealing.fingerprint(KEY, b"ab", b"c") != sealing.fingerprint(KEY, b"a", b"bc")
    assert sealing.fingerprint(KEY, b"") != sealing.fingerprint(KEY)


# --- padding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "room"),
    [
        (0, 64), (1, 64), (60, 64), (61, 256), (252, 256), (253, 1024), (1020, 1024), (1021, 4096),
        (4092, 4096), (4093, 8192), (8188, 8192), (8189, 12288), (1_000_000, 1_003_520),
    ],
)  # fmt: skip
def test_a_text_is_padded_to_one_of_a_few_sizes(length, room):
    assert sealing.room_for(length) == room
    padded = sealing.pad(b"x" * length)
    assert len(padded) == room
    assert sealing.unpad(padded) == b"x" * length


def test_texts_of_one_size_cannot_be_told_apart_by_length():
    for least, most in [(0, 60), (61, 252), (253, 1020), (1021, 4092)]:
        lengths = {len(sealing.seal(b"a" * n, key=KEY, number=1, place=PLACE)) for n in (least, most)}
        assert lengths == {SIZES[[60, 252, 1020, 4092].index(most)] + HEADER.size + 16}


@given(plain=st.binary(max_size=9000))
def test_whatever_is_sealed_opens_to_the_same_bytes(plain):
    assert sealing.unseal(sealing.seal(plain, key=KEY, number=7, place=PLACE), key=KEY, place=PLACE) == plain


@given(text=st.text(max_size=400))
def test_text_in_any_script_comes_back_as_it_went_in(text):
    plain = text.encode()
    sealed = sealing.seal(plain, key=KEY, number=1, place=PLACE)
    assert sealing.unseal(sealed, key=KEY, place=PLACE).decode() == text


def test_no_nonce_comes_twice():
    sealed = [sealing.seal(b"the same words", key=KEY, number=1, place=PLACE) for _ in range(20_000)]
    assert len({one[5:17] for one in sealed}) == len(set(sealed)) == 20_000


# --- what was altered does not open ---------------------------------------------------------------


def opens(sealed: bytes, *, key: bytes = KEY, place: bytes = PLACE) -> bool:
    try:
        sealing.unseal(sealed, key=key, place=place)
    except Unreadable:
        return False
    return True


def test_no_single_flipped_bit_goes_unnoticed():
    sealed = sealing.seal(b"Nobody else reads this.", key=KEY, number=1, place=PLACE)
    for bit in range(8 * len(sealed)):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << bit % 8
        assert not opens(bytes(altered)), f"bit {bit}"
    assert opens(sealed)


def test_no_shortened_and_no_lengthened_value_opens():
    sealed = sealing.seal(b"whole", key=KEY, number=1, place=PLACE)
    assert not any(opens(sealed[:length]) for length in range(len(sealed)))
    assert not any(opens(sealed[start:]) for start in range(1, len(sealed)))
    assert not any(opens(sealed + more) for more in (b"\0", b"x", sealed, bytes(64)))
    assert opens(sealed)


def test_the_head_of_one_value_does_not_open_the_body_of_another():
    one, other = (sealing.seal(word, key=KEY, number=1, place=PLACE) for word in (b"one", b"two"))
    for cut in (11, HEADER.size, HEADER.size + 16, len(one) - 16):
        assert not opens(one[:cut] + other[cut:])


def test_a_value_relabelled_with_another_key_number_does_not_open():
    sealed = sealing.seal(b"words", key=KEY, number=1, place=PLACE)
    relabelled = HEADER.pack(1, 2, sealed[5:17]) + sealed[HEADER.size :]
    assert sealing.key_number(relabelled) == 2
    assert not opens(relabelled)


def test_a_value_opens_only_with_its_own_key_and_at_its_own_place():
    sealed = sealing.seal(b"words", key=KEY, number=1, place=PLACE)
    assert not opens(sealed, key=sealing.new_key())
    assert not any(opens(sealed, place=place) for place in (b"", PLACE + b"0", PLACE[:-1], PLACE.upper()))


@given(rubbish=st.binary(max_size=400))
def test_bytes_that_nobody_sealed_are_unreadable_and_nothing_else(rubbish):
    assert not opens(rubbish)
    try:
        sealing.key_number(rubbish)
    except Unreadable:
        assert len(rubbish) <= HEADER.size or rubbish[0] != 1


def test_a_wrapped_key_that_was_altered_in_any_way_does_not_unwrap():
    under, data = os.urandom(32), os.urandom(32)
    wrapped = sealing.wrap(data, under=under)
    altered = [wrapped[:length] for length in range(len(wrapped))] + [wrapped + bytes(8), wrapped + b"x"]
    for bit in range(8 * len(wrapped)):
        one = bytearray(wrapped)
        one[bit // 8] ^= 1 << bit % 8
        altered.append(bytes(one))
    for broken in altered:
        with pytest.raises(Unreadable):
            sealing.unwrap(broken, under=under)
    with pytest.raises(Unreadable):
        sealing.unwrap(wrapped, under=os.urandom(32))


def test_the_refusal_says_nothing_an_adversary_could_use():
    said = set()
    for sealed in (b"", b"\x01" * 40, sealing.seal(b"x", key=sealing.new_key(), number=1, place=PLACE)):
        with pytest.raises(Unreadable) as refused:
            sealing.unseal(sealed, key=KEY, place=PLACE)
        assert refused.value.__cause__ is None
        said.add(str(refused.value))
    assert said == {"This cannot be read: it was altered, or its key has been destroyed."}
