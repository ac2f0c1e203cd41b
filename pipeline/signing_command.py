"""Keys, signatures, bundles and the ledger, as commands."""

import json as jsonlib
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typer

from ..core import MANIFEST, InputError, IntegrityError, Manifest, UsageError, canonical_json, sha256, write_bytes
from ..reports import (
    LARGEST_BUNDLE,
    LEDGER,
    MODEL_SIGNATURE,
    TRACKS,
    Signature,
    Signer,
    Verification,
    append_entry,
    bundle_files,
    current_evidence,
    fingerprint,
    finish_signing,
    head,
    is_locked,
    load_model_private,
    load_model_public,
    load_private,
    load_public,
    new_key,
    pack,
    read_ledger,
    read_model_signature,
    refuse_signed,
    require_run,
    shown,
    sign_model,
    sign_run,
    verification_lines,
    verify_model,
    warnings_of,
)
from ..reports import verify as verify_evidence
from .clock import read_time, utc_now
from .config import load_config
from .run import make_report, portable_config
from .stages import locked


@dataclass(frozen=True, slots=True)
class Given:
    """What the command was told of a sign-off."""

    key: Path | None
    name: str
    role: str
    decision: str
    statement: str
    time: str | None
    passphrase_file: Path | None

    def signer(self) -> Signer:
        """The person who signs; what is missing is named."""
        missing = [f"--{label}" for label in ("key", "name", "role", "decision") if not getattr(self, label)]
        if missing:
            raise UsageError(
                f"{', '.join(missing)} missing; a sign-off is: headwater sign RUN --key KEY.pem --name NAME "
                "--role ROLE --decision go|no-go|reviewed"
            )
        return Signer(self.name, self.role, self.decision, read_time(self.time).isoformat(), self.statement)


def make_key(path: Path, ask: bool, passphrase_file: Path | None, *, model: bool, json: bool, quiet: bool) -> None:
    """Write a key pair and print its fingerprint."""
    passphrase = _first_line(passphrase_file) if passphrase_file else _asked(path, twice=True) if ask else None
    found = new_key(path, passphrase, model=model)
    public = path.with_suffix(".pub")
    if json:
        typer.echo(jsonlib.dumps({"key": str(path), "public": str(public), "fingerprint": found}))
    elif not quiet:
        typer.echo(f"{path}: the private key; keep it to yourself{'' if passphrase else ' (no passphrase locks it)'}")
        typer.echo(f"{public}: the public key; hand it to those who verify, with the fingerprint on another way")
        typer.echo(found)


def sign(folder: Path, given: Given, bundle: Path | None, *, without_check: bool, json: bool, quiet: bool) -> None:
    """Sign a run; with ``bundle`` pack it too."""
    signer = given.signer()
    assert given.key is not None
    key = load_private(given.key, _passphrase(given.key, given.passphrase_file))
    for warning in warnings_of(given.key):
        typer.echo(f"headwater: {warning}", err=True)
    require_run(folder)
    config = load_config(folder / "config.yaml")
    with locked(folder):
        _portable(folder)

        def lay_out(into: Path, signatures: tuple[Signature, ...]) -> None:
            make_report(config, folder, into, signatures)

        signed = sign_run(folder, key, signer, lay_out, without_check=without_check)
        if bundle is not None:
            _write_bundle(folder, bundle)
    _tell(folder, signed, bundle, json=json, quiet=quiet)


def finish(folder: Path, *, json: bool, quiet: bool) -> None:
    """Put in place what an interrupted signing left."""
    with locked(folder):
        done = finish_signing(folder)
    if json:
        typer.echo(jsonlib.dumps({"finished": done}))
    elif not quiet:
        typer.echo(f"{folder}: {'the interrupted signing is in place now' if done else 'no signing was interrupted'}")


def verify_target(
    target: Path, keys: list[Path], anchor: str | None, model_key: Path | None, *, json: bool, quiet: bool
) -> None:
    """Verify a bundle or a signed run, and its models where it has signatures of them."""
    if not target.exists():
        raise InputError(f"{target}: no such bundle or run folder")
    if anchor is not None and not re.fullmatch("[0-9a-f]{64}", anchor):
        raise UsageError("--head: a head is 64 hexadecimal digits; 'headwater ledger RUN --head' prints it")
    found = verify_evidence(target, [fingerprint(load_public(key)) for key in keys], anchor)
    models = _verify_models(target, model_key) if target.is_dir() else []
    if model_key is not None and not models:
        raise UsageError(f"{target}: holds no signature of a model and a checkpoint to hold against --model-key")
    if json:
        typer.echo(jsonlib.dumps(_verification_json(found, models), indent=1, ensure_ascii=False))
    elif not quiet:
        for line in (*verification_lines(found), *models):
            typer.echo(line)
    if not found.holds:
        if quiet and not json:
            typer.echo(f"headwater: {shown(found.place)}: {shown(found.problems[0])}", err=True)
        raise typer.Exit(IntegrityError.exit_code)


