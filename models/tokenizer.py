"""The tokenizers of text models, and the default one: byte-level BPE, trained on the training documents alone.

Sennrich et al. 2016 (arXiv 1508.07909) on bytes as in GPT-2, by the ``tokenizers`` library. Every text round-trips.
Digits stand alone, so that all secrets of one length have one number of tokens. The begin token is an id of our own
behind the vocabulary: no text can spell it.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from tokenizers import Tokenizer as Library
from tokenizers import decoders, models, pre_tokenizers, trainers

from ..core import ConfigError, IntegrityError, did_you_mean, sha256, write_text
from .symbol_tokenizer import FORMAT, SymbolTokenizer

BYTES = 256
KINDS = ("bpe", "characters", "residues")


class TextTokenizer(Protocol):
    """Text to token ids and back. ``begin`` is the last id of ``vocabulary``; no text can spell it."""

    begin: int
    vocabulary: int

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without a begin token."""

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of many texts at once."""

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of token ids; begin tokens vanish."""

    def to_json(self) -> str:
        """The content of tokenizer.json."""

    @property
    def hash(self) -> str:
        """SHA-256 of tokenizer.json."""


def check_kind(kind: str) -> str:
    """The same name; :class:`ConfigError` where it names no tokenizer."""
    if kind not in KINDS:
        hint = did_you_mean(str(kind), KINDS)
        raise ConfigError(f"model.options.tokenizer: no tokenizer {kind!r}; {hint}known: {', '.join(KINDS)}")
    return kind


def make_tokenizer(kind: str, texts: Iterable[str], vocabulary: int) -> TextTokenizer:
    """A tokenizer of one of the KINDS, from the training texts."""
    if check_kind(kind) == "bpe":
        return Tokenizer.train(texts, vocabulary)
    return SymbolTokenizer.residues() if kind == "residues" else SymbolTokenizer.characters(texts, vocabulary)


def load_tokenizer(path: Path) -> TextTokenizer:
    """Read a tokenizer.json of any kind; a broken file raises :class:`IntegrityError`."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise IntegrityError(f"{path}: not a readable tokenizer ({error}); train again") from None
    if isinstance(content, dict) and content.get("format") == FORMAT:
        return SymbolTokenizer.from_json(content, path)
    return Tokenizer.load(path)


class Tokenizer:
    """Byte-level BPE: text to token ids and back."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.begin: int = library.get_vocab_size()
        self.vocabulary = self.begin + 1

    @classmethod
    def train(cls, texts: Iterable[str], vocabulary: int) -> "Tokenizer":
        """Learn merges from texts until there are ``vocabulary`` ids, the begin token and 256 bytes included."""
        if vocabulary <= BYTES:
            raise ConfigError(f"model.vocabulary: {vocabulary} is too small; 256 bytes and the begin token need 257")
        library = Library(models.BPE())
        library.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        library.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=vocabulary - 1,
            show_progress=False,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        )
        library.train_from_iterator(texts, trainer)
        return cls(library)

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without a begin token. A lone surrogate becomes a question mark."""
        return self.encode_all([text])[0]

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of many texts at once."""
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        return [encoding.ids for encoding in self._library.encode_batch_fast(clean, add_special_tokens=False)]

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of token ids; begin tokens vanish, broken UTF-8 at the edges becomes U+FFFD."""
        return str(self._library.decode([token for token in tokens if token != self.begin], skip_special_tokens=False))

    def ids(self) -> dict[str, int]:
        """Token to id, without a begin token of our own."""
        return dict(self._library.get_vocab())

    def to_json(self) -> str:
        """The content of tokenizer.json."""
        return str(self._library.to_str(pretty=False))

    @property
    def hash(self) -> str:
        """SHA-256 of tokenizer.json."""
        return sha256(self.to_json().encode())

    def save(self, path: Path) -> None:
        """Write tokenizer.json."""
        write_text(path, self.to_json())

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        """Read tokenizer.json; a broken file raises :class:`IntegrityError`."""
        try:
            return cls(Library.from_str(path.read_text("utf-8")))
        except Exception as error:  # the library raises bare Exception
            raise IntegrityError(f"{path}: not a readable tokenizer ({error}); train again") from None
