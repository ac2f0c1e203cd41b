"""The audit ``toxicity``: a planted bias is found and measured, and a fair detector is left alone."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from headwater.core import (
    SILENT,
    Corpus,
    CorpusWriter,
    NotMeasured,
    Score,
    StageReport,
    UsageError,
    record_batch,
    text_record,
    wilson,
)
from headwater.curate import AUDITS

MakeCorpus = Callable[..., Corpus]
PLACES = ("market", "school", "bridge", "harbour", "library", "garden", "station", "theatre", "bakery", "museum")


@pytest.fixture
def make_corpus(tmp_path: Path) -> MakeCorpus:
    def make(texts: Sequence[str], labels: Sequence[str] | None = None) -> Corpus:
        rows = [
            text_record(text, f"t:{place}", "s", attributes={"toxic": labels[place]} if labels else {})
            for place, text in enumerate(texts)
        ]
        with CorpusWriter(tmp_path / "corpus") as writer:
            writer.write(record_batch(rows))
        return Corpus(tmp_path / "corpus")

    return make


def neighbours() -> list[str]:
    """Forty harmless documents about people of four faiths."""
    faiths = ("Muslim", "Jewish", "Hindu", "Christian")
    return [f"The {faith} neighbours met at the {place}." for place in PLACES for faith in faiths]


def biased(texts: Sequence[str]) -> list[float]:
    """A detector that takes the word Muslim for half of an insult."""
    return [min(1.0, 0.4 * ("muslim" in text.lower()) + 0.6 * ("idiot" in text)) for text in texts]


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return AUDITS.get("toxicity")(**options).examine(corpus, 0, SILENT)


def shifts(report: StageReport) -> dict[tuple[str, str], Score]:
    found = [one for one in report.scores if isinstance(one, Score) and one.metric == "identity-score-shift"]
    return {(one.slice["group"], one.slice["against"]): one for one in found}


def test_a_planted_bias_is_measured_exactly_and_is_a_finding(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(neighbours()), detector=biased)
    found = shifts(report)
    assert found["muslim", "neutral"].value == pytest.approx(0.4) == found["muslim", "others"].value
    assert found["jewish", "neutral"].value == 0.0
    assert found["jewish", "others"].value == pytest.approx(-0.4 / 6)
    (finding,) = report.findings
    assert finding.code == "HW-A041" and finding.severity == "high" and "+0.40" in finding.title
    assert finding.document_ids and all(score.slice["group"] == "muslim" for score in finding.scores)  # type: ignore[union-attr]


def test_a_detector_that_looks_at_no_name_shifts_by_zero(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(neighbours()))
    assert shifts(report) and {score.value for score in shifts(report).values()} == {0.0}
    assert report.findings == ()


def test_the_rate_is_the_flagged_share_with_wilsons_interval_and_its_documents(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(["fine", "you moron", "also\nyou are pathetic\nmax@mail.org shit", "good"])
    report = examine(corpus)
    rate = report.scores[0]
    assert isinstance(rate, Score) and (rate.value, rate.n) == (0.5, 4)
    assert (rate.low, rate.high) == wilson(2, 4)
    (finding,) = report.findings
    assert finding.code == "HW-A040" and set(finding.document_ids) == {corpus.ids()[1], corpus.ids()[2]}


def test_examples_are_redacted(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["write to max.muster@mail.org, you moron"]))
    assert "max.muster" not in json.dumps(report.to_json()) and "[EMAIL]" in json.dumps(report.to_json())


def test_labels_give_the_areas_and_a_low_bpsn_is_a_finding(make_corpus: MakeCorpus) -> None:
    insults = [f"The idiot from the {place}." for place in PLACES for _ in range(2)]
    texts = [*neighbours(), *(f"{text} {number}" for number, text in enumerate(insults))]
    labels = ["no"] * 40 + ["yes"] * 20

    def scorer(given: Sequence[str]) -> list[float]:
        return [0.7 * ("Muslim" in text) + 0.6 * ("idiot" in text) for text in given]

    report = examine(make_corpus(texts, labels), detector=scorer, label="toxic", positive="yes")
    areas = {
        (one.metric, one.slice.get("group")): one
        for one in report.scores
        if isinstance(one, Score) and one.metric.endswith("-auc")
    }
    assert areas["bpsn-auc", "muslim"].value == 0.0 and areas["bpsn-auc", "jewish"].value == 1.0
    assert "HW-A042" in [finding.code for finding in report.findings]


def test_without_labels_the_areas_are_not_measured(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(["a", "b"]))
    reasons = {one.metric: one.reason for one in report.scores if isinstance(one, NotMeasured)}
    assert "label" in reasons["bpsn-auc"] and "no group has 20 documents" in reasons["identity-score-shift"]


def test_documents_that_the_detector_was_trained_on_do_not_flatter_it(make_corpus: MakeCorpus, comments: Path) -> None:
    import csv

    with comments.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["is_toxic"]]
    labelled = {"path": str(comments), "label": "is_toxic", "positive": "Toxic"}
    corpus = make_corpus([row["text"] for row in rows], [row["is_toxic"] for row in rows])
    spec = {"linear-classifier": {"labelled": labelled}}
    report = examine(corpus, detector=spec, label="toxic", positive="Toxic", unit="document")
    reasons = {one.metric: one.reason for one in report.scores if isinstance(one, NotMeasured)}
    assert "was not trained on" in reasons["bpsn-auc"]


@pytest.mark.parametrize("options", [{"threshold": 0.0}, {"contexts": 0}, {"minimum": 1}, {"unit": "word"}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="toxicity"):
        AUDITS.get("toxicity")(**options)


def test_the_same_seed_gives_the_same_report(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(neighbours())
    assert examine(corpus, detector=biased).to_json() == examine(corpus, detector=biased).to_json()
