"""A masked language model (BERT and its kin) in a Hugging Face folder, by the library transformers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...core import ConfigError, IncompleteError, InputError, UsageError, safe_content
from .base import ADAPTERS, ExternalModel

CONFIG = "config.json"
BATCH_TOKENS = 2_048
Cell = tuple[int, int]
"""A sequence and a place in it."""


@ADAPTERS.register("masked-lm", source="https://huggingface.co/docs/transformers (Apache-2.0)")
class MaskedModel(ExternalModel):
    """A masked language model in a Hugging Face folder, such as BERT.

    ``path`` is the folder (config.json, tokenizer, safetensors). Pickles and code are refused before a byte of them is
    interpreted; nothing is downloaded. ``batch_tokens`` bounds memory; copies of equal length stand together without
    padding, so that values do not depend on it beyond rounding.
    """

    kind = "masked-lm"

    def __init__(
        self,
        path: str | None = None,
        name: str = "masked language model",
        batch_tokens: int = BATCH_TOKENS,
        content: str | None = None,
    ) -> None:
        if batch_tokens < 1:
            raise ConfigError("batch_tokens: must be 1 or more")
        self.path = Path(path) if path else None
        self.batch_tokens = batch_tokens
        self.content = content or (_checked(self.path) if self.path else "")
        super().__init__(name, ("masked_logprob",), {"name": name, "content": self.content})
        self._parts: tuple[Any, Any] | None = None

    def marked(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text between its begin and end marks; longer than the model reads is refused."""
        tokenizer, network = self._opened()
        longest = int(getattr(network.config, "max_position_embeddings", 0) or 1 << 30)
        found = [[int(token) for token in tokenizer(text, truncation=False)["input_ids"]] for text in texts]
        for tokens in found:
            if len(tokens) > longest:
                raise InputError(f"{self.name}: a text of {len(tokens):,} tokens; the model reads at most {longest:,}")
        return found

    def masked_logprobs(self, sequences: Sequence[Sequence[int]], places: Sequence[Sequence[int]]) -> list[np.ndarray]:
        """See :class:`models.base.ScoresMasked`."""
        found = [np.zeros(len(each)) for each in places]
        slots = [(number, slot) for number, each in enumerate(places) for slot in range(len(each))]
        for batch in self._batches(slots, sequences):
            cells = [(number, places[number][slot]) for number, slot in batch]
            for (number, slot), value in zip(batch, self._values(sequences, cells), strict=True):
                found[number][slot] = value
        return found

    def _batches(self, slots: Sequence[Cell], sequences: Sequence[Sequence[int]]) -> Iterator[list[Cell]]:
        """Masked copies of one length together, in a bounded number of tokens."""
        batch: list[Cell] = []
        width = 0
        for slot in sorted(slots, key=lambda slot: (len(sequences[slot[0]]), slot)):
            length = len(sequences[slot[0]])
            if batch and (length != width or (len(batch) + 1) * width > self.batch_tokens):
                yield batch
                batch = []
            batch.append(slot)
            width = length
        if batch:
            yield batch

    @torch.inference_mode()
    def _values(self, sequences: Sequence[Sequence[int]], cells: Sequence[Cell]) -> list[float]:
        tokenizer, network = self._opened()
        tokens = torch.tensor([list(sequences[number]) for number, _ in cells])
        rows, columns = torch.arange(len(cells)), torch.tensor([place for _, place in cells])
        truth = tokens[rows, columns].clone()
        tokens[rows, columns] = tokenizer.mask_token_id
        logits: Tensor = network(input_ids=tokens, attention_mask=torch.ones_like(tokens)).logits
        logs = logits[rows, columns].double().log_softmax(-1)[rows, truth]
        if not torch.isfinite(logs).all():
            raise InputError(f"{self.name}: a log-probability is not finite; are the weights those of a trained model?")
        values: list[float] = logs.tolist()
        return values

    def _opened(self) -> tuple[Any, Any]:
        if self._parts is None:
            if self.path is None:
                raise IncompleteError(f"{self.name}: where it lies is not recorded; give the config, not the folder")
            if _checked(self.path) != self.content:
                raise InputError(f"{self.path}: has changed since it was read; run again when nobody writes to it")
            self._parts = _open(self.path)
        return self._parts


def _checked(folder: Path) -> str:
    if not (folder / CONFIG).is_file() or not list(folder.glob("*.safetensors")):
        raise InputError(f"{folder}: give a folder with {CONFIG}, a tokenizer and weights as safetensors")
    return safe_content(folder)


def _open(folder: Path) -> tuple[Any, Any]:
    library = _library()
    safe = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = library.AutoTokenizer.from_pretrained(str(folder), **safe)
        network, report = library.AutoModelForMaskedLM.from_pretrained(
            str(folder), use_safetensors=True, output_loading_info=True, **safe
        )
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{folder}: transformers cannot open it ({str(error)[:200]})") from None
    if report["missing_keys"]:
        name = sorted(report["missing_keys"])[0]
        raise InputError(f"{folder}: lacks {name}: not a masked language model, its head would be random")
    marks = list(tokenizer("")["input_ids"])
    if tokenizer.mask_token_id is None or len(marks) != 2:
        raise InputError(f"{folder}: its tokenizer needs a mask token, and one mark at each end of a text")
    return tokenizer, network.float().eval()


def _library() -> Any:
    try:
        import transformers
    except ImportError:
        raise UsageError("the library transformers is not installed; pip install 'headwater[transformers]'") from None
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return transformers
