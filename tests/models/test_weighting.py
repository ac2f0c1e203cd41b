from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import IMAGE_RECIPE, TEXT_RECIPE, bars, image_corpus, sentences
from test_fit import StopAt, content

from headwater.core import (
    ConfigError,
    Corpus,
    CorpusWriter,
    IntegrityError,
    record_batch,
    text_record,
    write_parquet,
)
from headwater.curate import annotated
from headwater.curate.base import ANNOTATION_SCHEMA
from headwater.models import fit, load
from headwater.models.order import StepPlan, Weights, examples_at, one_pass
from headwater.models.text_data import pack, window_weights

RECIPE = replace(TEXT_RECIPE, canaries=None, held_out=0.0, steps=40, batch=6)


def corpus_of(folder: Path, attributes: list[dict[str, str]], texts: list[str] | None = None) -> Corpus:
    texts = texts or sentences(len(attributes), seed=7)
    rows = [
        text_record(text, f"tests:{k}", "tests", attributes=more)
        for k, (text, more) in enumerate(zip(texts, attributes, strict=True))
    ]
    with CorpusWriter(folder / "corpus") as writer:
        writer.write(record_batch(rows))
    return Corpus(folder / "corpus")


@given(st.lists(st.floats(0, 50), min_size=1, max_size=40).filter(any), st.integers(0, 1000), st.integers(0, 5))
def test_a_pass_shows_each_example_within_one_of_its_weight(values: list[float], seed: int, epoch: int) -> None:
    weights = Weights.of(np.array(values))
    shown = one_pass(StepPlan(seed, 4, 10, len(values), weights=weights), epoch)
    counts = np.bincount(shown, minlength=len(values))
    assert len(shown) == len(values)
    assert (np.abs(counts - weights.values) < 1 + 1e-9).all()
    assert not counts[np.array(values) == 0].any()


@pytest.mark.parametrize("values", [[5e-324, 5e-324], [1e308, 1e308, 1e308], [1e-300, 1e300]])
def test_weights_at_the_ends_of_the_range_are_weights(values: list[float]) -> None:
    assert Weights.of(np.array(values)).values.mean() == pytest.approx(1)


def test_over_many_passes_the_mean_is_the_weight() -> None:
    weights = Weights.of(np.array([1.0, 2.0, 3.0, 0.5, 0.25]))
    plan = StepPlan(0, 5, 4_000, 5, weights=weights)
    shown = np.concatenate([examples_at(plan, step) for step in range(plan.steps)])
    mean = np.bincount(shown, minlength=5) / plan.steps
    assert mean == pytest.approx(weights.values, abs=0.02)  # standard error at most 0.5 / sqrt(4000) = 0.008


def test_equal_weights_show_each_example_once() -> None:
    plan = StepPlan(3, 5, 4, 20, weights=Weights.of(np.full(20, 7.0)))
    assert sorted(np.concatenate([examples_at(plan, step) for step in range(4)])) == list(range(20))


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from([0.5, 1.0, 3.0])), min_size=1, max_size=8), st.integers(2, 6)
)
def test_a_window_weighs_the_mean_of_the_tokens_it_predicts(documents: list[tuple[int, float]], context: int) -> None:
    pieces = [np.full(length, k, np.int32) for k, (length, _) in enumerate(documents)]
    weights = np.array([weight for _, weight in documents])
    windows = pack(pieces, 99, context)[0]
    begins = {k: weight for k, weight in enumerate(weights)}
    stream = [begins[k] for k, piece in enumerate(pieces) for _ in range(len(piece) + 1)]
    raw = [np.mean([stream[(i * context + 1 + j) % len(stream)] for j in range(context)]) for i in range(len(windows))]
    found = window_weights(pieces, weights, context).values
    assert found == pytest.approx(np.array(raw) / np.mean(raw))


def test_the_ledger_agrees_with_the_weights(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [{"w": str(k % 3)} for k in range(30)])
    made = fit(corpus, replace(RECIPE, weights="w"), tmp_path / "model")
    seen = Counter(name for step in range(40) for name in made.ledger.documents_at(step))
    rows = corpus.documents(corpus.ids())
    by = {w: [seen[name] for name in rows if rows[name]["attributes"]["w"] == w] for w in "012"}
    assert max(by["0"]) == 0 < np.mean(by["1"]) < np.mean(by["2"])
    assert made.run["documents"]["trained"] == len(made.trained_ids()) == 20
    for name in rows:
        assert made.ledger.steps_of(name) == tuple(s for s in range(40) if name in made.ledger.documents_at(s))


