"""Words as tokens, for models that keep their tokenizer to themselves."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"\s*\S+|\s+")


class Words:
    """Numbers for words, given as they come: a word with the white space before it. Every text round-trips."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []

    def encode(self, text: str) -> list[int]:
        """The number of each word.

        >>> Words().encode("to be or not to be")
        [0, 1, 2, 3, 4, 1]
        """
        return [self._number(word) for word in _WORD.findall(text)]

    def decode(self, numbers: Sequence[int]) -> str:
        """The words one after the other."""
        return "".join(self._words[number] for number in numbers)

    def _number(self, word: str) -> int:
        if word not in self._numbers:
            self._numbers[word] = len(self._words)
            self._words.append(word)
        return self._numbers[word]
