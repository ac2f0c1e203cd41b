"""The audit ``synthetic-text``: a known share comes back within its interval, and no error means no share."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.core import (
    SILENT,
    Corpus,
    CorpusWriter,
    InputError,
    NotMeasured,
    Score,
    StageReport,
    UsageError,
    record_batch,
    text_record,
)
from headwater.curate import AUDITS
from headwater.curate.safety import DetectorError, adjusted_share

MakeCorpus = Callable[..., Corpus]


@pytest.fixture
def make_corpus(tmp_path: Path) -> MakeCorpus:
    def make(texts: Sequence[str], sources: Sequence[str] | None = None) -> Corpus:
        named = sources or ["s"] * len(texts)
        rows = [text_record(text, f"t:{place}", named[place]) for place, text in enumerate(texts)]
        with CorpusWriter(tmp_path / "corpus") as writer:
            writer.write(record_batch(rows))
        return Corpus(tmp_path / "corpus")

    return make


def draw(rng: np.random.Generator, n: int, machine: bool) -> list[str]:
    """Texts with the mark of a machine in 60 % of the machine's and 5 % of the others."""
    marks = rng.random(n) < (0.6 if machine else 0.05)
    kind = "machine" if machine else "people"
    return [f"{'As an AI language model, I' if mark else 'I'} write {kind} {rng.integers(1e9)}" for mark in marks]


@pytest.fixture
def labelled(tmp_path: Path) -> dict[str, str]:
    rng = np.random.default_rng(0)
    for name, machine in (("machine", True), ("people", False)):
        lines = [json.dumps({"text": text}) for text in draw(rng, 200, machine)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    return {"positives": str(tmp_path / "machine.jsonl"), "negatives": str(tmp_path / "people.jsonl")}


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return AUDITS.get("synthetic-text")(**options).examine(corpus, 0, SILENT)


def named(report: StageReport) -> dict[str, Any]:
    return {score.metric: score for score in report.scores}


def test_a_planted_share_comes_back_within_its_interval(make_corpus: MakeCorpus, labelled: dict[str, str]) -> None:
    rng = np.random.default_rng(1)
    report = examine(make_corpus(draw(rng, 300, True) + draw(rng, 700, False)), labelled=labelled)
    share = named(report)["machine-written-share"]
    assert isinstance(share, Score) and share.low is not None and share.high is not None
    assert share.low < 0.3 < share.high and abs(share.value - 0.3) < 0.06
    assert named(report)["flagged-machine-written-share"].value < 0.25  # what is merely flagged is far off
    (finding,) = report.findings
    assert finding.code == "HW-A047" and finding.document_ids and finding.examples


def test_the_share_is_the_corrected_one_of_the_measured_error(
    make_corpus: MakeCorpus, labelled: dict[str, str]
) -> None:
    texts = draw(np.random.default_rng(2), 100, True)
    report = named(examine(make_corpus(texts), labelled=labelled))
    sensitivity = report["machine-written-detector-sensitivity"]
    specificity = report["machine-written-detector-specificity"]
    error = DetectorError(round(sensitivity.value * 200), 200, 200 - round(specificity.value * 200), 200)
    flagged = round(report["flagged-machine-written-share"].value * 100)
    expected, share = adjusted_share(flagged, 100, error), report["machine-written-share"]
    assert expected is not None and (share.value, share.low, share.high) == (
        expected.value,
        expected.low,
        expected.high,
    )


def test_without_a_measured_error_there_is_no_share(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["As an AI language model, I cannot say.", "People write."]))
    share = named(report)["machine-written-share"]
    assert isinstance(share, NotMeasured) and "labelled" in share.reason
    assert report.facts["Share of machine-written documents"] == "not measured"
    assert [finding.code for finding in report.findings] == ["HW-A048"]


def test_a_blind_detector_gives_no_share(make_corpus: MakeCorpus, labelled: dict[str, str]) -> None:
    report = examine(make_corpus(["a", "b"]), labelled=labelled, detector=lambda texts: [0.0] * len(texts))
    share = named(report)["machine-written-share"]
    assert isinstance(share, NotMeasured) and "cannot tell them apart" in share.reason
    assert report.findings == ()


def test_a_trained_detector_brings_its_error_and_may_not_be_judged_on_its_own_texts(
    make_corpus: MakeCorpus, labelled: dict[str, str]
) -> None:
    spec = {"linear-classifier": {"labelled": labelled}}
    corpus = make_corpus(draw(np.random.default_rng(3), 50, False))
    assert isinstance(named(examine(corpus, detector=spec))["machine-written-detector-sensitivity"], Score)
    with pytest.raises(UsageError, match="was trained on texts in 'labelled'"):
        examine(corpus, detector=spec, labelled=labelled)


def test_sources_stand_side_by_side_and_small_ones_are_not_corrected(
    make_corpus: MakeCorpus, labelled: dict[str, str]
) -> None:
    rng = np.random.default_rng(4)
    texts = draw(rng, 40, True) + draw(rng, 40, False) + draw(rng, 5, False)
    report = examine(make_corpus(texts, ["bots"] * 40 + ["books"] * 40 + ["few"] * 5), labelled=labelled)
    rows = {row[0]: row for row in report.exhibits[0].rows}  # type: ignore[union-attr]
    assert rows["bots"][5] > rows["books"][6] and rows["few"][4:] == (None, None, None)


def test_too_few_labelled_texts_are_refused(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    (tmp_path / "few.jsonl").write_text('{"text": "one"}', "utf-8")
    few = {"positives": str(tmp_path / "few.jsonl"), "negatives": str(tmp_path / "few.jsonl")}
    with pytest.raises(InputError, match="at least 20"):
        examine(make_corpus(["a"]), labelled=few)


def test_labelled_texts_of_another_kind_give_no_share(make_corpus: MakeCorpus, labelled: dict[str, str]) -> None:
    """The detector scores length: the corpus holds a length that neither kind of labelled text has."""

    def by_length(texts: Sequence[str]) -> list[float]:
        return [min(1.0, len(text) / 100) for text in texts]

    report = examine(make_corpus([f"{'x' * 200} {n}" for n in range(50)]), labelled=labelled, detector=by_length)
    share = named(report)["machine-written-share"]
    assert isinstance(share, NotMeasured) and "do not resemble the corpus" in share.reason
