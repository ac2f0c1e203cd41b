import torch
from torch import nn

from headwater.models.average import averaged_copy, follow


def test_the_copy_computes_the_same_and_has_no_parameters() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(16, 2))
    twin, x = averaged_copy(network), torch.randn(3, 1, 4, 4)
    assert torch.equal(twin(x), network(x)) and not list(twin.parameters())
    assert twin.state_dict().keys() == network.state_dict().keys()


def test_the_average_is_that_of_the_recursion_in_float32() -> None:
    network = nn.Linear(1, 1, bias=False).bfloat16()
    twin = averaged_copy(network)
    expected = float(network.weight.detach())
    for step in range(40):
        with torch.no_grad():
            network.weight.fill_(step * 0.25)
        follow(twin, network, step, decay=0.75)
        decay = min(0.75, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * step * 0.25
    assert twin.weight.dtype == torch.float32
    assert abs(float(twin.weight) - expected) < 1e-5
