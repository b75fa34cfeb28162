"""Whether a PDF asks for a password before it shows anything (ISO 32000, 7.6: the standard security handler).

Many official papers are encrypted with an empty password, against changes only: those open everywhere and are taken.
What this cannot make out counts as open; the reader of the file will tell.
"""

import hashlib
import re

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_POINTER = re.compile(rb"/Encrypt\s+(\d+)\s+(\d+)\s+R")
_FILTERS = re.compile(rb"/CF\s*<<.*?>>\s*>>", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def needs_password(content: bytes) -> bool:
    """True where the empty password does not open the PDF."""
    found = _POINTER.findall(content)
    if not found:
        return False
    number, generation = found[-1]
    body = re.search(rb"(?<!\d)%s\s+%s\s+obj(.*?)endobj" % (number, generation), content, re.DOTALL)
    if body is None or not re.search(rb"/Filter\s*/Standard", body[1]):
        return False
    try:
        return not _opens(body[1], content)
    except (ValueError, IndexError, TypeError):  # no dictionary as the standard has it
        return False


def _opens(body: bytes, content: bytes) -> bool:
    revision, user = _number(body, b"R"), _string(body, b"U")
    if len(user) < (48 if revision >= 5 else 32):
        raise ValueError("U")
    if revision >= 5:
        salt = user[32:40]
        digest = hashlib.sha256(salt).digest() if revision == 5 else _hash_of_six(salt)
        return digest == user[:32]
    first = re.search(rb"/ID\s*\[\s*(?=[(<])", content)
    identity = _read(content, first.end()) if first else b""
    outer = _FILTERS.sub(b"", body)
    size = 5 if revision == 2 else _number(outer, b"Length", 128) // 8
    seed = _PAD + _string(body, b"O")[:32] + (_number(body, b"P") & 0xFFFFFFFF).to_bytes(4, "little") + identity
    if revision >= 4 and re.search(rb"/EncryptMetadata\s+false", body):
        seed += b"\xff" * 4
    key = hashlib.md5(seed, usedforsecurity=False).digest()
    for _ in range(50 if revision >= 3 else 0):
        key = hashlib.md5(key[:size], usedforsecurity=False).digest()
    key = key[:size]
    if revision == 2:
        return _rc4(key, _PAD) == user[:32]
    text = hashlib.md5(_PAD + identity, usedforsecurity=False).digest()
    for step in range(20):
        text = _rc4(bytes(one ^ step for one in key), text)
    return text == user[:16]


def _hash_of_six(salt: bytes) -> bytes:
    """Algorithm 2.B for the empty password."""
    key, turn, last = hashlib.sha256(salt).digest(), 0, 0
    while turn < 64 or last > turn - 32:
        cipher = Cipher(AES(key[:16]), CBC(key[16:32])).encryptor()
        block = cipher.update(key * 64)
        key = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[sum(block[:16]) % 3](block).digest()
        turn, last = turn + 1, block[-1]
    return key[:32]


def _rc4(key: bytes, text: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in text:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _number(body: bytes, name: bytes, default: int | None = None) -> int:
    found = re.search(rb"/%s\s+(-?\d+)" % name, body)
    if found is None and default is None:
        raise ValueError(name)
    return int(found[1]) if found else default


def _string(body: bytes, name: bytes) -> bytes:
    found = re.search(rb"/%s\s*(?=[(<])" % name, body)
    if found is None:
        raise ValueError(name)
    return _read(body, found.end())


def _read(content: bytes, place: int) -> bytes:
    """The string that begins at `place`: <hexadecimal> or (literal)."""
    if content[place : place + 1] == b"<":
        digits = re.sub(rb"\s", b"", content[place + 1 : content.index(b">", place)])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    out, depth, place = bytearray(), 1, place + 1
    while True:
        one = content[place : place + 1]
        if not one:
            raise ValueError("unfinished string")
        place += 1
        if one == b"\\":
            octal = re.match(rb"[0-7]{1,3}", content[place : place + 3])
            step = content[place : place + (len(octal[0]) if octal else 1)]
            out += bytes([int(step, 8) & 0xFF]) if octal else b"" if step in b"\r\n" else _ESCAPES.get(step, step)
            place += len(step)
            continue
        depth += {b"(": 1, b")": -1}.get(one, 0)
        if depth == 0:
            return bytes(out)
        out += one
