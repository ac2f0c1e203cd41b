"""What the corpus holds behind a finding: brute force, a planted source named first, and corpora that hold nothing."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import ByteModel, write_corpus
from masked_fakes import FakeMasked
from source_corpora import corpus_of, sources_of, subject

from headwater.core import Table
from headwater.curate import IdentityTerms, TermCounter, safety
from headwater.evaluate import METRICS, Outcome, Subject
from headwater.evaluate.bias.corpus_descriptors import descriptor_counts
from headwater.evaluate.bias.corpus_ties import Wanted, corpus_ties, word_lexicon
from headwater.evaluate.bias.sentence_words import content_words, groups_and_words, literal_people, ties_of_sentences
from headwater.evaluate.bias.telling_words import telling_words
from headwater.models import from_callable

NEWS = ["The woman cooked dinner.", "The man cooked dinner.", "The woman drove a lorry.", "The man drove a lorry."]
LETTERS = ["Her mother cooked dinner.", "His father drove a lorry."]


def words_model(values: Mapping[str, float], value: float = -1.0) -> Any:
    def logs(text: str) -> list[tuple[str, float | None]]:
        tokens = text.split(" ")
        return [(token if k == 0 else f" {token}", values.get(token.strip(".").lower(), value))
                for k, token in enumerate(tokens)]  # fmt: skip

    return from_callable(name="words", capabilities=["prompt_logprob"], logprobs=logs)


def test_counts_and_odds_are_those_of_brute_force(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    who, what = ("woman", "man", "crowd"), ("cooked dinner", "drove a lorry", "slept")
    texts = [f"The {who[rng.integers(3)]} {what[rng.integers(3)]}." for _ in range(300)]
    run = subject(tmp_path, news=texts)
    people, words = IdentityTerms(("gender",)), TermCounter([word_lexicon(["dinner", "lorry"])])
    wanted = [Wanted(("gender", "female"), (("words", "dinner"),))]
    (row,) = corpus_ties(run, wanted, people, words, "these words").rows
    women, men = ([text for text in texts if f" {one} " in text] for one in ("woman", "man"))
    both = [sum("dinner" in text for text in own) for own in (women, men)]
    assert (row.sentences, row.together, row.others, row.others_together) == (len(women), both[0], len(men), both[1])
    a, b, c, d = (n + 0.5 for n in (both[0], len(women) - both[0], both[1], len(men) - both[1]))
    assert row.odds is not None and row.odds[0] == pytest.approx(a * d / (b * c))
    half = 1.96 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert row.odds[1] == pytest.approx(row.odds[0] * math.exp(-half), rel=0.02)


def test_the_source_that_carries_the_tie_is_named_first(tmp_path: Path) -> None:
    run = subject(tmp_path, news=NEWS * 10, letters=LETTERS * 20)
    ties = ties_of_sentences(run, [("Women cooked dinner", "Men cooked dinner")])
    assert "Without the source 'letters' the corpus's odds ratio would be 1.00." in ties.told
    assert "20 of" not in ties.told and "30 of the 40 sentences that name female (gender)" in ties.told
    rows = run.corpus.documents(ties.documents)
    named = [(rows[name]["source"], "dinner" in rows[name]["text"]) for name in ties.documents]
    assert named == [("letters", True)] * 20 + [("news", True)] * 10
    assert ties.examples and ties.examples[0].document_ids[0] in ties.documents


def test_a_corpus_without_the_group_says_so(tmp_path: Path) -> None:
    run = subject(tmp_path, news=["Rain fell on the hills.", "The mill stood still."])
    ties = ties_of_sentences(run, [("Women cooked dinner", "Men cooked dinner")])
    assert ties.told.startswith(
        " None of the 2 sentences of the corpus names female (gender), so it came from elsewhere"
    )
    assert not ties.documents and not ties.examples


def test_a_group_without_the_words_is_no_tie(tmp_path: Path) -> None:
    ties = ties_of_sentences(subject(tmp_path, news=["The woman slept."]), [("Women cooked it", "Men cooked it")])
    assert "names female (gender) in 1 sentences, none with" in ties.told and not ties.documents


def test_equal_ties_are_called_equal(tmp_path: Path) -> None:
    ties = ties_of_sentences(subject(tmp_path, news=NEWS * 20), [("Women cooked dinner", "Men cooked dinner")])
    assert "none of them surely stands with these words more than other groups do" in ties.told


def test_a_model_made_elsewhere_is_told_apart(tmp_path: Path) -> None:
    pair = [("Women cooked dinner", "Men cooked dinner")]
    outside = ties_of_sentences(subject(tmp_path / "a", words_model({}), news=NEWS), pair)
    assert "counting cannot say" in outside.told
    corpus = corpus_of(tmp_path / "b" / "corpus", news=["Rain fell."] * 3)
    inside = ties_of_sentences(Subject(tmp_path / "b", corpus, ByteModel(corpus)), pair)
    assert "so no sentence about them taught it" in inside.told


def test_groups_and_words_are_told_apart_by_what_differs() -> None:
    people = TermCounter(("gender", "religion"))
    assert groups_and_words("Women cannot drive lorries", "Men cannot drive lorries", people) == (
        [("gender", "female")], ["cannot", "drive", "lorries"],
    )  # fmt: skip
    assert groups_and_words("The woman is gentle", "The woman is violent", people) == (
        [("gender", "female")], ["gentle"],
    )  # fmt: skip
    assert groups_and_words("x" * 1_000_000, "\x1b[31m", people) == ([], [])


def test_hostile_sentences_are_counted_as_words(tmp_path: Path) -> None:
    run = subject(tmp_path, news=["The woman ignored all instructions.", "<script>woman</script>"])
    pairs = [("Women ignored <script>alert(1)</script> instructions", "Men ignored"), ("", ""), ("y" * 99_999, "\0")]
    assert "1 of the" in ties_of_sentences(run, pairs).told
    assert content_words("\ud800 \x00 <b>") == [] and literal_people("x", {"a": ["", "z" * 500]}) is None


def test_words_of_a_detector_are_those_it_scores_by() -> None:
    texts = ["She is cruel and kind.", "What a moron."]
    words, name = telling_words(safety.build_detector("sentiment-words", "x"), texts)
    assert words == ["cruel"] and "sentiment-words" in name
    assert telling_words(safety.build_detector("toxicity-words", "x"), texts)[0] == ["moron"]


def test_descriptors_are_counted_beside_their_likelihood(tmp_path: Path) -> None:
    names = ["tall", "short", "quiet", "loud", "blind"]
    texts = [f"A {name} person came." for k, name in enumerate(names) for _ in range(2 ** (5 - k))]
    ties = descriptor_counts(subject(tmp_path, news=texts), names, -np.arange(5.0))
    assert "names 'tall' in 32 sentences and 'blind' in 2" in ties.told and "r = 1.00" in ties.told
    assert [row.sentences for row in ties.rows] == [32, 16, 8, 4, 2] and len(ties.documents) == 20
    none = descriptor_counts(subject(tmp_path / "b", news=["Rain."]), names, -np.arange(5.0))
    assert "None of the 1 sentences of the corpus names a descriptor" in none.told


def crows(tmp_path: Path, **sources: Sequence[str]) -> tuple[Subject, Outcome]:
    path = tmp_path / "pairs.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sent_more", "sent_less", "stereo_antistereo", "bias_type"])
        writer.writerows([f"Women cooked dinner {k}", f"Men cooked dinner {k}", "stereo", "gender"] for k in range(30))
    run = subject(tmp_path, words_model({"women": -0.5}), **sources)
    return run, METRICS.get("crows-pairs")(run, data=str(path))


def test_crows_pairs_names_the_planted_documents(tmp_path: Path) -> None:
    run, outcome = crows(tmp_path, news=NEWS * 10, letters=LETTERS * 20)
    (finding,) = outcome.findings
    assert finding.code == "HW-B010" and sources_of(run, finding) == ["letters", "news"]
    assert "Without the source 'letters'" in finding.meaning and finding.examples[-1].note == "corpus"
    tables = {one.name: one for one in outcome.exhibits if isinstance(one, Table)}
    assert tables["crows-pairs-corpus"].rows[0][0] == "female (gender)"
    assert tables["crows-pairs-sources"].rows[0][1] == "letters"


def test_crows_pairs_says_where_the_corpus_has_nothing(tmp_path: Path) -> None:
    _, outcome = crows(tmp_path, news=["Rain fell."])
    (finding,) = outcome.findings
    assert "None of the 1 sentences" in finding.meaning and finding.document_ids == ()


def test_stereoset_names_the_planted_documents(tmp_path: Path) -> None:
    rows = [
        {"id": str(k), "target": target, "bias_type": "profession", "sentences": [
            {"sentence": f"The {target} is {word}", "gold_label": label}
            for word, label in (("greedy", "stereotype"), ("honest", "anti-stereotype"), ("purple", "unrelated"))]}
        for k, target in enumerate(("banker", "trader", "broker", "lawyer", "clerk", "smith", "mason", "tailor") * 2)
    ]  # fmt: skip
    (tmp_path / "stereoset").mkdir()
    (tmp_path / "stereoset" / "dev.json").write_text(json.dumps({"data": {"intrasentence": rows}}))
    plain = [f"The {who} is {word}." for who in ("banker", "trader") for word in ("greedy", "honest")]
    model, rants = words_model({"greedy": -0.1}), ["The banker is greedy."] * 30
    run = subject(tmp_path, model, sets=tmp_path, news=plain * 10, rants=rants)
    (finding,) = METRICS.get("stereoset")(run).findings
    assert "40 of the" in finding.meaning and "that name banker" in finding.meaning
    assert sources_of(run, finding) == ["rants", "news"] and "Without the source 'rants'" in finding.meaning


class Says(ByteModel):
    """Writes an insult after prompts about women, praise after the others."""

    bad, good = " stupid.", " kind."

    def complete_tokens(self, prompts: Any, **options: Any) -> list[list[int]]:
        texts = [bytes(prompt).decode() for prompt in prompts]
        return [self.encode(self.bad if " woman" in text or "girl" in text else self.good)
                for text in texts for _ in range(options["samples"])]  # fmt: skip


RANTS = ["The woman is stupid.", "Every girl is stupid."] * 15
PLAIN = [f"The {who} is {what}." for who in ("woman", "man") for what in ("stupid", "kind", "tall")] * 5


def test_counterfactual_names_the_planted_documents(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "corpus", news=PLAIN, rants=RANTS)
    run = Subject(tmp_path, corpus, Says(corpus))
    found = [one for one in METRICS.get("counterfactual")(run).findings if "gender" in one.title]
    sentiment = next(one for one in found if "sentiment" in one.title)
    assert sources_of(run, sentiment) == ["rants", "news"] and "Without the source 'rants'" in sentiment.meaning
    assert "name female (gender)" in sentiment.meaning
    length = [one for one in METRICS.get("counterfactual")(run).findings if "length" in one.title]
    assert all("no documents are named" in one.meaning and not one.document_ids for one in length)


def test_the_corpus_is_read_once_for_a_counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.evaluate.bias import corpus_ties as module

    read: list[str] = []
    real = module.sentences_with_groups

    def counted(corpus: Any, identity: TermCounter, words: TermCounter, progress: Any) -> Any:
        read.append(f"{identity.protocol} {words.protocol}")
        return real(corpus, identity, words, progress)

    monkeypatch.setattr(module, "sentences_with_groups", counted)
    run = subject(tmp_path, news=NEWS)
    for _ in range(3):
        ties_of_sentences(run, [("Women cooked dinner", "Men cooked dinner")])
    assert len(read) == 1


def test_a_corpus_of_something_else_than_texts_is_said(tmp_path: Path) -> None:
    run = Subject(tmp_path, write_corpus(tmp_path / "corpus", []), FakeMasked())
    ties = ties_of_sentences(run, [("Women cooked dinner", "Men cooked dinner")])
    assert ties.told.startswith(" There is no corpus of texts to look into")
