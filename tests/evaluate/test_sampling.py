import dataclasses
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from fakes import ByteModel, random_text, write_corpus

from headwater.core import Corpus, InputError, IntegrityError, UsageError, held_out
from headwater.evaluate import SAMPLE_SCHEMA, SamplingPlan, draw_samples
from headwater.evaluate.sampling import CHUNK

SMALL = SamplingPlan(
    free=5, free_tokens=20, prefixes=6, prefix_tokens=10, continuation_tokens=15, repeats=2, repeat_samples=3,
    repeat_tokens=8, counterfactual=0,
)  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 60) for seed in range(30)])


def rows(table: pa.Table, kind: str) -> list[dict]:
    return [{**row, **json.loads(row["parameters"])} for row in table.to_pylist() if row["kind"] == kind]


def test_every_kind_is_drawn_in_the_number_asked_for(corpus: Corpus, tmp_path: Path) -> None:
    table = draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path)
    assert table.schema == SAMPLE_SCHEMA
    assert {kind: len(rows(table, kind)) for kind in ("free", "prefix", "repeat")} == {
        "free": 5,
        "prefix": 12,
        "repeat": 6,
    }
    assert len(set(table["id"].to_pylist())) == table.num_rows


def test_a_prefix_and_its_reference_are_a_real_stretch_of_the_document(corpus: Corpus, tmp_path: Path) -> None:
    drawn = rows(draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path), "prefix")
    documents = corpus.documents(corpus.ids())
    for row in drawn:
        text = documents[row["document_id"]]["text"]
        assert text[row["offset"] : row["offset"] + 25] == row["prompt"] + row["reference"]


def test_trained_and_held_out_documents_are_prompted_equally_often(corpus: Corpus, tmp_path: Path) -> None:
    drawn = rows(draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path), "prefix")
    ids = corpus.ids()
    out = {name for name, held in zip(ids, held_out(ids, 0.3, 0), strict=True) if held}
    sides = [row["split"] for row in drawn]
    assert (sides.count("trained"), sides.count("held-out")) == (6, 6)
    assert all((row["split"] == "held-out") == (row["document_id"] in out) for row in drawn)


def test_a_copying_model_matches_every_token_of_trained_documents_only(corpus: Corpus, tmp_path: Path) -> None:
    drawn = rows(draw_samples(ByteModel(corpus, order=8), corpus, SMALL, tmp_path), "prefix")
    assert {row["matched_tokens"] for row in drawn if row["split"] == "trained"} == {15}
    assert max(row["matched_tokens"] for row in drawn if row["split"] == "held-out") < 5


def test_documents_seen_more_often_occur_among_the_prefixes(corpus: Corpus, tmp_path: Path) -> None:
    trained = list(ByteModel(corpus).ledger.seen)
    seen = {name: 1 for name in trained} | {trained[3]: 9}
    drawn = rows(draw_samples(ByteModel(corpus, seen=seen), corpus, SMALL, tmp_path), "prefix")
    assert {row["times_seen"] for row in drawn if row["split"] == "trained"} == {1, 9}


def test_documents_never_reached_by_training_are_not_prompted(corpus: Corpus, tmp_path: Path) -> None:
    reached = dict(list(ByteModel(corpus).ledger.seen.items())[:3])
    drawn = rows(draw_samples(ByteModel(corpus, seen=reached), corpus, SMALL, tmp_path), "prefix")
    assert {row["document_id"] for row in drawn if row["split"] == "trained"} == set(reached)


def test_short_documents_are_passed_over(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", ["short", *(random_text(seed, 24 + seed % 2) for seed in range(30))])
    drawn = rows(draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path), "prefix")
    documents = corpus.documents(corpus.ids())
    assert drawn
    assert all(len(documents[row["document_id"]]["text"]) == 25 for row in drawn)


def test_the_same_seed_gives_the_same_file(corpus: Corpus, tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path / name, seed=4)
        files.append((tmp_path / name / "samples" / "samples.parquet").read_bytes())
    assert files[0] == files[1]


def test_another_seed_gives_other_free_samples(corpus: Corpus, tmp_path: Path) -> None:
    one, two = (draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path, seed=seed) for seed in (0, 1))
    assert [row["output"] for row in rows(one, "free")] != [row["output"] for row in rows(two, "free")]


