import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from headwater.core import InputError
from headwater.models import load
from headwater.models.pretrained import open_base, pretrained_hash

FILES = Path(__file__).parent / "files"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FILES / "llama-tied", tmp_path / "model"))


def change(folder: Path, **values: Any) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **values}))


def refused(path: Path, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        open_base(path)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.CKPT", "x.pkl", "old.pth", "x.joblib"])
def test_a_pickle_is_refused_by_its_name_before_anything_is_read(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x80\x04cos\nsystem\n")
    (folder / "config.json").write_text("not even JSON")
    refused(folder, "can run code when it is opened")


def test_a_lone_pickle_and_code_of_its_own_are_refused(folder: Path) -> None:
    (folder.parent / "model.pt").write_bytes(b"\x80\x04")
    with pytest.raises(InputError, match="can run code"):
        load(folder.parent / "model.pt")
    change(folder, auto_map={"AutoModelForCausalLM": "modeling.Model"})
    refused(folder, "auto_map.*never runs")
    change(folder, auto_map=None)
    (folder / "modeling.py").write_text("raise SystemExit")
    refused(folder, "brings code of its own")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"architectures": ["MambaForCausalLM"]}, "not supported; supported: LlamaForCausalLM, GPT2LMHeadModel"),
        ({"architectures": None}, "architecture None"),
        ({"quantization_config": {"bits": 4}}, "quantised weights"),
        ({"hidden_size": "wide"}, "of the wrong type"),
        ({"num_hidden_layers": 10**9}, "layers 1000000000 is out of bounds"),
        ({"num_key_value_heads": 2}, "do not fit each other"),
        ({"hidden_act": "gelu"}, "hidden_act 'gelu' is not supported"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "rope_scaling 'yarn' is not supported"),
        ({"vocab_size": 65}, "is .64, 24., not .65, 24."),
        ({"num_hidden_layers": 1}, "hold 'model.layers.1"),
        ({"num_hidden_layers": 3}, "lack 'model.layers.2"),
        ({"rms_norm_eps": None}, "of the wrong type"),
    ],
)
def test_a_config_that_cannot_be_computed_exactly_is_refused(folder: Path, values: dict[str, Any], reason: str) -> None:
    change(folder, **values)
    refused(folder, reason)


def test_a_tokenizer_with_more_ids_than_the_model_is_refused_in_one_sentence(folder: Path) -> None:
    whole = json.loads((folder / "tokenizer.json").read_text())
    whole["model"]["vocab"]["extra"] = 64
    (folder / "tokenizer.json").write_text(json.dumps(whole))
    refused(folder, "ids up to 64, but the model has only 64; give the model the tokenizer that it was trained with")


def test_weights_that_are_no_weights_are_refused(folder: Path) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    save_file({**tensors, "model.norm.weight": torch.ones(24, dtype=torch.int32)}, path)
    refused(folder, "is torch.int32; weights are")
    save_file({**tensors, "lm_head.weight": torch.ones(64, 24)}, path)
    refused(folder, "one matrix, but holds two")
    save_file({**tensors, "lm_head.weight": tensors["model.embed_tokens.weight"].clone()}, path)
    open_base(folder)
    path.write_bytes(path.read_bytes()[:500])
    refused(folder, "not a readable safetensors file")
    path.unlink()
    refused(folder, "has no model.safetensors; export the model as safetensors")


def test_an_index_cannot_name_files_elsewhere(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FILES / "llama", tmp_path / "model"))
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    index["weight_map"]["lm_head.weight"] = "../secret.safetensors"
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    refused(folder, "names '../secret.safetensors', which is no safetensors file of this folder")
    (folder / "model.safetensors.index.json").write_text("[]")
    refused(folder, "has no weight_map")


def test_a_folder_without_a_part_or_with_a_broken_tokenizer_is_refused(folder: Path) -> None:
    refused(folder / "nowhere", "no such file or folder")
    (folder / "tokenizer.json").write_text("{}")
    refused(folder, "not a readable tokenizer")
    (folder / "tokenizer.json").unlink()
    refused(folder, "has no tokenizer.json")


def test_the_hash_is_that_of_the_content_wherever_it_lies(folder: Path) -> None:
    base = open_base(folder)
    assert base.hash == pretrained_hash(FILES / "llama-tied") == pretrained_hash(folder)
    change(folder, bos_token_id=61)
    assert pretrained_hash(folder) != base.hash


def test_half_precision_is_read_and_buffers_of_old_files_are_left_out(folder: Path) -> None:
    path = folder / "model.safetensors"
    tensors = {name: tensor.bfloat16() for name, tensor in load_file(path).items()}
    save_file({**tensors, "model.layers.0.self_attn.rotary_emb.inv_freq": torch.ones(4)}, path)
    network = open_base(folder).network
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}
