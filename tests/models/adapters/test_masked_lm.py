"""A masked language model: what is refused unread, what a stand-in library is asked, and the library itself."""

import json
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from headwater.core import ConfigError, IncompleteError, InputError, UsageError
from headwater.models import attach, load
from headwater.models.adapters import MaskedModel

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "poor", "rich", "man", "woman", "sings", "a", "song"]
CLS, SEP, MASK = (WORDS.index(mark) for mark in ("[CLS]", "[SEP]", "[MASK]"))


class Tokenizer:
    mask_token_id: int | None = MASK

    @classmethod
    def from_pretrained(cls, path: str, **options: Any) -> "Tokenizer":
        assert options == {"local_files_only": True, "trust_remote_code": False}
        return cls()

    def __call__(self, text: str, truncation: bool = False) -> dict[str, list[int]]:
        return {"input_ids": [CLS, *(WORDS.index(word) for word in text.split()), SEP]}


class Network:
    """Scores depend on all tokens of a row and on the place, so that a wrong mask or row is seen."""

    config = SimpleNamespace(max_position_embeddings=16)
    missing: list[str] = []
    seen: list[tuple[int, int]] = []

    @classmethod
    def from_pretrained(cls, path: str, **options: Any) -> tuple["Network", dict[str, Any]]:
        safe = {"local_files_only": True, "trust_remote_code": False}
        assert options == {"use_safetensors": True, "output_loading_info": True, **safe}
        return cls(), {"missing_keys": cls.missing}

    def float(self) -> "Network":
        return self

    def eval(self) -> "Network":
        return self

    def __call__(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        assert bool(attention_mask.all())
        self.seen.append(tuple(input_ids.shape))  # type: ignore[arg-type]
        places = torch.arange(input_ids.shape[1])
        base = (input_ids * (places + 1)).sum(1, keepdim=True) + 31 * places
        return SimpleNamespace(logits=torch.sin(base[..., None] * 1.0 + 5 * torch.arange(len(WORDS))))


def by_hand(sequence: list[int], place: int) -> float:
    masked = [*sequence]
    masked[place] = MASK
    total = sum(token * (k + 1) for k, token in enumerate(masked))
    logits = np.sin(total + 31 * place + 5 * np.arange(len(WORDS)), dtype=np.float32).astype(float)
    return float(logits[sequence[place]] - np.log(np.exp(logits).sum()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "bert"
    made.mkdir()
    (made / "config.json").write_text("{}")
    (made / "model.safetensors").write_bytes(b"weights")
    return made


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = SimpleNamespace(set_verbosity_error=lambda: None, disable_progress_bar=lambda: None)
    parts = SimpleNamespace(AutoTokenizer=Tokenizer, AutoModelForMaskedLM=Network, logging=quiet)
    monkeypatch.setitem(sys.modules, "transformers", parts)  # type: ignore[arg-type]
    monkeypatch.setattr(Network, "missing", [])
    monkeypatch.setattr(Network, "seen", [])
    monkeypatch.setattr(Tokenizer, "mask_token_id", MASK)


@pytest.mark.parametrize("batch_tokens", [1, 12, 2048])
def test_each_token_is_masked_alone_in_batches_of_one_length(folder: Path, library: None, batch_tokens: int) -> None:
    model = MaskedModel(str(folder), batch_tokens=batch_tokens)
    sequences = model.marked(["the poor man sings", "a song", "the rich woman sings"])
    places = [[1, 3], [2, 1], [4]]
    found = model.masked_logprobs(sequences, places)
    for sequence, each, values in zip(sequences, places, found, strict=True):
        assert values == pytest.approx([by_hand(sequence, place) for place in each], abs=1e-6)
    assert all(rows * width <= max(batch_tokens, width) for rows, width in Network.seen)
    assert len(Network.seen) == {1: 5, 12: 3, 2048: 2}[batch_tokens]


def test_a_text_that_is_too_long_is_refused_not_cut(folder: Path, library: None) -> None:
    with pytest.raises(InputError, match="a text of 22 tokens; the model reads at most 16"):
        MaskedModel(str(folder)).marked(["the " * 20])


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.py", "tf_model.h5", "x.pkl"])
def test_pickles_and_code_are_refused_before_a_byte_is_read(folder: Path, library: None, name: str) -> None:
    (folder / name).write_bytes(pickle.dumps({}))
    with pytest.raises(InputError, match="remove the file"):
        MaskedModel(str(folder))


def test_a_folder_that_asks_for_code_is_refused(folder: Path, library: None) -> None:
    (folder / "config.json").write_text(json.dumps({"auto_map": {"AutoModelForMaskedLM": "x.Net"}}))
    with pytest.raises(InputError, match="code from elsewhere"):
        MaskedModel(str(folder))


def test_what_is_no_masked_model_is_said(
    folder: Path, library: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="weights as safetensors"):
        MaskedModel(str(tmp_path))
    with pytest.raises(ConfigError, match="batch_tokens"):
        MaskedModel(str(folder), batch_tokens=0)
    monkeypatch.setattr(Tokenizer, "mask_token_id", None)
    with pytest.raises(InputError, match="needs a mask token"):
        MaskedModel(str(folder)).marked(["a"])
    monkeypatch.setattr(Network, "missing", ["cls.predictions.bias"])
    with pytest.raises(InputError, match="lacks cls.predictions.bias: .* its head would be random"):
        MaskedModel(str(folder)).marked(["a"])


def test_swapped_weights_are_noticed_and_the_description_names_no_path(
    folder: Path, library: None, tmp_path: Path
) -> None:
    model = MaskedModel(str(folder))
    attach(model, tmp_path / "run" / "checkpoint")
    assert str(tmp_path) not in (tmp_path / "run" / "checkpoint" / "run.json").read_text("utf-8")
    again: Any = load(tmp_path / "run" / "checkpoint")
    assert again.hash == model.hash
    with pytest.raises(IncompleteError, match="where it lies is not recorded"):
        again.marked(["a"])
    (folder / "model.safetensors").write_bytes(b"others")
    with pytest.raises(InputError, match="has changed since it was read"):
        model.marked(["a"])


def test_without_the_library_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(UsageError, match=r"pip install 'headwater\[transformers\]'"):
        MaskedModel(str(folder)).marked(["a"])


def test_a_bert_of_the_library_itself(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer as Fast
    from tokenizers import models, pre_tokenizers, processors

    fast = Fast(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    fast.pre_tokenizer = pre_tokenizers.Whitespace()
    fast.post_processor = processors.BertProcessing(("[SEP]", SEP), ("[CLS]", CLS))
    marks = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    wrapped = transformers.PreTrainedTokenizerFast(tokenizer_object=fast, mask_token="[MASK]", **marks)
    torch.manual_seed(3)
    config = transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=32, initializer_range=1.0,
    )  # fmt: skip
    network = transformers.BertForMaskedLM(config).eval()
    network.save_pretrained(tmp_path / "bert")
    wrapped.save_pretrained(tmp_path / "bert")
    model = MaskedModel(str(tmp_path / "bert"))
    texts = ["the poor man sings a song", "a woman", "the rich woman sings"]
    sequences = model.marked(texts)
    found = model.masked_logprobs(sequences, [range(1, len(sequence) - 1) for sequence in sequences])
    for text, values in zip(texts, found, strict=True):
        for place in range(1, len(values) + 1):
            tokens = torch.tensor([wrapped(text)["input_ids"]])
            truth = int(tokens[0, place])
            tokens[0, place] = MASK
            with torch.inference_mode():
                expected = network(tokens).logits[0, place].double().log_softmax(-1)[truth]
            assert values[place - 1] == pytest.approx(float(expected), abs=1e-5)
