"""Audit ``image-privacy``: what the files of images told of people, places and devices beside their pixels."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...core import (
    Cell,
    Chart,
    Corpus,
    Exhibit,
    Finding,
    NotMeasured,
    Progress,
    Score,
    Series,
    Severity,
    StageReport,
    Table,
)
from ..base import AUDITS
from ..image_files import KINDS
from ..image_files.file_attributes import METADATA, NONE, VALUES
from .shares import DOCUMENTS, EXAMPLES, examples, file_name, require_images, share_score, told

TITLE, METRIC = "Privacy of image files", "images-with-metadata"
METHOD = "image-metadata/1 kinds of EXIF, XMP and IPTC data in the file; Wilson"
SHOWN = 25
MEANING = {
    "gps": "latitude and longitude where the picture was taken",
    "place": "city, street or venue in words",
    "names": "photographer, owner or rights holder",
    "people": "names of the people in the picture, or their faces marked",
    "serial": "serial number of camera or lens: joins all pictures of one person",
    "identifier": "unique identifier of the picture or its document",
    "time": "when it was taken or edited",
    "device": "make and model of camera, lens or phone",
    "maker-note": "the maker's own block: often serial numbers, face positions; not parsed",
    "software": "program and version",
    "comment": "description or comment in free text",
    "generation": "prompt and settings of an image generator",
    "thumbnail": "a small version",
    "thumbnail-differs": "a small version that shows something else: the picture before it was cropped or edited",
    "damaged-exif": "metadata that could not be read",
}
WHERE, WHO = ("gps", "place"), ("people", "names", "serial", "identifier")
_RANK = {kind: place for place, kind in enumerate(("gps", "people", "thumbnail-differs", "serial", "names", "place"))}
Row = tuple[str, str, tuple[str, ...]]


@dataclass(slots=True)
class Found:
    """What a pass over the attributes found: kinds by image, images without a word on metadata, stored values."""

    looked: int = 0
    unknown: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)
    with_values: list[tuple[str, str, str]] = field(default_factory=list)

    def with_any(self, kinds: Sequence[str]) -> list[Row]:
        """Images with one of the kinds, those with the most first."""
        hit = [row for row in self.rows if set(row[2]) & set(kinds)]
        return sorted(hit, key=lambda row: (-len(set(row[2]) & set(kinds)), row[0]))


@AUDITS.register(
    "image-privacy", source="CIPA DC-008 (EXIF 3.0); IPTC-IIM 4.2; XMP; Wilson 1927", unit="share of images"
)
class ImagePrivacy:
    """Share of images whose files held positions, names, serial numbers, times, devices, comments or thumbnails.

    Reads the attribute ``image.metadata`` that the source ``image-folder`` writes; the pixels carry none of it. Kinds
    are told, values never. A thumbnail counts as different where its distance to the picture (root mean square on a
    32 x 32 grid, mean 0 and deviation 1) is above 0.5.
    """

    name = "image-privacy"

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Shares by kind, the images with the most telling ones; findings HW-A130 to HW-A134."""
        corpus.require_documents()
        if reason := require_images(corpus):
            return StageReport("audit", TITLE, scores=(NotMeasured(METRIC, reason),))
        found = read(corpus, progress)
        if not found.looked:
            reason = "no image says what its file held; read the files with the source 'image-folder'"
            return StageReport("audit", TITLE, scores=(NotMeasured(METRIC, reason),), findings=tuple(_stored(found)))
        scores = {kind: share_score(METRIC, found.kinds[kind], found.looked, METHOD, {"kind": kind}) for kind in KINDS}
        any_score = share_score(METRIC, len(found.rows), found.looked, METHOD, {"kind": "any"})
        return StageReport(
            "audit",
            TITLE,
            {
                "Images with metadata in their file": len(found.rows),
                "Images whose metadata are unknown": found.unknown,
            },
            (any_score, *scores.values()),
            tuple(_findings(found, scores)),
            tuple(_exhibits(found, scores)),
        )


def read(corpus: Corpus, progress: Progress) -> Found:
    """One pass over the attributes."""
    found = Found()
    with progress.task("image privacy", len(corpus)) as task:
        for batch in corpus.batches(["id", "attributes"]):
            columns = (batch.column("id").to_pylist(), batch.column("attributes").to_pylist())
            for name, pairs in zip(*columns, strict=True):
                _add(found, name, dict(pairs or ()))
            task.advance(batch.num_rows)
    return found


def _add(found: Found, name: str, attributes: dict[str, str]) -> None:
    if any(key.startswith(VALUES) for key in attributes):
        kept = " ".join(sorted(key.removeprefix(VALUES) for key in attributes if key.startswith(VALUES)))
        found.with_values.append((name, file_name(attributes), kept))
    stated = attributes.get(METADATA)
    if stated is None:
        found.unknown += 1
        return
    found.looked += 1
    kinds = tuple(kind for kind in stated.split() if kind in MEANING)
    if stated != NONE and kinds:
        found.kinds.update(kinds)
        found.rows.append((name, file_name(attributes), kinds))


