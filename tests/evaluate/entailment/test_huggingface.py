"""Any local Hugging Face model of entailment, on a tiny one with random weights."""

import json
from pathlib import Path

import numpy as np
import pytest

from headwater.core import HeadwaterError, InputError
from headwater.evaluate import build_entailment
from headwater.evaluate.entailment import checked_probabilities, label_columns


@pytest.mark.parametrize(
    ("labels", "columns"),
    [
        (("CONTRADICTION", "NEUTRAL", "ENTAILMENT"), (2, 1, 0)),
        (("entailment", "neutral", "contradiction"), (0, 1, 2)),
        (("entailment", "not_entailment"), (0, 1, -1)),
        (("non-entailment", "Entailment"), (1, 0, -1)),
    ],
)
def test_classes_are_found_by_their_names(labels: tuple[str, ...], columns: tuple[int, int, int]) -> None:
    assert label_columns({str(i): name for i, name in enumerate(labels)}) == columns


@pytest.mark.parametrize(
    "labels", [("LABEL_0", "LABEL_1", "LABEL_2"), ("entailment",) * 2, ("neutral", "contradiction"), ("<script>",)]
)
def test_classes_without_such_names_are_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="id2label in config.json must name"):
        label_columns({str(i): name for i, name in enumerate(labels)})


def tiny(folder: Path, labels: tuple[str, ...] = ("contradiction", "entailment", "neutral")) -> Path:
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "cat", "dog", "sat"]
    (folder / "vocab.txt").write_text("\n".join(words))
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=32, num_labels=len(labels), id2label=dict(enumerate(labels)),
    )  # fmt: skip
    transformers.set_seed(0)
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def test_a_folder_is_opened_and_its_columns_are_in_our_order(tmp_path: Path) -> None:
    folder = tiny(tmp_path)
    model = build_entailment({"huggingface": {"folder": str(folder)}})
    found = checked_probabilities(model, ["a cat sat", "a", ""], ["a dog", "cat " * 500, "\x00<b>"])
    other = json.loads((folder / "config.json").read_text())
    other["id2label"] = {"0": "entailment", "1": "contradiction", "2": "neutral"}
    other["label2id"] = {"entailment": 0, "contradiction": 1, "neutral": 2}
    (folder / "config.json").write_text(json.dumps(other))
    moved = build_entailment({"huggingface": {"folder": str(folder)}})
    turned = moved.probabilities(["a cat sat"], ["a dog"])
    # column 0 of the network was contradiction and is entailment now, 1 was entailment, 2 was neutral
    assert np.allclose(turned[0], found[0, [2, 1, 0]])
    assert moved.protocol != model.protocol and model.protocol.startswith("huggingface/1 ")


def test_weights_that_are_a_pickle_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "entailment", "1": "neutral"}}))
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(HeadwaterError, match="no config.json and .safetensors"):
        build_entailment({"huggingface": {"folder": str(tmp_path)}})


@pytest.mark.parametrize("config", ["{}", "[]", "not json", '{"id2label": []}', '{"id2label": {"0": "x"}}'])
def test_a_broken_config_is_one_sentence(tmp_path: Path, config: str) -> None:
    (tmp_path / "config.json").write_text(config)
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(HeadwaterError):
        build_entailment({"huggingface": {"folder": str(tmp_path)}})


def test_a_pickle_beside_the_weights_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "entailment", "1": "not_entailment"}}))
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / "training_args.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(HeadwaterError, match="is a pickle or code, which would run"):
        build_entailment({"huggingface": {"folder": str(tmp_path)}})