def verify_checkpoint(folder: Path, signature: Path, key: Path | None, *, json: bool, quiet: bool) -> None:
    """Hold a model's folder against its signature."""
    verify_model(folder, read_model_signature(signature), load_model_public(key) if key else None)
    if json:
        typer.echo(jsonlib.dumps({"model": str(folder), "holds": True, "key": fingerprint_of(key)}))
    elif not quiet:
        typer.echo(_model_line(folder, key))


def fingerprint_of(key: Path | None) -> str | None:
    """The fingerprint of a model's public key; None where none was given."""
    return fingerprint(load_model_public(key)) if key else None


def write_bundle(folder: Path, out: Path, *, json: bool, quiet: bool) -> None:
    """Pack a signed run that holds."""
    with locked(folder):
        size = _write_bundle(folder, out)
    if json:
        typer.echo(jsonlib.dumps({"bundle": str(out), "bytes": size}))
    elif not quiet:
        typer.echo(f"{out}: {size:,} bytes; 'headwater verify {out} --key KEY.pub' checks it anywhere, offline")


def print_ledger(folder: Path, only_head: bool, *, json: bool) -> None:
    """Print the events of a run, or the hash of the last one."""
    if not (folder / LEDGER).is_file():
        raise InputError(f"{folder}: has no ledger; 'headwater run' and 'headwater check' write one")
    entries, last = list(read_ledger(folder)), head(folder)
    if json:
        events = [asdict(entry) | {"hash": entry.hash} for entry in entries]
        typer.echo(jsonlib.dumps({"head": last} | ({} if only_head else {"entries": events}), indent=1))
    elif only_head:
        typer.echo(last)
    else:
        for entry in entries:
            more = ", ".join(f"{key} {value}" for key, value in entry.data.items() if isinstance(value, str | int))
            typer.echo(shown(f"{entry.number:>4}  {entry.time}  {entry.event:<14} {more}"))
        typer.echo(f"head {last}")


def sign_checkpoint(
    target: Path, key: Path, out: Path | None, passphrase_file: Path | None, *, json: bool, quiet: bool
) -> None:
    """Sign the checkpoint of a run, or any folder of a model."""
    is_run = (target / "config.yaml").is_file() and not (target / "run.json").is_file()
    folders = [target / track / "checkpoint" for track in TRACKS] if is_run else [target]
    folders = [folder for folder in folders if folder.is_dir()]
    if not folders:
        raise InputError(f"{target}: no folder of a checkpoint; give a run with a model, or the model's folder")
    if out is not None and len(folders) > 1:
        raise UsageError(f"{target}: has {len(folders)} models; give --out with the folder of one checkpoint")
    private = load_model_private(key, _passphrase(key, passphrase_file))
    for warning in warnings_of(key):
        typer.echo(f"headwater: {warning}", err=True)
    if is_run and out is None:
        refuse_signed(target, "a new signature of its model", "--out writes it elsewhere")
    written = []
    for folder in folders:
        path = out or folder.with_name(f"{folder.resolve().name}.sig")
        write_bytes(path, sign_model(folder, private))
        written.append(path)
    if is_run:
        with locked(target):
            append_entry(
                target, "model-signed", utc_now().isoformat(), fingerprint=fingerprint(private.public_key()),
                signatures=[sha256(path.read_bytes()) for path in written],
            )  # fmt: skip
    if json:
        typer.echo(jsonlib.dumps({"signatures": [str(path) for path in written]}))
    elif not quiet:
        for path, folder in zip(written, folders, strict=True):
            typer.echo(f"{path}: signature of every file in {folder}")


def _portable(folder: Path) -> bytes:
    """The configuration without paths. The manifest names its hash, so a config that was edited shows here."""
    content = canonical_json(portable_config(load_config(folder / "config.yaml")))
    if (folder / MANIFEST).is_file() and sha256(content) != Manifest.load(folder).config_hash:
        raise IntegrityError(
            f"{folder / 'config.yaml'}: not the configuration that the manifest names; it was edited after the run, or "
            "another version of headwater made the run; run it again"
        )
    return content


