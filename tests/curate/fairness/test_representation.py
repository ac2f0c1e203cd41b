import csv
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.stats import binomtest, false_discovery_control

from headwater.core import (
    IMAGE_SCHEMA,
    SILENT,
    Chart,
    ConfigError,
    Corpus,
    CorpusWriter,
    Finding,
    NotMeasured,
    Score,
    StageReport,
    Table,
    record_batch,
    wilson,
)
from headwater.curate import audit, build_audits, curate, read_source
from headwater.curate.fairness import Representation
from headwater.curate.sources.images import image_record

MakeTable = Callable[..., Corpus]
MakeCorpus = Callable[..., Corpus]
DATA = Path(os.environ.get("HEADWATER_DATA", Path(__file__).parents[4] / "shared" / "data"))
ADULT, MNIST = DATA / "adult" / "adult-train.csv", DATA / "mnist_t10k"
REFERENCE = {"sex": {"f": 0.5, "m": 0.5}, "race": {"x": 0.4, "y": 0.3, "z": 0.2, "w": 0.1}}
RNG = np.random.default_rng(1)
# 30 % f; race w is in the reference only; z has fewer rows than the reference has; test has more f than train
PEOPLE = [
    {
        "sex": "f" if i % 10 < (5 if i % 4 == 0 else 2) else "m",
        "race": "xxxxxyyyyz"[int(RNG.integers(10))],
        "part": "test" if i % 4 == 0 else "train",
        "y": int(RNG.random() < 0.05),
    }
    for i in range(2_000)
]
FRAME = pd.DataFrame(PEOPLE)


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return Representation(**options).examine(corpus, 0, SILENT)


def scores(report: StageReport, metric: str, **place: str) -> list[Score]:
    return [
        one
        for one in report.scores
        if isinstance(one, Score) and one.metric == metric and place.items() <= one.slice.items()
    ]


def score(report: StageReport, metric: str, **place: str) -> Score:
    return scores(report, metric, **place)[0]


def reasons(report: StageReport) -> str:
    return "\n".join(one.reason for one in report.scores if isinstance(one, NotMeasured))


def findings(report: StageReport, code: str) -> list[Finding]:
    return [one for one in report.findings if one.code == code]


def table(report: StageReport, name: str) -> Table:
    return next(one for one in report.exhibits if isinstance(one, Table) and one.name == name)


def rows_of(finding: Finding) -> list[dict[str, Any]]:
    return [PEOPLE[int(id.removeprefix("row-"))] for id in finding.document_ids]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, table_corpus: MakeTable) -> Corpus:
    return table_corpus(tmp_path_factory.mktemp("people") / "corpus", PEOPLE)


@pytest.fixture(scope="module")
def report(people: Corpus) -> StageReport:
    return examine(people, groups=["sex", "race"], reference=REFERENCE, split="part", label="y")


def test_shares_and_ratios_equal_those_of_pandas(report: StageReport) -> None:
    for column in ("sex", "race"):
        counts = FRAME[column].value_counts()
        for group, wanted in REFERENCE[column].items():
            hits = int(counts.get(group, 0))
            share = score(report, "representation-share", dimension=column, group=group)
            assert (share.value, share.low, share.high) == (hits / 2_000, *wilson(hits, 2_000))
            ratio = score(report, "representation-ratio", dimension=column, group=group)
            assert ratio.value == pytest.approx(hits / 2_000 / wanted)
            assert ratio.low == pytest.approx(wilson(hits, 2_000)[0] / wanted)


def test_shares_of_intersections_equal_those_of_pandas(report: StageReport) -> None:
    counts = FRAME.groupby(["sex", "race"]).size()
    for (sex, race), hits in counts.items():
        found = score(report, "representation-share", dimension="sex × race", group=f"{sex} × {race}")
        assert found.value == hits / 2_000


