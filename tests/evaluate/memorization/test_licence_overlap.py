from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fakes import random_text, scores_of

from headwater.core import Corpus, CorpusWriter, IncompleteError, NotMeasured, UsageError, record_batch, text_record
from headwater.evaluate import (
    SAMPLE_SCHEMA,
    Outcome,
    Subject,
    clopper_pearson,
    measure_licence_overlap,
    objected_passages,
)

GPL, MIT, BY, NONE = (random_text(seed, 400) for seed in range(4))
SHARED = random_text(9, 120)


def sample(name: str, output: str, kind: str = "free") -> dict[str, object]:
    return {"id": name, "kind": kind, "prompt": "", "output": output, "seed": 0, "model": "m", "parameters": "{}"}


def write(folder: Path, rows: list[tuple[str, str, str]], **fields: Any) -> Corpus:
    with CorpusWriter(folder) as writer:
        records = [text_record(t, f"{s}:{i}", s, licence=licence, **fields) for i, (s, licence, t) in enumerate(rows)]
        writer.write(record_batch(records))
    return Corpus(folder)


ROWS = [
    ("kernel", "GPL-3.0-only", GPL + SHARED + random_text(20, 80)),
    ("tools", "MIT", MIT + SHARED + random_text(21, 80)),
    ("wiki", "CC-BY-4.0", BY),
    ("web", "unknown", NONE),
]


def subject(folder: Path, samples: list[dict[str, object]], rows: Any = ROWS, **fields: Any) -> Subject:
    corpus = write(folder / "corpus", list(rows), **fields)
    return Subject(folder, corpus, None, pa.Table.from_pylist(samples, SAMPLE_SCHEMA))


def table(outcome: Outcome, name: str) -> Any:
    return next(exhibit for exhibit in outcome.exhibits if exhibit.name == name)


def test_only_passages_outside_the_list_count_and_prompted_samples_stand_apart(tmp_path: Path) -> None:
    samples = [
        sample("s0", random_text(50, 30) + GPL[100:200]),
        sample("s1", MIT[:100]),
        sample("s2", NONE[:100]),
        sample("s3", GPL[:49]),
        sample("s4", GPL[200:260], "prefix"),
    ]
    outcome = measure_licence_overlap(subject(tmp_path, samples))
    scores = scores_of(outcome, "licence-overlap")
    assert {place: (score.value, score.n) for place, score in scores.items()} == {
        "": (0.25, 4), "unknown": (0.25, 4), "GPL-3.0-only": (0.25, 4),
        "prompted": (1.0, 1), "prompted unknown": (0.0, 1), "prompted GPL-3.0-only": (1.0, 1),
    }  # fmt: skip
    assert (scores[""].low, scores[""].high) == clopper_pearson(1, 4)
    (finding,) = outcome.findings
    assert (finding.code, finding.severity, len(finding.document_ids)) == ("HW-M020", "high", 1)
    assert [example.id for example in finding.examples] == ["s0", "s4"]
    ((start, end),) = finding.examples[0].spans
    assert finding.examples[0].text[start:end] == GPL[100:200]
    assert "GPL-3.0-only" in finding.examples[0].note
    assert table(outcome, "licence-overlap").rows[0][:5] == ("GPL-3.0-only", "kernel", 1, 1, 1)


def test_a_passage_that_also_stands_under_an_allowed_licence_counts_apart(tmp_path: Path) -> None:
    outcome = measure_licence_overlap(subject(tmp_path, [sample("s0", SHARED)]))
    assert scores_of(outcome, "licence-overlap")[""].value == 0
    assert scores_of(outcome, "licence-overlap-shared")[""].value == 1
    assert outcome.findings == ()
    (row,) = table(outcome, "licence-shared").rows
    assert (row[1], row[2], row[4], row[6]) == (len(SHARED), "GPL-3.0-only", "MIT", "tools")


@pytest.mark.parametrize("extra", [1, 20, 60])
def test_words_beside_a_shared_passage_are_found_with_their_window(tmp_path: Path, extra: int) -> None:
    text = (GPL + SHARED)[len(GPL) - extra :]
    outcome = measure_licence_overlap(subject(tmp_path, [sample("s0", text)]))
    assert scores_of(outcome, "licence-overlap")[""].value == 1.0
    # a window of 50 bytes that holds one byte before the shared passage stands under the GPL alone
    assert outcome.findings[0].examples[0].spans == ((0, extra + 49),)
    assert scores_of(outcome, "licence-overlap-shared")[""].value == 1.0


