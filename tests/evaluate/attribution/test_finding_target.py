"""What is ranked for a finding: its outputs, its pairs of sentences, or nothing."""

from pathlib import Path

import numpy as np
import pytest
from fakes import ByteModel, write_corpus
from made_samples import made_samples

from headwater.core import Example, Finding, IncompleteError
from headwater.evaluate import Subject, finding_target


def finding(*examples: Example) -> Finding:
    return Finding("HW-B012", "low", "title", "meaning", "advice", examples=examples)


def subject(tmp_path: Path) -> Subject:
    corpus = write_corpus(tmp_path / "corpus", ["she was late", "she was here"] * 5)
    return Subject(tmp_path, corpus, ByteModel(corpus), made_samples("free", ["she was late", ""]))


def test_pairs_are_ranked_by_the_gap_that_the_model_prefers(tmp_path: Path) -> None:
    note = "Sentences of the set, not of the model: a note"
    pairs = [Example("a", "he was late\nshe was late", note), Example("b", "she was here\nhe was here", note)]
    target = finding_target(subject(tmp_path), finding(*pairs))
    assert target.name == "gap of the pairs that show HW-B012 (2)"
    assert [text for text, weight in target.texts if weight > 0] == ["she was late", "she was here"]
    assert sum(weight for _, weight in target.texts) == 0
    assert all(np.abs(one.weights).max() == 0.5 for one in target.passages)


def test_samples_that_show_it_come_first(tmp_path: Path) -> None:
    run = subject(tmp_path)
    assert run.samples is not None
    names = run.samples["id"].to_pylist()
    target = finding_target(run, finding(*(Example(name, "x") for name in names)))
    assert target.name == "the outputs that show HW-B012 (1)"  # the other output is empty
    assert target.texts == (("she was late", 1.0),) and len(target.passages) == 1
    both = finding_target(
        run,
        finding(
            Example("x", "he sat\nshe sat", "Sentences of the set, not of the model: a note"), Example(names[0], "x")
        ),
    )
    assert both.name == target.name and both.texts == target.texts  # a pair of the set does not count beside a sample


def test_a_finding_that_shows_nothing_of_the_model_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="the finding shows none of the model"):
        finding_target(subject(tmp_path), finding(Example("document", "text", "corpus")))
