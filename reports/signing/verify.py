"""Verify a signed run or bundle offline: what was checked, who signed, what holds and what does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core import MANIFEST, IncompleteError, IntegrityError, Manifest, parse_json, sha256
from ..catalogue import Catalogue
from ..ledger import LEDGER, Entry, parse_ledger
from .bundle import read_bundle
from .contents import CONFIG, PORTABLE_CONFIG, BundleContents, Contents, FolderContents, evidence_names
from .signatures import Signature, signatures_of
from .signing import STAGED
from .whole import check_whole


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it. ``problems`` are what does not hold (empty: everything does), ``checked`` what was looked at.

    ``known`` are the fingerprints of the keys that the reader brought; without any, who signed is not proved.
    """

    place: str
    checked: tuple[str, ...]
    signatures: tuple[Signature, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    entries: int
    head: str
    known: tuple[str, ...] = ()
    anchored: int | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was changed."""
        return not self.problems


def verify(path: Path, known: Sequence[str] = (), head: str | None = None) -> Verification:
    """Verify a bundle (a file) or a signed run (a folder).

    ``known`` are fingerprints of keys that the newest signature may be of, ``head`` is a hash that the ledger must
    contain. Raises :class:`IntegrityError` where the files cannot even be read as what they should be, and
    :class:`IncompleteError` where nobody has signed.
    """
    contents, checked = _opened(path)
    entries = _ledger(contents)
    signatures = signatures_of(contents)
    if not signatures and not any(one.event == "signed" for one in entries):
        raise IncompleteError(f"{path}: {checked[0]}, but nobody has signed; 'headwater sign {path}' does")
    problems = [
        *_signature_problems(signatures, entries),
        *_manifest_problems(contents, signatures),
        *_uncovered(contents, signatures),
        *_key_problems(signatures, known),
    ]
    anchored = next((one.number for one in entries if head is not None and one.hash == head.lower()), None)
    if head is not None and anchored is None:
        problems.append(f"the ledger holds no entry with the hash {head[:80]}: it is not the one that was anchored")
    return Verification(
        str(path), (*checked, f"the chain of {len(entries)} entries of the ledger"), signatures, tuple(problems),
        tuple(_notes(signatures, entries)), len(entries), entries[-1].hash, tuple(known), anchored,
    )  # fmt: skip


def _opened(path: Path) -> tuple[Contents, tuple[str, ...]]:
    if not path.is_dir():
        files = read_bundle(path)
        size = sum(map(len, files.values()))
        return BundleContents(files, str(path)), (f"every byte of the bundle ({len(files)} files, {size:,} bytes)",)
    if (path / STAGED).is_dir():
        raise IntegrityError(f"{path}: a signing was interrupted; 'headwater sign {path} --finish' puts it in place")
    contents = FolderContents(path)
    if contents.envelopes():
        gone = [name for name in (MANIFEST, CONFIG) if contents.digest(name) is None]
        if gone:
            raise IntegrityError(f"{path}: {', '.join(gone)} is missing; it was there when the run was signed")
    manifest, _, evidence = check_whole(path)
    judged = (f"the chain of evidence ({len(evidence)} controls in the newest judgement)",) if evidence else ()
    return contents, (f"{len(manifest.files)} files against the manifest", *judged)


def _ledger(contents: Contents) -> tuple[Entry, ...]:
    content = contents.read(LEDGER) or b""
    entries = tuple(parse_ledger(content, Path(contents.place) / LEDGER))
    if not entries:
        raise IntegrityError(f"{contents.place}: the ledger is missing or empty; every signed run has one")
    if not content.endswith(b"\n"):
        raise IntegrityError(f"{contents.place}: the last line of the ledger was cut off or added to")
    return entries


def _signature_problems(signatures: Sequence[Signature], entries: Sequence[Entry]) -> list[str]:
    found = [fault_text(one) for one in signatures if not one.is_authentic]
    logged = [one.data.get("envelope") for one in entries if one.event == "signed"]
    gone = [one for one in logged if one not in {signature.digest for signature in signatures}]
    if gone:
        found.append(f"the ledger knows {len(logged)} signatures, and {len(gone)} of them are missing or changed")
    elif len(signatures) > len(logged):
        found.append(f"there are {len(signatures)} signatures, and the ledger knows {len(logged)}")
    newest = signatures[-1] if signatures else None
    if newest and newest.is_authentic and not newest.holds:
        found.append(fault_text(newest))
    if newest and newest.is_authentic and not newest.page:
        found.append("report.html or report.json is not the page that was signed")
    return found


def _manifest_problems(contents: Contents, signatures: Sequence[Signature]) -> list[str]:
    """The manifest is that of the run that was signed, and a bundle's configuration is the one it names."""
    try:
        values = parse_json(contents.read(MANIFEST) or b"")
        values.pop("hash", None)
        manifest = Manifest(**values)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return [f"{MANIFEST} is missing or not a manifest"]
    newest = signatures[-1].sign_off if signatures else None
    found = [] if newest is None or newest.run == manifest.hash else [f"{MANIFEST} is that of another run"]
    if isinstance(contents, BundleContents):
        portable = contents.read(PORTABLE_CONFIG)
        if portable is None or sha256(portable) != manifest.config_hash:
            found.append(f"{PORTABLE_CONFIG} is missing or not the configuration that the manifest names")
    return found


def _uncovered(contents: Contents, signatures: Sequence[Signature]) -> list[str]:
    """Files of a bundle that no signature covers."""
    if not isinstance(contents, BundleContents):
        return []
    known = {*evidence_names(), PORTABLE_CONFIG, *(one.file for one in signatures)}
    return [f"{name} is in the bundle, but no signature covers it" for name in contents.files if name not in known]


def _key_problems(signatures: Sequence[Signature], known: Sequence[str]) -> list[str]:
    newest = signatures[-1].sign_off if signatures else None
    if not known or newest is None or newest.fingerprint in known:
        return []
    more = "; with several signers give the key of each with --key" if len(signatures) > 1 else ""
    return [f"signature {len(signatures)} is by the key {newest.fingerprint}, and not by one given with --key{more}"]


def _notes(signatures: Sequence[Signature], entries: Sequence[Entry]) -> list[str]:
    found = [f"no longer in force: {fault_text(one)}" for one in signatures[:-1] if one.is_authentic and not one.holds]
    found += [
        f"signature {one.number} was made before a later one was added to the page; its evidence still holds"
        for one in signatures[:-1]
        if one.holds and not one.page
    ]
    last = max((one.number for one in entries if one.event == "signed"), default=len(entries))
    later = len(entries) - last
    what = "1 entry of the ledger came" if later == 1 else f"{later} entries of the ledger came"
    return found + ([f"{what} after the last signature; no signature covers that"] if later else [])


def fault_text(signature: Signature) -> str:
    """Why a signature does not hold, as a clause."""
    label = f"signature {signature.number}"
    files = ", ".join(signature.files[:5]) + (f" and {len(signature.files) - 5} more" if signature.files[5:] else "")
    return f"{label}: {Catalogue('en')(f'signatures.fault-{signature.fault}', files=files)}"
