import json
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from headwater.core import InputError, IntegrityError, UsageError, record_batch, text_record
from headwater.curate import quality_classifier, train_quality_model
from headwater.curate.filters.quality_model import FORMAT, QualityModel, features

GOOD = ["river", "water", "stone", "valley", "bridge", "summer", "morning", "light", "paper", "letter"]
BAD = ["click", "cheap", "offer", "price", "deal", "sale", "bonus", "winner", "casino", "subscribe"]
BOTH = ["the", "of", "and", "to", "in", "is", "that", "it", "for", "as"]


def texts(words: list[str], number: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(words + BOTH, k=20)) for _ in range(number)]


def write(path: Path, rows: list[str]) -> str:
    path.write_text("".join(json.dumps({"text": row}) + "\n" for row in rows), "utf-8")
    return str(path)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("examples")
    return write(folder / "good.jsonl", texts(GOOD, 100, 1)), write(folder / "bad.jsonl", texts(BAD, 100, 2))


@pytest.fixture(scope="module")
def model(paths: tuple[str, str]) -> QualityModel:
    return train_quality_model(*paths)


def batch(rows: list[str]) -> pa.RecordBatch:
    return record_batch([text_record(row, f"a:{number}", "a") for number, row in enumerate(rows)])


def test_planted_kinds_are_told_apart(paths: tuple[str, str]) -> None:
    step = quality_classifier(good_path=paths[0], bad_path=paths[1])
    judged = step.judge(batch(texts(GOOD, 30, 3) + texts(BAD, 30, 4)))
    assert {int(note.score >= 0.5) for note in judged.annotations[:30]} == {1}
    assert len(judged.decisions) == 30
    assert {decision.rule for decision in judged.decisions} == {"minimum-probability"}


def test_kinds_that_do_not_differ_have_an_area_of_one_half(tmp_path: Path) -> None:
    same = [write(tmp_path / f"{name}.jsonl", texts(GOOD, 300, seed)) for name, seed in (("a", 1), ("b", 2))]
    model = train_quality_model(*same)
    assert model.low < 0.5 < model.high
    values = model.probabilities(pa.array(texts(GOOD, 50, 3), pa.large_string()))
    assert abs(values.mean() - 0.5) < 0.15


def test_probabilities_are_calibrated(tmp_path: Path) -> None:
    """Kinds that overlap: of the texts with a probability about p, about p are good."""
    mixed = [(GOOD * 2 + BAD, 1), (GOOD + BAD * 2, 2)]
    paths = [write(tmp_path / f"{seed}.jsonl", texts(words, 1500, seed)) for words, seed in mixed]
    model = train_quality_model(*paths)
    good, bad = (
        model.probabilities(pa.array(texts(words, 1000, 9 + seed), pa.large_string())) for words, seed in mixed
    )
    for low, high in ((0.0, 0.35), (0.35, 0.65), (0.65, 1.0)):
        inside, outside = (((values >= low) & (values < high)) for values in (good, bad))
        mean = np.concatenate([good[inside], bad[outside]]).mean()
        assert inside.sum() / (inside.sum() + outside.sum()) == pytest.approx(mean, abs=0.08)


def test_the_same_examples_give_the_same_model(paths: tuple[str, str], model: QualityModel, tmp_path: Path) -> None:
    moved = [
        write(
            tmp_path / f"{place}.jsonl",
            [json.loads(line)["text"] for line in Path(path).read_text("utf-8").splitlines()],
        )
        for place, path in enumerate(paths)
    ]
    assert train_quality_model(*moved).sha256 == model.sha256


def test_a_saved_model_judges_like_the_trained_one(model: QualityModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m.npz")
    step = quality_classifier(model_path=str(tmp_path / "m.npz"), model_sha256=model.sha256)
    rows = pa.array(texts(GOOD, 5, 5), pa.large_string())
    assert step._model.probabilities(rows).tolist() == model.probabilities(rows).tolist()
    with pytest.raises(IntegrityError, match="another model"):
        quality_classifier(model_path=str(tmp_path / "m.npz"), model_sha256="0" * 64)


def test_files_that_are_no_models_are_refused(model: QualityModel, tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", format=np.array(FORMAT), weights=np.array([{}], dtype=object), facts=np.zeros(9))
    np.savez(tmp_path / "small.npz", format=np.array(FORMAT), weights=np.zeros(3, np.float32), facts=np.zeros(9))
    np.savez_compressed(
        tmp_path / "bomb.npz", format=np.array(FORMAT), weights=np.zeros(1 << 25, np.float32), facts=np.zeros(9)
    )
    (tmp_path / "text.npz").write_text("no archive")
    for name in ("objects", "small", "bomb", "text"):
        with pytest.raises(InputError, match="train the model again"):
            quality_classifier(model_path=str(tmp_path / f"{name}.npz"))


def test_features_are_words_and_pairs_with_rows_of_length_one() -> None:
    columns, values, borders = features(pa.array(["a b a", "", "c"], pa.large_string()))
    assert borders.tolist() == [0, 4, 4, 5]  # a, b, "a b", "b a"
    assert [np.square(values[start:end]).sum() for start, end in ((0, 4), (4, 5))] == pytest.approx([1, 1])
    assert len(set(columns.tolist())) == 5


def test_batches_do_not_matter(model: QualityModel) -> None:
    rows = texts(GOOD, 20, 1) + [""] + texts(BAD, 20, 1)
    whole = model.probabilities(pa.array(rows, pa.large_string())).tolist()
    assert whole == [model.probabilities(pa.array([row], pa.large_string()))[0] for row in rows]


def test_pareto_sampling_keeps_documents_with_the_probability_of_its_law(
    paths: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """P(keep) = P(x > 1 - p) = (2 - p)^-alpha for x of a Lomax distribution."""
    step = quality_classifier(good_path=paths[0], bad_path=paths[1], pareto=2.0, seed=1)
    monkeypatch.setattr(QualityModel, "probabilities", lambda self, rows: np.full(len(rows), 0.6))
    judged = step.judge(batch(["x"] * 4000))
    assert 1 - len(judged.decisions) / 4000 == pytest.approx(1.4**-2, abs=0.03)
    assert all(decision.rule == "pareto-sampling" and decision.limit > 0.6 for decision in judged.decisions)  # type: ignore


def test_the_tables_show_the_held_out_area_and_the_documents_by_probability(paths: tuple[str, str]) -> None:
    step = quality_classifier(good_path=paths[0], bad_path=paths[1])
    facts, scores = step.exhibits(step.judge(batch(texts(GOOD, 5, 7))).tallies, 5)
    rows = dict(facts.rows)  # type: ignore[union-attr]
    assert rows["area under the curve (AUC), held-out examples"] == 1.0
    assert rows["good examples, trained / held out"] == "60 / 20"
    assert sum(row[1] for row in scores.rows) == 5  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "give either good_path and bad_path, or model_path"),
        ({"good_path": "a"}, "give either"),
        ({"model_path": "a", "good_path": "a", "bad_path": "b"}, "give either"),
        ({"model_path": "a", "minimum": 2.0}, "minimum must be from 0 to 1"),
    ],
)
def test_wrong_options_are_one_sentence(options: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        quality_classifier(**options)  # type: ignore[arg-type]


def test_too_few_examples_are_one_sentence(paths: tuple[str, str], tmp_path: Path) -> None:
    few = write(tmp_path / "few.jsonl", texts(GOOD, 24, 1))
    with pytest.raises(UsageError, match="good_path: .*few.jsonl holds 24 texts; at least 25"):
        quality_classifier(good_path=few, bad_path=paths[1])
