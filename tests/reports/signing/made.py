"""A made run that is small enough to flip every byte of it."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from headwater.core import Manifest, StageReport, canonical_json, sha256, sha256_file, write_json, write_text
from headwater.reports import EVIDENCE, Evidence, Part, Signature, Signer, append_entry, append_evidence, sign_run

TIME = "2026-11-30T03:00:00+00:00"
PORTABLE = canonical_json({"title": "small"})
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
ANNA = Signer("Anna", "head of model risk", "go", TIME)
BORIS = Signer("Boris", "second reviewer", "reviewed", TIME)


def make_run(folder: Path, seed: int = 1) -> Path:
    """A finished run with a corpus of one file, an audit and a configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / "config.yaml", "title: small\n")
    write_text(folder / "corpus.txt", f"seed {seed}\n")
    StageReport("audit", "an audit").save(folder / "audit.json")
    files = {name: sha256_file(folder / name) for name in ("audit.json", "corpus.txt")}
    Manifest("run", files, config_hash=sha256(PORTABLE), seed=seed).save(folder)
    append_entry(folder, "run-started", TIME)
    return folder


def judge(folder: Path, *statuses: str) -> None:
    """A judgement, as a check would append it."""
    manifest = Manifest.load(folder).hash
    records = [
        Evidence(
            f"D{number:02}",
            "t",
            "automatic",
            "high",
            status,
            "r",
            status == "fail",
            (Part("m", status),),  # type: ignore[arg-type]
            inputs={"manifest": manifest},
        )  # fmt: skip
        for number, status in enumerate(statuses or ("pass",), 1)
    ]
    append_evidence(folder, records, manifest)
    write_json(folder / "policy.json", {"id": "p", "version": "1"})
    append_entry(folder, "checked", TIME, manifest, evidence=sha256_file(folder / EVIDENCE))


def lay_out(into: Path, signatures: tuple[Signature, ...]) -> None:
    """Pages that name who signed, and nothing else."""
    names = [one.sign_off.name if one.sign_off else "?" for one in signatures]
    write_text(into / "report.html", f"<p>{names}</p>")
    write_json(into / "report.json", names)


def signed_run(folder: Path, seed: int = 1) -> Path:
    """A run that Anna signed."""
    judge(make_run(folder, seed))
    sign_run(folder, KEY, ANNA, lay_out)
    return folder
