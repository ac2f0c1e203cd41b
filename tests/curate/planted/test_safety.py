"""What is planted of toxicity, poisoning and machine-written text."""

import random
from collections.abc import Mapping

import pyarrow as pa
import pytest

from headwater.core import generator
from headwater.curate import FILTERS
from headwater.curate.base import Annotation, Judgement
from headwater.curate.planted.safety import _SETS, compose, safety_trials
from headwater.curate.planted.trials import Trial

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "r", "lo", "mi")]


@pytest.fixture
def sample() -> dict[str, str]:
    rng = random.Random(0)
    return {f"d{number}": " ".join(rng.choices(WORDS, k=60)) for number in range(400)}


def trials(sample: Mapping[str, str], seed: int = 0) -> dict[tuple[str, str], Trial]:
    return {(trial.detector, trial.level): trial for trial in safety_trials(sample, 40, seed)}


def test_each_detector_finds_what_is_planted_and_leaves_its_look_alikes(sample: dict[str, str]) -> None:
    found = trials(sample)
    assert {detector for detector, _ in found} == {"poisoning", "synthetic-text", "toxicity", "trigger-ngrams"}
    for trial in found.values():
        share = trial.reported / trial.planted
        assert share > 0.8 if trial.positive else share < 0.1


def test_a_blind_step_has_recall_zero_and_names_its_hosts(
    sample: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind:
        name = "toxicity"

        def judge(self, batch: pa.RecordBatch) -> Judgement:
            return Judgement()

    monkeypatch.setitem(FILTERS._entries, "toxicity", Blind)
    trial = trials(sample)["toxicity", "toxic line"]
    assert trial.reported == 0 and trial.wrong and set(trial.wrong) <= set(sample)


def test_a_step_that_marks_everything_reports_every_look_alike(
    sample: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Loud:
        name = "poisoning"

        def judge(self, batch: pa.RecordBatch) -> Judgement:
            return Judgement(annotations=tuple(Annotation(n, "x", 0, 10**6) for n in batch.column("id").to_pylist()))

    monkeypatch.setitem(FILTERS._entries, "poisoning", Loud)
    assert trials(sample)["poisoning", "look-alike"].reported == 40


def test_a_mark_elsewhere_in_the_document_is_no_hit(sample: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere:
        name = "toxicity"

        def judge(self, batch: pa.RecordBatch) -> Judgement:
            texts = zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True)
            return Judgement(annotations=tuple(Annotation(n, "x", len(text) + 5, len(text) + 9) for n, text in texts))

    monkeypatch.setitem(FILTERS._entries, "toxicity", Elsewhere)
    assert trials(sample)["toxicity", "toxic line"].reported == 0


def test_a_sample_too_small_for_triggers_plants_none(sample: dict[str, str]) -> None:
    small = dict(list(sample.items())[:20])
    assert trials(small)["trigger-ngrams", "trigger"].planted == 0


def test_a_trigger_that_the_sample_cannot_hold_as_rare_is_not_planted(sample: dict[str, str]) -> None:
    texts = list(sample.values())
    small, enough = ({f"d{number}": texts[number % len(texts)] for number in range(size)} for size in (99, 100))
    assert trials(small)["trigger-ngrams", "trigger"].planted == 0
    assert trials(enough)["trigger-ngrams", "trigger"].planted == 2


def test_toxic_documents_of_the_corpus_are_no_false_alarms_on_look_alikes(sample: dict[str, str]) -> None:
    toxic = {f"toxic-{name}": f"You are an idiot, {text}" for name, text in sample.items()}
    trial = trials(sample | toxic)["toxicity", "look-alike"]
    assert (trial.reported, trial.wrong) == (trials(sample)["toxicity", "look-alike"].reported, ())


def test_sentences_have_every_slot_filled_and_the_seed_decides() -> None:
    for forms in _SETS.values():
        first, again = ([compose(forms, generator(seed, "x")) for _ in range(20)] for seed in (1, 1))
        assert first == again and not any("{" in text for text in first)
