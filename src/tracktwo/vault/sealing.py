"""Sealing bytes: AES-256-GCM, bound to the place they belong to, padded to a few sizes.

A sealed value is

    version (1 byte) | key number (4 bytes) | nonce (12 bytes) | ciphertext and tag

The associated data names process, table, column and row, so a value moved to another row does
not open. Padding is there because the length of a ciphertext would otherwise match a
published sentence.

Sources: NIST SP 800-38D (GCM), RFC 5869 (HKDF), RFC 3394 (key wrap).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from collections.abc import Callable

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from numpy.typing import NDArray

from tracktwo.errors import Refusal, gettext_noop

Bytes = NDArray[np.uint8]

VERSION = 1
KEY_BYTES = 32
SIZES = (64, 256, 1024, 4096)
HEADER = struct.Struct(">BI12s")
LENGTH = struct.Struct(">I")
NONCE = 5  # where the nonce begins in the header
TAG = 16  # bytes of the tag at the end


class Unreadable(Refusal):
    """A sealed value does not open: it was altered, moved, or its key is gone."""

    def __init__(self) -> None:
        super().__init__(gettext_noop("This cannot be read: it was altered, or its key has been destroyed."))


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def room_for(length: int) -> int:
    """The padded size of a text of `length` bytes: 64, 256, 1024, 4096, then multiples of 4096."""
    needed = LENGTH.size + length
    for size in SIZES:
        if needed <= size:
            return size
    return -(-needed // SIZES[-1]) * SIZES[-1]


def pad(plain: bytes) -> bytes:
    return (LENGTH.pack(len(plain)) + plain).ljust(room_for(len(plain)), b"\0")


def unpad(padded: bytes) -> bytes:
    return padded[LENGTH.size : LENGTH.size + int.from_bytes(padded[: LENGTH.size])]


def seal(plain: bytes, *, key: bytes, number: int, place: bytes) -> bytes:
    """Encrypt `plain` under `key` so that it opens only at `place`."""
    nonce = os.urandom(12)
    header = HEADER.pack(VERSION, number, nonce)
    # The header is authenticated too: a value relabelled with another key number does not open.
    return header + AESGCM(key).encrypt(nonce, pad(plain), header + place)


def unseal(sealed: bytes, *, key: bytes, place: bytes) -> bytes:
    """Decrypt, or raise Unreadable: no partial result and no reason an adversary could use."""
    header = _header(sealed)
    try:
        return unpad(AESGCM(key).decrypt(header[NONCE:], sealed[HEADER.size :], header + place))
    except (InvalidTag, ValueError):  # ValueError: cut off inside the tag
        raise Unreadable from None


def unseal_alike(sealed: Bytes, *, places: Bytes, key_of: Callable[[int], bytes]) -> Bytes:
    """Decrypt values of one length, uint8 [n, any], each at its place, or raise Unreadable: texts uint8 [n, length].

    At least one. As ``unseal`` one by one, in less than half the time: what each call needs is cut out of tables.
    Raises ValueError where the texts differ in length.
    """
    width = sealed.shape[1] - HEADER.size - TAG
    if width < LENGTH.size or (sealed[:, 0] != VERSION).any():
        raise Unreadable
    number = _numbers(sealed[:, 1:NONCE])
    own = number == number[0]
    if not own.all():
        parts = [
            (mine, unseal_alike(sealed[mine], places=places[mine], key_of=key_of)) for mine in (own, ~own)
        ]
        return _together(parts)
    about = np.concatenate([sealed[:, : HEADER.size], places], axis=1)
    needed = (sealed[:, NONCE : HEADER.size], sealed[:, HEADER.size :], about)
    try:
        texts = b"".join(map(AESGCM(key_of(int(number[0]))).decrypt, *map(_each, needed)))
    except InvalidTag:
        raise Unreadable from None
    padded = np.frombuffer(texts, dtype=np.uint8).reshape(-1, width)
    lengths = _numbers(padded[:, : LENGTH.size])
    if (lengths != lengths[0]).any():
        raise ValueError("these values are not of one length")
    return padded[:, LENGTH.size : LENGTH.size + int(lengths[0])]


def _together(parts: list[tuple[NDArray[np.bool_], Bytes]]) -> Bytes:
    """One table of parts, each of which fills the rows it belongs to."""
    if len({texts.shape[1] for _, texts in parts}) > 1:
        raise ValueError("these values are not of one length")
    whole = np.empty((len(parts[0][0]), parts[0][1].shape[1]), dtype=np.uint8)
    for own, texts in parts:
        whole[own] = texts
    return whole


def _each(table: Bytes) -> list[bytes]:
    rows = np.ascontiguousarray(table).view(f"V{table.shape[1]}").ravel()
    return rows.tolist()


def _numbers(table: Bytes) -> NDArray[np.uint32]:
    """The numbers of four bytes a row."""
    return np.ascontiguousarray(table).view(">u4").ravel()


def key_number(sealed: bytes) -> int:
    """Which data key sealed this value."""
    return int.from_bytes(_header(sealed)[1:NONCE])


def _header(sealed: bytes) -> bytes:
    if len(sealed) <= HEADER.size or sealed[0] != VERSION:
        raise Unreadable
    return sealed[: HEADER.size]


def derive(secret: bytes, *, salt: bytes, purpose: str) -> bytes:
    """A key for one purpose from a secret and a salt (HKDF-SHA256)."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=purpose.encode())
    return kdf.derive(secret)


def wrap(data_key: bytes, *, under: bytes) -> bytes:
    return aes_key_wrap(under, data_key)


def unwrap(wrapped: bytes, *, under: bytes) -> bytes:
    try:
        return aes_key_unwrap(under, wrapped)
    except InvalidUnwrap:
        raise Unreadable from None


def fingerprint(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 over length-prefixed parts, so that no two lists of parts collide."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        digest.update(LENGTH.pack(len(part)) + part)
    return digest.digest()
