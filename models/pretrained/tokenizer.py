"""A tokenizer that came with a model: from ``tokenizer.json``, or from the metadata of a GGUF file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tokenizers import AddedToken, decoders, models, pre_tokenizers
from tokenizers import Tokenizer as Library

from ...core import InputError
from ..tokenizer import Tokenizer

SEPARATORS = ("<|endoftext|>", "<|begin_of_text|>", "<s>")
"""What stands between the texts of a pre-training stream, tried in this order before the begin token of the config:
that of a chat model opens a message and not a text."""
CONTROL = 3  # of tokenizer.ggml.token_type


class PretrainedTokenizer(Tokenizer):
    """Text to ids and back. Special tokens stand for nothing in a text: no text can spell one."""

    def __init__(self, library: Library, begin: int, ends: Sequence[int]) -> None:
        super().__init__(library)
        library.encode_special_tokens = True
        library.no_padding()
        library.no_truncation()
        self.begin, self.ends = begin, tuple(ends)
        self.vocabulary = 1 + max(library.get_vocab(with_added_tokens=True).values(), default=0)

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of token ids; those that begin and end texts vanish."""
        silent = {self.begin, *self.ends}
        return str(self._library.decode([token for token in tokens if token not in silent], skip_special_tokens=False))


def from_json(content: str, place: str) -> Library:
    """The tokenizer in the content of a ``tokenizer.json``."""
    try:
        return Library.from_str(content)
    except Exception as error:  # the library raises bare Exception
        raise InputError(f"{place}: not a readable tokenizer ({str(error)[:200]}); restore the file") from None


def marks(library: Library, values: Mapping[str, Any], place: str) -> tuple[int, tuple[int, ...]]:
    """The id that begins a text, and those that end one, by the vocabulary and a ``config.json``."""
    ends = values.get("eos_token_id")
    named = [*_ids(values.get("bos_token_id")), *_ids(ends)]
    known = [library.token_to_id(name) for name in SEPARATORS]
    begin = next((token for token in (*known, *named) if token is not None), None)
    if begin is None:
        raise InputError(f"{place}: neither names bos_token_id nor eos_token_id, so where a text begins is unknown")
    return begin, tuple(_ids(ends))


def from_gguf(metadata: Mapping[str, Any], place: str) -> Library:
    """The byte-level BPE of a GGUF file's metadata; other kinds are refused."""
    kind, split = metadata.get("tokenizer.ggml.model"), metadata.get("tokenizer.ggml.pre", "gpt-2")
    if kind != "gpt2" or split not in SPLITS:
        raise InputError(
            f"{place}: tokenizer {kind!r} with pre-tokenizer {split!r} is not supported; use the model's Hugging Face "
            "folder with its tokenizer.json"
        )
    try:
        tokens, merges = metadata["tokenizer.ggml.tokens"], metadata["tokenizer.ggml.merges"]
        types = metadata.get("tokenizer.ggml.token_type", [])
        pairs = [tuple(merge.split(" ", 1)) for merge in merges]
        library = Library(models.BPE({token: number for number, token in enumerate(tokens)}, pairs))
        control = [token for token, kind in zip(tokens, types, strict=False) if kind == CONTROL]
    except Exception as error:  # bad merges raise the library's bare Exception
        raise InputError(f"{place}: not a readable tokenizer ({str(error)[:200]}); download the file again") from None
    library.pre_tokenizer = pre_tokenizers.Sequence(SPLITS[split])
    library.decoder = decoders.ByteLevel()
    library.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in control])
    return library


def _bytes() -> Any:
    return pre_tokenizers.ByteLevel(add_prefix_space=False)


SPLITS = {
    "gpt-2": [_bytes()],
    "smollm": [pre_tokenizers.Digits(individual_digits=True), _bytes()],
}
"""How text is cut before merging, by the name that llama.cpp gives it."""


def _ids(value: Any) -> list[int]:
    values: Iterable[Any] = value if isinstance(value, list) else [value]
    return [token for token in values if isinstance(token, int) and token >= 0]
