import io
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from headwater.core import IncompleteError, InputError, UsageError
from headwater.evaluate import Subject
from headwater.evaluate.extractors import inception, open_extractor
from headwater.evaluate.extractors.inception_network import BlockA, BlockE, FIDInception

SUBJECT = Subject(Path("run"), None)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def network() -> FIDInception:
    torch.manual_seed(0)
    return FIDInception().eval()


def test_the_network_has_the_published_size_and_names(network: FIDInception) -> None:
    names = dict(network.named_parameters())
    assert sum(value.numel() for name, value in names.items() if not name.startswith("fc.")) == 21_785_568
    shapes = {
        "Conv2d_1a_3x3.conv.weight": (32, 3, 3, 3),
        "Conv2d_4a_3x3.bn.weight": (192,),
        "Mixed_5b.branch5x5_2.conv.weight": (64, 48, 5, 5),
        "Mixed_5b.branch_pool.conv.weight": (32, 192, 1, 1),
        "Mixed_6a.branch3x3dbl_3.conv.weight": (96, 96, 3, 3),
        "Mixed_6b.branch7x7_2.conv.weight": (128, 128, 1, 7),
        "Mixed_6c.branch7x7dbl_2.conv.weight": (160, 160, 7, 1),
        "Mixed_7a.branch7x7x3_4.conv.weight": (192, 192, 3, 3),
        "Mixed_7b.branch3x3dbl_1.conv.weight": (448, 1280, 1, 1),
        "Mixed_7c.branch3x3_2b.conv.weight": (384, 384, 3, 1),
        "fc.weight": (1008, 2048),
    }
    assert {name: tuple(names[name].shape) for name in shapes} == shapes
    assert all(layer.eps == 0.001 for layer in network.modules() if isinstance(layer, torch.nn.BatchNorm2d))


def test_names_and_shapes_are_those_of_torchvision(network: FIDInception) -> None:
    models = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    other = models.Inception3(num_classes=1008, aux_logits=False, init_weights=False).state_dict()
    own = network.state_dict()
    assert {name: value.shape for name, value in own.items()} == {name: value.shape for name, value in other.items()}


def test_with_torchvisions_pooling_it_is_torchvisions_network(
    network: FIDInception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the pooling of three kinds of blocks is the same: with that undone, so are the features."""
    models = pytest.importorskip("torchvision.models", reason="torchvision is not installed")
    other = models.Inception3(num_classes=1008, aux_logits=False, init_weights=False, transform_input=False).eval()
    other.load_state_dict(network.state_dict())
    other.fc, other.dropout = torch.nn.Identity(), torch.nn.Identity()
    x = torch.randn(1, 3, 299, 299, generator=torch.Generator().manual_seed(1))
    place = "headwater.evaluate.extractors.inception_network.average"
    with torch.inference_mode():
        published = network(x)
        monkeypatch.setattr(place, lambda x: F.avg_pool2d(x, 3, 1, 1))
        monkeypatch.setattr(network.Mixed_7c, "largest", False)
        assert torch.allclose(network(x), other(x), rtol=1e-4, atol=0)
        assert not torch.allclose(published, other(x), rtol=1e-2, atol=0)


def test_pooling_leaves_padding_out_of_the_count_and_the_last_block_takes_the_maximum() -> None:
    ones = torch.ones(1, 4, 5, 5)
    block = BlockA(4, 2)
    seen: list[torch.Tensor] = []
    block.branch_pool.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    last = BlockE(4, largest=True)
    last.branch_pool.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    block(ones), last(torch.arange(25.0).reshape(1, 1, 5, 5).expand(1, 4, 5, 5))
    assert torch.equal(seen[0], ones)  # with padding in the count the edges would be 2/3
    assert seen[1][0, 0, 0, 0] == 6 and seen[1][0, 0, 4, 4] == 24


def test_images_of_any_size_have_2048_features_and_1008_probabilities(network: FIDInception) -> None:
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (h, w, c)).astype(np.uint8) for h, w, c in ((28, 28, 1), (40, 300, 3))]
    found = inception.inception_of(network, inception.SHA256)
    features = found.features(images)
    assert features.shape == (2, 2048) and found.classify is not None
    assert found.classify(images).sum(1) == pytest.approx([1, 1])
    assert features[1] == pytest.approx(found.features(images[1:])[0], abs=1e-5)
    assert found.protocol == (
        "inception-v3 fid 6726825d0af5f729 (Pillow bicubic, antialiased, per channel in float32, unquantised, to "
        "299 x 299, (x - 128) / 128)"
    )


def test_a_file_of_another_hash_is_refused_and_never_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / inception.FILE
    path.write_bytes(b"not the weights")
    monkeypatch.setattr("torch.load", lambda *_, **__: pytest.fail("the file was opened"))
    with pytest.raises(UsageError, match="it was not opened"):
        open_extractor(SUBJECT, "inception", str(path))
    with pytest.raises(InputError, match="no such file"):
        open_extractor(SUBJECT, "inception", str(tmp_path / "none.pth"))
    with pytest.raises(IncompleteError, match=r"weights: path/to/pt_inception-2015-12-05-6726825d\.pth"):
        open_extractor(SUBJECT, "inception")


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.pth"
    with path.open("wb") as file:
        file.truncate(inception.LARGEST + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("the file was read"))
    with pytest.raises(UsageError, match="has fewer"):
        inception.checked(path)


def test_weights_come_back_from_a_file_of_tensors(network: FIDInception) -> None:
    file = io.BytesIO()
    torch.save(network.state_dict(), file)
    again = inception.network_from(file.getvalue())
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), network.parameters(), strict=True))
