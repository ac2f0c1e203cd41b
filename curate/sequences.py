"""DNA, RNA and protein sequences as text: their letters (IUPAC-IUB 1985 and 1983), and how an alphabet is told."""

import numpy as np

NUCLEOTIDES = "ACGTU"
AMBIGUOUS_NUCLEOTIDES = "RYSWKMBDHVN"
AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWYUO"
AMBIGUOUS_AMINO_ACIDS = "BZJX"
ALPHABETS = ("dna", "rna", "protein")
LETTERS = {
    "dna": frozenset("ACGT" + AMBIGUOUS_NUCLEOTIDES),
    "rna": frozenset("ACGU" + AMBIGUOUS_NUCLEOTIDES),
    "protein": frozenset(AMINO_ACIDS + AMBIGUOUS_AMINO_ACIDS + "*"),
}
SEQUENCE_LETTERS = frozenset().union(*LETTERS.values())
"""Every letter of some alphabet: A to Z and the stop ``*``."""
UNAMBIGUOUS = {"dna": "ACGT", "rna": "ACGU", "protein": AMINO_ACIDS + "*"}
NUCLEOTIDE_SHARE = 0.9  # a choice of ours: the amino acids A, C, G, T and N make up a third of a usual protein
_COMPLEMENT = str.maketrans("ACGTURYSWKMBDHVN", "TGCAAYRSWMKVHDBN")
_NUCLEOTIDES = np.frombuffer(b"ACGTUN", np.uint8)


def alphabet_of(sequence: str) -> str:
    """``dna``, ``rna`` or ``protein``; "" where a letter belongs to none of them, or T stands beside U in nucleotides.

    Nucleotides are sequences with at least 90 % of A, C, G, T, U and N and no letter that no nucleotide has.

    >>> alphabet_of("ACGTNACGT"), alphabet_of("ACGUU"), alphabet_of("MKTAYIAK"), alphabet_of("some text")
    ('dna', 'rna', 'protein', '')
    """
    if not sequence or not sequence.isascii():
        return ""
    letters = set(sequence)
    counts = np.bincount(np.frombuffer(sequence.encode(), np.uint8), minlength=256)
    if letters <= LETTERS["dna"] | {"U"} and counts[_NUCLEOTIDES].sum() >= NUCLEOTIDE_SHARE * len(sequence):
        return "" if {"T", "U"} <= letters else "rna" if "U" in letters else "dna"
    return "protein" if letters <= LETTERS["protein"] else ""


def invalid_letter(sequence: str, alphabet: str) -> tuple[int, str] | None:
    """Place (from 1) and character of the first letter that the alphabet lacks."""
    allowed = LETTERS[alphabet]
    return next(((place, letter) for place, letter in enumerate(sequence, 1) if letter not in allowed), None)


def ambiguous_share(sequence: str, alphabet: str) -> float:
    """Share of letters that stand for more than one nucleotide or amino acid (N, X, R, B ...), in [0, 1]."""
    known = sum(sequence.count(letter) for letter in UNAMBIGUOUS[alphabet])
    return (len(sequence) - known) / len(sequence) if sequence else 0.0


def reverse_complement(sequence: str) -> str:
    """The other strand of a DNA sequence, read in its own direction.

    >>> reverse_complement("AACGTN")
    'NACGTT'
    """
    return sequence.translate(_COMPLEMENT)[::-1]
