import json
from pathlib import Path

import pyarrow as pa
import pytest
from fakes import ByteModel, random_text
from image_subjects import image_corpus, image_samples, noise

from headwater.core import (
    Corpus,
    CorpusWriter,
    Example,
    Finding,
    InputError,
    Score,
    record_batch,
    text_record,
)
from headwater.evaluate import (
    SAMPLE_SCHEMA,
    Subject,
    is_sample_id,
    trace_finding,
    trace_sample,
    trace_source,
)

TEXTS = [random_text(k, 500) for k in range(4)]


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    with CorpusWriter(tmp_path / "corpus") as writer:
        writer.write(
            record_batch([text_record(t, f"f:{i}", f"source-{i % 2}", licence="MIT") for i, t in enumerate(TEXTS)])
        )
    corpus = Corpus(tmp_path / "corpus")
    plain = {"prompt": "write to me@river.org", "seed": 3, "model": "m", "parameters": '{"temperature": 1.0}'}
    rows = [
        {"id": "free-0", "kind": "free", "output": TEXTS[2][10:110], **plain},
        {"id": "prefix-0", "kind": "prefix", "output": "", "document_id": corpus.ids()[1], **plain},
    ]
    return Subject(tmp_path, corpus, ByteModel(corpus), pa.Table.from_pylist(rows, SAMPLE_SCHEMA))


def finding(subject: Subject, code: str = "HW-M001") -> Finding:
    ids = subject.corpus.ids()
    score = Score("m", 0.5, 2, "share", "m/1", 0.1, 0.9, interval="Wilson", example_ids=("free-0",))
    return Finding(
        code, "high", "t", "m", "a", (score,), (Example("e", "text", document_ids=(ids[2],)),), (ids[0], "gone")
    )


def test_a_sample_leads_to_its_documents_and_its_findings(subject: Subject) -> None:
    found = trace_sample(subject, "free-0", [finding(subject), finding(subject, "HW-M002")])
    (span,) = found["trace"]["spans"]
    assert [document["id"] for document in span["documents"]] == [subject.corpus.ids()[2]]
    assert found["findings"] == ["HW-M001", "HW-M002"]
    assert found["sample"]["parameters"] == {"temperature": 1.0} and "me@river.org" not in json.dumps(found)


def test_an_empty_output_still_tells_where_its_prompt_was_from(subject: Subject) -> None:
    found = trace_sample(subject, "prefix-0")
    assert found["trace"] is None and found["prompted_by"]["id"] == subject.corpus.ids()[1]


def test_an_id_that_no_sample_has_is_refused(subject: Subject) -> None:
    assert is_sample_id(subject, "free-0") and not is_sample_id(subject, "free-9")
    assert not is_sample_id(Subject(subject.folder, subject.corpus), "free-0")
    with pytest.raises(InputError, match="no sample 'free-9'"):
        trace_sample(subject, "free-9")


def test_a_finding_leads_to_all_its_documents(subject: Subject) -> None:
    found = trace_finding(subject, finding(subject))
    ids = subject.corpus.ids()
    assert [card["id"] for card in found["documents"]] == [ids[0], ids[2]]
    assert found["document_count"] == 3 and found["unknown"] == ["gone"]
    assert found["sources"] == [{"source": "source-0", "licence": "MIT", "documents": 2}]


def test_a_source_tells_its_documents_its_outputs_and_its_findings(subject: Subject) -> None:
    found = trace_source(subject, "source-0", [finding(subject)])
    (row,) = found["licences"]
    assert (row["kept"], row["free_samples"], row["longest_span"]) == (2, 1, 100)
    assert [card["id"] for card in found["repeated"]] == [subject.corpus.ids()[2]] and found["samples"] == ["free-0"]
    assert found["findings"] == ["HW-M001"] and trace_source(subject, "source-1", [finding(subject)])["findings"] == []


def test_a_wrong_source_is_answered_with_the_nearest(subject: Subject) -> None:
    with pytest.raises(InputError, match='did you mean "source-1"'):
        trace_source(subject, "surce-1")
    with pytest.raises(InputError, match="the sources are source-0, source-1"):
        trace_source(subject, "qqq")


def test_an_image_leads_to_its_nearest_images_copies_first(tmp_path: Path) -> None:
    images = noise(0, 40)
    corpus = image_corpus(tmp_path / "corpus", images)
    subject = Subject(tmp_path, corpus, None, image_samples(images[7:8]))
    found = trace_sample(subject, "image-00000")
    assert found["trace"] is None and len(found["nearest"]) == 5
    first = found["nearest"][0]
    assert first["id"] == corpus.ids()[7] and first["closeness"] < 1e-5
    assert first["distance"] < found["nearest"][1]["distance"] and found["nearest"][1]["closeness"] > 0
