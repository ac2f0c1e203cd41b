"""Erase documents from a run or a corpus: a patched release, the proof, and the list by which they are known again.

The source is only read. The release is built beside its place and appears as a whole or not at all, so that a killed
call leaves the old run as it was and the same call starts anew.
"""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..core import (
    MANIFEST,
    SILENT,
    Corpus,
    InputError,
    IntegrityError,
    Manifest,
    Progress,
    StageReport,
    UsageError,
    atomic_folder,
    hash_files,
    read_parquet,
    sha256,
    sha256_file,
    write_bytes,
    write_json,
)
from ..curate import erasure
from ..reports import TRACKS
from .derived import GOES, Artefact, derived
from .erase_report import Erasure, erasure_report
from .run import RELEASE_PROOF
from .stages import locked

PROOF = RELEASE_PROOF
OWN = frozenset({PROOF, erasure.LIST})


@dataclass(frozen=True, slots=True)
class Track:
    """One corpus of what is to be patched: ``folder`` is None for a corpus that stands alone."""

    name: str
    corpus: Corpus
    removed: Corpus | None
    folder: Path | None

    @property
    def parts(self) -> dict[str, Corpus]:
        """The tables of documents by their place in the release."""
        prefix = f"{self.name}/" if self.name else ""
        found = {f"{prefix}corpus": self.corpus}
        return found | ({f"{prefix}removed": self.removed} if self.removed else {})


def erase(
    run: Path, wanted: erasure.Request, release: Path, key: Path, *, time: str, copies: bool = True,
    dry_run: bool = False, progress: Progress = SILENT,
) -> tuple[StageReport, frozenset[str]]:  # fmt: skip
    """Write ``release``: the run (or corpus) without the documents that are asked for; returns the proof and their ids.

    ``copies``: near copies go too (exact ones always do). ``time`` stands in the proof. With ``dry_run`` nothing is
    written. A release of the same request that is there already is verified again and left as it is. Raises
    :class:`IntegrityError` where the source is damaged or the release still holds a trace.
    """
    tracks = open_tracks(run)
    if release.resolve() == run.resolve() or run.resolve() in release.resolve().parents:
        raise UsageError(f"{release}: a release cannot lie in what it is made from; give --out another place")
    for track in tracks:
        for part in track.parts.values():
            part.verify()
    secret = secrets.token_bytes(32) if dry_run and not key.exists() else erasure.make_secret(key)
    sealer = erasure.Sealer(secret, bytes.fromhex(sha256(source_hash(tracks).encode())[:32]))
    if release.exists() and not dry_run:
        return _again(release, wanted, sealer, key, tracks, progress)
    result = _look(tracks, wanted, sealer, copies, progress)
    if dry_run:
        return erasure_report(result, time), result.found.ids
    result.named_in = tuple(name for name in ("config.yaml",) if _config_names(run / name, wanted))
    with locked(run) if tracks[0].folder else nullcontext(), atomic_folder(release) as place:
        write_json(place / erasure.LIST, result.known.to_json())
        for track in tracks:
            result.patched |= _write(track, place, result, progress)
        if tracks[0].folder and (run / "config.yaml").is_file():
            write_bytes(place / "config.yaml", (run / "config.yaml").read_bytes())
        result.before = {name: digest for track in tracks for name, digest in _hashes(track).items()}
        result.after = _release_hashes(place)
        left = list(_remnants(place, result, progress))
        result.verified = len(result.after)
        if wrong := [remnant for remnant in left if remnant.file not in result.named_in]:
            raise IntegrityError(
                f"{release}: not written, for {wrong[0].file} would still hold a trace ({wrong[0].what}); report this"
            )
        report = erasure_report(result, time)
        report.save(place / PROOF)
        if tracks[0].folder:
            files = hash_files(place, [*result.after, PROOF])
            Manifest("release", files, parents={"run": source_hash(tracks)}).save(place)
    return report, result.found.ids


def open_tracks(run: Path) -> list[Track]:
    """The corpora of a run folder, or the one that ``run`` itself is."""
    if (run / "corpus" / MANIFEST).is_file():
        folders = [(name, run / name) for name in TRACKS if (run / name / "corpus" / MANIFEST).is_file()]
        removed = {name: folder / "removed" for name, folder in folders}
        return [
            Track(name, Corpus(folder / "corpus"), Corpus(removed[name]) if removed[name].is_dir() else None, folder)
            for name, folder in folders
        ]
    if (run / MANIFEST).is_file() and Manifest.load(run).kind == "corpus":
        return [Track("", Corpus(run), None, None)]
    raise InputError(f"{run}: neither a run folder nor a corpus (no corpus/{MANIFEST}); 'headwater curate' makes one")


