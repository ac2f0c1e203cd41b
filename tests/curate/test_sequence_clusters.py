import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import SILENT
from headwater.curate.sequence_alignment import differences
from headwater.curate.sequence_clusters import Clustering, Member, allowed_differences, word_size, words

AMINO = "ACDEFGHIKLMNPQRSTVWY"


def run(
    sequences: list[str], alphabet: str = "protein", threshold: float = 0.9, coverage: float = 0.8, **options: bool
) -> list[Member]:
    strands = options.get("both_strands", True)
    with SILENT.task("test") as task:
        return Clustering(alphabet, threshold, coverage, strands).run(sequences, task)


def drawn(rng: np.random.Generator, size: int, letters: str = AMINO) -> str:
    return "".join(rng.choice(list(letters), size))


def mutated(sequence: str, count: int, rng: np.random.Generator, letters: str = AMINO) -> str:
    """Exactly ``count`` letters replaced by others."""
    found = list(sequence)
    for place in rng.choice(len(sequence), count, replace=False).tolist():
        found[place] = str(rng.choice([letter for letter in letters if letter != found[place]]))
    return "".join(found)


@pytest.mark.parametrize(("edits", "joined"), [(0, True), (10, True), (20, True), (21, False), (40, False)])
def test_a_copy_joins_up_to_the_allowed_number_of_differences(edits: int, joined: bool) -> None:
    rng = np.random.default_rng(edits)
    original = drawn(rng, 200)
    copy = mutated(original, edits, rng)
    first, second = run([original, copy])
    assert first == Member(0, 0, 1.0)
    assert second.representative == (0 if joined else 1)
    if joined:
        assert second.identity == pytest.approx(1 - edits / 200)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("ACGT", min_size=8, max_size=30), min_size=2, max_size=12),
    st.sampled_from([0.5, 0.7, 0.8, 0.9, 1.0]),
)
def test_the_word_filter_misses_nothing(sequences: list[str], threshold: float) -> None:
    """The same greedy clustering with every pair aligned has the same representatives."""
    order = sorted(range(len(sequences)), key=lambda place: (-len(sequences[place]), place))
    representatives: list[int] = []
    for place in order:
        mine = sequences[place]
        allowed = allowed_differences(len(mine), threshold)
        others = [sequences[one] for one in representatives if len(sequences[one]) * 0.8 <= len(mine)]
        if all(differences(mine, other, allowed, "dna") > allowed for other in others):
            representatives.append(place)
    members = run(sequences, "dna", threshold, both_strands=False)
    assert {member.representative for member in members} == set(representatives)


@given(st.lists(st.text("ACD", min_size=5, max_size=20), min_size=1, max_size=8))
def test_every_member_is_as_similar_as_it_says(sequences: list[str]) -> None:
    for member in run(sequences, threshold=0.8):
        mine, other = sequences[member.sequence], sequences[member.representative]
        found = differences(mine, other, len(mine))
        assert member.identity == pytest.approx(1 - found / len(mine)) and member.identity >= 0.8 - 1e-9


def test_the_longest_represents_and_of_equals_the_first() -> None:
    core = "MKTAYIAKQRQISFVKSHFSRQ"
    assert [member.representative for member in run([core, core + "LE", core])] == [1, 1, 1]
    assert [member.representative for member in run([core, core])] == [0, 0]


def test_a_fragment_below_the_coverage_stays_alone() -> None:
    rng = np.random.default_rng(1)
    whole = drawn(rng, 100)
    assert run([whole, whole[:79]])[1].representative == 1
    assert run([whole, whole[:80]])[1].representative == 0
    assert run([whole, whole[:40]], coverage=0.0)[1].representative == 0


def test_the_reverse_complement_is_the_same_molecule() -> None:
    rng = np.random.default_rng(2)
    strand = drawn(rng, 90, "ACGT")
    other = strand.translate(str.maketrans("ACGT", "TGCA"))[::-1]
    assert run([strand, other], "dna")[1].representative == 0
    assert run([strand, other], "dna", both_strands=False)[1].representative == 1


@pytest.mark.parametrize(("alphabet", "letters"), [("dna", "ACGT"), ("rna", "ACGU"), ("protein", AMINO)])
def test_words_are_as_many_as_places_and_all_different(alphabet: str, letters: str) -> None:
    sequence = drawn(np.random.default_rng(3), 200, letters[:3])
    found = list(words(sequence, 3, alphabet))
    assert len(found) == len(set(found)) == 198


def test_words_with_ambiguous_letters_are_none() -> None:
    assert len(list(words("ACGNACG", 3, "dna"))) == 2
    assert list(words("AC", 3, "dna")) == [] == list(words("NNNN", 3, "dna"))


@pytest.mark.parametrize(("threshold", "size"), [(0.5, 1), (0.7, 2), (0.8, 4), (0.9, 8), (0.95, 12), (1.0, 12)])
def test_words_are_shorter_for_lower_thresholds(threshold: float, size: int) -> None:
    assert word_size("dna", threshold) == size
