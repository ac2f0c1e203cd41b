import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from headwater.core import HeadwaterError, UsageError
from headwater.reports.signing import (
    fingerprint,
    load_model_private,
    load_model_public,
    load_private,
    load_public,
    new_key,
    warnings_of,
)
from headwater.reports.signing.keys import public_pem

RFC_8032 = [  # section 7.1: secret key, public key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe246"
        "55141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb"
        "00d291612bb0c00",
    ),
]


def write_key(path: Path, secret: str) -> Path:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.with_suffix(".pub").write_bytes(public_pem(key.public_key()))
    return path


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_the_vectors_of_rfc_8032_come_out_of_a_key_file(
    tmp_path: Path, secret: str, public: str, message: str, signature: str
) -> None:
    key = load_private(write_key(tmp_path / "k.pem", secret))
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert load_public(tmp_path / "k.pub").public_bytes_raw().hex() == public


def test_a_private_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    new_key(tmp_path / "k.pem")
    assert stat.S_IMODE((tmp_path / "k.pem").stat().st_mode) == 0o600
    assert not warnings_of(tmp_path / "k.pem")


def test_a_key_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    new_key(tmp_path / "k.pem")
    (tmp_path / "k.pem").chmod(0o644)
    assert "chmod 600" in warnings_of(tmp_path / "k.pem")[0]


@pytest.mark.parametrize("taken", ["k.pem", "k.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    with pytest.raises(UsageError, match="never overwritten"):
        new_key(tmp_path / "k.pem")
    assert (tmp_path / taken).read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_passphrase_locks_a_key(tmp_path: Path) -> None:
    found = new_key(tmp_path / "k.pem", b"open sesame")
    assert fingerprint(load_private(tmp_path / "k.pem", b"open sesame").public_key()) == found
    with pytest.raises(UsageError, match="passphrase is wrong"):
        load_private(tmp_path / "k.pem", b"open")
    with pytest.raises(UsageError, match="locked by a passphrase"):
        load_private(tmp_path / "k.pem")


def test_a_fingerprint_is_what_openssl_and_sha256sum_say(tmp_path: Path) -> None:
    found = new_key(tmp_path / "k.pem")
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", tmp_path / "k.pub", "-outform", "DER"], capture_output=True, check=True
    ).stdout
    printed = subprocess.run(["sha256sum"], input=der, capture_output=True, check=True).stdout.decode()
    assert found == f"SHA256:{printed.split()[0]}"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged"),
        (b"x" * 70_000, "too large"),
        (b"\xff\xfe\x00PRIVATE KEY", "damaged"),
    ],
)
def test_what_is_no_key_ends_in_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "k.pem").write_bytes(content)
    with pytest.raises(HeadwaterError, match=sentence):
        load_private(tmp_path / "k.pem")


def test_keys_of_people_and_of_models_are_not_mixed_up(tmp_path: Path) -> None:
    new_key(tmp_path / "person.pem")
    new_key(tmp_path / "model.pem", model=True)
    with pytest.raises(UsageError, match="not an Ed25519 key"):
        load_private(tmp_path / "model.pem")
    with pytest.raises(UsageError, match="P-256"):
        load_model_private(tmp_path / "person.pem")
    with pytest.raises(UsageError, match="this is a private key"):
        load_public(tmp_path / "person.pem")
    with pytest.raises(UsageError, match="P-256"):
        load_model_public(tmp_path / "person.pub")