def _findings(found: Found, scores: dict[str, Score]) -> Iterator[Finding]:
    if where := found.with_any(WHERE):
        score = scores["gps"] if found.kinds["gps"] else scores["place"]
        yield _finding(
            "HW-A130", "high", f"{len(where):,} images say where they were taken", where, score,
            f"Positions (GPS) stand in {told(scores['gps'])}, places in words in {found.kinds['place']:,}. Whoever "
            "gets these files learns where people live, work and go. The pixels of this corpus do not hold it.",
            "Do not pass the files on as they are: strip them (strip_file_metadata keeps every pixel), and publish "
            "the corpus instead of the files.",
        )  # fmt: skip
    if who := found.with_any(WHO):
        score = max((scores[kind] for kind in WHO), key=lambda one: one.value)
        counts = ", ".join(f"{kind} {found.kinds[kind]:,}" for kind in WHO if found.kinds[kind])
        yield _finding(
            "HW-A131", "medium", f"{len(who):,} images name people or devices that belong to one", who, score,
            f"By kind: {counts}. Serial numbers and identifiers join the pictures of one person across data sets.",
            "Strip the files before you pass them on. Keep names of photographers where their licence asks for them: "
            "as provenance of the row, not inside the file.",
        )  # fmt: skip
    if differing := found.with_any(("thumbnail-differs",)):
        yield _finding(
            "HW-A132", "medium", f"{len(differing):,} thumbnails show something else than their picture", differing,
            scores["thumbnail-differs"],
            "The file still holds a small version of the picture as it was before someone cropped or edited it, with "
            "what they meant to take out.",
            "Strip the files; look at the listed ones to see what the thumbnails give away.",
        )  # fmt: skip
    if shortcuts := found.with_any(("device", "software", "time", "comment", "generation")):
        yield _finding(
            "HW-A133", "info", f"{len(shortcuts):,} files tell device, program, time or a comment", shortcuts,
            max((scores[kind] for kind in ("device", "software", "time", "comment")), key=lambda one: one.value),
            "Camera and time often go along with class and group: a model can learn the camera in place of the thing. "
            f"Of {found.unknown:,} images it is not known what their files held.",
            "Read the source with metadata: values to compare classes and groups by device, then strip-metadata.",
        )  # fmt: skip
    yield from _stored(found)


def _stored(found: Found) -> Iterator[Finding]:
    if found.with_values:
        yield Finding(
            "HW-A134",
            "high",
            f"The corpus itself holds metadata of {len(found.with_values):,} images",
            "The attributes metadata.* hold what the files said, personal data among it: read with metadata: values.",
            "Run the step strip-metadata before the corpus is passed on.",
            examples=examples(found.with_values),
            document_ids=tuple(name for name, _, _ in found.with_values[:DOCUMENTS]),
        )


def _finding(
    code: str, severity: Severity, title: str, rows: Sequence[Row], score: Score, meaning: str, advice: str
) -> Finding:
    shown = examples([(name, file, " ".join(kinds)) for name, file, kinds in rows[:EXAMPLES]])
    documents = tuple(name for name, _, _ in rows[:DOCUMENTS])
    return Finding(code, severity, title, meaning, advice, (score,), shown, documents)


def _exhibits(found: Found, scores: dict[str, Score]) -> Iterator[Exhibit]:
    rows: list[tuple[Cell, ...]] = [
        (kind, MEANING[kind], found.kinds[kind], scores[kind].value, scores[kind].low, scores[kind].high)
        for kind in KINDS
    ]
    note = f"Of {found.looked:,} images whose files were read. Low and high: Wilson's interval at 95 %."
    columns = ("kind", "what it tells", "images", "share", "low", "high")
    yield Table("image-metadata", "Metadata in the image files", columns, tuple(rows), note)
    present = [kind for kind in KINDS if found.kinds[kind]]
    if present:
        series = Series(
            "share of images", tuple(present), tuple(scores[kind].value for kind in present),
            tuple(scores[kind].low or 0.0 for kind in present), tuple(scores[kind].high or 0.0 for kind in present),
        )  # fmt: skip
        yield Chart(
            "image-metadata-shares", "Share of images by kind of metadata", "interval", "kind", "share of images",
            (series,),
        )  # fmt: skip
        ranked = sorted(found.rows, key=lambda row: (*_ranks(row[2]), row[0]))[:SHOWN]
        listed = tuple((name, file, " ".join(kinds)) for name, file, kinds in ranked)
        yield Table(
            "image-metadata-rows", "Images whose files tell the most", ("image", "file", "kinds"), listed,
            f"The first {len(listed):,} of {len(found.rows):,}; values are never shown.",
        )  # fmt: skip


def _ranks(kinds: Sequence[str]) -> tuple[int, int]:
    """The most telling kind first, then the number of kinds."""
    return min(_RANK.get(kind, len(_RANK)) for kind in kinds), -len(kinds)