def test_q_is_benjamini_hochberg_over_the_groups_of_all_dimensions(report: StageReport) -> None:
    pairs = [(column, group) for column in ("sex", "race") for group in sorted(REFERENCE[column])]
    p = [binomtest(int((FRAME[c] == g).sum()), 2_000, REFERENCE[c][g]).pvalue for c, g in pairs]
    expected = dict(zip(pairs, false_discovery_control(p), strict=True))
    for column in ("sex", "race"):
        found = table(report, f"representation-{column}")
        q = found.columns.index("q")
        for row in found.rows:
            assert row[q] == pytest.approx(expected[column, row[0]], rel=1e-6)


def test_a_group_that_is_too_small_is_a_finding_with_its_rows_and_what_is_missing(report: StageReport) -> None:
    (sex, race) = findings(report, "HW-A085")
    share = FRAME.sex.eq("f").mean()
    count = int(FRAME.sex.eq("f").sum())
    assert sex.title == f"sex: f is {share:.1%} of the rows and 50.0% of the reference"
    assert len(sex.document_ids) == 20 and all(row["sex"] == "f" for row in rows_of(sex))
    assert f"{2_000 - 2 * count:,} rows of it would have to be added, or {2_000 - 2 * count:,} rows of others" in (
        sex.meaning
    )
    assert all(row["race"] == "z" for row in rows_of(race)) and race.severity == "medium"
    assert sex.examples[0].document_ids == sex.document_ids[:1]


def test_adding_or_dropping_the_rows_gives_the_share(report: StageReport) -> None:
    found = table(report, "representation-race")
    row = dict(zip(found.columns, next(row for row in found.rows if row[0] == "z"), strict=True))
    rows, add, drop = (int(row[name] or 0) for name in ("Rows", "To add", "To drop"))
    assert (rows + add) / (2_000 + add) >= 0.2 > (rows + add - 1) / (2_000 + add - 1)
    assert rows / (2_000 - drop) >= 0.2 > rows / (2_000 - drop + 1)


def test_a_group_of_the_reference_without_a_row_is_a_finding(report: StageReport) -> None:
    (found,) = findings(report, "HW-A086")
    assert found.title == "No row is of race: w" and "200 rows would be expected by the reference" in found.meaning
    assert found.document_ids == () and "No row carries this" in found.meaning
    assert table(report, "representation-empty").rows[0] == ("race", "w", 200.0, "the reference")


def test_an_intersection_that_nobody_is_in_is_named_without_a_reference(
    tmp_path: Path, table_corpus: MakeTable
) -> None:
    rows = [row for row in PEOPLE if (row["sex"], row["race"]) != ("f", "z")]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex", "race"])
    (found,) = findings(report, "HW-A086")
    assert found.title == "No row is of sex × race: f × z" and found.severity == "low"
    members = [rows[int(id.removeprefix("row-"))] for id in found.document_ids]
    assert members and all(row["race"] == "z" for row in members)
    assert findings(examine(table_corpus(tmp_path / "d", PEOPLE), groups=["sex", "race"]), "HW-A086") == []


def test_a_split_with_other_people_is_a_finding_with_its_rows(report: StageReport) -> None:
    (found,) = findings(report, "HW-A087")
    assert found.title == "sex is distributed differently in part: test"
    assert all((row["sex"], row["part"]) == ("f", "test") for row in rows_of(found)) and found.document_ids
    drift = score(report, "representation-drift", dimension="sex")
    crossed = pd.crosstab(FRAME.part, FRAME.sex, normalize="index")
    assert drift.value == pytest.approx(float((crossed.loc["test"] - crossed.loc["train"]).abs().sum() / 2))
    assert drift.value > score(report, "representation-drift-by-chance", dimension="sex").value


def test_a_split_at_random_is_no_finding(people: Corpus, tmp_path: Path, table_corpus: MakeTable) -> None:
    rng = np.random.default_rng(5)
    rows = [{**row, "part": ["train", "valid", "test"][int(rng.integers(3))]} for row in PEOPLE]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex", "race"], split="part")
    assert findings(report, "HW-A087") == [] and len(scores(report, "representation-drift")) == 3 * 3


