import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.sequences import alphabet_of, ambiguous_share, invalid_letter, reverse_complement


@pytest.mark.parametrize(
    ("sequence", "alphabet"),
    [
        ("ACGT", "dna"),
        ("ACGTRYKM" + "A" * 40, "dna"),
        ("AAAACCCCGGGG", "dna"),
        ("ACGU", "rna"),
        ("ACGTU", ""),
        ("MKTAYIAKQR", "protein"),
        ("MKTAYIAKQR*", "protein"),
        ("RYRYRYRYRY", "protein"),
        ("NNNNN", "dna"),
        ("ACGT-ACGT", ""),
        ("acgt", ""),
        ("\u00c4CGT", ""),
        ("", ""),
    ],
)
def test_the_alphabet_is_told_by_the_letters(sequence: str, alphabet: str) -> None:
    assert alphabet_of(sequence) == alphabet


@given(st.text("ACGTRYSWKMBDHVN", max_size=50))
def test_the_other_strand_of_the_other_strand_is_the_first(sequence: str) -> None:
    assert reverse_complement(reverse_complement(sequence)) == sequence


def test_the_first_wrong_letter_has_its_place() -> None:
    assert invalid_letter("ACGXU", "dna") == (4, "X")
    assert invalid_letter("ACGT", "dna") is None


def test_ambiguous_letters_are_counted_by_alphabet() -> None:
    assert ambiguous_share("ACGN", "dna") == 0.25
    assert ambiguous_share("MNXX", "protein") == 0.5
    assert ambiguous_share("", "dna") == 0.0