def test_brute_force_over_all_windows_finds_the_same_samples(tmp_path: Path) -> None:
    pieces = [GPL[:70], MIT[:70], SHARED[:60], BY[:60], NONE[:60], random_text(77, 40), GPL[300:], SHARED]
    samples = [sample(f"s{i}{j}", a + b) for i, a in enumerate(pieces) for j, b in enumerate(pieces)]
    outcome = measure_licence_overlap(subject(tmp_path, samples), minimum=50)
    texts = {licence: [text for _, name, text in ROWS if name == licence] for _, licence, _ in ROWS}

    def flagged(output: str) -> bool:
        windows = {output[k : k + 50] for k in range(len(output) - 49)}
        fine = texts["MIT"] + texts["CC-BY-4.0"]
        return any(any(w in t for t in texts["GPL-3.0-only"]) and not any(w in t for t in fine) for w in windows)

    truth = [row["id"] for row in samples if flagged(str(row["output"]))]
    items = next(item for item in outcome.items if not item.slice and item.metric == "licence-overlap")
    assert [name for name, value in zip(items.ids, items.numerators, strict=True) if value] == truth
    assert 10 < len(truth) < len(samples)


def test_lists_and_families_decide_and_deny_wins(tmp_path: Path) -> None:
    held = subject(tmp_path, [sample("s0", GPL[:100]), sample("s1", MIT[:100])])

    def share(**options: Any) -> float:
        return scores_of(measure_licence_overlap(held, **options), "licence-overlap")[""].value

    assert share(allow=["strong-copyleft"]) == 0.5  # the MIT passage
    assert share(allow=["any"]) == 0.0
    assert share(allow=["any"], deny=["MIT"]) == 0.5
    with pytest.raises(UsageError, match="allow: 'GNU-ish'"):
        share(allow=["GNU-ish"])


def test_unknown_licences_count_where_that_is_asked(tmp_path: Path) -> None:
    held = subject(tmp_path, [sample("s0", NONE[:100])])
    assert scores_of(measure_licence_overlap(held), "licence-overlap")[""].value == 0
    outcome = measure_licence_overlap(held, unknown="outside")
    assert scores_of(outcome, "licence-overlap")[""].value == 1
    assert outcome.findings[0].code == "HW-M020"


def test_credit_is_owed_for_what_is_repeated_under_allowed_licences(tmp_path: Path) -> None:
    held = subject(tmp_path, [sample("s0", BY[:100]), sample("s1", BY[50:300])], attributes={"author": "A. Writer"})
    (row,) = table(measure_licence_overlap(held), "licence-credit").rows
    assert row[:2] == ("wiki", "CC-BY-4.0") and row[4] == 2
    assert row[2] == "wiki by A. Writer, licensed under CC-BY-4.0, https://spdx.org/licenses/CC-BY-4.0.html"


def test_removed_documents_are_looked_at_and_boilerplate_is_not(tmp_path: Path) -> None:
    held = subject(tmp_path, [sample("s0", random_text(99, 100))])
    write(tmp_path / "removed", [("cave", "GPL-2.0-only", random_text(99, 300))])
    assert scores_of(measure_licence_overlap(held), "licence-overlap")["GPL-2.0-only"].value == 1
    rows = [("kernel", "GPL-3.0-only", GPL[:200] + random_text(k + 200, 60)) for k in range(5)]
    header = subject(tmp_path / "header", [sample("s0", GPL[:200] + random_text(200, 60)[:20])], rows)
    assert scores_of(measure_licence_overlap(header, boilerplate=5), "licence-overlap")[""].value == 1
    found = measure_licence_overlap(header, boilerplate=4)
    # the twenty bytes behind the header belong to one document; the header to nobody
    ((start, end),) = found.findings[0].examples[0].spans
    assert (start, end) == (200 - 49, 220)


def test_what_cannot_be_measured_says_why(tmp_path: Path) -> None:
    held = subject(tmp_path, [sample("s0", NONE[:100])], [("web", "unknown", NONE)])
    with pytest.raises(IncompleteError, match="no document states a licence"):
        measure_licence_overlap(held)
    with pytest.raises(IncompleteError, match="no samples of text"):
        measure_licence_overlap(Subject(tmp_path, held.corpus), unknown="outside")
    prompted = subject(tmp_path / "prompted", [sample("s0", GPL[:100], "prefix")])
    first = measure_licence_overlap(prompted).scores[0]
    assert isinstance(first, NotMeasured) and "no free sample" in first.reason


def test_every_document_that_holds_a_part_of_a_passage_is_behind_it(tmp_path: Path) -> None:
    # each document goes on in its own words, and the sample with those of the first
    rows = [("kernel", "GPL-3.0-only", SHARED + random_text(k + 300, 200)) for k in range(6)]
    rows.append(("tools", "MIT", MIT))
    held = subject(tmp_path, [sample("s0", rows[0][2][:180]), sample("s1", MIT[:100])], rows)
    found = objected_passages(held, {})
    assert len(found.ranges) == 6
    assert sorted(end - start for ((start, end),) in found.ranges.values()) == [len(SHARED)] * 5 + [180]
