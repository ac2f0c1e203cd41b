"""The filter ``cross-split-duplicates``."""

import itertools
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from headwater.core import (
    IMAGE_SCHEMA,
    SILENT,
    ConfigError,
    Corpus,
    CorpusWriter,
    UsageError,
    held_out,
    record_batch,
    text_record,
    wilson,
)
from headwater.curate import Judgement, build_steps, cross_split_duplicates, curate, jaccard, source_from
from headwater.curate.sources.images import image_record


def corpus_of(folder: Path, texts: list[tuple[str, str]], attribute: str = "split") -> Corpus:
    """A corpus of (split, text)."""
    rows = [
        text_record(text, f"t:{number}", "t", attributes={attribute: split} if split else {})
        for number, (split, text) in enumerate(texts)
    ]
    with CorpusWriter(folder) as writer:
        writer.write(record_batch(rows))
    return Corpus(folder)


def judge(folder: Path, texts: list[tuple[str, str]], **options: Any) -> tuple[Any, Judgement, list[str]]:
    corpus = corpus_of(folder, texts)
    step = cross_split_duplicates(**options)
    return step, step.judge_corpus(corpus, SILENT), corpus.ids()


def numbered(start: int, end: int, sign: str = "w") -> str:
    return " ".join(f"{sign}{number}" for number in range(start, end))


TEXTS = [
    ("train", numbered(0, 100)),
    ("train", numbered(0, 100)),
    ("test", numbered(2, 100)),
    ("train", numbered(0, 100, "x")),
    ("test", numbered(0, 100, "y")),
    ("valid", numbered(0, 100, "z")),
    ("", numbered(0, 100)),
]


def test_training_documents_with_a_near_duplicate_in_another_split_are_removed(tmp_path: Path) -> None:
    _, judgement, ids = judge(tmp_path, TEXTS, action="remove")
    assert [(one.id, one.action, one.rule, one.duplicate_of) for one in judgement.decisions] == [
        (ids[0], "removed", "cross-split", ids[2]),
        (ids[1], "removed", "cross-split", ids[2]),
    ]
    assert judgement.decisions[0].measured == jaccard(TEXTS[0][1], TEXTS[2][1])
    assert judgement.decisions[0].evidence == "a near duplicate stands in split test"


def test_by_default_nothing_is_removed_and_both_sides_are_annotated(tmp_path: Path) -> None:
    _, judgement, ids = judge(tmp_path, TEXTS)
    assert judgement.decisions == ()
    assert {(note.id, note.label) for note in judgement.annotations} == {
        (ids[0], "near-duplicate-in:test"),
        (ids[1], "near-duplicate-in:test"),
        (ids[2], "near-duplicate-in:train"),
    }


def test_the_table_counts_by_pair_of_splits_with_an_interval(tmp_path: Path) -> None:
    step, judgement, _ = judge(tmp_path, TEXTS)
    (table,) = step.exhibits(judgement.tallies, 7)
    rows = {row[:2]: row[2:] for row in table.rows}
    assert rows["test", "train"] == (2, 1, 0.5, *wilson(1, 2), 2)
    assert rows["train", "test"] == (3, 2, 2 / 3, *wilson(2, 3), 2)
    assert rows["valid", "train"] == (1, 0, 0.0, *wilson(0, 1), 0)
    assert "1 documents declare no split" in table.note


def test_a_leak_is_a_finding_about_the_split_that_is_tested_on(tmp_path: Path) -> None:
    step, judgement, _ = judge(tmp_path, TEXTS)
    (finding,) = step.findings(judgement.tallies, 7)
    assert (finding.code, finding.severity) == ("HW-C055", "high")
    assert finding.title == "Splits leak: 50.0% of test stands in train"
    clean, judgement, _ = judge(tmp_path / "clean", [("train", numbered(0, 50)), ("test", numbered(0, 50, "x"))])
    assert clean.findings(judgement.tallies, 2) == ()


def test_leaks_are_those_of_all_pairs_compared_by_plain_sets(tmp_path: Path) -> None:
    rng = random.Random(2)
    base = [numbered(0, 90, f"s{number}x") for number in range(12)]
    texts = []
    for _ in range(60):
        words = rng.choice(base).split()
        for place in range(rng.randint(0, 4)):
            words[6 * place + 5] = f"n{rng.random()}"
        texts.append((rng.choice(["train", "test", "valid"]), " ".join(words)))
    _, judgement, ids = judge(tmp_path, texts, bands=50)
    expected = {
        ids[place]
        for (one, (split, text)), (two, (other, own)) in itertools.combinations(enumerate(texts), 2)
        if split != other and jaccard(text, own) >= 0.7
        for place in (one, two)
    }
    assert {note.id for note in judgement.annotations} == expected
    assert len(expected) > 20