def test_sources_are_parts_too(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(
        [f"text {i}" for i in range(400)],
        groups=[{"sex": "fm"[i % 2 if i < 200 else 0]} for i in range(400)],
        source=["a" if i < 200 else "b" for i in range(400)],
    )
    report = examine(corpus)
    (found,) = findings(report, "HW-A087")
    assert score(report, "representation-drift", parts="source").value == pytest.approx(0.5)
    assert "source: " in found.title


def test_joint_cells_are_compared_as_such(people: Corpus) -> None:
    cells = [
        {"sex": sex, "race": race, "share": a * b}
        for sex, a in (("f", 0.3), ("m", 0.7))
        for race, b in (("x", 0.5), ("y", 0.4), ("z", 0.1))
    ]
    report = examine(people, groups=["sex"], reference=cells)
    assert {one.slice["dimension"] for one in scores(report, "representation-total-variation")} == {
        "sex", "race", "sex × race"
    }  # fmt: skip
    counts = FRAME.groupby(["sex", "race"]).size() / 2_000
    expected = sum(abs(counts[cell["sex"], cell["race"]] - cell["share"]) for cell in cells) / 2
    assert score(report, "representation-total-variation", dimension="sex × race").value == pytest.approx(expected)


def test_a_corpus_like_its_reference_has_no_finding(people: Corpus) -> None:
    shares = {name: FRAME[name].value_counts(normalize=True).to_dict() for name in ("sex", "race")}
    report = examine(people, groups=["sex", "race"], reference=shares)
    assert report.findings == ()
    found = score(report, "representation-total-variation", dimension="sex")
    assert found.value == pytest.approx(0) and found.low == 0
    assert score(report, "representation-total-variation-by-chance", dimension="sex").value > 0.01


def test_a_small_lack_is_no_finding_however_significant(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"sex": "f" if i % 100 < 45 else "m"} for i in range(20_000)]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], reference={"sex": {"f": 0.5, "m": 0.5}})
    assert report.findings == () and score(report, "representation-ratio", group="f").high < 1  # type: ignore[operator]


def test_a_large_lack_in_few_rows_is_no_finding(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"sex": "f" if i < 2 else "m"} for i in range(8)]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], reference={"sex": {"f": 0.5, "m": 0.5}})
    assert report.findings == () and score(report, "representation-ratio", group="f").value == 0.5


def test_without_a_reference_there_is_none(people: Corpus) -> None:
    report = examine(people, groups=["sex", "race"])
    assert "no reference population is declared; set reference: FILE" in reasons(report)
    assert not scores(report, "representation-ratio") and not findings(report, "HW-A085")
    assert table(report, "representation-balance").rows[0][:3] == ("sex", 2, 2_000)
    assert score(report, "representation-evenness", dimension="sex").value < 1


def test_rows_without_a_value_are_counted_and_told(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [*PEOPLE, *({"sex": None} for _ in range(50)), *({"sex": "?"} for _ in range(50))]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], reference={"sex": REFERENCE["sex"]})
    assert "100 rows (4.8%) have no value" in reasons(report) and report.detail["without_value"] == {"sex": 100}
    assert "Not seen: 100 rows without a value." in findings(report, "HW-A085")[0].meaning


def test_groups_that_the_reference_does_not_know_are_left_out_and_told(people: Corpus) -> None:
    report = examine(people, groups=["race"], reference={"race": {"x": 0.6, "Y": 0.4}})
    assert "rows are left out of the comparison, for the reference has no share for their groups (y, z)" in (
        reasons(report)
    )
    assert score(report, "representation-share", group="x").value == 1
    assert findings(report, "HW-A086") == [], "Y is how the reference writes y: nobody is missing"


