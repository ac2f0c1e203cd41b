import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from headwater.core import SILENT, Corpus, CorpusWriter, InputError, UsageError, record_batch, text_record
from headwater.curate import perplexity
from headwater.curate.filters.perplexity import BUCKETS, _half

TEXT = "river water stone valley bridge summer morning light paper letter engine market harbour field winter"
WORDS = TEXT.split()


def sentences(seed: int, number: int = 60) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(f"the {rng.choice(WORDS)} of the {rng.choice(WORDS)} is" for _ in range(8)) for _ in range(number)]


def corpus_of(folder: Path, texts: Sequence[str], language: str = "en", batch: int = 100) -> Corpus:
    rows = [text_record(text, f"a:{number}", "a", language=language) for number, text in enumerate(texts)]
    with CorpusWriter(folder) as writer:
        for start in range(0, len(rows), batch):
            writer.write(record_batch(rows[start : start + batch]))
    return Corpus(folder)


def odd(number: int) -> list[str]:
    rng = random.Random(9)
    return [" ".join("".join(rng.choices("qxzjvk", k=6)) for _ in range(30)) for _ in range(number)]


def test_buckets_are_thirds_and_strange_text_is_in_the_tail(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", sentences(1) + odd(6))
    judgement = perplexity().judge_corpus(corpus, SILENT)
    assert judgement.decisions == ()
    labels = [note.label for note in judgement.annotations]
    assert sorted(labels.count(f"perplexity-{bucket}") for bucket in BUCKETS) == [22, 22, 22]
    strange = set(corpus.ids()[60:])
    assert {note.label for note in judgement.annotations if note.id in strange} == {"perplexity-tail"}


def test_buckets_that_are_not_kept_go(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", sentences(1) + odd(6))
    decisions = perplexity(keep=["head", "middle"]).judge_corpus(corpus, SILENT).decisions
    assert len(decisions) == 22
    assert all(d.rule == "perplexity-tail" and d.measured > d.limit for d in decisions)  # type: ignore[operator]


def test_no_document_is_judged_by_a_model_that_saw_it(tmp_path: Path) -> None:
    unique = " ".join(f"word{number}" for number in range(200))
    corpus = corpus_of(tmp_path / "c", [*sentences(1), unique])
    step = perplexity()
    models = step._train(corpus)
    own = _half(corpus.ids()[-1])
    texts = record_batch([text_record(unique, "x", "x")]).column("text")
    blind, seeing = (np.exp(models[place].surprise(texts)[0][0] / 200) for place in (own, 1 - own))
    assert seeing < blind / 5
    (note,) = [n for n in step.judge_corpus(corpus, SILENT).annotations if n.id == corpus.ids()[-1]]
    assert note.score == pytest.approx(blind, rel=1e-6)


def test_a_reference_text_and_a_maximum(tmp_path: Path) -> None:
    (tmp_path / "reference.txt").write_text("\n\n".join(sentences(2)), "utf-8")
    step = perplexity(reference_path=str(tmp_path / "reference.txt"), maximum=30.0)
    corpus = corpus_of(tmp_path / "c", sentences(1, 20) + odd(3))
    decisions = step.judge_corpus(corpus, SILENT).decisions
    assert [decision.id for decision in decisions] == corpus.ids()[20:]
    assert {decision.rule for decision in decisions} == {"maximum-perplexity"}
    batch = next(iter(corpus.batches()))
    rows, measures = step.measure(batch)
    assert measures[20:].min() > 30 > measures[:20].max()


def test_short_texts_are_in_no_bucket(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", [*sentences(1), "a short text"])
    notes = perplexity().judge_corpus(corpus, SILENT).annotations
    assert corpus.ids()[-1] not in {note.id for note in notes}


def test_batches_do_not_matter_and_the_seed_draws_the_sample(tmp_path: Path) -> None:
    texts = sentences(1) + odd(6)
    found = [
        perplexity(sample=5, seed=3).judge_corpus(corpus_of(tmp_path / str(n), texts, batch=n), SILENT)
        for n in (1, 7, 100)
    ]
    assert found[0] == found[1] == found[2]
    assert perplexity(sample=5, seed=4).judge_corpus(Corpus(tmp_path / "1"), SILENT) != found[0]


def test_each_language_has_its_own_borders_and_rare_ones_share_theirs(tmp_path: Path) -> None:
    rows = [
        text_record(text, f"a:{n}", "a", language="en" if n < 40 else "de" if n < 58 else "fr")
        for n, text in enumerate(sentences(1))
    ]
    with CorpusWriter(tmp_path / "c") as writer:
        writer.write(record_batch(rows))
    step = perplexity()
    (table,) = step.exhibits(step.judge_corpus(Corpus(tmp_path / "c"), SILENT).tallies, 60)
    assert [(row[0], sum(row[3:])) for row in table.rows] == [("en", 40), ("other languages", 20)]  # type: ignore


@pytest.mark.parametrize("texts", [["one text of a few words"], [""], ["a", "b"]])
def test_a_corpus_too_small_to_learn_from_is_left_alone(tmp_path: Path, texts: list[str]) -> None:
    judgement = perplexity(minimum_words=1).judge_corpus(corpus_of(tmp_path / "c", texts), SILENT)
    assert judgement.decisions == ()


def test_wrong_options_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="maximum must be above 1"):
        perplexity(maximum=0.5)
    with pytest.raises(InputError, match="absent"):
        perplexity(reference_path=str(tmp_path / "absent.jsonl"))
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(InputError, match="no text"):
        perplexity(reference_path=str(tmp_path / "empty.txt"))