def _write_bundle(folder: Path, out: Path) -> int:
    found = verify_evidence(folder)
    if not found.holds:
        raise IntegrityError(f"{folder}: not packed, for the run does not hold: {shown(found.problems[0])}")
    if out.is_dir() or out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{out}: give --out or --bundle a file outside the run folder, such as release.zip")
    content = pack(bundle_files(folder, _portable(folder)))
    if len(content) > LARGEST_BUNDLE:
        raise UsageError(f"{folder}: its evidence has {len(content):,} bytes; a bundle holds {LARGEST_BUNDLE:,}")
    write_bytes(out, content)
    return len(content)


def _tell(folder: Path, signed: Signature, bundle: Path | None, *, json: bool, quiet: bool) -> None:
    found = signed.sign_off
    assert found is not None
    last = head(folder)
    if json:
        values: dict[str, Any] = {"signature": str(folder / signed.file), "fingerprint": found.fingerprint}
        values |= {"decision": found.decision, "result": found.result or None, "evidence": found.evidence, "head": last}
        typer.echo(jsonlib.dumps(values | {"bundle": str(bundle) if bundle else None}))
        return
    failed = [one.control for one in current_evidence(folder) if one.blocking]
    if found.decision == "go" and failed:
        shut = ", ".join(failed[:5]) + (f" and {len(failed) - 5} more" if failed[5:] else "")
        typer.echo(f"headwater: signed 'go' although the gate is shut by {shut}; the signature says so", err=True)
    if not found.result:
        typer.echo("headwater: signed without a verdict, for nothing was judged; the signature says so", err=True)
    if quiet:
        return
    typer.echo(f"{folder / signed.file}: {shown(found.name)} ({shown(found.role)}) signed '{found.decision}'")
    typer.echo(f"  evidence {found.evidence}")
    typer.echo(f"  key {found.fingerprint}")
    typer.echo(f"  head of the ledger {last}; keep it where you cannot change it (a git tag, a ticket)")
    if bundle is not None:
        typer.echo(f"  bundle {bundle}; 'headwater verify {bundle} --key KEY.pub' checks it anywhere, offline")


def _verify_models(folder: Path, key: Path | None) -> list[str]:
    """A line for each model of a run that has a signature."""
    lines = []
    for track in TRACKS:
        path, model = folder / track / MODEL_SIGNATURE, folder / track / "checkpoint"
        if path.is_file() and model.is_dir():
            verify_model(model, read_model_signature(path), load_model_public(key) if key else None)
            lines.append(_model_line(model, key))
    return lines


def _model_line(folder: Path, key: Path | None) -> str:
    whose = f"signed by key {fingerprint_of(key)}" if key else "by whom is not checked without --model-key"
    return f"  model {folder}: every file is the one that was signed; {whose}"


def _verification_json(found: Verification, models: list[str]) -> dict[str, Any]:
    signatures = [
        {"number": one.number, "holds": one.holds, "fault": one.fault or None, "files": list(one.files)}
        | {"covers_page": one.page, "key_known": one.sign_off is not None and one.sign_off.fingerprint in found.known}
        | ({"sign_off": one.sign_off.to_json()["predicate"]["signOff"]} if one.sign_off else {})
        for one in found.signatures
    ]
    return {
        "target": found.place, "holds": found.holds, "checked": found.checked, "signatures": signatures,
        "problems": found.problems, "notes": found.notes, "entries": found.entries, "head": found.head,
        "anchored": found.anchored, "models": models,
    }  # fmt: skip


def _passphrase(key: Path, file: Path | None) -> bytes | None:
    if not is_locked(key):
        return None
    return _first_line(file) if file else _asked(key, twice=False)


def _first_line(file: Path) -> bytes:
    if not file.is_file():
        raise InputError(f"{file}: no such file; its first line should be the passphrase")
    with file.open("rb") as opened:
        found = opened.readline(4_096).rstrip(b"\r\n")
    if not found:
        raise UsageError(f"{file}: its first line is empty; it should be the passphrase")
    return found


def _asked(key: Path, *, twice: bool) -> bytes:
    text: str = typer.prompt(f"passphrase of {key}", hide_input=True, confirmation_prompt=twice, err=True)
    return text.encode()