def test_groups_get_equal_shares_of_the_tokens(tmp_path: Path) -> None:
    texts = sentences(60, seed=1)
    corpus = corpus_of(tmp_path, [{"dialect": "rare" if k < 6 else "common"} for k in range(60)], texts)
    made = fit(corpus, replace(RECIPE, balance="dialect", steps=60, context=16), tmp_path / "model")
    told = made.run["weighting"]["groups"]
    assert told["rare"]["documents"] == 6 and told["rare"]["share"] < 0.2
    assert told["rare"]["weighted_share"] == pytest.approx(0.5) == told["common"]["weighted_share"]
    plan = made._ledger.plan
    seen = Counter(int(index) for step in range(plan.steps) for index in examples_at(plan, step))
    rare = {name for name, row in corpus.documents(corpus.ids()).items() if row["attributes"]["dialect"] == "rare"}
    table = made._ledger.table.to_pylist()
    windows = {w for row in table if row["id"] in rare for w in range(row["first"], row["last"] + 1)}
    share = sum(seen[w] for w in windows) / sum(seen.values())
    assert share == pytest.approx(0.5, abs=0.06)  # border windows hold both groups


@pytest.mark.parametrize("step", [3, 5, 8, 11])
def test_a_weighted_run_that_was_stopped_ends_in_the_same_bytes(step: int, tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [{"w": str(1 + k % 3), "d": "ab"[k % 2]} for k in range(30)])
    recipe = replace(RECIPE, weights="w", balance="d", steps=12, dropout=0.2)
    fit(corpus, recipe, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        fit(corpus, recipe, tmp_path / "parts", progress=StopAt(step))
    fit(corpus, recipe, tmp_path / "parts")
    assert content(tmp_path / "parts") == content(tmp_path / "whole")


def test_weights_that_a_step_wrote_are_used_and_their_change_is_noticed(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [{} for _ in range(10)])

    def note(weight: float) -> None:
        rows = [
            {"id": name, "step": "reweigh", "label": "weight", "start": 0, "end": 0, "score": weight if k else 1.0}
            for k, name in enumerate(corpus.ids())
        ]
        table = pa.Table.from_pylist(rows, schema=ANNOTATION_SCHEMA)
        write_parquet(tmp_path / "annotations" / "01-reweigh.parquet", table)

    note(2.5)
    assert annotated(tmp_path, "weight")[corpus.ids()[3]] == 2.5
    recipe = replace(RECIPE, weights="weight", steps=8)
    made = fit(corpus, recipe, tmp_path / "model")
    assert fit(corpus, recipe, tmp_path / "model").hash == made.hash
    note(3.0)
    with pytest.raises(IntegrityError, match="saw documents by other weights"):
        fit(corpus, recipe, tmp_path / "model")


def test_changed_weights_in_a_checkpoint_are_an_integrity_error(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [{"w": str(1 + k % 3)} for k in range(30)])
    made = fit(corpus, replace(RECIPE, weights="w", steps=4), tmp_path / "model")
    assert load(made.folder).hash == made.hash
    write_parquet(made.folder / "weights.parquet", pa.table({"weight": np.ones(made.run["examples"])}))
    with pytest.raises(IntegrityError, match="ledger does not match"):
        load(made.folder)
    (made.folder / "weights.parquet").unlink()
    with pytest.raises(IntegrityError, match="weights.parquet"):
        load(made.folder)


def test_images_are_weighed_too(tmp_path: Path) -> None:
    pictures = image_corpus(tmp_path / "corpus", *bars(40))
    recipe = replace(IMAGE_RECIPE, steps=6, balance="label")
    made = fit(pictures, recipe, tmp_path / "model")
    assert made.run["weighting"]["groups"]["row"]["weighted_share"] == pytest.approx(0.5)


@pytest.mark.parametrize(("attributes", "recipe", "message"), [
    ([{"w": "1"}, {}], {"weights": "w"}, "has no 'w'; give every document one"),
    ([{"w": "1"}, {"w": "heavy"}], {"weights": "w"}, "is 'heavy'; a weight is a number from 0 up"),
    ([{"w": "1"}, {"w": "-1"}], {"weights": "w"}, "is '-1'; a weight"),
    ([{"w": "1"}, {"w": "nan"}], {"weights": "w"}, "is 'nan'; a weight"),
    ([{"w": "0"}, {"w": "0"}], {"weights": "w"}, "every document trained on has the weight 0"),
    ([{"weigth": "1"}, {}], {"weights": "weight"}, 'no document has an .* .weight.; did you mean "weigth"'),
    ([{"w": "0", "g": "a"}, {"w": "1", "g": "b"}], {"weights": "w", "balance": "g"}, "group 'a' of 'g' has nothing"),
    ([{}, {}], {"balance": "<script>"}, "model.balance: no document"),
])  # fmt: skip
def test_a_wrong_column_is_one_clear_sentence(
    attributes: list[dict[str, str]], recipe: dict[str, str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        fit(corpus_of(tmp_path, attributes), replace(RECIPE, **recipe), tmp_path / "model")


def test_documents_without_a_group_are_a_group(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, [{"g": "a"} if k % 4 else {} for k in range(20)])
    made = fit(corpus, replace(RECIPE, balance="g", steps=3), tmp_path / "model")
    assert set(made.run["weighting"]["groups"]) == {"a", "unknown"}