def source_hash(tracks: Sequence[Track]) -> str:
    """One hash for everything that is to be patched."""
    return sha256("".join(part.hash for track in tracks for part in track.parts.values()).encode())


def _look(
    tracks: Sequence[Track], wanted: erasure.Request, sealer: erasure.Sealer, copies: bool, progress: Progress
) -> Erasure:
    parts = {name: part for track in tracks for name, part in track.parts.items()}
    found, known = erasure.find_named(parts, wanted, sealer, progress)
    if not copies:
        known = erasure.ErasureList(sealer, known.contents, (), known.strings)
    erasure.find_copies(parts, known, found, progress)
    result = Erasure(wanted, found, known, source_hash(tracks))
    for track in tracks:
        result.artefacts += _tables(track, found)
        result.counts[track.name or "main"] = _counts(track, found)
        if track.folder:
            more, seen = derived(track.folder, track.name, found.texts, found.ids, wanted.strings)
            result.artefacts += more
            result.seen |= {track.name or "main": seen} if seen else {}
            result.duplicates += _duplicates(track.folder, found.ids)
    return result


def _tables(track: Track, found: erasure.Found) -> list[Artefact]:
    """Shards and tables of decisions and annotations that hold rows of erased documents."""
    wanted = pa.array(sorted(found.ids), pa.string())
    prefix = f"{track.name}/" if track.name else ""
    paths = {f"{name}/{shard.name}": shard for name, part in track.parts.items() for shard in part.shards}
    for kind in ("decisions", "annotations") if track.folder else ():
        assert track.folder
        paths |= {f"{prefix}{kind}/{path.name}": path for path in sorted((track.folder / kind).glob("*.parquet"))}
    artefacts = []
    for name, path in paths.items():
        ids = pc.unique(read_ids(path))
        count = pc.sum(pc.is_in(ids, value_set=wanted)).as_py() or 0
        if count:
            artefacts.append(Artefact(track.name, name, count, GOES))
    return artefacts


def read_ids(path: Path) -> pa.ChunkedArray:
    """The column ``id`` of a table."""
    with pq.ParquetFile(path) as file:
        return file.read(columns=["id"]).column("id")


def _duplicates(folder: Path, ids: frozenset[str]) -> list[tuple[str, str]]:
    """(document, survivor) for each decision that calls a document a duplicate of an erased one, or the reverse."""
    wanted = pa.array(sorted(ids), pa.string())
    pairs = []
    for path in sorted((folder / "decisions").glob("*.parquet")):
        rows = read_parquet(path).select(["id", "duplicate_of"])
        rows = rows.filter(pc.is_valid(rows["duplicate_of"]))
        touched = pc.or_(pc.is_in(rows["id"], value_set=wanted), pc.is_in(rows["duplicate_of"], value_set=wanted))
        chosen = rows.filter(touched)
        pairs += list(zip(chosen["id"].to_pylist(), chosen["duplicate_of"].to_pylist(), strict=True))
    return pairs


def _counts(track: Track, found: erasure.Found) -> dict[str, int]:
    """In (+ added by steps) = kept + edited + removed + quarantined + erased, as the release has them."""
    erased = frozenset(name for part in track.parts for name in found.parts[part])
    kept, gone = len(track.corpus), len(track.removed) if track.removed else 0
    out = _actions(track.removed, erased) if track.removed else {"removed": 0, "quarantined": 0}
    staying = kept - len(found.parts[next(iter(track.parts))])
    edited, added = len(_decided(track, "edited") - erased), len(_decided(track, "added", anywhere=True))
    counts = {"in": kept + gone - added, "kept": staying - edited, "edited": edited, **out, "erased": len(erased)}
    if counts["in"] + added != sum(value for name, value in counts.items() if name != "in"):
        raise IntegrityError(f"{track.corpus.folder}: {counts['in']} rows in, but not all accounted for: {counts}")
    return counts | ({"added": added} if added else {})


