"""The slow, obvious twins of the vault's ciphers, written from the standards, and their published answers."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16


def aes(key: bytes, block: bytes) -> bytes:
    """One block (FIPS 197)."""
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)


def gf_times(x: int, y: int) -> int:
    """Multiply in GF(2^128), bit by bit (SP 800-38D, algorithm 1)."""
    z, v = 0, y
    for place in range(127, -1, -1):
        if x >> place & 1:
            z ^= v
        v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
    return z


def ghash(h: int, *parts: bytes) -> int:
    y = 0
    lengths = b"".join((8 * len(part)).to_bytes(8, "big") for part in parts)
    for part in (*parts, lengths):
        for at in range(0, len(part), BLOCK):
            y = gf_times(y ^ int.from_bytes(part[at : at + BLOCK].ljust(BLOCK, b"\0"), "big"), h)
    return y


def gcm(key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    """Ciphertext and tag of AES-GCM with a 96-bit nonce (SP 800-38D, algorithm 4)."""
    h = int.from_bytes(aes(key, bytes(BLOCK)), "big")
    stream = b"".join(
        aes(key, nonce + (2 + number).to_bytes(4, "big")) for number in range(-(-len(plain) // BLOCK))
    )
    sealed = bytes(a ^ b for a, b in zip(plain, stream, strict=False))
    mask = int.from_bytes(aes(key, nonce + (1).to_bytes(4, "big")), "big")
    return sealed + (ghash(h, bound, sealed) ^ mask).to_bytes(BLOCK, "big")


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """Extract, then expand (RFC 5869, section 2) with SHA-256."""
    extracted = hmac.digest(salt or bytes(32), secret, hashlib.sha256)
    out, last = b"", b""
    for number in range(1, -(-length // 32) + 1):
        last = hmac.digest(extracted, last + info + bytes([number]), hashlib.sha256)
        out += last
    return out[:length]


@dataclass(frozen=True)
class GcmAnswer:
    key: str
    nonce: str
    plain: str
    bound: str
    sealed: str


_KEY = "feffe9928665731c6d6a8f9467308308" * 2
_PLAIN = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
)
_SEALED = (
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
)
# The proposal of GCM to NIST (McGrew and Viega, 2005), test cases 13 to 16: AES-256, 96-bit nonce.
GCM = (
    GcmAnswer("00" * 32, "00" * 12, "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    GcmAnswer(
        "00" * 32, "00" * 12, "00" * 16, "", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    ),
    GcmAnswer(_KEY, "cafebabefacedbaddecaf888", _PLAIN, "", _SEALED + "b094dac5d93471bdec1a502270e3cc6c"),
    GcmAnswer(
        _KEY, "cafebabefacedbaddecaf888", _PLAIN[:120], "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        _SEALED[:120] + "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class HkdfAnswer:
    secret: str
    salt: str
    info: str
    out: str


# RFC 5869, appendix A, test cases 1 to 3.
HKDF = (
    HkdfAnswer(
        "0b" * 22, "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    HkdfAnswer(
        bytes(range(0x50)).hex(), bytes(range(0x60, 0xB0)).hex(), bytes(range(0xB0, 0x100)).hex(),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    HkdfAnswer(
        "0b" * 22, "", "",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
)  # fmt: skip
