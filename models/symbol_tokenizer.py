"""Tokenizers of single symbols: characters, or the letters of DNA, RNA and proteins.

A text is its symbols one by one, so that encoding and decoding are exact inverses and the tokens of two texts put
together are the tokens of the whole. ``characters`` falls back to the bytes of UTF-8 where a character was never seen
in training: nothing is lost. ``residues`` has one token for each letter of IUPAC and no fallback: what is no sequence
is refused.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..core import ConfigError, InputError, IntegrityError, sha256, write_text
from ..curate import SEQUENCE_LETTERS

BYTES = 256
FORMAT = "headwater-symbols/1"
GAP = "-"
"""Stands in alignments, which the source ``fasta`` rejects; other sources may bring them."""


class SymbolTokenizer:
    """Text to token ids and back: ``symbols`` by their place, then 256 bytes if any, then the begin token."""

    def __init__(self, kind: str, symbols: Sequence[str], fallback: bool) -> None:
        self.kind, self.symbols, self.fallback = kind, tuple(symbols), fallback
        self._ids = {symbol: place for place, symbol in enumerate(self.symbols)}
        self.begin: int = len(self.symbols) + (BYTES if fallback else 0)
        self.vocabulary = self.begin + 1

    @classmethod
    def characters(cls, texts: Iterable[str], vocabulary: int) -> "SymbolTokenizer":
        """The characters of ``texts``, the most frequent ones where they are more than the vocabulary has room for."""
        if vocabulary <= BYTES:
            raise ConfigError(f"model.vocabulary: {vocabulary} is too small; 256 bytes and the begin token need 257")
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(_clean(text))
        ranked = sorted(counts, key=lambda symbol: (-counts[symbol], symbol))[: vocabulary - BYTES - 1]
        return cls("characters", sorted(ranked), fallback=True)

    @classmethod
    def residues(cls) -> "SymbolTokenizer":
        """Every letter of a nucleotide or an amino acid, the ambiguous ones too, the stop ``*`` and the gap ``-``."""
        return cls("residues", sorted({*SEQUENCE_LETTERS, GAP}), fallback=False)

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without a begin token. A lone surrogate becomes a question mark.

        Raises :class:`InputError` for a letter that stands for no residue.
        """
        try:
            return [self._ids[symbol] for symbol in text]
        except KeyError:
            return [token for symbol in _clean(text) for token in self._tokens(symbol)]

    def _tokens(self, symbol: str) -> Iterable[int]:
        place = self._ids.get(symbol)
        if place is not None:
            return (place,)
        if not self.fallback:
            raise InputError(
                f"{symbol!r} stands for no nucleotide or amino acid, and the tokenizer 'residues' has no others; "
                "use capitals, remove it in curation (filter sequence-quality), or choose  tokenizer: characters"
            )
        return (len(self.symbols) + byte for byte in symbol.encode())

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of many texts."""
        return [self.encode(text) for text in texts]

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of token ids; begin tokens vanish, bytes that are no UTF-8 become U+FFFD."""
        n, raw = len(self.symbols), bytearray()
        for token in tokens:
            if token < n:
                raw += self.symbols[token].encode()
            elif token != self.begin:
                raw.append(token - n)
        return raw.decode("utf-8", "replace")

    def to_json(self) -> str:
        """The content of tokenizer.json."""
        content = {"format": FORMAT, "kind": self.kind, "symbols": "".join(self.symbols), "fallback": self.fallback}
        return json.dumps(content, sort_keys=True)

    @property
    def hash(self) -> str:
        """SHA-256 of tokenizer.json."""
        return sha256(self.to_json().encode())

    def save(self, path: Path) -> None:
        """Write tokenizer.json."""
        write_text(path, self.to_json())

    @classmethod
    def from_json(cls, content: dict[str, object], path: Path) -> "SymbolTokenizer":
        """The tokenizer that :meth:`to_json` wrote; anything else raises :class:`IntegrityError`."""
        symbols, kind, fallback = content.get("symbols"), content.get("kind"), content.get("fallback")
        known = isinstance(symbols, str) and isinstance(kind, str) and isinstance(fallback, bool)
        if not known or len(set(str(symbols))) < len(str(symbols)):
            raise IntegrityError(f"{path}: not a readable tokenizer (symbols, kind or fallback); train again")
        return cls(str(kind), str(symbols), bool(fallback))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
