"""Audit ``image-content``: how many images a detector of yours flags (nudity, violence, whatever it was made for)."""

from collections.abc import Iterator

import numpy as np

from ...core import Cell, Corpus, Exhibit, Finding, NotMeasured, Progress, Score, StageReport, Table, UsageError
from ..base import AUDITS
from .image_detector import Spec, build_image_detector, checked_image_scores
from .shares import DOCUMENTS, EXAMPLES, examples, file_name, require_images, share_score, told
from .tiles import COLUMNS, row_pixels

TITLE, METRIC = "Image content", "images-flagged"
NO_DETECTOR = (
    "no detector is set, and headwater ships no model; name one: detector: {onnx: {path: model.onnx}}, an entry point "
    "in the group headwater.image_detectors, or from Python a function of a list of images"
)
BATCH, SHOWN = 64, 25
MUCH = 0.001
_EDGES = tuple(number / 10 for number in range(11))


@AUDITS.register("image-content", source="Wilson 1927, JASA 22, 209-212", unit="share of images")
class ImageContent:
    """Share of images that a detector of your own flags, such as one of nudity or violence; no model is shipped.

    ``detector`` is a name (``{onnx: {path: model.onnx}}``) or, from Python, a function of a list of images (uint8,
    height x width x channels) that returns a score from 0 to 1 for each. An image is flagged from ``threshold`` on.
    ``subject`` says in the report what the detector looks for.
    """

    name = "image-content"

    def __init__(self, detector: Spec | None = None, threshold: float = 0.5, subject: str = "unsafe content") -> None:
        if not 0 < threshold <= 1:
            raise UsageError(f"image-content: threshold must be above 0 and at most 1, not {threshold}")
        self.detector = None if detector is None else build_image_detector(detector, "image-content.detector")
        self.threshold, self.subject = threshold, subject[:60]

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """The flagged share and the images that score highest; finding HW-A138. Pictures are not shown."""
        corpus.require_documents()
        reason = require_images(corpus) or ("" if self.detector else NO_DETECTOR)
        if reason or self.detector is None:
            return StageReport("audit", TITLE, scores=(NotMeasured(METRIC, reason),))
        ids, scores, unread = self._scored(corpus, progress)
        if not ids:
            reason = "no record holds an image of its size"
            return StageReport("audit", TITLE, scores=(NotMeasured(METRIC, reason),))
        flagged = int((scores >= self.threshold).sum())
        method = f"images-flagged/1 {self.detector.protocol}, from {self.threshold:g}; Wilson"
        share = share_score(METRIC, flagged, len(ids), method, {"subject": self.subject})
        order = np.lexsort((np.array(ids), -scores))[:DOCUMENTS].tolist()
        top = [(ids[place], float(scores[place])) for place in order if scores[place] >= self.threshold]
        rows = corpus.documents([name for name, _ in top[:SHOWN]])
        listed = [(name, file_name(rows[name]["attributes"]), f"score {score:.3f}") for name, score in top[:SHOWN]]
        facts: dict[str, Cell] = {f"Images flagged for {self.subject}": flagged, "Images not scored": unread}
        return StageReport(
            "audit", TITLE, facts, (share,), tuple(self._findings(share, flagged, top, listed)),
            tuple(_exhibits(scores, listed)),
        )  # fmt: skip

    def _scored(self, corpus: Corpus, progress: Progress) -> tuple[list[str], np.ndarray, int]:
        assert self.detector is not None
        ids: list[str] = []
        scores, unread = [np.zeros(0)], 0
        with progress.task("image content", len(corpus)) as task:
            for batch in corpus.batches(list(COLUMNS), BATCH):
                rows = [(row["id"], row_pixels(row)) for row in batch.to_pylist()]
                images = [(name, pixels) for name, pixels in rows if pixels is not None]
                unread += len(rows) - len(images)
                ids += [name for name, _ in images]
                scores.append(checked_image_scores(self.detector, [pixels for _, pixels in images]))
                task.advance(batch.num_rows)
        return ids, np.concatenate(scores), unread

    def _findings(
        self, share: Score, flagged: int, top: list[tuple[str, float]], listed: list[tuple[str, str, str]]
    ) -> Iterator[Finding]:
        if not flagged or self.detector is None:
            return
        yield Finding(
            "HW-A138",
            "high" if (share.low or 0.0) > MUCH else "medium",
            f"{flagged:,} images are flagged for {self.subject}",
            f"They are {told(share)}, judged by {self.detector.name} from {self.threshold:g} on. Such detectors err: "
            "more often on some skin colours, on art, medicine and babies. What they miss is not counted.",
            "Let a trained person look at the listed images, with the care that such work needs; report what the law "
            "asks you to report. Label a random sample to learn how often the detector errs on this corpus.",
            (share,),
            examples(listed[:EXAMPLES]),
            tuple(name for name, _ in top),
        )


def _exhibits(scores: np.ndarray, listed: list[tuple[str, str, str]]) -> Iterator[Exhibit]:
    counts = np.histogram(scores, bins=_EDGES)[0].tolist()
    rows = tuple((f"{low:.1f} to {low + 0.1:.1f}", number) for low, number in zip(_EDGES, counts, strict=False))
    yield Table("image-content-scores", "Images by score of the detector", ("score", "images"), rows)
    if listed:
        yield Table("image-content-rows", "Images that score highest", ("image", "file", "score"), tuple(listed))
