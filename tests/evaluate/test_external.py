"""Models made elsewhere and finished samples under the same metrics."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fakes import ByteModel, random_text, subject_of, write_corpus
from PIL import Image

from headwater.core import SILENT, Corpus, InputError, NotMeasured, SamplingPlan, Score
from headwater.evaluate import Subject, draw_samples, evaluate, trace
from headwater.evaluate.bias.continuation_preference import continuation_logprobs
from headwater.models import ExternalModel, FinishedSamples, from_callable

PLAN = SamplingPlan(
    free=6, free_tokens=80, prefixes=4, repeats=5, repeat_samples=3, repeat_tokens=20, prefix_tokens=4,
    continuation_tokens=4, counterfactual=9,
)  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 300) for seed in range(12)])


def copying(corpus: Corpus) -> ExternalModel:
    texts = corpus.column("text").to_pylist()
    return from_callable(
        lambda prompt, seed: texts[seed % len(texts)][:200], name="copyist", capabilities=["sample", "seedable"]
    )


def scores(subject: Subject, *metrics: str) -> dict[str, Any]:
    return {score.metric: score for score in evaluate(subject, metrics).scores}


def test_a_function_that_copies_the_corpus_is_caught(corpus: Corpus) -> None:
    subject = subject_of(corpus, copying(corpus), PLAN)
    found = scores(subject, "verbatim-overlap", "perplexity", "extractable", "exposure")
    assert found["samples-with-overlap"].value == 1.0
    assert "copyist cannot give the log-probability" in found["perplexity"].reason
    assert "what copyist was trained on is unknown" in found["extractable"].reason
    assert isinstance(found["exposure"], NotMeasured)


def test_no_document_is_said_to_be_trained_or_held_out(corpus: Corpus) -> None:
    subject = subject_of(corpus, copying(corpus), PLAN)
    assert set(subject.samples["kind"].to_pylist()) == {"free", "repeat", "counterfactual"}  # type: ignore[index]
    told = trace(subject, str(corpus.column("text")[0])[:100])
    assert told.spans[0].documents[0].steps is None
    assert told.notes == ("the model was made elsewhere: what it was trained on is unknown",)


def letters(p: float) -> Any:
    """Every token is a letter of probability ``p``; the first has none, as on a server without a begin token."""
    return lambda text: [(letter, None if place == 0 else math.log(p)) for place, letter in enumerate(text)]


def test_perplexity_and_bits_per_byte_of_a_known_scorer_are_exact(corpus: Corpus) -> None:
    model = from_callable(name="uniform", capabilities=["prompt_logprob"], logprobs=letters(1 / 32))
    found = scores(subject_of(corpus, model), "perplexity", "bits-per-byte")
    assert found["perplexity"].value == pytest.approx(32)
    assert found["bits-per-byte"].value == pytest.approx(5)
    assert found["perplexity"].slice == {"split": "corpus, training unknown"}
    assert "tokens without a value left out" in found["perplexity"].method


def test_the_same_model_scores_the_same_as_ours_and_as_one_made_elsewhere(corpus: Corpus) -> None:
    own = ByteModel(corpus, order=2)
    elsewhere = from_callable(
        name="bytes", capabilities=["prompt_logprob"],
        logprobs=lambda text: list(zip(text, own.token_logprobs([text])[0].tolist(), strict=True)),
    )  # fmt: skip
    prompts, ends = ["The woman", "The man"], [" was kind", " was cruel"]
    ours, theirs = (continuation_logprobs(model, prompts, ends) for model in (own, elsewhere))  # type: ignore[arg-type]
    assert np.allclose(ours, theirs)


def jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def finished(corpus: Corpus, path: Path, **options: Any) -> Subject:
    model = FinishedSamples(str(path), **options)
    table = draw_samples(model, corpus, PLAN, corpus.folder.parent)
    return Subject(corpus.folder.parent, corpus, model, table)


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_finished_samples_enter_at_the_evaluation(corpus: Corpus, tmp_path: Path, suffix: str) -> None:
    copied = str(corpus.column("text")[3])[:150]
    rows = [{"prompt": "x" * 3000, "output": copied}, {"prompt": "b", "output": "Nothing of it stands anywhere."}]
    path = tmp_path / f"outputs.{suffix}"
    if suffix == "jsonl":
        jsonl(path, rows)
    elif suffix == "csv":
        path.write_text("prompt,output\n" + "\n".join(f'{row["prompt"]},"{row["output"]}"' for row in rows))
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    subject = finished(corpus, path)
    assert subject.samples is not None and subject.samples["prompt"].to_pylist() == ["x" * 3000, "b"]
    found = scores(subject, "verbatim-overlap", "perplexity", "exposure", "self-consistency")
    assert found["samples-with-overlap"].value == 0.5
    reason = found["perplexity"].reason
    assert "holds what a model made, not the model: that would have to give the log-probability" in reason
    assert isinstance(found["exposure"], NotMeasured) and isinstance(found["self-consistency"], NotMeasured)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "a"}, "no text in the column 'output'.*it has text"),
        ({"output": 3}, "no text in the column 'output'"),
        ({"output": "a", "kind": "fre"}, "no kind of sample 'fre'; kinds: free, prefix"),
        (["a"], "not-an-object"),
    ],
)
def test_a_sample_that_cannot_be_read_is_named(corpus: Corpus, tmp_path: Path, row: Any, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        finished(corpus, jsonl(tmp_path / "outputs.jsonl", [{"output": "fine"}, row]))


def test_an_empty_file_holds_no_samples(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no samples"):
        finished(corpus, jsonl(tmp_path / "outputs.jsonl", []))


def test_other_columns_and_another_name_of_the_output_are_kept(corpus: Corpus, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "outputs.jsonl", [{"answer": "a", "seed": 3, "temperature": 0.5, "output": "no"}])
    subject = finished(corpus, path, output="answer", name="their model")
    row = subject.samples.to_pylist()[0]  # type: ignore[union-attr]
    assert (row["output"], row["seed"], row["model"]) == ("a", 3, subject.checkpoint.hash)  # type: ignore[union-attr]
    assert json.loads(row["parameters"]) == {"temperature": 0.5, "output": "no"}


def test_other_content_is_another_model_and_another_place_is_not(tmp_path: Path) -> None:
    one = FinishedSamples(str(jsonl(tmp_path / "outputs.jsonl", [{"output": "a"}])))
    (tmp_path / "there").mkdir()
    two = FinishedSamples(str(jsonl(tmp_path / "there" / "outputs.jsonl", [{"output": "a"}])))
    three = FinishedSamples(str(jsonl(tmp_path / "there" / "outputs.jsonl", [{"output": "b"}])))
    assert one.hash == two.hash != three.hash
    assert str(tmp_path) not in json.dumps(one.run)


def test_a_folder_of_images_is_a_table_of_images(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    for number in range(3):
        Image.new("L", (6, 5), number * 40).save(tmp_path / "made" / f"{number}.png")
    from headwater.evaluate.finished import read_samples

    table = read_samples(FinishedSamples(str(tmp_path / "made"), mode="L"), SILENT)
    assert table["height"].to_pylist() == [5] * 3 and table["channels"].to_pylist() == [1] * 3
    assert [pixels[0] for pixels in table["image"].to_pylist()] == [0, 40, 80]


def test_scores_of_a_model_made_elsewhere_are_the_same_twice(corpus: Corpus) -> None:
    reports = [evaluate(subject_of(corpus, copying(corpus), PLAN), ["verbatim-overlap"]) for _ in range(2)]
    assert reports[0] == reports[1]
    assert isinstance(reports[0].scores[0], Score)