def test_a_reference_without_a_group_of_the_corpus_is_not_compared(people: Corpus) -> None:
    report = examine(people, groups=["sex"], reference={"sex": {"women": 0.5, "men": 0.5}})
    assert "no group of the reference (men, women) is one of the corpus (f, m)" in reasons(report)
    assert not scores(report, "representation-total-variation")


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {"groups": ["sx"]}, "no row has a value in a column 'sx'; did you mean .sex."),
        ({}, {"reference": {"rase": {"x": 1.0}}}, "no row has a value in a column 'rase'; did you mean .race."),
        ({}, {"groups": []}, "no column of groups is named.*these have 2 to 50 values: sex, race, part, y"),
        ({}, {"split": "prt"}, "no row has a value in a column 'prt'; did you mean .part."),
        ({"part": "train"}, {"split": "part"}, "every row with a value of 'part' has the same one"),
        ({"y": 1}, {"label": "y"}, "every row with a value of 'y' has '1': there is one class"),
        ({}, {"label": "yy"}, "no row has a value in the column 'yy'"),
        ({"sex": None}, {}, "no row has a value in a column 'sex'"),
        ({"sex": "f"}, {}, "every row with a value is of one group"),
        ({}, {"maximum_groups": 2, "groups": ["race"]}, "3 values, more than maximum_groups"),
        ({}, {"split": "part", "minimum": 600}, "500 rows, fewer than 600"),
    ],
)
def test_what_cannot_be_measured_says_why(
    tmp_path: Path, change: dict[str, Any], options: dict[str, Any], message: str, table_corpus: MakeTable
) -> None:
    corpus = table_corpus(tmp_path / "c", [{**row, **change} for row in PEOPLE])
    report = examine(corpus, **{"groups": ["sex"], **options})
    assert re.search(message, reasons(report)), reasons(report)


def test_a_group_of_one_row_is_listed_among_the_smallest(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", [*PEOPLE, {"sex": "only"}]), groups=["sex"])
    assert table(report, "representation-smallest").rows[0][:3] == ("sex", "only", 1)


def test_markup_in_names_and_values_stays_text(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"<script>": "<b>" if i % 4 else "m", "part": "ab"[i % 2]} for i in range(400)]
    report = examine(
        table_corpus(tmp_path / "c", rows), groups=["<script>"], split="part",
        reference={"<script>": {"<b>": 0.4, "m": 0.6}},
    )  # fmt: skip
    assert score(report, "representation-ratio", dimension="<script>", group="m").value == pytest.approx(0.25 / 0.6)


def test_every_exhibit_has_a_name_of_its_own(report: StageReport) -> None:
    names = [one.name for one in report.exhibits]
    assert len(set(names)) == len(names)
    chart = next(one for one in report.exhibits if isinstance(one, Chart) and one.name == "representation-race-chart")
    assert [series.name for series in chart.series] == ["corpus", "reference"]


def test_the_same_seed_gives_the_same_report(people: Corpus, report: StageReport) -> None:
    again = examine(people, groups=["sex", "race"], reference=REFERENCE, split="part", label="y")
    assert again.to_json() == report.to_json()


def test_uneven_classes_are_a_finding_with_the_rows_of_the_smallest(report: StageReport) -> None:
    (found,) = findings(report, "HW-A089")
    counts = FRAME.y.value_counts()
    assert score(report, "class-imbalance-ratio").value == counts.max() / counts.min()
    assert all(row["y"] == 1 for row in rows_of(found)) and "equal ones" in found.meaning


def images(folder: Path, rows: list[dict[str, str]]) -> Corpus:
    """One grey image a row, with these attributes."""
    records = [
        image_record(np.full((4, 4, 1), i % 256, np.uint8), f"{i:05}.png", source="pictures", attributes=row,
                     groups={"label": row["label"]})
        for i, row in enumerate(rows)
    ]  # fmt: skip
    for number, record in enumerate(records):
        record["id"] = f"row-{number:06d}"
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(records, IMAGE_SCHEMA))
    return Corpus(folder)


def test_a_class_that_goes_with_the_background_is_a_finding(tmp_path: Path) -> None:
    """The case of water birds on water: 95 % of each class have their own background."""
    rows = [
        {"label": ["land", "water"][i % 2], "background": ["land", "water"][(i % 2) ^ (i % 40 < 2)]} for i in range(800)
    ]
    report = examine(images(tmp_path / "c", rows), groups=["background"])
    found = score(report, "group-class-cramers-v", dimension="background")
    assert found.value == pytest.approx(0.9, abs=0.01) and found.low < 0.9 < found.high  # type: ignore[operator]
    (finding,) = findings(report, "HW-A088")
    assert finding.severity == "medium" and len(finding.document_ids) == 20 and finding.examples == ()
    cells = table(report, "representation-background-classes")
    assert [row[2:4] for row in cells.rows] == [(380, 200.0), (20, 200.0), (20, 200.0), (380, 200.0)]


