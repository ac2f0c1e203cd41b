from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from fakes import ByteModel, random_text, scores_of, subject_of, write_corpus

from headwater.core import Corpus, IncompleteError, NotMeasured, Recipe, UsageError
from headwater.evaluate import Outcome, auc, measure_membership
from headwater.evaluate.memorization.blind_baseline import blind_scores
from headwater.evaluate.memorization.membership import beyond
from headwater.evaluate.memorization.membership_texts import candidates
from headwater.models import Reading

HALF = Recipe(held_out=0.5, canaries=None)
QUICK = ("loss", "zlib", "min-k")


class OpenByteModel(ByteModel):
    """Shows the probabilities of all symbols."""

    def over_vocabulary(self, sequences: Sequence[Sequence[int]], read: Reading) -> list[np.ndarray]:
        rows = []
        for sequence in sequences:
            p = np.stack([self.probabilities(bytes(sequence[:place])) for place in range(len(sequence))])
            rows.append(read(torch.from_numpy(np.log(p)), torch.tensor(sequence)).numpy())
        return rows


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 120) for seed in range(90)])


def leaky(corpus: Corpus, order: int = 4) -> ByteModel:
    return OpenByteModel(corpus, order=order, recipe=HALF)


def codes(outcome: Outcome) -> list[str]:
    return [finding.code for finding in outcome.findings]


def test_every_attack_recognises_what_a_copying_model_was_trained_on(corpus: Corpus) -> None:
    """The sign: a planted leak has an area above 0.5, not below."""
    outcome = measure_membership(subject_of(corpus, leaky(corpus)), neighbours=2)
    areas = scores_of(outcome, "membership")
    for name in ("loss", "zlib", "min-k", "min-k++", "reference", "neighbourhood"):
        assert areas[name].value > 0.9, name
        assert scores_of(outcome, "membership-gap")[name].low > 0
        assert scores_of(outcome, "membership-epsilon")[name].value > 0.5
    assert abs(areas["blind (no model)"].value - 0.5) < 0.25
    assert codes(outcome) == ["HW-M010"]


def test_the_finding_names_trained_documents_the_surest_first(corpus: Corpus) -> None:
    model = leaky(corpus)
    (finding,) = measure_membership(subject_of(corpus, model), attacks=QUICK).findings
    assert finding.document_ids and set(finding.document_ids) <= set(model.ledger.seen)
    assert "above 100.0%" in finding.examples[0].note


def test_a_model_that_knows_letters_only_recognises_nothing(corpus: Corpus) -> None:
    found = [
        measure_membership(subject_of(corpus, leaky(corpus, order=0), seed=seed), attacks=QUICK) for seed in range(3)
    ]
    for outcome in found:
        assert "HW-M010" not in codes(outcome)
        score = scores_of(outcome, "membership")["loss"]
        assert score.low is not None and score.high is not None and score.low < 0.6 and score.high > 0.4


def test_rates_that_so_few_non_members_cannot_show_are_not_measured_once(corpus: Corpus) -> None:
    outcome = measure_membership(subject_of(corpus, leaky(corpus)), attacks=QUICK)
    gaps = [score for score in outcome.scores if isinstance(score, NotMeasured)]
    assert [(score.metric, score.slice["false positives"]) for score in gaps] == [
        ("membership-tpr", "1.0%"),
        ("membership-tpr", "0.1%"),
    ]
    assert "it takes 1,000" in gaps[1].reason


def test_a_model_that_hides_its_vocabulary_gets_no_min_k_plus_plus(corpus: Corpus) -> None:
    outcome = measure_membership(subject_of(corpus, ByteModel(corpus, 4, recipe=HALF)), attacks=("loss", "min-k++"))
    (gap,) = [score for score in outcome.scores if isinstance(score, NotMeasured) and score.metric == "membership"]
    assert gap.slice == {"attack": "min-k++"} and "every token" in gap.reason
    assert scores_of(outcome, "membership")["loss"].value > 0.9


def test_areas_rise_with_the_number_of_copies_and_of_times_seen(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 120) for seed in range(120)])
    trained = list(ByteModel(corpus, 0, recipe=HALF).ledger.seen)
    seen = {name: 1 if place % 2 else 20 for place, name in enumerate(trained)}
    model = OpenByteModel(corpus, 1, seen, recipe=HALF)
    areas = scores_of(measure_membership(subject_of(corpus, model), attacks=("loss",)), "membership")
    assert areas["loss 16-31"].value > areas["loss 1"].value


def test_exact_copies_stand_on_one_side_as_one_text(tmp_path: Path) -> None:
    texts = [random_text(seed, 80) for seed in range(40)]
    corpus = write_corpus(tmp_path / "corpus", [*texts, texts[0], texts[0]])
    found = candidates(subject_of(corpus, ByteModel(corpus, 1, recipe=HALF)), 100, 100)
    assert len(set(found.texts)) == len(found.texts)
    assert not {name.split("-")[0] for name in found.rest} & set(found.groups)
    assert sum(found.copies) in (sum(found.member), sum(found.member) + 2)


