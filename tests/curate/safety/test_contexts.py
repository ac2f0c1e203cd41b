from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from headwater.core import (
    SILENT,
    ConfigError,
    Corpus,
    NotMeasured,
    Score,
    StageReport,
    Table,
    UsageError,
    canonical_json,
)
from headwater.curate import AttributeTerms, IdentityTerms
from headwater.curate.safety import Contexts
from headwater.curate.safety.context_scores import ContextScorer
from headwater.curate.safety.context_tests import mean_difference
from headwater.curate.safety.text_detector import build_detector

MakeCorpus = Callable[..., Corpus]


def alarm(texts: Sequence[str]) -> np.ndarray:
    return np.array([0.9 if "zark" in text else 0.1 for text in texts])


def scorer() -> ContextScorer:
    return ContextScorer(
        IdentityTerms(["gender", "ethnicity"]), AttributeTerms(["sentiment"]), build_detector(alarm, "")
    )


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("She was happy.", 1.0),
        ("She was not happy.", -1.0),
        ("She didn't enjoy it.", -1.0),
        ("She did n't enjoy it.", -1.0),
        ("She was never really very happy.", -1.0),
        ("She was not there when all of us were happy.", 1.0),
        ("Not here. She was happy.", 1.0),
        ("She was happy but ugly.", 0.0),
        ("She was happy, lovely and cruel.", 1 / 3),
        ("She was not cruel.", 1.0),
        ("She walked.", 0.0),
        ("Black friends came.", 0.0),  # a friend in the name of a group says nothing of the tone
        ("Black friends of friends came.", 1.0),
    ],
)
def test_the_tone_of_a_sentence(text: str, tone: float, make_corpus: MakeCorpus) -> None:
    found = scorer().read(make_corpus([text]), SILENT)
    assert found.tone.tolist() == [pytest.approx(tone)]


def test_only_sentences_that_mention_a_group_are_scored(make_corpus: MakeCorpus) -> None:
    found = scorer().read(make_corpus(["A happy day. He came. A zark.", "", "zark! She is zark."]), SILENT)
    assert found.document.tolist() == [0, 2] and found.offset.tolist() == [13, 6]
    assert found.toxicity.tolist() == [0.1, 0.9] and found.tone.tolist() == [0, 0]


def planted(share: float, size: int = 300) -> list[str]:
    """Women are cruel and zark in ``share`` of their documents, men in one of ten."""
    rng = np.random.default_rng(0)
    texts = []
    for i in range(size):
        bad = rng.random() < (share if i % 2 else 0.1)
        texts.append(f"Number {i}. {'She' if i % 2 else 'He'} was {'cruel and zark' if bad else 'tall'} today.")
    return texts


def examine(corpus: Corpus, **options: object) -> StageReport:
    return Contexts(**{"lexicons": ["gender"], "detector": alarm, "permutations": 999, **options}).examine(  # type: ignore[arg-type]
        corpus, 0, SILENT
    )


def test_an_unpleasant_and_toxic_tone_is_found_with_its_documents(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(planted(0.6))
    report = examine(corpus)
    assert {one.code for one in report.findings} == {"HW-A008", "HW-A009"}
    for finding in report.findings:
        assert "'female'" in finding.title
        rows = corpus.documents(finding.document_ids).values()
        assert rows and all("She was cruel" in row["text"] for row in rows)
        assert finding.examples and all(example.spans for example in finding.examples)


def test_the_numbers_are_those_of_pandas(make_corpus: MakeCorpus) -> None:
    texts = planted(0.6)
    table = next(one for one in examine(make_corpus(texts)).exhibits if isinstance(one, Table))
    frame = pd.DataFrame({"who": [text.split()[2] for text in texts], "tone": [-1.0 * ("cruel" in t) for t in texts]})
    means = frame.groupby("who")["tone"].mean()
    (row,) = (row for row in table.rows if row[1] == "female")
    assert row[2:7] == (150, 150, pytest.approx(means["She"]), pytest.approx(means["He"]),
                        pytest.approx(means["She"] - means["He"]))  # fmt: skip


def test_equal_contexts_are_no_finding(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(planted(0.1)))
    assert report.findings == () and report.facts["Contexts tested"] == 4


def test_one_document_that_hates_is_no_finding(make_corpus: MakeCorpus) -> None:
    texts = [f"{'She' if i % 2 else 'He'} was here, {i}." for i in range(100)]
    assert examine(make_corpus([*texts, "She was cruel. " * 60])).findings == ()


def test_without_a_word_of_tone_and_a_score_nothing_is_measured(make_corpus: MakeCorpus) -> None:
    texts = [f"{'She' if i % 2 else 'He'} was here, {i}." for i in range(100)]
    report = examine(make_corpus(texts), detector="toxicity-words")
    assert all(isinstance(one, NotMeasured) for one in report.scores)


@pytest.mark.parametrize("texts", [["no one"], ["She was cruel."] * 100, [""]])
def test_one_group_only_or_none_is_not_measured(make_corpus: MakeCorpus, texts: list[str]) -> None:
    report = examine(make_corpus(texts))
    assert report.findings == () and all(isinstance(one, NotMeasured) for one in report.scores)


def test_the_interval_takes_documents_as_clusters() -> None:
    rng = np.random.default_rng(0)
    label, values = rng.random(60) < 0.5, rng.random(60)
    single = mean_difference(values, label, np.arange(60))
    doubled = mean_difference(np.repeat(values, 2), np.repeat(label, 2), np.repeat(np.arange(60), 2))
    assert single.value == pytest.approx(values[label].mean() - values[~label].mean())
    assert (doubled.high - doubled.low) == pytest.approx(single.high - single.low, rel=1e-6)
    assert doubled.influence.sum() == pytest.approx(doubled.value)


def test_intervals_cover_where_documents_differ() -> None:
    covered = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        documents, label = np.repeat(np.arange(60), 4), np.repeat(rng.random(60) < 0.5, 4)
        found = mean_difference(np.repeat(rng.normal(size=60), 4) + rng.normal(size=240), label, documents)
        covered.append(found.low <= 0 <= found.high)
    assert np.mean(covered) > 0.91


def test_examples_are_redacted(make_corpus: MakeCorpus) -> None:
    texts = [text.replace("today", "to john.smith@mail.org") for text in planted(0.6)]
    findings = examine(make_corpus(texts)).findings
    assert findings and all("john.smith" not in example.text for one in findings for example in one.examples)


def test_the_same_seed_gives_the_same_bytes_at_any_batch_size(
    make_corpus: MakeCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make_corpus(planted(0.6))
    whole = canonical_json(examine(corpus).to_json())
    batches = Corpus.batches
    monkeypatch.setattr(Corpus, "batches", lambda self, columns=None, rows=7: batches(self, columns, 7))
    assert canonical_json(examine(corpus).to_json()) == whole


def test_every_score_has_an_interval_and_its_protocol(make_corpus: MakeCorpus) -> None:
    scores = [one for one in examine(make_corpus(planted(0.6))).scores if isinstance(one, Score)]
    assert len(scores) == 4 and all(one.low is not None and "/1 of a sentence" in one.method for one in scores)


@pytest.mark.parametrize("options", [{"minimum": 1}, {"rate": 1.0}, {"tone": -0.1}, {"per_document": 0}])
def test_an_option_out_of_range_is_one_clear_error(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="contexts"):
        Contexts(**options)  # type: ignore[arg-type]


def test_a_lexicon_of_tone_has_two_groups(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a lexicon of tone has two"):
        Contexts(sentiment="crime")
