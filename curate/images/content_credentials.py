"""Audit ``content-credentials``: what image files claim of their origin, and of their use for training."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core import Cell, Corpus, Exhibit, Finding, NotMeasured, Progress, Score, StageReport, Table
from ..base import AUDITS
from ..consent_signals import AI_AGENTS, Signal, attribute_signals, overall
from ..image_files.file_attributes import CREDENTIALS, INGREDIENT_TYPE, METADATA, SOURCE_TYPE
from ..privacy import redact
from .shares import DOCUMENTS, examples, file_name, require_images, share_score, told

TITLE = "Content Credentials"
METRICS = {
    "credentials": "images-with-credentials",
    "refused": "images-refusing-training",
    "synthetic": "images-declared-synthetic",
}
METHOD = "content-credentials/1 C2PA manifest, XMP and stored signals as claimed, signatures not verified; Wilson"
# IPTC NewsCodes, digital source types that say a model made the picture or a part of it.
SYNTHETIC = frozenset(
    {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic", "algorithmicallyEnhanced"}
)
WHOLLY = "trainedAlgorithmicMedia"
UNSEEN = (
    "Signatures are not verified: anyone can write such a claim, or take one out. Pictures without a claim can be "
    "refused or synthetic too."
)
SHOWN = 20
Row = tuple[str, str, str]


@dataclass(slots=True)
class Found:
    """What a pass over the attributes found; rows are (id, file name, what it says)."""

    images: int = 0
    looked: int = 0
    generators: Counter[str] = field(default_factory=Counter)
    types: Counter[tuple[str, str]] = field(default_factory=Counter)
    stances: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: list[Row] = field(default_factory=list)
    allowed: int = 0
    synthetic: list[Row] = field(default_factory=list)


@AUDITS.register(
    "content-credentials", source="C2PA 1.4 and 2.2; CAWG training and data mining 1.1; IPTC Photo Metadata 2023.1",
    unit="share of images",
)  # fmt: skip
class ContentCredentials:
    """Share of images with Content Credentials (C2PA), that refuse training, and that say a model made them.

    Reads the attributes that the source ``image-folder`` writes from manifests and XMP, and the signals that a
    collector stored (``x-robots-tag``, ``tdm-reservation`` and their like). Signatures are not verified.
    """

    name = "content-credentials"

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Three shares, claims by program, source type and signal; findings HW-A135 and HW-A136."""
        corpus.require_documents()
        if reason := require_images(corpus):
            return StageReport("audit", TITLE, scores=tuple(NotMeasured(one, reason) for one in METRICS.values()))
        found = read(corpus, progress)
        if not found.looked and not found.stances and not found.types:
            reason = "no image says what its file or page held; read the files with the source 'image-folder'"
            return StageReport("audit", TITLE, scores=tuple(NotMeasured(one, reason) for one in METRICS.values()))
        counts = {
            "credentials": found.generators.total(),
            "refused": len(found.refused),
            "synthetic": len(found.synthetic),
        }
        scores = {key: share_score(METRICS[key], count, found.images, METHOD) for key, count in counts.items()}
        facts: dict[str, Cell] = {
            "Images with Content Credentials": counts["credentials"],
            "Images that refuse training": counts["refused"],
            "Images that allow it": found.allowed,
            "Images declared synthetic": counts["synthetic"],
        }
        return StageReport(
            "audit", TITLE, facts, tuple(scores.values()), tuple(_findings(found, scores)), tuple(_exhibits(found))
        )


def read(corpus: Corpus, progress: Progress) -> Found:
    """One pass over the attributes."""
    found = Found()
    with progress.task("content credentials", len(corpus)) as task:
        for batch in corpus.batches(["id", "attributes"]):
            columns = (batch.column("id").to_pylist(), batch.column("attributes").to_pylist())
            for name, pairs in zip(*columns, strict=True):
                _add(found, name, pairs or ())
            task.advance(batch.num_rows)
    return found


def _add(found: Found, name: str, pairs: Sequence[tuple[str, str]]) -> None:
    attributes = dict(pairs)
    found.images += 1
    found.looked += METADATA in attributes
    if CREDENTIALS in attributes:
        found.generators[redact(attributes[CREDENTIALS])[:60]] += 1
    file = file_name(attributes)
    signals = list(attribute_signals(pairs, "image", AI_AGENTS))
    found.stances.update({(signal.source, signal.stance) for signal in signals})
    state = overall(signals)
    found.allowed += state == "allowed"
    if state == "refused":
        found.refused.append((name, file, _refusals(signals)))
    for key, where in ((SOURCE_TYPE, "the picture"), (INGREDIENT_TYPE, "an ingredient")):
        for word in attributes.get(key, "").split():
            found.types[redact(word)[:60], where] += 1
    made = [word for word in attributes.get(SOURCE_TYPE, "").split() if word in SYNTHETIC]
    made += [f"{word} (an ingredient)" for word in attributes.get(INGREDIENT_TYPE, "").split() if word in SYNTHETIC]
    if made:
        found.synthetic.append((name, file, ", ".join(made)))


def _refusals(signals: Sequence[Signal]) -> str:
    return ", ".join(redact(f"{one.source} = {one.value}")[:80] for one in signals if one.stance == "refused")


def _findings(found: Found, scores: dict[str, Score]) -> Iterator[Finding]:
    if found.refused:
        yield Finding(
            "HW-A135",
            "high",
            f"{len(found.refused):,} images refuse to be used for training",
            f"They are {told(scores['refused'])}. Their Content Credentials, XMP data or stored headers say so "
            f"(notAllowed, constrained, a reservation of rights). {UNSEEN}",
            "Take them out: step 'consent' with action: remove. Where use is constrained, ask; the constraint stands "
            "in the file.",
            (scores["refused"],),
            examples(found.refused),
            tuple(name for name, _, _ in found.refused[:DOCUMENTS]),
        )
    if found.synthetic:
        ranked = sorted(found.synthetic, key=lambda row: (WHOLLY not in row[2].split(", "), row[0]))
        yield Finding(
            "HW-A136",
            "medium",
            f"{len(ranked):,} images say that a model made them, or a part of them",
            f"They are {told(scores['synthetic'])}. A model that is trained on the output of models repeats their "
            f"errors and loses the rare things. {UNSEEN}",
            "Decide whether they belong in the corpus, and publish their share with it.",
            (scores["synthetic"],),
            examples(ranked),
            tuple(name for name, _, _ in ranked[:DOCUMENTS]),
        )


def _exhibits(found: Found) -> Iterator[Exhibit]:
    rows: list[tuple[Cell, ...]] = [("credentials made by", name, n) for name, n in _ranked(found.generators)]
    rows += [(f"source type of {where}", word, number) for (word, where), number in _ranked(found.types)]
    rows += [(f"signal: {stance}", redact(source), number) for (source, stance), number in _ranked(found.stances)]
    if rows:
        note = f"{found.images:,} images; the files of {found.looked:,} were read. {UNSEEN}"
        yield Table("content-credentials", "What the images claim", ("claim", "value", "images"), tuple(rows), note)
    if found.refused or found.synthetic:
        listed = [("refuses training", *row) for row in found.refused[:SHOWN]]
        listed += [("synthetic", *row) for row in found.synthetic[:SHOWN]]
        title = "Images with a claim to act on"
        yield Table("content-credentials-rows", title, ("claim", "image", "file", "says"), tuple(listed))


def _ranked(counts: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))[:SHOWN]
