import math
from collections.abc import Callable

import numpy as np
import pytest

from headwater.core import SILENT, Corpus, NotMeasured, Score, StageReport, Table, canonical_json
from headwater.curate.audits import Associations

MakeCorpus = Callable[..., Corpus]
WORDS = {"science": "a scientist", "arts": "a poet"}


def examine(corpus: Corpus, seed: int = 0) -> StageReport:
    return Associations(("gender", "religion"), ("science-arts", "crime"), permutations=999).examine(
        corpus, seed, SILENT
    )


def planted(share: float, size: int = 400) -> list[str]:
    """She and he in turn; ``share`` of the women are scientists and of the men poets, the others the reverse."""
    texts = []
    for i in range(size):
        typical = (i // 2) % 100 < 100 * share
        word = WORDS["science" if (i % 2 == 0) == typical else "arts"]
        texts.append(f"Document {i} begins. {'She' if i % 2 == 0 else 'He'} was {word}. It ends.")
    return texts


def pairs(report: StageReport) -> set[tuple[str, str]]:
    scores = [finding.scores[0] for finding in report.findings]
    return {(score.slice["group"], score.slice["attribute"]) for score in scores}


def test_a_planted_association_is_found_in_its_direction(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(planted(0.8)))
    assert pairs(report) == {("female", "science"), ("male", "arts")}


def test_its_documents_are_those_that_hold_both(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(planted(0.8))
    finding = next(one for one in examine(corpus).findings if "'female'" in one.title)
    texts = [row["text"] for row in corpus.documents(finding.document_ids).values()]
    assert texts and all("She was a scientist" in text for text in texts)
    example = finding.examples[0]
    assert {example.text[a:b] for a, b in example.spans} == {"She", "scientist"}


def test_equal_treatment_is_no_finding(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(planted(0.5)))
    assert report.findings == () and report.facts["Associations tested"] == 4
    assert all(row[6] > 0.9 for row in rows(report))


def rows(report: StageReport) -> tuple[tuple[object, ...], ...]:
    return next(one.rows for one in report.exhibits if isinstance(one, Table))


def test_shuffled_labels_rarely_give_a_finding(make_corpus: MakeCorpus) -> None:
    rng = np.random.default_rng(0)
    found = 0
    for trial in range(12):
        who, what = rng.permutation(200) % 2, rng.permutation(200) % 2
        texts = [
            f"{'She' if a else 'He'} was {'a scientist' if b else 'a poet'}." for a, b in zip(who, what, strict=True)
        ]
        found += bool(examine(make_corpus(texts, f"shuffled-{trial}")).findings)
    assert found <= 2


def test_one_long_document_is_no_finding(make_corpus: MakeCorpus) -> None:
    texts = ["She was a scientist. " * 200, "He was a poet. " * 200]
    assert examine(make_corpus(texts)).findings == ()


def test_too_few_sentences_are_not_measured(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(planted(0.8, 20)))
    assert isinstance(report.scores[0], NotMeasured) and report.findings == ()


def test_a_small_effect_is_no_finding_however_certain(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(planted(0.57, 4000)))
    strongest = min(row[10] for row in rows(report))  # type: ignore[type-var]
    assert strongest <= 0.001 and report.findings == ()


def test_the_table_holds_the_odds_ratio_of_the_counts(make_corpus: MakeCorpus) -> None:
    report = examine(make_corpus(planted(0.8)))
    score = next(one for one in report.scores if isinstance(one, Score) and one.slice["group"] == "female")
    assert score.value == (160.5 * 160.5) / (40.5 * 40.5)
    assert score.low is not None and score.high is not None and score.low < score.value < score.high


def test_the_same_seed_gives_the_same_bytes(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(planted(0.7))
    assert canonical_json(examine(corpus).to_json()) == canonical_json(examine(corpus).to_json())


def test_the_log_odds_of_a_planted_association_stand_beside_it(make_corpus: MakeCorpus) -> None:
    (row,) = (row for row in rows(examine(make_corpus(planted(0.8)))) if row[1:3] == ("female", "science"))
    # 160 of 200 women and 40 of 200 men; the prior is 20 sentences of which 200.5 / 1201 hold it
    held = 20 * 200.5 / 1201
    by_hand = math.log((160 + held) / (60 - held)) - math.log((40 + held) / (180 - held))
    assert row[-2:] == pytest.approx((by_hand, by_hand / math.sqrt(1 / (160 + held) + 1 / (40 + held))))
