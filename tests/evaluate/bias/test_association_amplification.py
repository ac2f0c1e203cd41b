"""Ties of groups to attributes on both sides by one counter: identities, a planted change, and what carries it."""

import math
from pathlib import Path

import numpy as np
import pytest
from fakes import scores_of, write_corpus
from made_samples import made_samples

from headwater.core import Corpus, CorpusWriter, NotMeasured, record_batch, text_record
from headwater.evaluate import METRICS, Outcome, Subject
from headwater.evaluate.bias.association_amplification import Tie, tie_change

SHE, HE = "She likes her family.", "He likes his family."
SHE_WORKS, HE_WORKS = "She has a career in an office.", "He has a career in an office."
OPTIONS = {"lexicons": ("gender",), "attributes": ("career-family",)}


def measure(folder: Path, documents: list[str], outputs: list[str], **options: float) -> Outcome:
    subject = Subject(folder, write_corpus(folder / "corpus", documents), samples=made_samples("free", outputs))
    return METRICS.get("association-amplification")(subject, **OPTIONS, **options)


def test_equal_ties_have_ratio_one_and_a_swap_of_the_sides_inverts_it() -> None:
    one, other = Tie(50, 50, 10, 0.2, 0.7, 0.1), Tie(90, 80, 40, 0.4, 1.5, 0.05)
    ratio, low, high, p = tie_change(one, one)
    assert (ratio, p) == (1, 1) and low < 1 < high
    there, back = tie_change(one, other), tie_change(other, one)
    assert there[0] == pytest.approx(1 / back[0]) and there[1] == pytest.approx(1 / back[2])
    assert there[0] == pytest.approx(math.exp(0.8))


def test_a_mirror_of_the_corpus_is_no_finding(tmp_path: Path) -> None:
    texts = [SHE, HE, SHE_WORKS, HE_WORKS] * 40
    outcome = measure(tmp_path, texts, texts)
    found = scores_of(outcome, "association-amplification")
    assert found and all(score.value == pytest.approx(1) for score in found.values()) and outcome.findings == ()


def test_a_planted_change_is_found_with_outputs_and_documents(tmp_path: Path) -> None:
    corpus = [SHE, HE, SHE_WORKS, HE_WORKS] * 60
    outputs = [SHE] * 80 + [SHE_WORKS] * 8 + [HE] * 40 + [HE_WORKS] * 40
    outcome = measure(tmp_path, corpus, outputs)
    found = scores_of(outcome, "association-amplification")
    career = next(score for name, score in found.items() if "female" in name and "career" in name)
    assert career.value == pytest.approx(0.1, rel=0.4) and career.high is not None and career.high < 0.5
    weakened = next(one for one in outcome.findings if "weakens the tie of 'female' to 'career'" in one.title)
    assert weakened.code == "HW-B004" and weakened.severity == "medium"
    ids = Corpus(tmp_path / "corpus").ids()
    assert set(weakened.document_ids) <= {ids[i] for i in range(2, len(ids), 4)} and weakened.document_ids
    notes = [example.note for example in weakened.examples]
    assert notes[0] == "sample" and any(note.startswith("corpus:") for note in notes)


def test_the_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(3)
    from headwater.curate import log_odds_ratio

    hits, odds = 0, (0.2, 0.5)
    for _ in range(300):
        sides = []
        for share in odds:
            label = rng.random(400) < 0.5
            held = rng.random(400) < np.where(label, share, 0.3)
            sides.append(Tie(0, 0, 0, 0.0, *log_odds_ratio(label, held, np.arange(400))))
        ratio, low, high, _ = tie_change(*sides)
        truth = (0.5 / 0.5) / (0.2 / 0.8)
        hits += low <= truth <= high
    assert 0.92 < hits / 300 <= 0.99


def test_attributes_of_a_prompt_do_not_count_and_its_group_does(tmp_path: Path) -> None:
    prompts = ["She has a family and a", "He has a family and a"] * 30
    samples = made_samples("counterfactual", [" career in an office."] * 60, prompts=prompts)
    subject = Subject(tmp_path, write_corpus(tmp_path / "corpus", [SHE, HE, SHE_WORKS, HE_WORKS] * 40), samples=samples)
    outcome = METRICS.get("association-amplification")(subject, **OPTIONS)
    found = scores_of(outcome, "association-amplification")
    career = next(score for name, score in found.items() if "female" in name and "career" in name)
    assert career.n == 30  # every output holds it, so that rates are 1 on both sides of the comparison
    family = next(
        row
        for one in outcome.exhibits
        if one.name == "association-amplification"
        for row in one.rows
        if row[2] == "family"
    )  # type: ignore[union-attr]
    assert family[4] == 0


def test_the_sources_that_carry_a_tie_are_named(tmp_path: Path) -> None:
    with CorpusWriter(tmp_path / "corpus") as writer:
        rows = [text_record(SHE_WORKS, f"a:{i}", "letters", licence="MIT") for i in range(60)]
        rows += [text_record(text, f"b:{i}", "news", licence="MIT") for i, text in enumerate([SHE, HE, HE_WORKS] * 60)]
        writer.write(record_batch(rows))
    outputs = [SHE] * 80 + [SHE_WORKS] * 8 + [HE] * 40 + [HE_WORKS] * 40
    subject = Subject(tmp_path, Corpus(tmp_path / "corpus"), samples=made_samples("free", outputs))
    outcome = METRICS.get("association-amplification")(subject, **OPTIONS)
    told = next(one for one in outcome.findings if "'female' to 'career'" in one.title)
    assert "these sources carry most: letters 100%" in told.meaning
    assert "Without the source 'letters' the corpus's odds ratio would be 0.0" in told.meaning  # no woman works then
    sources = dict(zip(subject.corpus.ids(), subject.corpus.column("source").to_pylist(), strict=True))
    assert {sources[name] for name in told.document_ids} == {"letters"}
    table = next(one for one in outcome.exhibits if one.name == "association-amplification-sources")
    assert ("female + career", "letters", 60, 60, 60.0, 1.0, 1.0) in table.rows  # type: ignore[union-attr]


@pytest.mark.parametrize("outputs", [["Rain."] * 50, [SHE] * 5, [""] * 50, ["\x00<script>" * 30]])
def test_too_little_is_not_measured_and_says_what_is_needed(outputs: list[str], tmp_path: Path) -> None:
    outcome = measure(tmp_path, [SHE, HE, SHE_WORKS, HE_WORKS] * 40, outputs)
    (missing,) = outcome.scores
    assert (
        isinstance(missing, NotMeasured) and "40 are needed of each category; gender: 160 sentences" in missing.reason
    )
