from pathlib import Path

import pytest
import torch
from torch import nn

from headwater.core import IntegrityError
from headwater.models.optimizer import Optimizer, Optimizers, Phase
from headwater.models.state import StateFile


def parts(seed: int) -> tuple[nn.Linear, Optimizers]:
    torch.manual_seed(seed)
    network = nn.Linear(3, 3)
    optimizer = Optimizer(network, ["weight"], 1e-2, 0.02, Phase("", network))
    network(torch.ones(2, 3)).sum().backward()
    optimizer.step(1.0)
    return network, Optimizers({"": optimizer})


def test_what_is_saved_comes_back_to_the_bit(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "state" / "s.safetensors", "plan")
    network, optimizer = parts(0)
    state.save(network, optimizer, [[0.1, 1 / 3], [2.0, 3.0]], {3: {"bits": 0.5, "nats": 1 / 7}})
    other, its = parts(1)
    assert state.load(other, its) == ([[0.1, 1 / 3], [2.0, 3.0]], {3: {"bits": 0.5, "nats": 1 / 7}})
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), other.parameters(), strict=True))
    assert optimizer.state().keys() == its.state().keys()
    assert all(torch.equal(tensor, its.state()[name]) for name, tensor in optimizer.state().items())


def test_without_a_file_there_is_nothing_to_resume(tmp_path: Path) -> None:
    assert StateFile(tmp_path / "s.safetensors", "plan").load(*parts(0)) == ([], {})


def test_the_state_of_another_plan_is_refused(tmp_path: Path) -> None:
    StateFile(tmp_path / "s.safetensors", "one").save(*parts(0), [])
    with pytest.raises(IntegrityError, match="another corpus or recipe"):
        StateFile(tmp_path / "s.safetensors", "two").load(*parts(0))


def test_a_truncated_state_is_an_integrity_error(tmp_path: Path) -> None:
    path = tmp_path / "s.safetensors"
    StateFile(path, "plan").save(*parts(0), [[1.0]])
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(IntegrityError, match="not a readable state"):
        StateFile(path, "plan").load(*parts(0))
