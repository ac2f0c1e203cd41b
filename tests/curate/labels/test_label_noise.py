"""The audit ``label-noise``: planted truth in digits, MNIST, tables and texts, and bad input."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from headwater.core import (
    IMAGE_SCHEMA,
    SILENT,
    ConfigError,
    Corpus,
    CorpusWriter,
    EmptyCorpus,
    Gallery,
    NotMeasured,
    Score,
    StageReport,
    Table,
    record_batch,
    wilson,
)
from headwater.curate import build_audits
from headwater.curate.labels import LabelNoise
from headwater.curate.sources.images import image_record

MakeTable = Callable[..., Corpus]


def images_of(folder: Path, images: np.ndarray, labels: np.ndarray) -> Corpus:
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        for start in range(0, len(labels), 1_000):
            rows = [
                image_record(images[row][:, :, None], f"i:{row}", "i", attributes={"label": str(labels[row])})
                for row in range(start, min(start + 1_000, len(labels)))
            ]
            writer.write(record_batch(rows, IMAGE_SCHEMA))
    return Corpus(folder)


def flipped(labels: np.ndarray, share: float, classes: int) -> tuple[np.ndarray, set[int]]:
    """The labels with a share of them moved to another class, and the places of those."""
    rng = np.random.default_rng(0)
    rows = rng.choice(len(labels), round(share * len(labels)), replace=False)
    changed = labels.copy()
    changed[rows] = (changed[rows] + rng.integers(1, classes, len(rows))) % classes
    return changed, set(rows.tolist())


def recovered(corpus: Corpus, planted: set[int], what: str, **options: Any) -> tuple[float, float, float]:
    """Recall and precision, printed, and the estimated noise."""
    found = LabelNoise(**options).suspects(corpus, 0, SILENT)
    assert not isinstance(found, str)
    doubted = set(found.places[found.flagged].tolist())
    recall, precision = len(doubted & planted) / len(planted), len(doubted & planted) / len(doubted)
    print(f"{what}: recall {recall:.3f}, precision {precision:.3f} of {len(planted)} flipped labels")
    return recall, precision, found.joint.noise


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, set[int]]:
    data = load_digits()
    pixels = np.rint(data.images * (255 / 16)).astype(np.uint8)
    labels, planted = flipped(data.target, 0.05, 10)
    return images_of(tmp_path_factory.mktemp("digits"), pixels, labels), planted


def test_flipped_digits_are_recovered(digits: tuple[Corpus, set[int]]) -> None:
    recall, precision, noise = recovered(*digits, "digits")
    assert recall >= 0.75 and precision >= 0.9 and abs(noise - 0.05) < 0.015


def test_flipped_mnist_labels_are_recovered(tmp_path: Path) -> None:
    folder = Path(os.environ.get("HEADWATER_DATA", "")) / "mnist_t10k"
    if not (folder / "t10k-images-idx3-ubyte").is_file():
        pytest.skip("HEADWATER_DATA names no folder with mnist_t10k")
    images = np.fromfile(folder / "t10k-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 28, 28)
    labels = np.fromfile(folder / "t10k-labels-idx1-ubyte", np.uint8)[8:].astype(np.int64)
    changed, planted = flipped(labels, 0.05, 10)
    recall, precision, noise = recovered(images_of(tmp_path, images, changed), planted, "MNIST")
    assert recall >= 0.8 and precision >= 0.85 and abs(noise - 0.05) < 0.015


def test_the_report_shows_the_suspects_with_the_given_and_the_likely_label(digits: tuple[Corpus, set[int]]) -> None:
    corpus, planted = digits
    report = LabelNoise().examine(corpus, 0, SILENT)
    (gallery,) = (one for one in report.exhibits if isinstance(one, Gallery))
    assert len(gallery.tiles) == 24 and gallery.tiles[0].caption.startswith("given ")
    (finding,) = report.findings
    assert finding.code == "HW-A090" and finding.severity == "medium"
    assert list(finding.document_ids) == [tile.id for tile in gallery.tiles[:20]]
    ids = corpus.ids()
    assert sum(ids.index(id) in planted for id in finding.document_ids) >= 18
    suspects = report.detail["suspects"]
    assert [one["margin"] for one in suspects] == sorted(one["margin"] for one in suspects)


def test_the_same_seed_gives_the_same_report_and_it_survives_its_file(
    digits: tuple[Corpus, set[int]], tmp_path: Path
) -> None:
    one, other = (LabelNoise(rows=600).examine(digits[0], 3, SILENT) for _ in range(2))
    assert one.to_json() == other.to_json()
    one.save(tmp_path / "audit.json")
    assert StageReport.load(tmp_path / "audit.json").to_json() == one.to_json()


def people(rows: int = 1_500, noise: float = 0.0, of: str = "") -> tuple[list[dict[str, Any]], set[int]]:
    """Rows whose label follows from two columns, with a share of wrong labels (of one group only, where named)."""
    rng = np.random.default_rng(5)
    table, planted = [], set()
    for row in range(rows):
        group, wealth, age = "fm"[rng.integers(2)], int(rng.integers(100)), int(rng.integers(18, 80))
        label = wealth + age > 100
        if rng.random() < noise and of in ("", group):
            planted.add(row)
            label = not label
        table.append({"sex": group, "wealth": wealth, "age": age, "rich": "yes" if label else "no"})
    return table, planted


def numbers(report: StageReport, metric: str) -> list[Score]:
    return [one for one in report.scores if isinstance(one, Score) and one.metric == metric]


def test_flipped_labels_of_a_table_are_recovered(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows, planted = people(noise=0.08)
    corpus = table_corpus(tmp_path / "c", rows)
    recall, precision, noise = recovered(corpus, planted, "table", label="rich", groups=["sex"])
    assert recall >= 0.65 and precision >= 0.9 and abs(noise - len(planted) / len(rows)) < 0.03


def test_a_group_with_noisier_labels_has_a_gap_above_chance(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", people(noise=0.2, of="f")[0])
    report = LabelNoise(label="rich", groups=["sex"]).examine(corpus, 0, SILENT)
    (gap,), (chance,) = (numbers(report, f"label-in-doubt-difference{end}") for end in ("", "-by-chance"))
    assert gap.low is not None and gap.low > chance.value > 0
    finding = next(one for one in report.findings if one.code == "HW-A091")
    assert "sex: f" in finding.title and finding.examples
    rows = [corpus.documents([id])[id]["table"] for id in finding.document_ids]
    assert rows and all('"sex": "f"' in row for row in rows)


def test_equal_noise_in_all_groups_is_no_gap(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", people(noise=0.1)[0])
    report = LabelNoise(label="rich", groups=["sex"]).examine(corpus, 0, SILENT)
    assert [one.code for one in report.findings] == ["HW-A090"]


def test_groups_are_kept_from_the_model(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "rich": "yes" if row["sex"] == "f" else "no"} for row in people()[0]]
    report = LabelNoise(label="rich", groups=["sex"]).examine(table_corpus(tmp_path / "c", rows), 0, SILENT)
    (gap,) = report.scores
    assert isinstance(gap, NotMeasured) and "does not tell the values of 'rich' apart" in gap.reason


def test_the_numbers_of_the_report_agree_with_each_other(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", people(noise=0.1)[0])
    report = LabelNoise(label="rich", groups=["sex"]).examine(corpus, 0, SILENT)
    (flagged,) = (one for one in numbers(report, "label-in-doubt") if "group" not in one.slice)
    assert round(flagged.value * flagged.n) == report.facts["Labels in doubt"] == len(report.detail["suspects"])
    assert (flagged.low, flagged.high) == wilson(round(flagged.value * flagged.n), flagged.n)
    (total,) = numbers(report, "label-noise")
    by_label = numbers(report, "label-noise-by-label")
    assert total.value == pytest.approx(sum(one.value * one.n for one in by_label) / total.n)
    assert all(one.low is not None and one.low <= one.value <= (one.high or 0) for one in (total, *by_label))
    by_group = [one for one in numbers(report, "label-in-doubt") if "group" in one.slice]
    assert sum(one.n for one in by_group) == total.n


def test_texts_with_a_label_are_judged_by_their_words(make_corpus: Callable[..., Corpus]) -> None:
    texts = [f"{'good fine lovely' if row % 2 else 'bad awful nasty'} thing number {row}" for row in range(200)]
    labels = [("pos" if row % 2 else "neg") if row > 5 else "pos" for row in range(200)]
    corpus = make_corpus(texts, attributes=[{"label": label} for label in labels])
    (finding,) = LabelNoise().examine(corpus, 0, SILENT).findings
    assert {example.note for example in finding.examples} == {"given pos, likely neg"}
    assert set(finding.document_ids) == {corpus.ids()[row] for row in (0, 2, 4)}


def test_hostile_names_and_values_are_data(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [
        {
            "<script>alert(1)</script>": row["rich"],
            "wealth": row["wealth"],
            "age": row["age"],
            "mail": "a.b@example.org",
        }
        for row in people(noise=0.1)[0]
    ]
    report = LabelNoise(label="<script>alert(1)</script>").examine(table_corpus(tmp_path / "c", rows), 0, SILENT)
    assert numbers(report, "label-noise")
    table = next(one for one in report.exhibits if isinstance(one, Table) and one.name == "label-noise-rows")
    assert "example.org" not in str(table.rows)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {}, "no label is named; set label: COLUMN"),
        ({}, {"label": "absent"}, "no row has a value in a column 'absent'"),
        ({"rich": None}, {"label": "rich"}, "no row has a value in a column 'rich'"),
        ({"rich": "yes"}, {"label": "rich"}, "fewer than two values of 'rich' have 10 examined rows"),
        ({}, {"label": "wealth"}, "values, more than maximum_classes (50)"),
        ({}, {"label": "rich", "ignore": ["sex", "wealth", "age"]}, "there is no column but 'rich'"),
    ],
)
def test_what_cannot_be_judged_is_not_measured(
    tmp_path: Path, change: dict[str, Any], options: dict[str, Any], message: str, table_corpus: MakeTable
) -> None:
    corpus = table_corpus(tmp_path / "c", [{**row, **change} for row in people(400)[0]])
    report = LabelNoise(**options).examine(corpus, 0, SILENT)
    (gap,) = report.scores
    assert isinstance(gap, NotMeasured) and message in gap.reason and not report.findings


def test_rare_values_are_left_out_and_counted(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = people(600)[0]
    rows[0]["rich"], rows[1]["rich"] = "perhaps", None
    report = LabelNoise(label="rich").examine(table_corpus(tmp_path / "c", rows), 0, SILENT)
    assert report.detail["left_out"] == {
        "without a label": 1, "of a class with fewer than 10 examined rows": 1
    }  # fmt: skip
    assert report.detail["examined"] == 598


def test_one_group_only_is_not_measured(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "sex": "f"} for row in people(400)[0]]
    report = LabelNoise(label="rich", groups=["sex", "nobody"]).examine(table_corpus(tmp_path / "c", rows), 0, SILENT)
    gaps = [one for one in report.scores if isinstance(one, NotMeasured)]
    assert [one.slice["dimension"] for one in gaps] == ["sex", "nobody"]


def test_an_empty_corpus_is_refused(tmp_path: Path, table_corpus: MakeTable) -> None:
    with pytest.raises(EmptyCorpus):
        LabelNoise().examine(table_corpus(tmp_path / "c", []), 0, SILENT)


@pytest.mark.parametrize(
    "options",
    [{"rows": 5}, {"folds": 1}, {"folds": 20}, {"maximum_classes": 1}, {"resamples": 3}, {"minimum": 0}, {"effect": 0},
     {"rate": 1.0}, {"permutations": 0}, {"groups": ["a", "a"]}, {"label": "a", "groups": ["a"]}],
)  # fmt: skip
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="must be|different columns"):
        build_audits([("label-noise", options)])