def _actions(removed: Corpus, erased: frozenset[str]) -> dict[str, int]:
    found = {"removed": 0, "quarantined": 0}
    for rows in removed.batches(["id", "action"]):
        for name, action in zip(rows["id"].to_pylist(), rows["action"].to_pylist(), strict=True):
            if name not in erased:
                found[action] += 1
    return found


def _decided(track: Track, action: str, anywhere: bool = False) -> frozenset[str]:
    """The ids of documents of the corpus (or anywhere) with such a decision."""
    names: set[str] = set()
    for path in sorted((track.folder / "decisions").glob("*.parquet")) if track.folder else ():
        rows = read_parquet(path)
        names.update(rows.filter(pc.equal(rows["action"], action))["id"].to_pylist())
    if not names or anywhere:
        return frozenset(names)
    present: set[str] = set()
    for rows in track.corpus.batches(["id"]):
        present.update(name for name in rows["id"].to_pylist() if name in names)
    return frozenset(present)


def _write(track: Track, place: Path, result: Erasure, progress: Progress) -> dict[str, str]:
    erased = pa.array(sorted(result.found.ids), pa.string())
    parents = {"erased-from": track.corpus.hash, "erasure-list": sha256_file(place / erasure.LIST)}
    strings = result.wanted.strings
    counts = {name: value for name, value in result.counts[track.name or "main"].items() if name != "kept"}
    manifests = {}
    for name, part in track.parts.items():
        more = counts if part is track.corpus else {}
        manifests[name] = erasure.patch_corpus(part, place / name, erased, strings, more, parents, progress).hash
    for kind in ("decisions", "annotations") if track.folder else ():
        assert track.folder
        for path in sorted((track.folder / kind).glob("*.parquet")):
            erasure.patch_table(path, place / track.name / kind / path.name, erased, strings)
    return manifests


def _hashes(track: Track) -> Mapping[str, str]:
    """Every file of the source that the release has a patched form of."""
    if track.folder is None:
        return {f"corpus/{name}": digest for name, digest in track.corpus.manifest.files.items()}
    folders = ("corpus", "removed", "decisions", "annotations")
    paths = [path for folder in folders for path in sorted((track.folder / folder).glob("*.parquet"))]
    prefix = f"{track.name}/" if track.name else ""
    return {f"{prefix}{path.relative_to(track.folder).as_posix()}": sha256_file(path) for path in paths}


def _release_hashes(place: Path) -> dict[str, str]:
    names = [path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()]
    return hash_files(place, [name for name in names if name not in (PROOF, MANIFEST)])


def _remnants(place: Path, result: Erasure, progress: Progress) -> Sequence[erasure.Remnant]:
    skip = frozenset(path.relative_to(place).as_posix() for path in place.rglob(MANIFEST)) | OWN
    found = erasure.remnants(place, result.found.ids, result.wanted.strings, result.known, skip, progress)
    return list(found)


def _again(
    release: Path,
    wanted: erasure.Request,
    sealer: erasure.Sealer,
    key: Path,
    tracks: Sequence[Track],
    progress: Progress,
) -> tuple[StageReport, frozenset[str]]:
    """A release that is there already: the same request is verified again, another one is refused."""
    if not (release / PROOF).is_file():
        raise UsageError(f"{release}: exists already and is no release; give --out another place")
    report = StageReport.load(release / PROOF)
    proof: dict[str, Any] = dict(report.detail)
    if (proof.get("source"), proof.get("asked")) != (source_hash(tracks), wanted.sealed(sealer)):
        raise UsageError(f"{release}: holds the release of another request, run or key; give --out another place")
    for name, digest in proof["files_after"].items():
        if not (release / name).is_file() or sha256_file(release / name) != digest:
            raise IntegrityError(f"{release / name}: is not what {PROOF} says; delete the release and erase again")
    known = erasure.read_list(release / erasure.LIST, key)
    skip = frozenset(path.relative_to(release).as_posix() for path in release.rglob(MANIFEST)) | OWN
    found = erasure.remnants(release, wanted.ids, wanted.strings, known, skip, progress)
    if left := [remnant for remnant in found if remnant.file not in proof["named_in"]]:
        raise IntegrityError(
            f"{release}: {left[0].file} holds a trace ({left[0].what}); delete the release, erase again"
        )
    return report, frozenset()


def _config_names(path: Path, wanted: erasure.Request) -> bool:
    """Whether the configuration, which the user wrote, holds one of the strings."""
    return path.is_file() and wanted.strings.found(erasure.words_of(path.read_text("utf-8", "replace")))
