import pytest
import torch

from headwater.models.unet import Attention, UNet, groups


def unet(shape: tuple[int, int, int] = (8, 8, 1), classes: int = 0, dropout: float = 0.0) -> UNet:
    network = UNet(shape, (8, 16, 16), classes, dropout).eval()
    network.initialise(torch.Generator().manual_seed(0))
    noise = torch.Generator().manual_seed(1)
    with torch.no_grad():  # what starts at zero would hide most of the network
        for parameter in network.parameters():
            if parameter.ndim > 1 and not parameter.any():
                parameter.normal_(std=0.1, generator=noise)
    return network


@pytest.mark.parametrize(
    ("shape", "levels"), [((8, 8, 1), 2), ((9, 13, 3), 2), ((28, 28, 1), 3), ((33, 32, 2), 3), ((64, 64, 3), 3)]
)
def test_any_shape_from_8_to_64_goes_in_and_comes_out(shape: tuple[int, int, int], levels: int) -> None:
    network, x = unet(shape), torch.randn(2, shape[2], *shape[:2])
    assert network(x, torch.zeros(2)).shape == x.shape and len(network.down) == levels


def test_it_starts_as_zero() -> None:
    network = UNet((8, 8, 1), (8, 16), 0, 0.0)
    network.initialise(torch.Generator().manual_seed(0))
    assert not network(torch.randn(2, 1, 8, 8), torch.zeros(2)).any()


def test_noise_level_and_class_change_the_output_and_no_class_is_one_of_its_own() -> None:
    network, x = unet(classes=3), torch.randn(1, 1, 8, 8)
    outputs = [network(x, torch.tensor([level]), torch.tensor([0])) for level in (-1.0, 0.0, 0.3)]
    outputs += [network(x, torch.zeros(1), torch.tensor([label])) for label in (-1, 1)]
    assert all(not torch.allclose(a, b) for k, a in enumerate(outputs) for b in outputs[:k])
    assert torch.allclose(network(x, torch.zeros(1), torch.tensor([-1])), network(x, torch.zeros(1)))


def test_an_image_does_not_depend_on_its_neighbours() -> None:
    network, x = unet(), torch.randn(5, 1, 8, 8)
    noise = torch.linspace(-1, 1, 5)
    assert torch.allclose(network(x, noise)[3:4], network(x[3:4], noise[3:4]), atol=1e-5)


def test_channels_last_gives_the_same_numbers() -> None:
    network, x = unet((12, 12, 3)), torch.randn(2, 3, 12, 12)
    before = network(x, torch.zeros(2))
    after = network.to(memory_format=torch.channels_last)(x, torch.zeros(2))  # type: ignore[call-overload]
    assert torch.allclose(before, after, atol=1e-4)


def test_dropout_acts_in_training_only() -> None:
    network, x = unet(dropout=0.5), torch.randn(2, 1, 8, 8)
    assert torch.equal(network(x, torch.zeros(2)), network(x, torch.zeros(2)))
    network.train()
    assert not torch.equal(network(x, torch.zeros(2)), network(x, torch.zeros(2)))


def test_attention_is_that_of_a_loop() -> None:
    layer, x = Attention(8), torch.randn(1, 8, 2, 3)
    with torch.no_grad():
        q, k, v = layer.qkv(layer.norm(x)).reshape(3, 8, 6)
        weights = torch.softmax(q.T @ k / 8**0.5, 1)
        found = (weights @ v.T).T.reshape(1, 8, 2, 3)
        assert torch.allclose(layer(x), x + layer.out(found), atol=1e-5)


def test_groups_divide_the_width() -> None:
    assert [(width, groups(width)) for width in (8, 12, 32, 64, 4)] == [(8, 1), (12, 1), (32, 4), (64, 8), (4, 1)]


def test_muon_gets_kernels_of_the_blocks_and_neither_end() -> None:
    network = unet()
    names = set(network.hidden_matrices())
    shapes = {name: parameter.ndim for name, parameter in network.named_parameters()}
    assert names and all(shapes[name] == 4 for name in names)
    assert not names & {"first.weight", "last.weight"}
