"""The sign-offs of a run: who signed, and whether it still holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...core import HeadwaterError, IntegrityError, sha256
from ..ledger import LEDGER, Entry, parse_ledger
from .contents import CONFIG, SUFFIX, Contents, FolderContents
from .dsse import Envelope, parse_envelope
from .keys import fingerprint, parse_public
from .statement import PAGES, SignOff


@dataclass(frozen=True, slots=True)
class Signature:
    """A sign-off as it stands.

    ``fault`` is empty where it holds, or else a key of the catalogue (``forged``, ``unlisted``, ``changed``,
    ``ledger``, ``added``), and ``files`` are what it is about. ``page`` says whether it covers the pages as they
    lie there now; that of an earlier signature changes when somebody else signs.
    """

    number: int
    file: str
    sign_off: SignOff | None
    digest: str = ""
    fault: str = ""
    files: tuple[str, ...] = ()
    page: bool = True
    absent: tuple[str, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether everything that it covers, the pages aside, is what was signed."""
        return not self.fault

    @property
    def is_authentic(self) -> bool:
        """Whether its key signed it, whatever became of the files."""
        return self.sign_off is not None and self.fault not in ("forged", "unlisted")


def read_signatures(folder: Path) -> tuple[Signature, ...]:
    """Every sign-off of a run in its order. A void one says why; nothing is raised."""
    return signatures_of(FolderContents(folder))


def signatures_of(contents: Contents) -> tuple[Signature, ...]:
    """Every sign-off among these files."""
    log = contents.read(LEDGER) or b""
    try:
        entries: tuple[Entry, ...] = tuple(parse_ledger(log, Path(LEDGER)))
    except IntegrityError:
        entries = ()
    return tuple(_examined(contents, name, number, log, entries) for number, name in enumerate(contents.envelopes(), 1))


def ledger_prefix(log: bytes, entries: int) -> bytes:
    """The first lines of a ledger; empty where it has fewer."""
    lines = log.split(b"\n")[:-1]
    return b"".join(line + b"\n" for line in lines[:entries]) if len(lines) >= entries else b""


def ledger_data(sign_off: SignOff, envelope: bytes) -> dict[str, str]:
    """What the ledger keeps of a signature."""
    return {"decision": sign_off.decision, "fingerprint": sign_off.fingerprint, "envelope": sha256(envelope)}


def open_envelope(content: bytes, place: str) -> tuple[Envelope, SignOff]:
    """An envelope whose signature is that of the key it brings along; :class:`IntegrityError` otherwise."""
    envelope = parse_envelope(content, place)
    sign_off = SignOff.from_json(envelope.payload, place)
    try:
        key = parse_public(sign_off.key)
    except (ValueError, TypeError):
        raise IntegrityError(f"{place}: brings no Ed25519 public key") from None
    if not fingerprint(key) == sign_off.fingerprint == envelope.keyid or not envelope.is_signed_by(key):
        raise IntegrityError(f"{place}: the signature is not that of the key it names")
    return envelope, sign_off


def _examined(contents: Contents, name: str, number: int, log: bytes, entries: Sequence[Entry]) -> Signature:
    content = contents.read(name) or b""
    try:
        sign_off = open_envelope(content, name)[1]
    except HeadwaterError:
        return Signature(number, name, None, fault="forged", files=(name,), page=False)
    fault, files = _fault(contents, sign_off, content, log, entries)
    if not fault and name != f"signatures/{number:03}{SUFFIX}":
        fault, files = "unlisted", (name,)
    page = all(contents.digest(one) == sign_off.subjects.get(one) for one in PAGES)
    absent = tuple(one for one in (CONFIG,) if one in sign_off.subjects and contents.digest(one) is None)
    return Signature(number, name, sign_off, sha256(content), fault, files, page, absent)


def _fault(
    contents: Contents, sign_off: SignOff, content: bytes, log: bytes, entries: Sequence[Entry]
) -> tuple[str, tuple[str, ...]]:
    """Why a genuine signature does not hold, and what changed."""
    if not entries:
        return "ledger", (LEDGER,)
    said = [one for one in entries if one.event == "signed" and one.data == ledger_data(sign_off, content)]
    if [(one.time, one.manifest) for one in said] != [(sign_off.time, sign_off.run)]:
        return "unlisted", (LEDGER,)
    if sha256(ledger_prefix(log, sign_off.ledger)) != sign_off.subjects[LEDGER]:
        return "changed", (LEDGER,)
    kept = {name: one for name, one in sign_off.subjects.items() if name not in (*PAGES, LEDGER)}
    changed = tuple(sorted(name for name, one in kept.items() if _differs(contents, name, one)))
    if changed:
        return "changed", changed
    added = tuple(name for name in contents.names() if name not in sign_off.subjects)
    return ("added", added) if added else ("", ())


def _differs(contents: Contents, name: str, expected: str) -> bool:
    """Whether a file is another one. A bundle leaves the config out, which holds paths of a machine."""
    found = contents.digest(name)
    return found != expected and not (found is None and name == CONFIG and not isinstance(contents, FolderContents))
