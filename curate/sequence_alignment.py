"""Differences between two sequences, exactly: the bit-parallel algorithm of Myers (1999, J. ACM 46, 395-415)."""

from .sequences import UNAMBIGUOUS


def differences(shorter: str, longer: str, limit: int, alphabet: str = "protein") -> int:
    """Fewest substitutions, insertions, deletions that make ``shorter`` a stretch of ``longer``, up to ``limit`` + 1.

    What ``longer`` has before and behind the stretch costs nothing. An ambiguous letter matches no letter, not even
    itself. Time: one step of len(shorter) / 64 machine words for each letter of ``longer``.

    >>> differences("ACGT", "TTACGTTT", 4), differences("ACGT", "TTAGTTT", 4), differences("AAAA", "CCCC", 2)
    (0, 1, 3)
    """
    size = len(shorter)
    masks = _masks(shorter, alphabet)
    full, top = (1 << size) - 1, 1 << (size - 1)
    up, down, score, best = full, 0, size, size
    left = len(longer)
    for letter in longer:
        left -= 1
        equal = masks.get(letter, 0) | down
        diagonal = (((equal & up) + up) ^ up | equal) & full
        grow, shrink = down | (full ^ (up | diagonal)), diagonal & up
        if grow & top:
            score += 1
        elif shrink & top:
            score -= 1
            best = min(best, score)
        grow, shrink = grow << 1, shrink << 1
        up, down = (shrink | ~(diagonal | grow)) & full, diagonal & grow
        if best == 0 or (best > limit and score - left > limit):
            break
    return min(best, limit + 1)


def _masks(pattern: str, alphabet: str) -> dict[str, int]:
    masks: dict[str, int] = {}
    for letter in set(pattern) & set(UNAMBIGUOUS[alphabet]):
        # a string of 0 and 1 becomes a number in one go: shifting bit by bit takes time with the square of the length
        masks[letter] = int("".join("1" if other == letter else "0" for other in reversed(pattern)), 2)
    return masks
