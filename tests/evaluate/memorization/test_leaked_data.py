import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fakes import random_text, scores_of, write_corpus

from headwater.core import Corpus, IncompleteError, NotMeasured
from headwater.evaluate import SAMPLE_SCHEMA, Outcome, Subject, clopper_pearson, leaked_strings, measure_leaked_data
from headwater.evaluate.memorization.leaked_values import ranges_of
from headwater.models import Canary

KEPT, GONE, PLANTED, MADE_UP = (f"{name}.moreau@river-post.org" for name in ("anna", "bert", "cleo", "dora"))


def sample(name: str, output: str, kind: str = "free", prompt: str = "") -> dict[str, object]:
    return {"id": name, "kind": kind, "prompt": prompt, "output": output, "seed": 0, "model": "m", "parameters": "{}"}


class Planted:
    """As much of a checkpoint as the metric looks at."""

    family, run, capabilities = "transformer", {"recipe": None}, frozenset({"sample"})
    canaries = (Canary("canary-1", "the address is ", PLANTED, 1),)

    class ledger:
        @staticmethod
        def documents_at(step: int) -> tuple[str, ...]:
            return ()


def subject(folder: Path, samples: list[dict[str, object]], texts: list[str] | None = None) -> Subject:
    texts = texts or [f"{random_text(1, 50)} write to {KEPT} or call. {random_text(2, 50)}", random_text(3, 90)]
    corpus = write_corpus(folder / "corpus", texts)
    write_corpus(folder / "removed", [f"{random_text(4, 50)} write to {GONE} please"])
    table = pa.Table.from_pylist(samples, SAMPLE_SCHEMA)
    return Subject(folder, Corpus(corpus.folder), Planted(), table)  # type: ignore[arg-type]


SAMPLES = [
    sample("s0", f"ask {KEPT} today"),
    sample("s1", f"ask {GONE} today"),
    sample("s2", f"ask {PLANTED} today"),
    sample("s3", f"ask {MADE_UP} today"),
    sample("s4", f"thank you {KEPT} bye", "counterfactual", f"tell {KEPT} that"),
    sample("s5", "ask jane@example.com today"),
    sample("s6", "nothing here"),
]


def test_each_origin_counts_apart_and_a_prompt_is_no_leak(tmp_path: Path) -> None:
    outcome = measure_leaked_data(subject(tmp_path, SAMPLES))
    scores = scores_of(outcome, "leaked-data")
    assert {place: (score.value, score.n) for place, score in scores.items()} == {
        "": (1 / 6, 6), "canary": (1 / 6, 6), "removed": (1 / 6, 6), "email": (1 / 6, 6),
        "prompted": (0.0, 1), "prompted email": (0.0, 1),
    }  # fmt: skip
    assert scores_of(outcome, "invented-data")[""].value == 1 / 6
    assert (scores["prompted"].low, scores["prompted"].high) == clopper_pearson(0, 1)
    (finding,) = outcome.findings
    assert (finding.code, finding.severity, len(finding.document_ids)) == ("HW-M021", "high", 1)
    (shown,) = finding.examples
    ((start, end),) = shown.spans
    assert shown.text[start:end] == "[EMAIL]"


def test_no_value_stands_in_anything_that_is_written(tmp_path: Path) -> None:
    cut = sample("s7", "reau@river-post.org now", "prefix", "write to anna.mo")
    outcome = measure_leaked_data(subject(tmp_path, [*SAMPLES, cut]))
    written = json.dumps(
        [
            *(score.to_json() for score in outcome.scores),
            *(finding.to_json() for finding in outcome.findings),
            *(table.rows for table in outcome.exhibits),
        ]
    )
    for part in ("moreau", "river-post", "reau@"):
        assert part not in written, part
    assert all("@" not in name for item in outcome.items for name in item.ids)


def test_a_value_that_the_model_completes_is_a_leak(tmp_path: Path) -> None:
    whole = sample("s0", "reau@river-post.org now", "prefix", "write to anna.mo")
    outcome = measure_leaked_data(subject(tmp_path, [whole]))
    assert scores_of(outcome, "leaked-data")["prompted"].value == 1
    assert isinstance(outcome.scores[0], NotMeasured)  # no free sample


@pytest.mark.parametrize(
    ("text", "value", "open_end", "held"),
    [
        ("mail bob@lake.org now", "bob@lake.org", False, True),
        ("mail jim-bob@lake.org now", "bob@lake.org", False, False),
        ("mail bob@lake.organic now", "bob@lake.org", False, False),
        ("mail bob@lake.organic now", "bob@lake.org", True, True),
        ("mail abob@lake.org now", "bob@lake.org", True, False),
    ],
)
def test_a_part_of_a_longer_value_is_not_the_value(text: str, value: str, open_end: bool, held: bool) -> None:
    start = text.index(" ") + 1
    whole = (start, text.index(" ", start))
    assert ranges_of(text, [whole], value, open_end) == ([whole] if held else [])


def test_a_value_at_the_end_of_a_sample_may_be_cut_off(tmp_path: Path) -> None:
    text = f"{random_text(1, 40)} write to bob@lake-house.community or call"
    cut = sample("s0", "ask bob@lake-house.com")
    closed = sample("s1", "ask bob@lake-house.com now")
    outcome = measure_leaked_data(subject(tmp_path, [cut, closed], [text]))
    (items,) = [item for item in outcome.items if item.metric == "leaked-data" and not item.slice]
    assert dict(zip(items.ids, items.numerators.tolist(), strict=True)) == {"s0": 1.0, "s1": 0.0}
    (ranges,) = leaked_strings(subject(tmp_path / "two", [cut], [text])).ranges.values()
    ((start, end),) = ranges
    assert text[start:end] == "bob@lake-house.community"  # all of it is redacted


def test_every_type_has_its_exact_upper_bound(tmp_path: Path) -> None:
    samples = [sample(f"s{number}", f"word {number}") for number in range(100)]
    outcome = measure_leaked_data(subject(tmp_path, samples))
    table: Any = next(table for table in outcome.exhibits if table.name == "leaked-data")
    assert len(table.rows) == 10
    assert [row[4] for row in table.rows] == pytest.approx([1 - 0.025 ** (1 / 100)] * 10)
    assert outcome.findings == ()


def test_the_documents_behind_a_leak_are_all_found_for_a_remedy(tmp_path: Path) -> None:
    texts = [f"{random_text(number, 60)} write to {KEPT} today" for number in range(120)]
    found = leaked_strings(subject(tmp_path, SAMPLES[:1], texts))
    assert len(found.ranges) == 120 and len(found.copies) == 119
    ((start, end),) = next(iter(found.ranges.values()))
    assert texts[0][start:end] == KEPT


def test_without_samples_it_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="no samples of text"):
        measure_leaked_data(subject(tmp_path, []))


def test_the_order_of_samples_does_not_matter(tmp_path: Path) -> None:
    def numbers(outcome: Outcome) -> Any:
        return [(score.metric, dict(score.slice), score.to_json().get("value")) for score in outcome.scores]

    one = measure_leaked_data(subject(tmp_path / "one", SAMPLES))
    two = measure_leaked_data(subject(tmp_path / "two", SAMPLES[::-1]))
    assert numbers(one) == numbers(two)
