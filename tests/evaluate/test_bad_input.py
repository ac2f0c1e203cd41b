"""Bad texts and tables given to every metric of them: a finite number, or one sentence, and never anything else."""

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import ByteModel, random_text, write_corpus
from fakes import subject_of as text_subject
from made_tables import people, subject_of
from text_planted import planted, sentences

from headwater.core import NotMeasured, Score
from headwater.evaluate import Subject, evaluate, suite
from headwater.evaluate.suites import QUALITY

TEXTS: dict[str, Callable[[Path], Subject]] = {
    "no samples": lambda path: planted(path, []),
    "one sample": lambda path: planted(path, sentences(1)),
    "empty samples": lambda path: planted(path, [""] * 60),
    "white space": lambda path: planted(path, [" \n\t"] * 60),
    "one word": lambda path: planted(path, ["word"] * 120),
    "a sample of a megabyte": lambda path: planted(path, [*sentences(59), "x" * 1_000_000]),
    "control marks": lambda path: planted(path, ["\x00 \u200b \ufffd <script>"] * 60),
    "one document": lambda path: planted(path, sentences(60), ["a single document"]),
    "documents of marks": lambda path: planted(path, sentences(60), ["..." + "." * k for k in range(60)]),
}
REAL = people(120, 1)
TABLES: dict[str, list[dict[str, Any]]] = {
    "one row": REAL[:1],
    "constant": [REAL[0]] * 60,
    "all missing": [dict.fromkeys(REAL[0])] * 60,
    "texts for numbers": [{**row, "age": "many"} for row in people(60, 2)],
    "not a number": [{**row, "income": "nan"} for row in people(60, 2)],
    "one column": [{"age": row["age"]} for row in people(60, 2)],
    "other columns": [{"x": 1}] * 60,
    "one of a group": [{**row, "sex": "f" if k else "m"} for k, row in enumerate(people(60, 2))],
}


def check(subject: Subject, metrics: list[Any]) -> None:
    for score in evaluate(subject, metrics).scores:
        if isinstance(score, Score):
            assert all(math.isfinite(x) for x in (score.value, score.low, score.high) if x is not None), score
        else:
            assert isinstance(score, NotMeasured)
            assert len(score.reason) > 10 and not re.search(r"\bnan\b|Traceback|ndarray|NoneType|Error", score.reason)


@pytest.mark.parametrize("name", TEXTS)
def test_bad_texts_give_numbers_or_sentences(tmp_path: Path, name: str) -> None:
    check(TEXTS[name](tmp_path), [*QUALITY, "verbatim-overlap", "amplification", "group-coverage", "unknown-names",
                                  ("homogenization", {"encoder": "words"})])  # fmt: skip


@pytest.mark.parametrize("held", [1, 2])
def test_one_or_two_held_out_documents_have_likelihoods_without_a_made_up_interval(tmp_path: Path, held: int) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 60) for seed in range(40)])
    options = {"documents": held, "minimum": 2}
    subject = text_subject(corpus, ByteModel(corpus, order=1))
    check(subject, [("perplexity", options), ("bits-per-byte", options), ("word-perplexity", {"documents": held})])
    first = evaluate(subject, [("perplexity", options)]).scores[0]
    assert (first.low is None) == (held == 1)


@pytest.mark.parametrize("name", TABLES)
def test_bad_tables_give_numbers_or_sentences(tmp_path: Path, name: str) -> None:
    metrics = [("train-on-synthetic", {"label": "rich", "groups": ["sex", "lake"]}) if one == "train-on-synthetic"
               else one for one in suite("tables").metrics]  # fmt: skip
    check(subject_of(tmp_path, REAL, TABLES[name], ["sex"]), metrics)


@pytest.mark.parametrize("name", ["one row", "constant", "all missing"])
def test_bad_real_tables_give_numbers_or_sentences(tmp_path: Path, name: str) -> None:
    check(
        subject_of(tmp_path, TABLES[name], REAL), [*suite("tables").metrics, ("train-on-synthetic", {"label": "rich"})]
    )
