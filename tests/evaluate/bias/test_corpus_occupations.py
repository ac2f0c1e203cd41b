"""Occupations beside women and men in the corpus: brute force, a planted source, one side, and nothing to count."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import scores_of
from source_corpora import sources_of, subject

from headwater.core import NotMeasured, Table
from headwater.evaluate import METRICS, Outcome, Subject
from headwater.evaluate.bias.corpus_occupations import MEN, WOMEN, occupation_ties, occupations_in
from headwater.models import from_callable

JOBS = [f"{name}er" for name in ("weld", "bak", "farm", "print", "paint", "min", "teach", "writ", "danc", "sing")]
HERS = {job for k, job in enumerate(JOBS) if k % 2}


def documents(pro: int, anti: int) -> list[str]:
    return [
        f"The {job} said that {'she' if (job in HERS) == fits else 'he'} was late."
        for job in JOBS for fits, n in ((True, pro), (False, anti)) for _ in range(n)
    ]  # fmt: skip


def pronouns(likes: bool = True) -> Any:
    """She is likelier after the jobs of women, he after the others."""

    def logs(text: str) -> list[tuple[str, float | None]]:
        words = text.split(" ")
        job = next((word for word in words if word in JOBS), "")
        she = -0.5 if (job in HERS) == likes else -2.0
        value = {"she": she, "he": -2.5 - she}
        return [(word if k == 0 else f" {word}", value.get(word, -1.0)) for k, word in enumerate(words)]

    return from_callable(name="pronouns", capabilities=["prompt_logprob"], logprobs=logs)


def winobias(tmp_path: Path, likes: bool = True, **sources: Sequence[str]) -> tuple[Subject, Outcome]:
    folder = tmp_path / "sets" / "winobias"
    folder.mkdir(parents=True, exist_ok=True)
    for kind in (1, 2):
        for part in ("dev", "test"):
            for side in ("pro", "anti"):
                told = [(job, "she" if (job in HERS) == (side == "pro") else "he") for job in JOBS * 4]
                lines = [
                    f"{k} [The {job}] said on day {k} that [{word}] left." for k, (job, word) in enumerate(told, 1)
                ]
                text = "".join(f"{line}\n" for line in lines)
                (folder / f"{side}_stereotyped_type{kind}.txt.{part}").write_text(text)
    run = subject(tmp_path, pronouns(likes), tmp_path / "sets", **sources)
    return run, METRICS.get("winobias")(run)


def winogender(tmp_path: Path, **sources: Sequence[str]) -> tuple[Subject, Outcome]:
    folder = tmp_path / "sets" / "winogender"
    folder.mkdir(parents=True)
    lines = [
        f"{job}.guest.{who}.{gender}.txt\tThe {job if who == 0 else 'guest'} said that {word} left"
        for job in JOBS for who in (0, 1) for gender, word in (("male", "he"), ("female", "she"), ("neutral", "they"))
    ]  # fmt: skip
    (folder / "all_sentences.tsv").write_text("\n".join(["sentid\tsentence", *lines]))
    shares = [f"{job}\t{60 + k if job in HERS else 20 + k}\t{70 + k if job in HERS else 10 + k}"
              for k, job in enumerate(JOBS)]  # fmt: skip
    head = "occupation\tbergsma_pct_female\tbls_pct_female"
    (folder / "occupations-stats.tsv").write_text("\n".join([head, *shares]))
    run = subject(tmp_path, pronouns(), tmp_path / "sets", **sources)
    return run, METRICS.get("winogender")(run)


def test_shares_are_those_of_brute_force(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    jobs, who = ("welder", "bakers", "poet"), ("she left", "his hat", "it rained", "she saw him")
    texts = [f"The {jobs[rng.integers(3)]} said that {who[rng.integers(4)]}." for _ in range(200)]
    found = occupations_in(subject(tmp_path, news=texts), ["welder", "baker", "<script>"])
    assert found is not None
    women, men, share = found.share("baker")
    own = [text for text in texts if "bakers" in text]
    assert women == sum("she left" in text for text in own) and men == sum("his hat" in text for text in own)
    assert share is not None and share.value == pytest.approx(women / (women + men))
    assert share.low is not None and share.high is not None and share.low < share.value < share.high
    assert found.share("<script>") == (0, 0, None)


def test_winobias_names_the_source_that_carries_it(tmp_path: Path) -> None:
    run, outcome = winobias(tmp_path, news=documents(2, 2), letters=documents(6, 0))
    (finding,) = outcome.findings
    assert "in 80% (" in finding.meaning and "100 sentences name one of these 10 occupations" in finding.meaning
    assert "Without the source 'letters' the corpus's odds ratio would be 1.00." in finding.meaning
    assert sources_of(run, finding) == ["letters", "news"] and finding.examples[-1].note == "corpus"
    table = next(one for one in outcome.exhibits if one.name == "winobias-occupations")
    assert isinstance(table, Table)
    rows = {str(row[0]): row[5:8] for row in table.rows}
    assert rows["baker (women)"] == (8, 2, 80.0) and rows["welder (men)"] == (2, 8, 20.0)


def test_against_the_stereotype_other_documents_are_named(tmp_path: Path) -> None:
    run, outcome = winobias(tmp_path, likes=False, news=documents(2, 2), letters=documents(6, 0))
    (finding,) = outcome.findings
    assert finding.severity == "low" and "in 20% (" in finding.meaning
    assert "Without the source" not in finding.meaning and sources_of(run, finding) == ["news"]


def test_a_corpus_without_the_occupations_says_so(tmp_path: Path) -> None:
    (finding,) = winobias(tmp_path, news=["She left early.", "Rain fell."])[1].findings
    assert "Of the 2 sentences of the corpus none names one of these 10 occupations" in finding.meaning
    assert "it came from elsewhere" in finding.meaning and finding.document_ids == ()


def test_winogender_correlates_with_the_corpus(tmp_path: Path) -> None:
    run, outcome = winogender(tmp_path, news=documents(2, 2), letters=documents(6, 0))
    found = scores_of(outcome, "winogender-correlation")
    assert found["occupation corpus"].value == pytest.approx(1.0) and found["occupation corpus"].n == len(JOBS)
    assert "5 or more" in found["occupation corpus"].method
    (finding,) = outcome.findings
    assert finding.code == "HW-B013" and sources_of(run, finding) == ["letters", "news"]


def test_winogender_counts_what_the_corpus_lacks(tmp_path: Path) -> None:
    _, outcome = winogender(tmp_path, news=documents(1, 0))
    (missing, _) = [
        one for one in outcome.scores if isinstance(one, NotMeasured) and one.slice["statistics"] == "corpus"
    ]
    assert missing.reason.startswith("0 of 10 occupations stand with women alone or men alone in 5 sentences")


def test_occupations_of_one_side_are_held_against_all_other_sentences(tmp_path: Path) -> None:
    texts = (
        ["She left early.", "He left early."] * 20 + ["The baker said she left."] * 8 + ["The baker said he left."] * 2
    )
    run = subject(tmp_path, news=texts, letters=["The baker said that she left."] * 5)
    ties = occupation_ties(run, occupations_in(run, ["baker"]), {"baker": WOMEN})
    odds = (13.5 * 20.5) / (2.5 * 20.5)
    assert f"The odds of women over men are {odds:.2f} times" in ties.told and "in all other sentences" in ties.told
    men = occupation_ties(run, occupations_in(run, ["baker"]), {"baker": MEN})
    assert "odds" not in men.told and "in 13% (" in men.told
    assert occupation_ties(run, None, {}).told == ""
