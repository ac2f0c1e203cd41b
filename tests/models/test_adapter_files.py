import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from headwater.core import InputError, LoRAPlan
from headwater.models.adapter_files import adapter_plan, check_tokenizer, load_adapter, save_adapter
from headwater.models.lora import add_lora
from headwater.models.pretrained import open_base

FILES = Path(__file__).parent / "pretrained" / "files"


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FILES / "llama-adapter", tmp_path / "adapter"))


def network(name: str = "llama") -> Any:
    return open_base(FILES / name).network


def change(folder: Path, **values: Any) -> None:
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps({**config, **values}))


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_what_peft_wrote_is_written_back_tensor_by_tensor(name: str, tmp_path: Path) -> None:
    model, source = network(name), FILES / f"{name}-adapter"
    plan = load_adapter(model, source)
    save_adapter(model, plan, tmp_path)
    ours, theirs = (load_file(folder / "adapter_model.safetensors") for folder in (tmp_path, source))
    assert ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)
    mine, peft = (json.loads((folder / "adapter_config.json").read_text()) for folder in (tmp_path, source))
    same = ("peft_type", "task_type", "r", "lora_alpha", "lora_dropout", "bias", "fan_in_fan_out")
    assert {key: mine[key] for key in same} == {key: peft[key] for key in same}
    assert sorted(mine["target_modules"]) == sorted(peft["target_modules"])


def test_adapters_on_some_layers_alone_are_named_in_full(tmp_path: Path) -> None:
    model, plan = network(), LoRAPlan(rank=1, targets=("layers.1.self_attn.q_proj",))
    add_lora(model, plan)
    save_adapter(model, plan, tmp_path)
    config = json.loads((tmp_path / "adapter_config.json").read_text())
    assert config["target_modules"] == ["model.layers.1.self_attn.q_proj"]
    assert adapter_plan(tmp_path).targets == ("model.layers.1.self_attn.q_proj",)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"peft_type": "IA3"}, "not the config of a LoRA adapter"),
        ({"use_dora": True}, "use_dora is not supported; merge the adapter"),
        ({"bias": "all"}, "bias is not supported"),
        ({"r": 10**9}, "r 1000000000 or lora_alpha 6.0 is out of bounds"),
        ({"r": "two"}, "of the wrong type"),
        ({"r": 3}, "is .2, 16., not .3, 16.; give the adapter's own model"),
        ({"lora_alpha": 0}, "lora_alpha 0.0 is out of bounds"),
    ],
)
def test_an_adapter_that_does_something_else_is_refused(adapter: Path, values: dict[str, Any], reason: str) -> None:
    change(adapter, **values)
    with pytest.raises(InputError, match=reason):
        load_adapter(network(), adapter)


def test_an_adapter_of_another_model_is_refused(adapter: Path) -> None:
    with pytest.raises(InputError, match="which the model does not have; give the adapter's own model"):
        load_adapter(network("gpt2"), adapter)
    with pytest.raises(InputError, match="not .2, 24.; give the adapter's own model"):
        load_adapter(network("llama-tied"), adapter)


def test_an_adapter_with_another_tokenizer_is_refused_in_one_sentence(adapter: Path) -> None:
    tokenizer = open_base(FILES / "llama").tokenizer
    check_tokenizer(adapter, tokenizer)
    shutil.copy(FILES / "llama" / "tokenizer.json", adapter)
    check_tokenizer(adapter, tokenizer)
    (adapter / "tokenizer.json").write_text((adapter / "tokenizer.json").read_text().replace("w17", "x17"))
    with pytest.raises(InputError, match="not the tokenizer of the model to start from; give the adapter's own model"):
        check_tokenizer(adapter, tokenizer)


def test_adapter_weights_that_are_a_pickle_or_damaged_are_not_read(adapter: Path) -> None:
    path = adapter / "adapter_model.safetensors"
    save_file({}, path)
    assert adapter_plan(adapter).targets == ()
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match="not a readable safetensors file"):
        load_adapter(network(), adapter)
    path.rename(adapter / "adapter_model.bin")
    with pytest.raises(InputError, match="save the adapter as safetensors, the one format that is read"):
        load_adapter(network(), adapter)
