"""Keys: Ed25519 for people who sign runs, elliptic curves for signatures of models. Files are PEM (PKCS #8, SPKI)."""

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from ...core import InputError, UsageError, sha256

LARGEST_KEY = 65_536
CURVES = ("secp256r1", "secp384r1", "secp521r1")
PublicKey = Ed25519PublicKey | ec.EllipticCurvePublicKey
PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def new_key(path: Path, passphrase: bytes | None = None, *, model: bool = False) -> str:
    """Write a private key (mode 0600) and ``NAME.pub`` beside it; never over a file. Returns the fingerprint.

    ``model`` makes one on the curve P-256, as signatures of models want it.
    """
    public = path.with_suffix(".pub")
    for taken in (path, public):
        if taken.exists() or taken.is_symlink():
            raise UsageError(f"{taken} exists already and a key is never overwritten; choose another name")
    key: PrivateKey = ec.generate_private_key(ec.SECP256R1()) if model else Ed25519PrivateKey.generate()
    locked: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    path.parent.mkdir(parents=True, exist_ok=True)
    _create(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked), 0o600)
    _create(public, public_pem(key.public_key()), 0o644)
    return fingerprint(key.public_key())


def load_private(path: Path, passphrase: bytes | None = None) -> Ed25519PrivateKey:
    """The key with which a person signs; a wrong passphrase or another kind of key is a :class:`UsageError`."""
    key = _private(path, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path}: not an Ed25519 key; 'headwater keys new KEY.pem' makes one")
    return key


def load_model_private(path: Path, passphrase: bytes | None = None) -> ec.EllipticCurvePrivateKey:
    """The key that signs models: P-256, P-384 or P-521."""
    key = _private(path, passphrase)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name not in CURVES:
        raise UsageError(
            f"{path}: not a key on P-256, P-384 or P-521, which the OpenSSF format of model signatures asks for; "
            "'headwater keys new KEY.pem --model' makes one"
        )
    return key


def load_public(path: Path) -> Ed25519PublicKey:
    """The public key of a person who signs."""
    key = _public(path)
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path}: not an Ed25519 public key; give the .pub file that 'headwater keys new' wrote")
    return key


def load_model_public(path: Path) -> ec.EllipticCurvePublicKey:
    """The public key of a model's signature."""
    key = _public(path)
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in CURVES:
        raise UsageError(f"{path}: not a public key on P-256, P-384 or P-521")
    return key


def parse_public(pem: str) -> Ed25519PublicKey:
    """The key that an envelope brings along; ValueError where it is none, or not written as it should be."""
    try:
        key = load_pem_public_key(pem.encode("ascii"))
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from None
    if not isinstance(key, Ed25519PublicKey) or public_pem(key).decode() != pem:
        raise ValueError("not an Ed25519 public key in its usual form")
    return key


def public_pem(key: PublicKey) -> bytes:
    """SubjectPublicKeyInfo as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: PublicKey) -> str:
    """``SHA256:`` and hex: that of ``openssl pkey -pubin -in KEY.pub -outform DER | sha256sum``."""
    return f"SHA256:{sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))}"


def warnings_of(path: Path) -> tuple[str, ...]:
    """What is wrong with how a private key is kept."""
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return (f"{path}: others on this machine can read this private key; 'chmod 600 {path}' keeps it yours",)
    return ()


def _private(path: Path, passphrase: bytes | None) -> object:
    content = _read(path)
    if b"PRIVATE KEY" not in content:
        raise UsageError(f"{path}: not a private key; give the .pem file that 'headwater keys new' wrote")
    if b"ENCRYPTED" in content and not passphrase:
        raise UsageError(f"{path}: locked by a passphrase; give it when asked, or in a file with --passphrase-file")
    try:
        return load_pem_private_key(content, passphrase if b"ENCRYPTED" in content else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        reason = "the passphrase is wrong, or the file is damaged" if passphrase else "the file is damaged"
        raise UsageError(f"{path}: cannot be opened; {reason}") from None


def is_locked(path: Path) -> bool:
    """Whether a passphrase is needed."""
    return b"ENCRYPTED" in _read(path)


def _public(path: Path) -> object:
    content = _read(path)
    if b"PRIVATE KEY" in content:
        raise UsageError(f"{path}: this is a private key; keep it to yourself and give the .pub file beside it")
    try:
        return load_pem_public_key(content)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(
            f"{path}: not a public key in PEM; give the .pub file that 'headwater keys new' wrote"
        ) from None


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise InputError(f"{path}: no such file; 'headwater keys new KEY.pem' makes a key")
    if path.stat().st_size > LARGEST_KEY:
        raise InputError(f"{path}: too large for a key")
    return path.read_bytes()


def _create(path: Path, content: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
