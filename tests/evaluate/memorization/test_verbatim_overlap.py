import dataclasses
from pathlib import Path

import pyarrow as pa
import pytest
from fakes import ByteModel, random_text, scores_of, subject_of, write_corpus

from headwater.core import Corpus, IncompleteError
from headwater.evaluate import SAMPLE_SCHEMA, Subject, build_index, measure_verbatim_overlap, overlap


def with_outputs(corpus: Corpus, outputs: list[str]) -> Subject:
    rows = [{"id": f"free-{i}", "kind": "free", "output": text, "parameters": "{}"} for i, text in enumerate(outputs)]
    return dataclasses.replace(subject_of(corpus), samples=pa.Table.from_pylist(rows, schema=SAMPLE_SCHEMA))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 400) for seed in range(12)])


def text_of(corpus: Corpus, number: int) -> str:
    return corpus.column("text")[number].as_py()


def test_the_covered_share_of_a_planted_copy_is_exact(corpus: Corpus) -> None:
    output = random_text(99, 100).upper() + text_of(corpus, 3)[50:150]
    scores = scores_of(measure_verbatim_overlap(with_outputs(corpus, [output, "N" * 50])), "verbatim-overlap")
    assert scores[""].value == pytest.approx((0.5 + 0) / 2)
    assert scores[""].n == 2


def test_a_span_one_byte_too_short_is_not_counted(corpus: Corpus) -> None:
    copied = text_of(corpus, 3)[50:99]
    outcome = measure_verbatim_overlap(with_outputs(corpus, [f"#{copied}#"]))
    assert scores_of(outcome, "verbatim-overlap")[""].value == 0
    assert outcome.findings == ()


def test_the_finding_leads_from_the_span_to_its_document(corpus: Corpus) -> None:
    copied = text_of(corpus, 3)[50:150]
    (finding,) = measure_verbatim_overlap(with_outputs(corpus, ["nothing", f"##{copied}##"])).findings
    assert finding.code == "HW-M001"
    (example,) = finding.examples
    assert [example.text[a:b] for a, b in example.spans] == [copied]
    assert example.document_ids == (corpus.ids()[3],) == finding.document_ids


def test_spans_stay_right_when_the_example_is_redacted(corpus: Corpus) -> None:
    copied = text_of(corpus, 3)[50:150]
    (finding,) = measure_verbatim_overlap(with_outputs(corpus, [f"Ask jane.doe@mail.org ##{copied}##"])).findings
    (example,) = finding.examples
    assert "jane" not in example.text
    assert [example.text[a:b] for a, b in example.spans] == [copied]


def test_the_longest_and_rarest_span_comes_first(tmp_path: Path) -> None:
    template = random_text(50, 90)
    texts = [random_text(seed, 300) + template for seed in range(6)]
    corpus = write_corpus(tmp_path / "corpus", texts)
    (finding,) = measure_verbatim_overlap(with_outputs(corpus, [template, texts[2][20:110]])).findings
    assert [example.id for example in finding.examples] == ["free-1", "free-0"]


def test_what_training_never_saw_is_a_control_and_no_finding(corpus: Corpus) -> None:
    model = ByteModel(corpus, seen={corpus.ids()[3]: 2})
    outputs = [f"##{text_of(corpus, 3)[50:150]}", f"##{text_of(corpus, 4)[50:150]}", "nothing"]
    subject = dataclasses.replace(with_outputs(corpus, outputs), checkpoint=model)
    outcome = measure_verbatim_overlap(subject)
    scores = scores_of(outcome, "samples-with-overlap")
    assert scores[""].value == pytest.approx(2 / 3)
    assert scores["never seen in training"].value == pytest.approx(1 / 3)
    assert scores["never seen in training"].example_ids == ("free-1",)
    assert "1 of 3 free samples" in outcome.findings[0].title
    assert "Not counted here: 1 more" in outcome.findings[0].meaning
    (finding,) = outcome.findings
    assert finding.document_ids == (corpus.ids()[3],) and finding.title.startswith("1 of 3")
    model = ByteModel(corpus, seen={corpus.ids()[5]: 1})
    assert measure_verbatim_overlap(dataclasses.replace(subject, checkpoint=model)).findings == ()


def test_boilerplate_is_counted_apart(tmp_path: Path) -> None:
    template = random_text(50, 90)
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 100) + template for seed in range(6)])
    outcome = measure_verbatim_overlap(with_outputs(corpus, [template]), boilerplate=5)
    scores = scores_of(outcome, "verbatim-overlap")
    assert (scores[""].value, scores["included"].value) == (0.0, 1.0)
    assert outcome.findings == ()


def test_a_removed_document_is_searched_too(corpus: Corpus) -> None:
    secret = random_text(77, 80)
    write_corpus(corpus.folder.parent / "removed", [secret])
    outcome = measure_verbatim_overlap(with_outputs(corpus, [secret]))
    assert scores_of(outcome, "verbatim-overlap")[""].value == 1.0
    table = next(exhibit for exhibit in outcome.exhibits if exhibit.name == "repeated-spans")
    assert table.rows[0][1:5] == (80, 0, 1, 0)


def test_overlapping_spans_cover_each_character_once(tmp_path: Path) -> None:
    whole = random_text(5, 120)
    index = build_index(tmp_path / "index", [("kept", "a", whole[:80]), ("kept", "b", whole[40:])])
    found = overlap("free-0", whole, index)
    assert [(item.span.start, item.span.end) for item in found.spans] == [(0, 80), (40, 120)]
    assert found.share == 1.0


def test_a_copying_model_overlaps_and_a_letter_frequency_model_does_not(corpus: Corpus) -> None:
    from headwater.evaluate import SamplingPlan

    plan = SamplingPlan(free=12, free_tokens=100, prefixes=0, repeats=0, counterfactual=0)
    shares = {}
    for order in (0, 12):
        outcome = measure_verbatim_overlap(subject_of(corpus, ByteModel(corpus, order=order), plan))
        shares[order] = scores_of(outcome, "samples-with-overlap")[""].value
    assert shares[0] == 0
    assert shares[12] > 0.3


def test_sample_order_does_not_change_the_scores(corpus: Corpus) -> None:
    outputs = [text_of(corpus, 1)[:60] + "##", "##", text_of(corpus, 2)]
    one, two = (measure_verbatim_overlap(with_outputs(corpus, texts)) for texts in (outputs, outputs[::-1]))
    assert [score.value for score in one.scores] == pytest.approx([score.value for score in two.scores])


def test_without_free_samples_nothing_is_measured(corpus: Corpus) -> None:
    with pytest.raises(IncompleteError, match="no free sample holds a word: the only one is empty"):
        measure_verbatim_overlap(with_outputs(corpus, [""]))


def test_the_chart_counts_every_sample_once(corpus: Corpus) -> None:
    outputs = ["nothing", text_of(corpus, 1)[:60], text_of(corpus, 2)[:75], text_of(corpus, 3)]
    outcome = measure_verbatim_overlap(with_outputs(corpus, [f"#{text}#" for text in outputs]))
    (series,) = next(exhibit for exhibit in outcome.exhibits if exhibit.name == "verbatim-overlap").series
    counts = dict(zip(series.x, series.y, strict=True))
    assert (counts["none"], counts["50 to 74"], counts["75 to 99"], counts["300 to 499"]) == (1, 1, 1, 1)
    assert sum(series.y) == 4
