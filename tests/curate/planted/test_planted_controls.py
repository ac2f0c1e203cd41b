"""The audit ``planted-controls``."""

import random
from pathlib import Path
from typing import Any

import pytest

from headwater.core import (
    SILENT,
    TABLE_SCHEMA,
    Corpus,
    CorpusWriter,
    EmptyCorpus,
    NotMeasured,
    Score,
    StageReport,
    UsageError,
    record_batch,
    text_record,
    wilson,
)
from headwater.curate import AUDITS, FILTERS
from headwater.curate.base import Judgement
from headwater.curate.planted.planted_controls import draw_sample
from headwater.curate.planted.text_quality import HIDDEN
from headwater.curate.privacy import TYPES

PASSAGE_DETECTORS = {
    "cross-split-duplicates",
    "decontaminate",
    "paragraph-duplicates",
    "semantic-duplicates",
    "substring-duplicates",
}
SMALL: dict[str, Any] = {"documents": 60, "per_level": 10, "per_type": 20}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Sixty texts of random words, two of them short."""
    rng = random.Random(0)
    texts = [" ".join(rng.choices([f"v{n}x" for n in range(5000)], k=rng.randint(120, 300))) for _ in range(60)]
    texts += ["short", ""]
    folder = tmp_path_factory.mktemp("planted") / "corpus"
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, f"t:{number}", "t") for number, text in enumerate(texts)]))
    return Corpus(folder)


def examine(corpus: Corpus, seed: int = 0, **options: Any) -> StageReport:
    """The audit's report."""
    return AUDITS.get("planted-controls")(**{**SMALL, **options}).examine(corpus, seed, SILENT)


def scores(report: StageReport) -> dict[tuple[str, str, str], Score]:
    """Scores by metric, detector and level."""
    measured = [score for score in report.scores if isinstance(score, Score)]
    return {(one.metric, one.slice["detector"], one.slice["level"]): one for one in measured}


def test_every_detector_gets_recall_and_false_positives_with_wilsons_interval(corpus: Corpus) -> None:
    found = scores(examine(corpus))
    safety = {"poisoning", "synthetic-text", "toxicity"}  # 60 documents are too few for a rare trigger
    basics = {"language", "repetition", "unicode"}
    detectors = {
        *basics,
        "exact-duplicates",
        "near-duplicates",
        *TYPES,
        *HIDDEN,
        "boilerplate",
        *safety,
        *PASSAGE_DETECTORS,
        "erased",
    }
    for metric in ("planted-control-recall", "planted-control-false-positive-rate"):
        assert {detector for name, detector, _ in found if name == metric} >= detectors
    for score in found.values():
        assert (score.low, score.high) == wilson(round(score.value * score.n), score.n)


def test_copies_above_the_threshold_are_positives_and_those_below_look_alikes(corpus: Corpus) -> None:
    found = scores(examine(corpus))
    near = {(metric, level) for metric, detector, level in found if detector == "near-duplicates"}
    assert near == {
        *(("planted-control-recall", level) for level in ("exact", "0.7", "0.8", "0.9", "0.95")),
        *(("planted-control-false-positive-rate", level) for level in ("0.5", "0.6")),
    }
    assert found["planted-control-recall", "near-duplicates", "0.9"].value == 1.0
    assert found["planted-control-false-positive-rate", "near-duplicates", "0.5"].value == 0.0


def test_a_detector_that_finds_nothing_gets_recall_zero_and_a_finding(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind:
        name = "personal-data"

        def judge(self, batch: object) -> Judgement:
            return Judgement()

    monkeypatch.setitem(FILTERS._entries, "personal-data", Blind)
    report = examine(corpus)
    assert scores(report)["planted-control-recall", "phone", "planted"].value == 0.0
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("HW-A010", "high")
    assert "phone planted (0 of 20)" in finding.title
    assert finding.document_ids and set(finding.document_ids) <= set(corpus.ids())


def test_a_detector_that_merges_everything_gets_the_finding_on_false_positives(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    loose = FILTERS.get("near-duplicates")
    monkeypatch.setitem(FILTERS._entries, "near-duplicates", lambda threshold: loose(threshold=0.3, bands=50, rows=2))
    codes = {finding.code: finding for finding in examine(corpus).findings}
    assert "near-duplicates 0.5 (10 of 10)" in codes["HW-A011"].title


def test_the_corpus_is_not_changed_and_nothing_planted_is_shown(corpus: Corpus) -> None:
    report = examine(corpus)
    corpus.verify()
    assert "@" not in str(report.to_json())


def test_the_same_seed_gives_the_same_report_and_another_one_other_controls(corpus: Corpus) -> None:
    assert examine(corpus).to_json() == examine(corpus).to_json()
    assert draw_sample(corpus, 10, 1) == draw_sample(corpus, 10, 1) != draw_sample(corpus, 10, 2)


def test_the_sample_has_the_wanted_size_and_the_order_of_the_corpus(corpus: Corpus) -> None:
    names = list(draw_sample(corpus, 10, 0))
    assert len(names) == 10
    assert names == [name for name in corpus.ids() if name in set(names)]
    assert list(draw_sample(corpus, 1000, 0)) == corpus.ids()


def test_a_corpus_without_suitable_documents_is_not_measured(tmp_path: Path) -> None:
    with CorpusWriter(tmp_path) as writer:
        writer.write(record_batch([text_record("too short to edit", "t:0", "t")]))
    report = examine(Corpus(tmp_path))
    missing = [one for one in report.scores if isinstance(one, NotMeasured)]
    assert {one.slice["level"] for one in missing if one.slice["detector"] == "near-duplicates"} >= {"0.5", "0.9"}
    assert scores(report)["planted-control-recall", "near-duplicates", "exact"].value == 1.0


def test_a_table_without_columns_is_not_measured_and_an_empty_corpus_is_an_error(tmp_path: Path) -> None:
    with CorpusWriter(tmp_path / "tables", TABLE_SCHEMA) as writer:
        writer.write(record_batch([{"id": "a-b", "table": "{}"}], TABLE_SCHEMA))
    assert {type(score) for score in examine(Corpus(tmp_path / "tables")).scores} == {NotMeasured}
    CorpusWriter(tmp_path / "none").close()
    with pytest.raises(EmptyCorpus):
        examine(Corpus(tmp_path / "none"))


def test_the_report_survives_its_json_file(corpus: Corpus, tmp_path: Path) -> None:
    report = examine(corpus)
    report.save(tmp_path / "audit.json")
    assert StageReport.load(tmp_path / "audit.json").to_json() == report.to_json()


@pytest.mark.parametrize("options", [{"documents": 0}, {"per_level": 0}, {"per_type": -1}, {"threshold": 0.0}])
def test_impossible_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="planted-controls: "):
        AUDITS.get("planted-controls")(**options)
