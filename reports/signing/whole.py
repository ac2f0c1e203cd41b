"""Whether a run is whole: its manifest, and the chains of its ledger and its evidence."""

from pathlib import Path

from ...core import IntegrityError, Manifest, sha256_file
from ..gate import EVIDENCE, Evidence, current_evidence
from ..ledger import LEDGER, Entry, read_ledger
from ..run import require_run


def check_whole(folder: Path) -> tuple[Manifest, tuple[Entry, ...], tuple[Evidence, ...]]:
    """Check every hash of a run folder; what does not fit raises :class:`IntegrityError`.

    Returns the manifest, the ledger and the newest judgement (empty where none was made since the run last changed).
    """
    require_run(folder, finished=True)
    manifest = Manifest.load(folder)
    manifest.verify(folder)
    ledger = tuple(read_ledger(folder))
    evidence = current_evidence(folder)
    _is_logged(folder, ledger)
    return manifest, ledger, evidence


def _is_logged(folder: Path, ledger: tuple[Entry, ...]) -> None:
    """The ledger says what the evidence was when it was written: that guards its last line too."""
    checked = [one.data.get("evidence") for one in ledger if one.event == "checked"]
    path = folder / EVIDENCE
    if checked and (not path.is_file() or checked[-1] != sha256_file(path)):
        raise IntegrityError(
            f"{path}: not what {folder / LEDGER} says was written at the last check; restore it, or judge the run "
            f"again with 'headwater check {folder}'"
        )
