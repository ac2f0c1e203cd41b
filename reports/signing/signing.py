"""Signing a run: the pages are laid out with the sign-off on them, and all of it is put in place at once."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ...core import (
    IncompleteError,
    IntegrityError,
    Manifest,
    UsageError,
    atomic_folder,
    read_json,
    sha256,
    sha256_file,
    write_bytes,
    write_json,
)
from ..gate import Evidence
from ..ledger import LEDGER, Entry, append_entry, read_ledger
from .contents import SIGNATURES, SUFFIX, FolderContents
from .dsse import seal
from .keys import fingerprint, public_pem
from .signatures import Signature, ledger_data, ledger_prefix, open_envelope, read_signatures
from .statement import PAGES, SignOff, verdict_of
from .whole import check_whole

STAGED = ".signing"
LayOut = Callable[[Path, tuple[Signature, ...]], None]
"""Writes the pages of a run into a folder, with these signatures on them."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The person who signs, what was decided, and when (ISO 8601)."""

    name: str
    role: str
    decision: str
    time: str
    statement: str = ""


def sign_run(
    folder: Path, key: Ed25519PrivateKey, signer: Signer, lay_out: LayOut, *, without_check: bool = False
) -> Signature:
    """Sign a whole, judged run: pages, envelope and ledger. The caller holds the folder's lock.

    Raises :class:`IntegrityError` where the run is not whole, and :class:`IncompleteError` where nothing was judged,
    unless ``without_check``.
    """
    finish_signing(folder)
    manifest, ledger, evidence = check_whole(folder)
    if not evidence and not without_check:
        raise IncompleteError(
            f"{folder}: nothing was judged since the run last changed; 'headwater check {folder} --policy NAME' does, "
            "and --without-check signs without a verdict"
        )
    if not ledger:
        append_entry(folder, "ledger-started", signer.time, manifest.hash)
        ledger = tuple(read_ledger(folder))
    earlier = read_signatures(folder)
    number = len(earlier) + 1
    name = f"{SIGNATURES}/{number:03}{SUFFIX}"
    pending = _sign_off(folder, key, signer, manifest, ledger, evidence)
    with atomic_folder(folder / STAGED) as stage:
        lay_out(stage, (*earlier, Signature(number, name, pending)))
        pages = {page: sha256_file(stage / page) for page in PAGES}
        sign_off = replace(pending, subjects={**pending.subjects, **pages})
        envelope = seal(sign_off.to_json(), key, sign_off.fingerprint)
        write_bytes(stage / "envelope", envelope.content)
        write_json(stage / "place.json", {"envelope": name})
    finish_signing(folder)
    return Signature(number, name, sign_off, sha256(envelope.content))


def finish_signing(folder: Path) -> bool:
    """Put in place what was signed but not put in place yet, because the process was killed; True where it was so."""
    stage = folder / STAGED
    if not stage.is_dir():
        return False
    name = read_json(stage / "place.json")["envelope"]
    if Path(name).parent.as_posix() != SIGNATURES or not name.endswith(SUFFIX):
        raise IntegrityError(f"{stage}: names a place outside the folder of signatures; delete {stage}")
    content = (stage / "envelope").read_bytes()
    sign_off = open_envelope(content, str(stage / "envelope"))[1]
    for page in PAGES:
        write_bytes(folder / page, (stage / page).read_bytes())
    write_bytes(folder / name, content)
    data = ledger_data(sign_off, content)
    if not any(one.event == "signed" and one.data == data for one in read_ledger(folder)):
        append_entry(folder, "signed", sign_off.time, sign_off.run, **data)
    done = folder / f"{STAGED}.done"
    shutil.rmtree(done, ignore_errors=True)
    os.replace(stage, done)
    shutil.rmtree(done)
    return True


def is_signed(folder: Path) -> bool:
    """Whether somebody signed, or began to sign, this run."""
    return bool(FolderContents(folder).envelopes()) or (folder / STAGED).is_dir()


def refuse_signed(folder: Path, doing: str, way_out: str) -> None:
    """A signed run is evidence: whoever would change it is told so, and the way out."""
    if is_signed(folder):
        raise UsageError(f"{folder}: this run is signed, and {doing} would void the sign-off; {way_out}")


def _sign_off(
    folder: Path, key: Ed25519PrivateKey, signer: Signer, manifest: Manifest, ledger: tuple[Entry, ...],
    evidence: tuple[Evidence, ...],
) -> SignOff:  # fmt: skip
    """The sign-off over what lies there now; the pages come later."""
    contents = FolderContents(folder)
    subjects = {name: contents.digest(name) or "" for name in contents.names() if name not in PAGES}
    subjects[LEDGER] = sha256(ledger_prefix((folder / LEDGER).read_bytes(), len(ledger)))
    result, tests = verdict_of(evidence) if evidence else ("", {})
    public = key.public_key()
    return SignOff(
        signer.name, signer.role, signer.decision, signer.time, fingerprint(public), public_pem(public).decode(),
        manifest.hash, subjects, len(ledger), ledger[-1].hash, signer.statement, result, tests,
        evidence[0].policy if evidence else "",
    )  # fmt: skip
