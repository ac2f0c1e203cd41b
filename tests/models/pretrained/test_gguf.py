import contextlib
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from headwater.core import HeadwaterError, InputError, UsageError
from headwater.models.pretrained import open_base
from headwater.models.pretrained.blocks import BLOCKS, dequantise
from headwater.models.pretrained.gguf import GGUF

FILES = Path(__file__).parent / "files"
KINDS = {"Q4_0": 2, "Q4_1": 3, "Q5_0": 6, "Q5_1": 7, "Q8_0": 8, "Q4_K": 12, "Q6_K": 14, "BF16": 30}
NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_blocks_stand_for_what_the_gguf_package_says(name: str) -> None:
    known = load_file(FILES / "blocks.safetensors")  # make_files.py
    found = dequantise(known[f"{name}.bytes"].numpy(), KINDS[name])
    np.testing.assert_array_equal(found, known[f"{name}.values"].numpy())


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="no block format 99"):
        dequantise(np.zeros(4, np.uint8), 99)


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def value(given: Any) -> bytes:
    if isinstance(given, str):
        return struct.pack("<I", 8) + string(given)
    if isinstance(given, float):
        return struct.pack("<If", 6, given)
    if isinstance(given, int):
        return struct.pack("<II", 4, given)
    kind = 8 if isinstance(given[0], str) else 5
    items = b"".join(string(item) if kind == 8 else struct.pack("<i", item) for item in given)
    return struct.pack("<IIQ", 9, kind, len(given)) + items


def gguf(metadata: dict[str, Any], tensors: dict[str, np.ndarray]) -> bytes:
    """A file in version 3, float32 tensors."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(string(key) + value(each) for key, each in metadata.items())
    body = b""
    for name, tensor in tensors.items():
        head += string(name) + struct.pack(f"<I{tensor.ndim}Q", tensor.ndim, *tensor.shape[::-1])
        head += struct.pack("<IQ", 0, len(body))
        body += tensor.astype("<f4").tobytes().ljust(-(-tensor.nbytes // 32) * 32, b"\0")
    return head.ljust(-(-len(head) // 32) * 32, b"\0") + body


def tiny(**changes: Any) -> bytes:
    """The tiny tied Llama of this folder as GGUF: rows of queries and keys permuted, as llama.cpp wants them."""
    tensors: dict[str, np.ndarray] = {}
    for name, tensor in load_file(FILES / "llama-tied" / "model.safetensors").items():
        parts, array = name.split("."), tensor.numpy()
        if parts[1] != "layers":
            tensors[{"embed_tokens": "token_embd", "norm": "output_norm"}[parts[1]] + ".weight"] = array
            continue
        short = NAMES[".".join(parts[3:-1])]
        if short in ("attn_q", "attn_k"):
            array = array.reshape(-1, 2, 4, 24).swapaxes(1, 2).reshape(array.shape)
        tensors[f"blk.{parts[2]}.{short}.weight"] = array
    metadata: dict[str, Any] = {
        "general.architecture": "llama", "llama.block_count": 2, "llama.context_length": 64,
        "llama.embedding_length": 24, "llama.feed_forward_length": 32, "llama.attention.head_count": 3,
        "llama.attention.head_count_kv": 1, "llama.rope.freq_base": 100000.0,
        "llama.attention.layer_norm_rms_epsilon": 1e-6, "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": [*"abcdefghijklmnopqrstuvwxyz0123456789", "Ġ", *(f"#{n}" for n in range(24)), "ab",
                                  "<|endoftext|>", "<|im_end|>"],
        "tokenizer.ggml.token_type": [1] * 62 + [3, 3], "tokenizer.ggml.merges": ["a b"],
        "tokenizer.ggml.bos_token_id": 63, "tokenizer.ggml.eos_token_id": 63, **changes,
    }  # fmt: skip
    return gguf({key: each for key, each in metadata.items() if each is not None}, tensors)


def test_a_gguf_file_is_the_model_it_was_made_from(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(tiny())
    base, known = open_base(tmp_path / "m.gguf"), load_file(FILES / "logits.safetensors")
    torch.testing.assert_close(base.network(known["tokens"]), known["llama-tied"], atol=1e-4, rtol=0)
    assert base.tokenizer.encode("ab 12") == [61, 36, 27, 28]  # merged; digits alone
    assert base.tokenizer.decode([62, 61, 36, 27, 63]) == "ab 1"
    assert (base.tokenizer.begin, base.tokenizer.ends) == (62, (63,))  # the separator of texts, not the chat's token
    assert not {62, 63} & set(base.tokenizer.encode("<|im_end|>"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"general.architecture": "mamba"}, "architecture 'mamba' is not supported"),
        ({"tokenizer.ggml.model": "llama"}, "tokenizer 'llama' with pre-tokenizer 'smollm' is not supported"),
        ({"tokenizer.ggml.merges": ["a"]}, "not a readable tokenizer"),
        ({"llama.block_count": 1}, "hold 'model.layers.1"),
        ({"llama.block_count": None}, "metadata missing"),
        ({"llama.attention.head_count": 0}, "metadata missing or of the wrong type"),
        ({"general.alignment": 0}, "alignment 0 is out of bounds"),
        ({"tokenizer.ggml.tokens": ["a"]}, "not a readable tokenizer"),
    ],
)
def test_a_file_that_cannot_be_computed_exactly_is_refused(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    (tmp_path / "m.gguf").write_bytes(tiny(**changes))
    with pytest.raises(InputError, match=reason):
        open_base(tmp_path / "m.gguf")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "ends in the middle of its header"),
        (b"PK\x03\x04" + b"\0" * 40, "not a GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1 is not supported"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0), "more than 100000"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 50), "bytes in one string"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string("k") + struct.pack("<IIQ", 9, 9, 3), "unknown type 9"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + string("t") + struct.pack("<I2QIQ", 2, 1 << 40, 9, 0, 0), "no size"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + string("t") + struct.pack("<IQIQ", 1, 64, 99, 0), "kind 99"),
        (
            b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + string("t") + struct.pack("<IQIQ", 1, 64, 0, 0),
            "ends before tensor",
        ),
        (b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + string("t") + struct.pack("<IQIQ", 1, 33, 8, 0), "fill its blocks"),
    ],
)
def test_a_hostile_file_ends_in_one_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "m.gguf").write_bytes(content)
    with pytest.raises(InputError, match=reason):
        GGUF(tmp_path / "m.gguf")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_never_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(tiny())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 3_000))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "m.gguf"
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    with contextlib.suppress(HeadwaterError):
        open_base(path)


def test_every_format_has_the_size_that_its_layout_says() -> None:
    sizes = {0: 4, 1: 2, 2: 18, 3: 20, 6: 22, 7: 24, 8: 34, 12: 144, 14: 210, 30: 2}
    assert {kind: blocks.layout.itemsize for kind, blocks in BLOCKS.items()} == sizes
