"""The detector ``huggingface``: which folders it takes, and how labels become a score."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from headwater.core import IncompleteError, InputError, UsageError
from headwater.curate import TEXT_DETECTORS
from headwater.curate.safety.huggingface import check_folder, label_scores

THREE = {"0": "harmless", "1": "insult", "2": "threat"}


def folder_of(path: Path, labels: object = THREE, **config: object) -> Path:
    path.mkdir(exist_ok=True)
    (path / "config.json").write_text(json.dumps({"id2label": labels, **config}))
    (path / "model.safetensors").write_bytes(b"weights")
    return path


def test_counted_labels_add_up_where_one_holds_and_the_largest_counts_where_several_may() -> None:
    logits = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]))
    assert label_scores(logits, [1, 2], several=False) == pytest.approx([0.5, 0.9])
    sure = np.array([[0.0, np.log(3), -np.log(3)]])
    assert label_scores(sure, [1, 2], several=True) == pytest.approx([0.75])
    assert label_scores(np.zeros((0, 3)), [1], several=False).shape == (0,)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "modeling_own.py", "sub/training_args.PKL"])
def test_pickles_and_code_are_refused(tmp_path: Path, name: str) -> None:
    file = folder_of(tmp_path / "model") / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"x")
    with pytest.raises(InputError, match="is a pickle or code"):
        check_folder(tmp_path / "model")


def test_a_model_with_code_of_its_own_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="auto_map"):
        check_folder(folder_of(tmp_path / "model", auto_map={"AutoModel": "own.Model"}))


@pytest.mark.parametrize("labels", [None, {}, {"0": "a", "2": "b"}, ["a", "b"]])
def test_a_folder_without_labels_is_no_classifier(tmp_path: Path, labels: object) -> None:
    with pytest.raises(InputError, match="no id2label"):
        check_folder(folder_of(tmp_path / "model", labels))


def test_what_is_no_folder_of_a_classifier_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no config.json"):
        check_folder(tmp_path)
    path = folder_of(tmp_path / "model")
    (path / "config.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match="cannot be read"):
        check_folder(path)
    (folder_of(tmp_path / "model") / "model.safetensors").unlink()
    with pytest.raises(IncompleteError, match="safe_serialization"):
        check_folder(path)


def test_labels_must_be_those_of_the_classifier(tmp_path: Path) -> None:
    huggingface = TEXT_DETECTORS.get("huggingface")
    path = folder_of(tmp_path / "model")
    with pytest.raises(UsageError, match="name the labels that count"):
        huggingface(path=path)
    with pytest.raises(UsageError, match="no label 'insults'; did you mean \"insult\""):
        huggingface(path=path, labels=["insults"])
    with pytest.raises(UsageError, match="must be a list"):
        huggingface(path=path, labels="insult")
    two = folder_of(tmp_path / "two", {"0": "fine", "1": "toxic"})
    assert huggingface(path=two).counted == ("toxic",)


def test_another_file_is_another_protocol(tmp_path: Path) -> None:
    path = folder_of(tmp_path / "model")
    before = TEXT_DETECTORS.get("huggingface")(path=path, labels=["threat", "insult"])
    assert before.protocol.startswith("huggingface/1 model ") and "threat+insult, 512 tokens" in before.protocol
    (path / "vocab.txt").write_text("x")
    assert TEXT_DETECTORS.get("huggingface")(path=path, labels=["threat", "insult"]).protocol != before.protocol


@pytest.mark.skipif(importlib.util.find_spec("transformers") is None, reason="needs transformers")
def test_a_tiny_classifier_scores_as_its_own_library_says(tmp_path: Path) -> None:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "you", "are", "kind"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    torch.manual_seed(0)
    model = BertForSequenceClassification(BertConfig(vocab_size=8, num_labels=3, **sizes)).eval()
    path = tmp_path / "model"
    model.save_pretrained(path, safe_serialization=True)
    tokenizer = BertTokenizerFast(str(tmp_path / "vocab.txt"))
    tokenizer.save_pretrained(path)
    detector = TEXT_DETECTORS.get("huggingface")(path=path, labels=["LABEL_1"])
    texts = ["you are kind", "", "kind " * 2_000, "<script>\x00"]
    scores = detector.scores(texts)
    with torch.no_grad():
        logits = model(**tokenizer(["you are kind"], return_tensors="pt")).logits
    assert scores[0] == pytest.approx(float(logits.softmax(-1)[0, 1]), abs=1e-6)
    assert scores.tolist() == [detector.scores([text])[0] for text in texts]
    both = TEXT_DETECTORS.get("huggingface")(path=path, labels=["LABEL_0", "LABEL_1"])
    assert both.category_scores(texts)[:, 1].tolist() == scores.tolist()
    assert both.category_scores(texts).sum(1) == pytest.approx(both.scores(texts))
