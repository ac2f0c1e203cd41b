"""Values of documents by group: pandas and fairlearn beside them, planted groups, small and missing ones."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, mean_prediction
from fakes import ByteModel, random_text, subject_of

from headwater.core import (
    Chart,
    Corpus,
    CorpusWriter,
    NotMeasured,
    Score,
    UsageError,
    held_out,
    record_batch,
    text_record,
)
from headwater.evaluate import Outcome, measure_bits_per_byte, measure_perplexity
from headwater.evaluate.quality.likelihood import measure_likelihood
from headwater.evaluate.quality.text_groups import group_values


def corpus_of(folder: Path, rows: list[dict[str, Any]]) -> Corpus:
    with CorpusWriter(folder / "corpus") as writer:
        made = [text_record(row.pop("text"), f"lake.txt:{k}", row.pop("source", "lake"), **row)
                for k, row in enumerate(rows)]  # fmt: skip
        writer.write(record_batch(made))
    return Corpus(folder / "corpus")


def two_letters(seed: int, n: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("xy"), n))


def two_kinds(folder: Path, n: int = 240) -> Corpus:
    """Texts of two letters, which cost a bit each, and for the group ``b`` of all letters."""
    rows = [{"text": (random_text if k % 2 else two_letters)(k, 60), "groups": {"dialect": "ab"[k % 2]}}
            for k in range(n)]  # fmt: skip
    return corpus_of(folder, rows)


def by_slice(outcome: Outcome, metric: str) -> dict[str, Any]:
    return {" ".join(one.slice.values()): one for one in outcome.scores if one.metric == metric}


def test_values_and_gap_are_those_of_pandas_and_fairlearn(tmp_path: Path) -> None:
    corpus = two_kinds(tmp_path)
    subject = subject_of(corpus, ByteModel(corpus, order=1))
    found = by_slice(measure_bits_per_byte(subject), "bits-per-byte")
    part = measure_likelihood(subject, 200, 2000)["held-out"]
    rows = corpus.documents(part.ids)
    table = pd.DataFrame({"group": [rows[name]["groups"]["dialect"] for name in part.ids], "log": part.log,
                          "bytes": part.bytes})  # fmt: skip
    sums = table.groupby("group").sum()
    wanted = -sums["log"] / math.log(2) / sums["bytes"]
    for group in "ab":
        assert found[f"held-out dialect {group}"].value == pytest.approx(wanted[group])
    ratio = -part.log / math.log(2) / part.bytes
    frame = MetricFrame(metrics=mean_prediction, y_true=ratio, y_pred=ratio, sensitive_features=table["group"],
                        sample_params={"sample_weight": part.bytes})  # fmt: skip
    assert found["held-out dialect gap"].value == pytest.approx(frame.difference())


def test_a_group_that_is_harder_is_found_with_its_documents(tmp_path: Path) -> None:
    corpus = two_kinds(tmp_path)
    outcome = measure_bits_per_byte(subject_of(corpus, ByteModel(corpus, order=3)))
    (finding,) = outcome.findings
    assert (finding.code, finding.severity) == ("HW-Q027", "medium")
    rows = corpus.documents(finding.document_ids)
    assert {row["groups"]["dialect"] for row in rows.values()} == {"b"}
    assert finding.examples
    (chart,) = [one for one in outcome.exhibits if isinstance(one, Chart)]
    assert chart.series[0].x == ("b", "a") and "at random" in chart.note


def test_equal_groups_are_seldom_found(tmp_path: Path) -> None:
    found = 0
    for k in range(20):
        rng = np.random.default_rng(k)
        rows = [{"text": random_text(1000 * k + i, 40), "groups": {"g": "ab"[int(rng.integers(2))]}} for i in range(80)]
        corpus = corpus_of(tmp_path / str(k), rows)
        outcome = measure_bits_per_byte(subject_of(corpus, ByteModel(corpus, order=0)), minimum=5)
        found += len(outcome.findings)
    assert found <= 4  # one of 20 is expected; more than 4 have a chance of 0.3 %


def test_perplexity_of_a_group_is_of_its_tokens_and_the_gap_in_nats(tmp_path: Path) -> None:
    corpus = two_kinds(tmp_path)
    subject = subject_of(corpus, ByteModel(corpus, order=1))
    found = by_slice(measure_perplexity(subject), "perplexity")
    gap = found["held-out dialect gap"]
    values = [found[f"held-out dialect {group}"].value for group in "ab"]
    assert gap.value == pytest.approx(abs(math.log(values[0] / values[1])))
    assert gap.unit == "nats per token" and gap.low <= gap.value <= gap.high


def test_a_small_group_is_not_measured_and_its_size_is_said(tmp_path: Path) -> None:
    texts = [random_text(k, 40) for k in range(60)]
    first = corpus_of(tmp_path / "plain", [{"text": text} for text in texts])
    out = [name for name, held in zip(first.ids(), held_out(first.ids(), 0.3, 0), strict=True) if held]
    kinds = {name: "rare" if name == out[0] else "common" for name in first.ids()}
    rows = [{"text": text, "groups": {"g": kinds[name]}} for name, text in zip(first.ids(), texts, strict=True)]
    corpus = corpus_of(tmp_path, rows)
    model = ByteModel(corpus, order=0)
    found = by_slice(measure_bits_per_byte(subject_of(corpus, model), groups=["g"], minimum=5), "bits-per-byte")
    small = found["held-out g rare"]
    assert isinstance(small, NotMeasured)
    assert small.reason == "1 document of this group was scored, 5 are needed (option minimum)"
    assert "no gap" in found["held-out g"].reason


def test_a_group_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    corpus = two_kinds(tmp_path, 40)
    subject = subject_of(corpus, ByteModel(corpus, order=0))
    found = by_slice(measure_bits_per_byte(subject, groups=["lake"]), "bits-per-byte")
    assert found["held-out lake"].reason == "no document that was scored has a value of this group"
    with pytest.raises(UsageError, match="minimum 1"):
        measure_bits_per_byte(subject, minimum=1)


def test_sources_and_languages_are_groups_and_unknown_is_none(tmp_path: Path) -> None:
    rows = [{"text": random_text(k, 9), "source": f"s{k % 2}", "language": "en" if k else None} for k in range(4)]
    corpus = corpus_of(tmp_path, rows)
    found = group_values(subject_of(corpus), corpus.ids())
    assert sorted(found) == ["language", "source"]
    assert sorted(found["source"].values()) == ["s0", "s0", "s1", "s1"]
    assert list(found["language"].values()) == ["en"] * 3


def test_too_many_values_are_not_told_apart(tmp_path: Path) -> None:
    rows = [{"text": random_text(k, 9), "groups": {"g": str(k)}} for k in range(300)]
    corpus = corpus_of(tmp_path, rows)
    found = by_slice(measure_bits_per_byte(subject_of(corpus, ByteModel(corpus, order=0))), "bits-per-byte")
    assert "different values, more than 50 groups" in found["held-out g"].reason


def test_markup_in_a_group_is_shown_as_text_and_every_cell_has_items(tmp_path: Path) -> None:
    rows = [{"text": random_text(k, 40), "groups": {"<script>": "ab"[k % 2]}} for k in range(160)]
    corpus = corpus_of(tmp_path, rows)
    outcome = measure_bits_per_byte(subject_of(corpus, ByteModel(corpus, order=0)), minimum=5)
    cells = [one for one in outcome.scores if isinstance(one, Score) and "value" in one.slice]
    assert {one.slice["group"] for one in cells} == {"<script>"}
    items = {tuple(one.slice.items()): one.value for one in outcome.items}
    for one in cells:
        assert items[tuple(one.slice.items())] == pytest.approx(one.value)
