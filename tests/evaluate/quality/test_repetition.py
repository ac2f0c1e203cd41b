from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from made_samples import made_samples
from text_planted import planted, sentences

from headwater.core import Corpus, CorpusWriter, record_batch, text_record
from headwater.evaluate import (
    SAMPLE_SCHEMA,
    RepetitionMetric,
    Subject,
    loop_at_end,
    measure_repetition,
    repeated_share,
)
from headwater.evaluate.quality.repetition import LEAST, TIMES


@given(st.lists(st.integers(0, 3), max_size=20), st.integers(1, 4))
def test_it_is_the_share_of_n_grams_that_came_before(text: list[int], n: int) -> None:
    grams = [tuple(text[k : k + n]) for k in range(len(text) - n + 1)]
    before = sum(gram in grams[:place] for place, gram in enumerate(grams))
    found = repeated_share(np.array(text, np.int64), n)
    assert found == pytest.approx(before / len(grams)) if grams else np.isnan(found)


@given(st.lists(st.integers(0, 2), max_size=24))
def test_the_loop_is_the_longest_by_brute_force(text: list[int]) -> None:
    best = (0, 0)
    for period in range(1, len(text) + 1):
        tokens = period
        while tokens < len(text) and text[-tokens - 1] == text[-tokens - 1 + period]:
            tokens += 1
        if tokens >= max(LEAST, TIMES * period) and tokens > best[1]:
            best = (period, tokens)
    assert loop_at_end(np.array(text, np.int64)) == best


def test_looping_samples_are_found_with_the_documents_that_hold_the_stretch(tmp_path: Path) -> None:
    documents = [*sentences(100, 60, seed=99), "the old mill by the river " + sentences(1, 50)[0]]
    outputs = [f"{text} {'the old mill by the river ' * 6}" for text in sentences(20, 10)] + sentences(40, 40, seed=3)
    outcome = measure_repetition(planted(tmp_path, outputs, documents))
    (finding,) = outcome.findings
    loops = {score.slice["text"]: score for score in outcome.scores if score.metric == "loops"}
    assert (loops["samples"].value, loops["corpus"].value) == (pytest.approx(20 / 60), 0)
    assert (finding.code, finding.severity) == ("HW-Q021", "high")
    subject = planted(tmp_path, outputs, documents)
    assert finding.document_ids == (subject.corpus.ids()[100],)
    assert "6.0 times" in finding.examples[0].note or "6." in finding.examples[0].note
    start, end = finding.examples[0].spans[0]
    assert finding.examples[0].text[start:end].count("mill") == 6


def test_texts_without_loops_are_no_finding(tmp_path: Path) -> None:
    assert measure_repetition(planted(tmp_path, sentences(60, 40))).findings == ()


def test_streaming_equals_the_pure_function_and_merges() -> None:
    tokens = torch.from_numpy(np.random.default_rng(0).integers(0, 4, (9, 12)))
    whole, first, second = (RepetitionMetric(2) for _ in range(3))
    whole.update(tokens)
    first.update(tokens[:4])
    second.update(tokens[4:])
    first.merge_state(second)
    expected = np.mean([repeated_share(row, 2) for row in tokens.numpy()])
    assert float(whole.compute()) == pytest.approx(expected) == float(first.compute())


def test_continuations_repeat_themselves_more_for_one_group(tmp_path: Path) -> None:
    rows = [text_record(text, f"lake.txt:{k}", "lake", groups={"dialect": "ab"[k % 2]})
            for k, text in enumerate(sentences(80, 40))]  # fmt: skip
    with CorpusWriter(tmp_path / "corpus") as writer:
        writer.write(record_batch(rows))
    corpus = Corpus(tmp_path / "corpus")
    places = {row["id"]: k % 2 for k, row in enumerate(rows)}
    free = made_samples("free", sentences(60, 40)).to_pylist()
    prefix = [
        {**free[0], "id": f"prefix-{k}", "kind": "prefix", "document_id": name,
         "output": "w1 w2 w3 w4 " * 8 if places[name] else sentences(1, 32, seed=500 + k)[0]}
        for k, name in enumerate(corpus.ids())
    ]  # fmt: skip
    samples = pa.Table.from_pylist([*free, *prefix], SAMPLE_SCHEMA)
    outcome = measure_repetition(Subject(tmp_path, corpus, None, samples))
    found = {" ".join(one.slice.values()): one for one in outcome.scores if one.metric == "repetition"}
    assert found["continuations dialect b"].value == pytest.approx(1 - 4 / 29)
    assert found["continuations dialect a"].value < 0.1
    assert found["continuations dialect gap"].low > 0.5
    assert any("by dialect" in exhibit.title for exhibit in outcome.exhibits)
