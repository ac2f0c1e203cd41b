"""Keyed hashes: what a list may keep of a subject without naming him to whoever finds the list.

Every value is under a key that scrypt makes of a secret file and the list's salt. Without the secret nothing can be
guessed, however short a string is. Whoever holds both can guess as fast as a text can be searched: keep them apart.
"""

import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...core import InputError

SECRET_BYTES = 32
_SHORTEST, _LONGEST = 16, 4_096
_MEMORY_WORDS = 1 << 20
_MULTIPLIER = 0x9E3779B97F4A7C15  # odd, so that a product keeps every bit of the word's value


class Sealer:
    """Hashes under one key. ``seal`` is a MAC (keyed BLAKE2b, RFC 7693), ``windows`` adds up such values of words."""

    def __init__(self, secret: bytes, salt: bytes) -> None:
        self.salt = salt
        self._key = hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1, dklen=32)
        self._words: dict[str, int] = {}

    def seal(self, kind: str, value: str) -> str:
        """32 hex digits for a value of one kind."""
        content = value.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, digest_size=16, key=self._key, person=kind.encode()[:16]).hexdigest()

    def words(self, words: Sequence[str]) -> np.ndarray:
        """One pseudo-random value for each word: uint64 of shape (n,)."""
        if len(self._words) > _MEMORY_WORDS:
            self._words.clear()
        known = self._words
        for word in words:
            if word not in known:
                content = word.encode("utf-8", "surrogatepass")
                digest = hashlib.blake2b(content, digest_size=8, key=self._key, person=b"word").digest()
                known[word] = int.from_bytes(digest, "little")
        return np.fromiter((known[word] for word in words), np.uint64, len(words))


def windows(values: np.ndarray, size: int) -> np.ndarray:
    """One value for each run of ``size`` neighbouring words: uint64 of shape (max(0, n - size + 1),)."""
    count = max(0, len(values) - size + 1)
    total = np.zeros(count, np.uint64)
    for place in range(size if count else 0):
        total = total * np.uint64(_MULTIPLIER) + values[place : place + count]
    return total ^ (total >> np.uint64(29))


def read_secret(path: Path) -> bytes:
    """The secret in a key file; raises :class:`InputError` where there is none or it is too short to protect."""
    try:
        with path.open("rb") as file:
            secret = file.read(_LONGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot read the key of the list ({error.strerror}); name it with 'key'") from None
    if not _SHORTEST <= len(secret.strip()) <= _LONGEST:
        raise InputError(f"{path}: a key needs {_SHORTEST} to {_LONGEST} random bytes; name a new file to have it made")
    return secret.strip()


def make_secret(path: Path) -> bytes:
    """The secret in a key file, which is made (random, readable by its owner only) where it is missing."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600, exist_ok=False)
        path.write_text(secrets.token_hex(SECRET_BYTES) + "\n", "ascii")
    return read_secret(path)
