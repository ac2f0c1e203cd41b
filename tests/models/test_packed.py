import pytest
import torch
import torch.nn.functional as F
from torch import nn

from headwater.models import packed
from headwater.models.packed import PackedLinears

needs_onednn = pytest.mark.skipif(not packed._available(), reason="PyTorch without oneDNN")


def layer(bias: bool = True, dtype: torch.dtype = torch.float32) -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(96, 200, bias=bias, dtype=dtype)


@pytest.mark.parametrize("bias", [True, False])
def test_products_agree_to_the_rounding_of_float32(bias: bool) -> None:
    network, x = layer(bias), torch.randn(7, 5, 96)
    with torch.inference_mode():
        plain = network(x)
        with PackedLinears(network):
            torch.testing.assert_close(network(x), plain, atol=1e-5, rtol=1e-5)
        assert torch.equal(network(x), plain)


@needs_onednn
def test_a_matrix_is_laid_out_once() -> None:
    network = layer()
    with torch.inference_mode(), PackedLinears(network) as mode:
        for _ in range(3):
            network(torch.randn(4, 96))
        assert [value is not None for value in mode._packed.values()] == [True]


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_types_are_left_alone(dtype: torch.dtype) -> None:
    network, x = layer(dtype=dtype), torch.randn(4, 96, dtype=dtype)
    with torch.inference_mode():
        plain = network(x)
        with PackedLinears(network):
            assert torch.equal(network(x), plain)


def test_a_matrix_that_is_not_of_the_network_is_left_alone() -> None:
    weight, x = torch.randn(50, 96), torch.randn(4, 96)
    with torch.inference_mode():
        plain = F.linear(x, weight)
        with PackedLinears(layer()) as mode:
            assert torch.equal(F.linear(x, weight), plain)
        assert [value for value in mode._packed.values() if value is not None] == []


def test_beyond_the_limit_of_memory_matrices_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST_BYTES", 0)
    network, x = layer(), torch.randn(4, 96)
    with torch.inference_mode():
        plain = network(x)
        with PackedLinears(network):
            assert torch.equal(network(x), plain)
