"""What an exporter is: a function from a finished run to the text of one file in a format that others read.

It is registered with the file's name and the format's source, as in
``@EXPORTERS.register("sarif", file="headwater.sarif", source="OASIS SARIF 2.1.0")``. It computes nothing: every number
comes from stage reports or evidence. What only a person knows comes from ``governance``, and is shown as missing where
it is not there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...core import MANIFEST, IntegrityError, Manifest, Registry, load_yaml, read_energy, read_json, sha256_file
from ...curate import redact
from ..gate import current_evidence
from ..ledger import read_ledger
from ..run import OPTIONAL, STAGES, TRACKS, Run, read_run, require_run

SIGNATURES = "signatures/*.dsse.json"


@dataclass(frozen=True)
class ExportedRun:
    """A finished run folder. ``run`` holds stage reports, energy by track, the newest evidence and the ledger.

    Evidence of the run as it was before it changed is left out: of this run it says nothing.

    ``signatures`` are the envelopes that lie beside the run, by file name; they are not checked here.
    """

    folder: Path
    run: Run
    manifest: Manifest
    config: Mapping[str, Any]
    governance: Mapping[str, Any] = field(default_factory=dict)
    signatures: Mapping[str, Any] = field(default_factory=dict)


Exporter = Callable[[ExportedRun], str]
EXPORTERS: Registry[Exporter] = Registry("exporter", "headwater.exporters")


def open_exported(folder: Path) -> ExportedRun:
    """Read a finished run. Raises :class:`InputError`, :class:`IncompleteError` or :class:`IntegrityError`."""
    require_run(folder, finished=True)
    config, manifest = load_yaml(folder / "config.yaml").values, Manifest.load(folder)
    _check_reports(folder, manifest)
    energy = {name: read_energy(folder / name / "checkpoint") for name in TRACKS}
    planned = {name: _planned(config if not name else config.get(name)) for name in TRACKS}
    run = read_run(folder, redact(str(config.get("title") or "headwater report")), {}, {}, TRACKS, planned, energy)
    judged = replace(run, evidence=current_evidence(folder), ledger=tuple(read_ledger(folder)))
    governance = config.get("governance")
    signatures = {path.name: read_json(path) for path in sorted(folder.glob(SIGNATURES))}
    known = dict(governance) if isinstance(governance, Mapping) else {}
    return ExportedRun(folder, judged, manifest, config, known, signatures)


def _check_reports(folder: Path, manifest: Manifest) -> None:
    """The stage reports are those of the manifest: what was changed since would leave here beside the old verdict."""
    reports = {f"{track}/{stage}.json".lstrip("/") for track in TRACKS for stage in (*STAGES, *OPTIONAL)}
    for name in sorted(reports & set(manifest.files)):
        if not (folder / name).is_file() or sha256_file(folder / name) != manifest.files[name]:
            raise IntegrityError(
                f"{folder / name}: gone, or not what {MANIFEST} says; take the folder from a copy that verifies, or "
                f"run again: 'headwater run {folder}'"
            )


def _planned(config: Any) -> tuple[str, ...]:
    """The stages that the configuration of a track asks for."""
    if not isinstance(config, Mapping):
        return ()
    corpus = config.get("corpus")
    source = corpus.get("source") if isinstance(corpus, Mapping) else None
    data = ("curation", "audit") if source != "none" else ()
    return (*data, *(("training", "evaluation") if config.get("model") else ()))