def test_the_split_can_be_the_one_that_a_model_holds_out(tmp_path: Path) -> None:
    texts = [("", numbered(0, 60, f"s{number // 2}x") + (" more" if number % 2 else "")) for number in range(80)]
    step, judgement, ids = judge(tmp_path, texts, held_out=0.3, seed=5, action="remove")
    out = dict(zip(ids, held_out(ids, 0.3, 5).tolist(), strict=True))
    expected = {ids[place] for place in range(80) if not out[ids[place]] and out[ids[place ^ 1]]}
    assert {one.id for one in judgement.decisions} == expected != set()


def test_the_seed_of_the_run_chooses_what_is_held_out(tmp_path: Path) -> None:
    texts = [numbered(0, 60, f"s{number // 2}x") + (" more" if number % 2 else "") for number in range(80)]
    steps = build_steps([("cross-split-duplicates", {"held_out": 0.3, "action": "remove"})])
    report = curate(source_from(texts), steps, tmp_path, seed=5)
    assert "HW-C055" in {one.code for one in report.findings}
    kept = Corpus(tmp_path / "corpus").ids()
    removed = Corpus(tmp_path / "removed").ids()
    assert not held_out(removed, 0.3, 5).any()
    assert held_out(kept, 0.3, 5).sum() + held_out(removed, 0.3, 5).sum() == held_out([*kept, *removed], 0.3, 5).sum()


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([("", "a b"), ("", "c d")], "attribute 'split' stands on no document; .*'held_out'"),
        ([("train", "a b"), ("train", "c d")], "attribute 'split' is 'train' throughout"),
    ],
)
def test_a_corpus_without_two_splits_is_an_error_with_a_way_out(
    tmp_path: Path, texts: list[tuple[str, str]], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        judge(tmp_path, texts)


def test_an_empty_corpus_has_no_leaks(tmp_path: Path) -> None:
    assert judge(tmp_path, [])[1].annotations == ()


def test_trials_of_one_document_are_capped(tmp_path: Path) -> None:
    texts = [("train", numbered(0, 50))] * 100 + [("test", numbered(0, 50))] * 100
    _, judgement, _ = judge(tmp_path, texts)
    assert len(judgement.annotations) == 200
    assert judgement.tallies["pairs\ttest\ttrain"] < 200 * 64


def test_batches_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = judge(tmp_path / "a", TEXTS, action="remove")[1]
    monkeypatch.setattr(Corpus.batches, "__defaults__", (None, 2))
    assert judge(tmp_path / "b", TEXTS, action="remove")[1] == expected


@pytest.mark.parametrize("options", [{"threshold": 0.0}, {"bands": 0}, {"held_out": 1.0}, {"action": "cut"}])
def test_impossible_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="cross-split-duplicates"):
        build_steps([("cross-split-duplicates", options)])


def images_of(folder: Path, images: list[tuple[str, np.ndarray]]) -> Corpus:
    """A corpus of (split, pixels)."""
    rows = [
        image_record(image, f"i:{number}", "i", attributes={"split": split} if split else {})
        for number, (split, image) in enumerate(images)
    ]
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    return Corpus(folder)


def picture(seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(30, 225, (6, 6), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((40, 40)))[:, :, None]


def test_images_of_the_training_split_that_stand_in_the_test_split_are_removed(tmp_path: Path) -> None:
    first, second = picture(1), picture(2)
    told = [
        ("train", first),
        ("train", second),
        ("test", first + 9),
        ("train", picture(3)),
        ("", second),
        ("test", picture(4)),
    ]
    corpus = images_of(tmp_path, told)
    judgement = cross_split_duplicates(action="remove").judge_corpus(corpus, SILENT)
    ids = corpus.ids()
    (decision,) = judgement.decisions
    assert (decision.id, decision.duplicate_of, decision.rule) == (ids[0], ids[2], "cross-split")
    assert decision.measured is not None and decision.limit == 0.9928 <= decision.measured <= 1
    assert {note.id for note in judgement.annotations} == {ids[0], ids[2]}


def test_distance_out_of_range_is_refused() -> None:
    with pytest.raises(UsageError, match="distance"):
        cross_split_duplicates(distance=1.5)
