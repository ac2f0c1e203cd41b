"""Winogender by likelihood: gap, share of they, correlation with occupations, and what is said where nothing can be."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import random_text, scores_of, write_corpus
from masked_fakes import FakeMasked

from headwater.core import IncompleteError, InputError, NotMeasured, Table
from headwater.evaluate import Outcome, Subject, measure_winogender
from headwater.models import ExternalModel, from_callable

DATA = Path(os.environ.get("HEADWATER_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
JOBS = [f"job{k}" for k in range(12)]
PRONOUN = {"male": "he", "female": "she", "neutral": "they"}


def lines(jobs: Sequence[str] = JOBS) -> list[str]:
    found = []
    for job in jobs:
        for other in ("guest", "someone"):
            for answer in (0, 1):
                for gender, pronoun in PRONOUN.items():
                    found.append(f"{job}.{other}.{answer}.{gender}.txt\tThe {job} told {other} that {pronoun} {answer}")
    return found


def statistics(jobs: Sequence[str] = JOBS) -> list[str]:
    return [f"{job}\t{(7 * k) % 100}\t{8 * k}\t2015" for k, job in enumerate(jobs)]


def measure(tmp_path: Path, model: Any, sentences: Any = None, women: Any = None, **options: Any) -> Outcome:
    folder = tmp_path / "sets" / "winogender"
    folder.mkdir(parents=True, exist_ok=True)
    sentences = lines() if sentences is None else sentences
    women = statistics() if women is None else women
    (folder / "all_sentences.tsv").write_text("\n".join(["sentid\tsentence", *sentences]) + "\n", "utf-8")
    if women:
        head = "occupation\tbergsma_pct_female\tbls_pct_female\tbls_year"
        (folder / "occupations-stats.tsv").write_text("\n".join([head, *women]) + "\n", "utf-8")
    corpus = write_corpus(tmp_path / "corpus", [random_text(1, 50)])
    return measure_winogender(Subject(tmp_path, corpus, model, sets=tmp_path / "sets"), **options)


def pronouns(slope: float = 0.0, he: float = -1.0, she: float = -1.0, they: float = -1.0) -> ExternalModel:
    """She gains ``slope`` for each number of a job, where the pronoun means the job (the last word is 0)."""

    def logs(text: str) -> list[tuple[str, float | None]]:
        words = text.split(" ")
        number = int(words[1].removeprefix("job")) if words[1].startswith("job") else 0
        own = {"he": he, "she": she + slope * number * (words[-1] == "0"), "they": they}
        return [(word if k == 0 else f" {word}", own.get(word, -1.0)) for k, word in enumerate(words)]

    return from_callable(name="pronouns", capabilities=["prompt_logprob"], logprobs=logs)


def test_gap_and_share_of_they_are_those_of_the_pronouns(tmp_path: Path) -> None:
    outcome = measure(tmp_path, pronouns(he=-1.0, she=-3.0, they=-2.0))
    for referent in ("occupation", "participant"):
        assert scores_of(outcome, "winogender-gap")[referent].value == pytest.approx(2)
        share = np.exp(-2) / np.exp([-1.0, -3.0, -2.0]).sum()
        assert scores_of(outcome, "winogender-neutral")[referent].value == pytest.approx(share)


def test_a_constant_scorer_has_no_gap_a_third_for_they_and_no_correlation(tmp_path: Path) -> None:
    outcome = measure(tmp_path, pronouns())
    assert scores_of(outcome, "winogender-gap")["occupation"].value == 0
    assert scores_of(outcome, "winogender-neutral")["occupation"].value == pytest.approx(1 / 3)
    missing = [one for one in outcome.scores if isinstance(one, NotMeasured) and one.slice["statistics"] != "corpus"]
    assert len(missing) == 4 and all("the same in all 12 occupations" in score.reason for score in missing)
    assert not outcome.findings


def test_a_planted_relation_is_found_where_the_pronoun_means_the_occupation_only(tmp_path: Path) -> None:
    outcome = measure(tmp_path, pronouns(slope=0.05))
    found = scores_of(outcome, "winogender-correlation")
    assert found["occupation bls"].value == pytest.approx(1) and set(found) == {"occupation bls", "occupation bergsma"}
    (finding,) = outcome.findings
    assert finding.code == "HW-B013" and "where more women work" in finding.title and finding.examples
    (other,) = measure(tmp_path, pronouns(slope=-0.05)).findings
    assert "fewer women" in other.title and other.severity == "low"


def test_the_correlation_is_pearsons_over_occupations(tmp_path: Path) -> None:
    outcome = measure(tmp_path, FakeMasked())
    model = FakeMasked()
    gaps: dict[str, list[float]] = {}
    texts = dict(line.split("\t") for line in lines())
    for name, text in texts.items():
        job, other, answer, gender, _ = name.split(".")
        if answer == "0" and gender == "female":
            pair = [text, texts[f"{job}.{other}.0.male.txt"]]
            she, he = (sum(model.one(row, k) for k in range(1, len(row) - 1)) for row in model.marked(pair))
            gaps.setdefault(job, []).append(she - he)
    values = [np.mean(gaps[job]) for job in JOBS]
    score = scores_of(outcome, "winogender-correlation")["occupation bls"]
    assert score.value == pytest.approx(np.corrcoef(values, [8 * k for k in range(12)])[0, 1], abs=1e-3)
    assert score.n == 12 and -1 <= (score.low or 0) < score.value < (score.high or 0) <= 1


def test_sentences_of_one_occupation_are_one_cluster(tmp_path: Path) -> None:
    assert scores_of(measure(tmp_path, FakeMasked()), "winogender-gap")["occupation"].n == 12


def test_without_statistics_the_gaps_are_measured_and_the_correlation_says_why_not(tmp_path: Path) -> None:
    outcome = measure(tmp_path, FakeMasked(), women=[])
    assert scores_of(outcome, "winogender-gap")
    absent = [one for one in outcome.scores if isinstance(one, NotMeasured)]
    missing = [one.reason for one in absent if one.slice["statistics"] != "corpus"]
    assert len(missing) == 4 and all("no occupations-stats.tsv" in reason for reason in missing)
    few = measure(tmp_path, FakeMasked(), women=statistics(JOBS[:3]))
    assert "3 occupations have a share of women, 4 are needed" in [
        score.reason for score in few.scores if isinstance(score, NotMeasured)
    ]


def test_a_part_of_the_occupations_is_named_in_the_protocol(tmp_path: Path) -> None:
    score = scores_of(measure(tmp_path, FakeMasked(), limit=5), "winogender-gap")["occupation"]
    assert score.n == 5 and "5 of 12 occupations drawn with seed 0" in score.method


def test_hostile_sentences_change_no_verdict(tmp_path: Path) -> None:
    spoilt = [line.replace("\tThe", "\t<script>alert(1)</script>\u202e The") for line in lines()]
    spoilt = [line.replace("job3.", "<b>x</b>.") for line in spoilt]
    outcome = measure(tmp_path, pronouns(he=-0.5), spoilt)
    assert scores_of(outcome, "winogender-gap")["occupation"].value == pytest.approx(0.5)
    assert all("<script>" not in str(part.rows) for part in outcome.exhibits if isinstance(part, Table))


@pytest.mark.parametrize(
    ("sentences", "women", "said"),
    [
        (["x\ty"], None, "all_sentences.tsv:2: sentid is no occupation.participant"),
        (lines()[:-1], None, "job11.someone.1 has no sentence of gender neutral"),
        ([*lines(), "a.b.0.male.txt"], None, "all_sentences.tsv:146: 1 cells, but 2 columns"),
        ([*lines(), "a.b.0.male.txt\t" + "x" * 1_000_000], None, ":146: no sentence of 1 to 10,000 characters"),
        ([], None, "all_sentences.tsv: holds no rows"),
        (None, ["job0\t<script>\t5\t2015"], "bergsma_pct_female is no percentage: '<script>'"),
        (None, ["job0\t5\tnan\t2015"], "bls_pct_female is no percentage: 'nan'"),
    ],
)
def test_what_is_not_the_set_is_one_clear_error(tmp_path: Path, sentences: Any, women: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        measure(tmp_path, FakeMasked(), sentences, women)


def test_an_absent_set_is_said(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(1, 50)])
    with pytest.raises(IncompleteError, match="there is no winogender here"):
        measure_winogender(Subject(tmp_path, corpus, FakeMasked()))


def test_the_items_give_the_scores(tmp_path: Path) -> None:
    outcome = measure(tmp_path, FakeMasked())
    for part in outcome.items:
        assert part.value == pytest.approx(scores_of(outcome, part.metric)[" ".join(part.slice.values())].value)


@pytest.mark.skipif(not (DATA / "winogender").is_dir(), reason="HEADWATER_DATA has no winogender")
def test_the_published_files_are_read_whole(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(1, 50)])
    outcome = measure_winogender(Subject(tmp_path, corpus, FakeMasked(), sets=DATA))
    assert {score.n for score in scores_of(outcome, "winogender-correlation").values()} == {60}
    assert len(outcome.items[0].ids) == 120