def test_an_interrupted_draw_goes_on_and_ends_with_the_same_bytes(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path / "whole")
    model, calls = ByteModel(corpus), []
    complete = model.complete_tokens

    def dies_at_the_second_call(*args: object, **options: object) -> list[list[int]]:
        calls.append(options["max_new_tokens"])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return complete(*args, **options)

    monkeypatch.setattr(model, "complete_tokens", dies_at_the_second_call)
    with pytest.raises(KeyboardInterrupt):
        draw_samples(model, corpus, SMALL, tmp_path / "cut")
    draw_samples(model, corpus, SMALL, tmp_path / "cut")
    assert calls == [20, 15, 15, 8]
    whole, cut = (files_of(tmp_path / name) for name in ("whole", "cut"))
    assert whole == cut
    assert set(whole) > {"samples/samples.parquet"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def counted(model: ByteModel, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of prompts of every call of the model from now on."""
    calls: list[int] = []
    complete = model.complete_tokens

    def noted(prompts: list[list[int]], **options: object) -> list[list[int]]:
        calls.append(len(prompts))
        return complete(prompts, **options)

    monkeypatch.setattr(model, "complete_tokens", noted)
    return calls


def test_more_samples_or_another_kind_draw_only_those(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ByteModel(corpus, order=1)
    plan = dataclasses.replace(SMALL, free=2 * CHUNK, repeats=0)
    first = rows(draw_samples(model, corpus, plan, tmp_path), "free")
    calls = counted(model, monkeypatch)
    more = dataclasses.replace(plan, free=3 * CHUNK, repeats=2)
    second = rows(draw_samples(model, corpus, more, tmp_path), "free")
    assert calls == [CHUNK, 6]
    assert second[: 2 * CHUNK] == first


def test_the_same_draw_asks_the_model_nothing(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = ByteModel(corpus)
    before = draw_samples(model, corpus, SMALL, tmp_path)
    calls = counted(model, monkeypatch)
    assert draw_samples(model, corpus, SMALL, tmp_path) == before
    assert calls == []


@pytest.mark.parametrize("change", ["seed", "temperature", "model", "code"])
def test_what_samples_depend_on_draws_them_again(
    change: str, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path)
    model = ByteModel(corpus, order=3 if change == "model" else 8)
    plan = dataclasses.replace(SMALL, temperature=0.5) if change == "temperature" else SMALL
    calls = counted(model, monkeypatch)
    draw_samples(model, corpus, plan, tmp_path, seed=int(change == "seed"), code="2" if change == "code" else "")
    assert len(calls) == (2 if change == "temperature" else 3)  # greedy continuations know no temperature


def test_only_the_last_model_is_remembered(corpus: Corpus, tmp_path: Path) -> None:
    for order in (8, 3):
        draw_samples(ByteModel(corpus, order=order), corpus, SMALL, tmp_path)
    assert len(list((tmp_path / "drawn").iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"[[1]]", b'[["a"], [], [], [], []]'])
def test_a_damaged_chunk_is_drawn_again(content: bytes, corpus: Corpus, tmp_path: Path) -> None:
    whole = draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path)
    for path in (tmp_path / "drawn").rglob("*.json"):
        path.write_bytes(content)
    assert draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path) == whole


KILLED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from fakes import ByteModel
from headwater.core import Corpus
from headwater.evaluate import SamplingPlan, draw_samples

corpus = Corpus(Path(sys.argv[2]))
model = ByteModel(corpus, order=2)
complete = model.complete_tokens
def slowly(prompts, **options):
    time.sleep(0.05)
    return complete(prompts, **options)
model.complete_tokens = slowly
plan = SamplingPlan(free=640, free_tokens=6, prefixes=6, prefix_tokens=10, continuation_tokens=15, repeats=2,
                    repeat_samples=3, repeat_tokens=8, counterfactual=0)
print("ready", flush=True)
draw_samples(model, corpus, plan, Path(sys.argv[3]))
"""


def test_killed_at_random_moments_it_ends_with_the_same_bytes_and_loses_no_chunk(
    corpus: Corpus, tmp_path: Path
) -> None:
    script = tmp_path / "draw.py"
    script.write_text(KILLED, "utf-8")
    arguments = [sys.executable, str(script), str(Path(__file__).parent), str(corpus.folder)]
    subprocess.run([*arguments, str(tmp_path / "whole")], check=True, capture_output=True)
    rng, kept = np.random.default_rng(0), 0
    for _ in range(4):
        with subprocess.Popen([*arguments, str(tmp_path / "cut")], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(float(rng.uniform(0.05, 0.4)))
            process.kill()
        found = len(list((tmp_path / "cut").rglob("drawn/*/*/*.json")))
        assert found >= kept
        kept = found
    assert kept > 0
    subprocess.run([*arguments, str(tmp_path / "cut")], check=True, capture_output=True)
    assert files_of(tmp_path / "cut") == files_of(tmp_path / "whole")


def test_samples_of_one_repeat_share_their_prompt_and_pair(corpus: Corpus, tmp_path: Path) -> None:
    drawn = rows(draw_samples(ByteModel(corpus), corpus, SMALL, tmp_path), "repeat")
    assert len({(row["pair"], row["prompt"], row["document_id"]) for row in drawn}) == 2


def test_a_sample_can_be_drawn_again_from_its_row(corpus: Corpus, tmp_path: Path) -> None:
    model = ByteModel(corpus)
    row = rows(draw_samples(model, corpus, SMALL, tmp_path), "free")[3]
    options = {"max_new_tokens": row["max_new_tokens"], "temperature": row["temperature"], "seed": row["seed"]}
    again = model.complete_tokens([[]] * (row["row"] + 1), **options)
    assert model.decode(again[row["row"]]) == row["output"]


def test_a_number_of_zero_leaves_a_kind_out(corpus: Corpus, tmp_path: Path) -> None:
    plan = SamplingPlan(free=0, prefixes=0, repeats=0, counterfactual=0)
    assert draw_samples(ByteModel(corpus), corpus, plan, tmp_path).num_rows == 0


def test_a_held_out_document_in_the_ledger_is_an_integrity_error(corpus: Corpus, tmp_path: Path) -> None:
    model = ByteModel(corpus, seen={name: 1 for name in corpus.ids()})
    with pytest.raises(IntegrityError, match="held-out documents stand in the training ledger"):
        draw_samples(model, corpus, SMALL, tmp_path)


def test_a_negative_number_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="sample.free"):
        SamplingPlan(free=-1)


def test_options_of_sampling_reach_the_model_but_for_greedy_continuations(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, calls = ByteModel(corpus), []
    complete = model.complete_tokens

    def noted(prompts: list[list[int]], **options: object) -> list[list[int]]:
        calls.append(options)
        known = {"max_new_tokens", "temperature", "top_k", "seed"}
        return complete(prompts, **{name: value for name, value in options.items() if name in known})

    monkeypatch.setattr(model, "complete_tokens", noted)
    plan = dataclasses.replace(SMALL, min_p=0.1, repetition_penalty=1.2, stop=("\n",))
    drawn = draw_samples(model, corpus, plan, tmp_path)
    for options in calls:
        wanted = {"min_p": 0.1, "repetition_penalty": 1.2, "stop": ["\n"]} if options["temperature"] else {}
        assert {
            name: options[name] for name in ("top_p", "min_p", "repetition_penalty", "stop") if name in options
        } == wanted
    assert rows(drawn, "free")[0]["min_p"] == 0.1


def test_a_model_without_tokens_for_sentences_gets_no_prompts_about_people(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ByteModel(corpus)

    def refuse(text: str) -> list[int]:
        raise InputError(f"{text!r} stands for no residue")

    monkeypatch.setattr(model, "encode", refuse)
    plan = dataclasses.replace(SMALL, prefixes=0, repeats=0, counterfactual=4)
    assert set(draw_samples(model, corpus, plan, tmp_path)["kind"].to_pylist()) == {"free"}


@pytest.mark.parametrize(
    ("key", "value"), [("top_p", 1.5), ("min_p", -0.1), ("repetition_penalty", 0.0), ("stop", ("",))]
)
def test_a_plan_out_of_range_is_refused(key: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"sample.{key}"):
        dataclasses.replace(SMALL, **{key: value})
