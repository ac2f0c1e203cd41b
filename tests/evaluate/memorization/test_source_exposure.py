from pathlib import Path

import pyarrow as pa
import pytest
from fakes import ByteModel, random_text, scores_of

from headwater.core import Corpus, CorpusWriter, IncompleteError, record_batch, text_record
from headwater.evaluate import SAMPLE_SCHEMA, Subject, measure_source_exposure, source_uses

TEXTS = {name: [random_text(10 * place + k, 600) for k in range(3)] for place, name in enumerate(("lake", "hill"))}


def sample(name: str, output: str, kind: str = "free") -> dict[str, object]:
    return {"id": name, "kind": kind, "prompt": "", "output": output, "seed": 0, "model": "m", "parameters": "{}"}


def write(folder: Path, rows: list[tuple[str, str, str]]) -> Corpus:
    with CorpusWriter(folder) as writer:
        records = [text_record(t, f"{s}:{i}", s, licence=licence) for i, (s, licence, t) in enumerate(rows)]
        writer.write(record_batch(records))
    return Corpus(folder)


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    rows = [
        (name, "MIT" if k else "GPL-3.0-only", text) for name, texts in TEXTS.items() for k, text in enumerate(texts)
    ]
    corpus = write(tmp_path / "corpus", rows)
    write(tmp_path / "removed", [("cave", "unknown", random_text(99, 600))])
    samples = [
        sample("s0", random_text(50, 30) + TEXTS["lake"][1][100:200]),
        sample("s1", TEXTS["lake"][1][50:120] + random_text(51, 30) + TEXTS["lake"][2][:80]),
        sample("s2", random_text(52, 200)),
        sample("s3", TEXTS["lake"][0][:100], "prefix"),
        sample("s4", random_text(99, 600)[300:400]),
    ]
    return Subject(tmp_path, corpus, ByteModel(corpus), pa.Table.from_pylist(samples, SAMPLE_SCHEMA))


def test_each_source_and_licence_tells_what_is_repeated_of_it(subject: Subject) -> None:
    uses = {(use.source, use.licence): use for use in source_uses(subject)}
    lake = uses["lake", "MIT"]
    assert (lake.kept, lake.removed, lake.free, lake.prompted, lake.longest) == (2, 0, {"s0", "s1"}, set(), 100)
    assert sorted(lake.repeated.values()) == [1, 2]
    assert uses["lake", "GPL-3.0-only"].prompted == {"s3"}
    assert (uses["cave", "unknown"].removed, uses["cave", "unknown"].free) == (1, {"s4"})
    assert not uses["hill", "MIT"].free and uses["hill", "MIT"].longest == 0
    assert source_uses(subject)[0] is lake  # the most repeated comes first


def test_the_scores_count_free_samples_only(subject: Subject) -> None:
    outcome = measure_source_exposure(subject)
    scores = scores_of(outcome, "source-exposure")
    assert {place: (score.value, score.n) for place, score in scores.items()} == {
        "lake MIT": (0.5, 4), "cave unknown": (0.25, 4),
    }  # fmt: skip
    assert scores["lake MIT"].low < 0.5 < scores["lake MIT"].high
    (share,) = scores_of(outcome, "sources-repeated").values()
    assert (share.value, share.n) == (2 / 5, 5)
    (table,) = outcome.exhibits
    assert table.rows[0][:4] == ("lake", "MIT", 2, 0) and len(table.rows) == 5


def test_a_span_that_stands_everywhere_belongs_to_no_source(tmp_path: Path) -> None:
    text = random_text(0, 200)
    corpus = write(tmp_path / "corpus", [("lake", "MIT", text + random_text(k + 1, 50)) for k in range(5)])
    samples = pa.Table.from_pylist([sample("s0", text)], SAMPLE_SCHEMA)
    subject = Subject(tmp_path, corpus, None, samples)
    assert not source_uses(subject, boilerplate=4)[0].free
    assert source_uses(subject, boilerplate=5)[0].free == {"s0"}
    assert source_uses(subject)[0].trained is None  # without a checkpoint nobody knows


def test_without_samples_it_is_not_measured(subject: Subject) -> None:
    with pytest.raises(IncompleteError, match="no free samples"):
        measure_source_exposure(Subject(subject.folder, subject.corpus))


def test_an_address_in_a_licence_is_not_shown(tmp_path: Path) -> None:
    text = random_text(0, 300)
    corpus = write(tmp_path / "corpus", [("lake", "ask anna.lind@river-post.org", text)])
    samples = pa.Table.from_pylist([sample("s0", text[:150])], SAMPLE_SCHEMA)
    outcome = measure_source_exposure(Subject(tmp_path, corpus, ByteModel(corpus), samples))
    shown = str([score.to_json() for score in outcome.scores]) + str(outcome.exhibits)
    assert "river-post" not in shown and "[EMAIL]" in shown