def test_images_are_audited_by_their_classes_by_default(tmp_path: Path) -> None:
    report = audit(images(tmp_path / "c", [{"label": "ab"[i % 10 == 0]} for i in range(200)]), ["representation"])
    assert score(report, "class-imbalance-ratio").value == 9
    assert score(report, "effective-classes").value == pytest.approx(np.exp(-(0.9 * np.log(0.9) + 0.1 * np.log(0.1))))


@pytest.mark.parametrize(
    "options",
    [
        {"minimum": 0}, {"ratio": 1.0}, {"draws": 10}, {"rate": 0.0}, {"groups": ["a", "a"]},
        {"groups": ["a"], "split": "a"}, {"split": "a", "label": "a"}, {"expected": 0.5},
    ],
)  # fmt: skip
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="must be"):
        build_audits([("representation", options)])


@pytest.mark.skipif(not ADULT.is_file(), reason="HEADWATER_DATA has no adult")
def test_women_are_a_third_of_adult_and_half_of_the_people(tmp_path: Path, table_corpus: MakeTable) -> None:
    with ADULT.open(encoding="utf-8") as file:
        rows = [
            {"race": row[8], "sex": row[9], "income": row[14]} for row in csv.reader(file, skipinitialspace=True) if row
        ]
    report = examine(
        table_corpus(tmp_path / "c", rows), groups=["sex", "race"], label="income",
        reference={"sex": {"Female": 0.51, "Male": 0.49}},
    )  # fmt: skip
    share = score(report, "representation-share", group="Female")
    assert (share.n, round(share.value, 3)) == (32_561, 0.331)
    assert [one.title[:11] for one in report.findings] == ["sex: Female"]
    assert round(score(report, "group-class-cramers-v", dimension="sex").value, 3) == 0.216


@pytest.mark.skipif(not (MNIST / "t10k-labels-idx1-ubyte").is_file(), reason="HEADWATER_DATA has no mnist_t10k")
def test_the_digits_of_mnist_are_nearly_even(tmp_path: Path) -> None:
    pixels = np.frombuffer((MNIST / "t10k-images-idx3-ubyte").read_bytes(), np.uint8, offset=16).reshape(-1, 28, 28)
    labels = np.frombuffer((MNIST / "t10k-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    for number, (image, label) in enumerate(zip(pixels[:600], labels[:600], strict=True)):
        (tmp_path / "mnist" / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(tmp_path / "mnist" / str(label) / f"{number:04}.png")
    curate(read_source("image-folder", path=str(tmp_path / "mnist"), mode="L"), [], tmp_path / "run")
    report = audit(Corpus(tmp_path / "run" / "corpus"), ["representation"])
    counts = np.bincount(labels[:600])
    found = score(report, "class-imbalance-ratio")
    assert (found.n, found.value) == (600, counts.max() / counts.min()) and report.findings == ()
    assert 9.5 < score(report, "effective-classes").value <= 10


def test_a_label_of_many_values_is_no_class_and_no_part(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"sex": "fm"[i % 2], "part": "ab"[i % 3 == 0], "label": str(i)} for i in range(1_200)]
    report = examine(table_corpus(tmp_path / "c", rows), groups=["sex"], split="part")
    assert "1,200 values, more than 1,000: it is no class" in reasons(report)
    assert "1,200 groups, more than 200; name coarser columns" in reasons(report)
    assert [one.slice["dimension"] for one in scores(report, "representation-drift")] == ["sex"]


def test_the_note_of_an_exhibit_fits_the_report(report: StageReport) -> None:
    assert max(len(one.note) for one in report.exhibits) <= 300
