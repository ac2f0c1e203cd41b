"""Signatures of models in the OpenSSF Model Signing format, version 1.0, with a key on an elliptic curve.

A Sigstore bundle holds a DSSE envelope, and that an in-toto statement whose predicate lists the SHA-256 of every file
of the model's folder. Source: github.com/ossf/model-signing-spec; the tool ``model_signing`` reads and writes the same.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ...core import InputError, IntegrityError, canonical_json, parse_json, sha256, sha256_file
from .dsse import IN_TOTO, pae
from .keys import public_pem
from .statement import STATEMENT

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PREDICATE = "https://model_signing/signature/v1.0"
LARGEST = 16_000_000
IGNORED = (".git", ".gitattributes", ".github", ".gitignore")
"""What the tool leaves out by default; a signature that leaves out anything else is refused."""


@dataclass(frozen=True, slots=True)
class ModelSignature:
    """What a signature says: name of the model, SHA-256 by file, and the hash of the key that it names."""

    name: str
    files: Mapping[str, str]
    hint: str
    payload: bytes
    signature: bytes


def sign_model(folder: Path, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The signature of every file below ``folder``, as the content of a file."""
    files = model_files(folder)
    if not files:
        raise InputError(f"{folder}: holds no files; give the folder of a checkpoint")
    resources = [{"algorithm": "sha256", "digest": one, "name": name} for name, one in files.items()]
    payload = canonical_json(
        {
            "_type": STATEMENT,
            "subject": [{"name": folder.resolve().name, "digest": {"sha256": _root(files.values())}}],
            "predicateType": PREDICATE,
            "predicate": {
                "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False}
                | {"ignore_paths": list(IGNORED)},
                "resources": resources,
            },
        }
    )
    signature = key.sign(pae(IN_TOTO, payload), ec.ECDSA(_hash_of(key.public_key())))
    return canonical_json(
        {
            "mediaType": BUNDLE,
            "verificationMaterial": {"publicKey": {"hint": _hint(key.public_key())}, "tlogEntries": []},
            "dsseEnvelope": {
                "payload": base64.b64encode(payload).decode(),
                "payloadType": IN_TOTO,
                "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
            },
        }
    )


def read_model_signature(path: Path) -> ModelSignature:
    """Read a signature; one that does not follow the format raises :class:`IntegrityError`."""
    if not path.is_file():
        raise InputError(f"{path}: no such signature; 'headwater sign-model' makes one")
    if path.stat().st_size > LARGEST:
        raise IntegrityError(f"{path}: too large for a signature of a model")
    try:
        return _parsed(parse_json(path.read_bytes()))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error) as error:
        raise IntegrityError(f"{path}: not a signature of a model that can be checked ({error})") from None


def verify_model(folder: Path, signature: ModelSignature, key: ec.EllipticCurvePublicKey | None = None) -> None:
    """Hold a folder against its signature; what differs raises :class:`IntegrityError` with the files.

    Without ``key`` only the files are compared: then whoever can write the folder can also write the signature.
    """
    if key is not None:
        if signature.hint and signature.hint != _hint(key):
            raise IntegrityError(f"{folder}: the model was signed with another key than the one that was given")
        try:
            key.verify(signature.signature, pae(IN_TOTO, signature.payload), ec.ECDSA(_hash_of(key)))
        except InvalidSignature:
            raise IntegrityError(f"{folder}: the signature of the model is not that of this key") from None
    found = model_files(folder)
    differing = sorted(name for name in {*found, *signature.files} if found.get(name) != signature.files.get(name))
    if differing:
        more = f" and {len(differing) - 5} more" if differing[5:] else ""
        raise IntegrityError(
            f"{folder}: not the model that was signed; changed, missing or added: {', '.join(differing[:5])}{more}"
        )


def model_files(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder by its path; a link raises :class:`InputError`."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give a run or the folder of a checkpoint")
    paths = sorted(path for path in folder.rglob("*") if not _is_ignored(path.relative_to(folder).parts))
    links = [path for path in paths if path.is_symlink()]
    if links:
        raise InputError(f"{links[0]}: a link; only files in the folder itself can be signed")
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in paths if path.is_file()}


def _parsed(data: Mapping[str, Any]) -> ModelSignature:
    if data["mediaType"] != BUNDLE or data["dsseEnvelope"]["payloadType"] != IN_TOTO:
        raise ValueError("another kind of bundle")
    (signature,) = data["dsseEnvelope"]["signatures"]
    payload = base64.b64decode(data["dsseEnvelope"]["payload"], validate=True)
    statement = parse_json(payload)
    if (statement["_type"], statement["predicateType"]) != (STATEMENT, PREDICATE):
        raise ValueError(f"another predicate: {statement['predicateType']}")
    (subject,) = statement["subject"]
    how, resources = statement["predicate"]["serialization"], statement["predicate"]["resources"]
    if (how["method"], how["hash_type"]) != ("files", "sha256"):
        raise ValueError(f"signed by {how['method']} and {how['hash_type']}; only files and sha256 are read here")
    if not {str(path) for path in how.get("ignore_paths", ())} <= set(IGNORED):
        raise ValueError("it leaves out files of the model")
    files = {one["name"]: one["digest"] for one in resources}
    if any(one["algorithm"] != "sha256" for one in resources) or len(files) != len(resources):
        raise ValueError("a file without one SHA-256")
    if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in files):
        raise ValueError("a file outside the folder")
    if _root([one["digest"] for one in resources]) != subject["digest"]["sha256"]:
        raise ValueError("the hash of the whole is not that of its files")
    hint = data["verificationMaterial"]["publicKey"].get("hint") or ""
    return ModelSignature(subject["name"], files, hint, payload, base64.b64decode(signature["sig"], validate=True))


def _is_ignored(parts: Sequence[str]) -> bool:
    return bool(parts) and parts[0] in IGNORED


def _root(digests: Any) -> str:
    return sha256(b"".join(bytes.fromhex(one) for one in digests))


def _hint(key: ec.EllipticCurvePublicKey) -> str:
    return sha256(public_pem(key))


def _hash_of(key: ec.EllipticCurvePublicKey) -> hashes.HashAlgorithm:
    """The hash that goes with a curve."""
    return {"secp256r1": hashes.SHA256(), "secp384r1": hashes.SHA384(), "secp521r1": hashes.SHA512()}[key.curve.name]
