import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from model_signing import hashing, signing, verifying

from headwater.core import HeadwaterError, InputError, IntegrityError
from headwater.reports.signing import (
    load_model_private,
    load_model_public,
    new_key,
    read_model_signature,
    sign_model,
    verify_model,
)
from headwater.reports.signing.keys import public_pem


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "checkpoint"
    (folder / "more").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(bytes(range(256)))
    (folder / "a.json").write_text("{}")
    (folder / "more" / "ä b.txt").write_text("x")
    new_key(tmp_path / "k.pem", model=True)
    return folder


def ours(model: Path) -> Path:
    path = model.with_name("ours.sig")
    path.write_bytes(sign_model(model, load_model_private(model.with_name("k.pem"))))
    return path


def theirs(model: Path, key: str = "k.pem") -> Path:
    path = model.with_name("theirs.sig")
    config = signing.Config().use_elliptic_key_signer(private_key=model.with_name(key))
    config.set_hashing_config(hashing.Config().set_ignored_paths(paths=[])).sign(model, path)
    return path


def check_theirs(model: Path, signature: Path) -> None:
    verifying.Config().use_elliptic_key_verifier(public_key=model.with_name("k.pub")).verify(model, signature)


def check_ours(model: Path, signature: Path) -> None:
    verify_model(model, read_model_signature(signature), load_model_public(model.with_name("k.pub")))


def tamper(model: Path, how: str) -> None:
    if how == "byte":
        (model / "model.safetensors").write_bytes(bytes(range(255)) + b"\0")
    elif how == "gone":
        (model / "a.json").unlink()
    elif how == "added":
        (model / "more" / "new.bin").write_bytes(b"x")
    else:
        (model / "a.json").rename(model / "b.json")


def test_our_signature_verifies_with_model_signing(model: Path) -> None:
    check_theirs(model, ours(model))


def test_a_signature_by_model_signing_verifies_with_ours(model: Path) -> None:
    check_ours(model, theirs(model))


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP521R1()])
def test_the_larger_curves_work_in_both_directions(model: Path, curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    model.with_name("k.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    model.with_name("k.pub").write_bytes(public_pem(key.public_key()))
    check_theirs(model, ours(model))
    check_ours(model, theirs(model))


@pytest.mark.parametrize("how", ["byte", "gone", "added", "renamed"])
def test_a_changed_model_fails_in_both_directions(model: Path, how: str) -> None:
    by_us, by_them = ours(model), theirs(model)
    tamper(model, how)
    with pytest.raises(ValueError, match="mismatch"):
        check_theirs(model, by_us)
    with pytest.raises(IntegrityError, match="not the model that was signed"):
        check_ours(model, by_them)


def test_another_key_is_noticed(model: Path) -> None:
    new_key(model.with_name("other.pem"), model=True)
    with pytest.raises(IntegrityError, match="another key"):
        check_ours(model, theirs(model, "other.pem"))


@pytest.mark.parametrize("maker", [ours, theirs])
def test_a_changed_payload_signature_or_hint_fails(model: Path, maker: object) -> None:
    path = maker(model)  # type: ignore[operator]
    whole = json.loads(path.read_bytes())
    for change in ("payload", "sig", "hint"):
        values = json.loads(json.dumps(whole))
        envelope = values["dsseEnvelope"]
        if change == "payload":
            payload = base64.b64decode(envelope["payload"]).replace(b"a.json", b"b.json")
            envelope["payload"] = base64.b64encode(payload).decode()
        elif change == "sig":
            signature = bytearray(base64.b64decode(envelope["signatures"][0]["sig"]))
            signature[-1] ^= 1
            envelope["signatures"][0]["sig"] = base64.b64encode(signature).decode()
        else:
            values["verificationMaterial"]["publicKey"]["hint"] = "0" * 64
        path.write_text(json.dumps(values))
        with pytest.raises(IntegrityError):
            check_ours(model, path)


def test_a_signature_that_leaves_files_out_is_refused(model: Path) -> None:
    path = model.with_name("partial.sig")
    config = signing.Config().use_elliptic_key_signer(private_key=model.with_name("k.pem"))
    ignored = hashing.Config().set_ignored_paths(paths=["model.safetensors"])
    config.set_hashing_config(ignored).sign(model, path)
    check_theirs(model, path)
    with pytest.raises(IntegrityError, match="leaves out files"):
        read_model_signature(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"[" * 100_000, b"{}", b'{"mediaType":"x"}', b"\xff"])
def test_what_is_no_signature_ends_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.sig").write_bytes(content)
    with pytest.raises(HeadwaterError, match="x.sig: not a signature"):
        read_model_signature(tmp_path / "x.sig")


def test_links_are_not_signed(model: Path) -> None:
    (model / "link").symlink_to("/etc/passwd")
    with pytest.raises(InputError, match="a link"):
        ours(model)