def test_texts_are_cut_at_one_length_on_both_sides(corpus: Corpus) -> None:
    found = candidates(subject_of(corpus, ByteModel(corpus, 1, recipe=HALF)), 10, 50)
    assert {len(text) for text in found.texts} == {50}
    assert found.member.sum() == (~found.member).sum() == 10


def test_sides_that_differ_by_their_words_are_found_without_the_model(tmp_path: Path) -> None:
    texts = [f"{random_text(seed, 60)} {'winter' if seed % 2 else 'summer'}" for seed in range(80)]
    member = [seed % 2 == 1 for seed in range(80)]
    scores = blind_scores(texts, member, [str(seed) for seed in range(80)], 0)
    assert scores[np.array(member)].min() > scores[~np.array(member)].max()


def test_the_blind_baseline_cannot_learn_a_text_from_its_own_copy() -> None:
    """Sides drawn at random over groups of copies: without the groups the area would be near 1."""
    texts = [random_text(seed // 4, 60) for seed in range(160)]
    rng = np.random.default_rng(0)
    side = np.repeat(rng.random(40) < 0.5, 4)
    scores = blind_scores(texts, side.tolist(), [str(seed // 4) for seed in range(160)], 0)
    assert abs(float((scores[side][:, None] > scores[~side]).mean()) - 0.5) < 0.3


def test_too_few_texts_for_the_baseline_are_said(corpus: Corpus) -> None:
    outcome = measure_membership(subject_of(corpus, leaky(corpus)), documents=4, attacks=("loss",))
    reasons = [score.reason for score in outcome.scores if isinstance(score, NotMeasured)]
    assert any("blind baseline needs 5" in reason for reason in reasons)
    assert not outcome.findings


def test_an_attack_is_held_against_chance_where_the_baseline_is_below_it() -> None:
    rng = np.random.default_rng(0)
    attack, low = (rng.normal(1, 1, 60), rng.normal(0, 1, 60)), (rng.normal(-1, 1, 60), rng.normal(0, 1, 60))
    gap, p = beyond(attack, low)
    area = auc(*attack)
    assert gap.value == pytest.approx(area.value - 0.5) and p < 0.001
    assert (gap.low, gap.high) == (area.low - 0.5, area.high - 0.5)  # type: ignore[operator]
    assert beyond(attack, attack)[0].value == 0
    assert beyond((np.zeros(9), np.zeros(9)), low)[1] == 1.0


def test_items_mean_the_area(corpus: Corpus) -> None:
    outcome = measure_membership(subject_of(corpus, leaky(corpus, 1)), attacks=QUICK)
    for item in outcome.items:
        assert item.value == pytest.approx(scores_of(outcome, "membership")[item.slice["attack"]].value)


def test_the_same_seed_gives_the_same_outcome(corpus: Corpus) -> None:
    first, second = (measure_membership(subject_of(corpus, leaky(corpus)), neighbours=1) for _ in range(2))
    assert first.scores == second.scores and first.findings == second.findings


def test_probabilities_that_are_none_are_said_once_for_all_attacks(corpus: Corpus) -> None:
    model = ByteModel(corpus, 1, recipe=HALF)
    model.token_logprobs = lambda texts: [np.array([-np.inf]) for _ in texts]  # type: ignore[method-assign]
    with pytest.raises(IncompleteError, match="no finite number"):
        measure_membership(subject_of(corpus, model))


def test_nothing_held_out_is_a_sentence(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", ["a lake", "a pond"])
    model = ByteModel(corpus, 1, recipe=Recipe(held_out=0.0, canaries=None))
    with pytest.raises(IncompleteError, match=r"set model\.held_out"):
        measure_membership(subject_of(corpus, model))


@pytest.mark.parametrize(
    "options",
    [{"attacks": ["lss"]}, {"documents": 0}, {"k": 0}, {"neighbours": 0}, {"exchanged": 2.0}, {"order": 0}],
)
def test_parameters_that_make_no_sense_are_refused(corpus: Corpus, options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        measure_membership(subject_of(corpus, leaky(corpus)), **options)  # type: ignore[arg-type]


def test_a_reference_that_is_no_model_says_so_and_the_other_attacks_stand(corpus: Corpus) -> None:
    subject = subject_of(corpus, leaky(corpus))
    outcome = measure_membership(subject, attacks=("loss", "reference"), reference=str(corpus.folder))
    (gap,) = [score for score in outcome.scores if isinstance(score, NotMeasured) and score.metric == "membership"]
    assert gap.slice == {"attack": "reference"}
    assert "loss" in scores_of(outcome, "membership")
