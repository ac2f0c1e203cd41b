import numpy as np
import pytest
from small_models import bars

from headwater.core import Corpus, InputError
from headwater.models import FeatureNet, feature_net

STEPS = 60


@pytest.fixture(scope="module")
def network(pictures: Corpus) -> FeatureNet:
    return feature_net(pictures, 0, steps=STEPS)


def test_it_learns_the_labels_of_the_corpus(network: FeatureNet) -> None:
    assert network.task == "labels" and network.accuracy > 0.9


def test_the_same_seed_gives_the_same_hash_and_another_seed_another(pictures: Corpus, network: FeatureNet) -> None:
    assert feature_net(pictures, 0, steps=STEPS).hash == network.hash
    assert feature_net(pictures, 1, steps=STEPS).hash != network.hash


def test_features_are_float64_finite_and_independent_of_the_batch(network: FeatureNet) -> None:
    images = np.concatenate([bars(80)[0]] * 4)
    features = network.embed(images)
    assert features.shape == (320, 64) and features.dtype == np.float64 and np.isfinite(features).all()
    np.testing.assert_allclose(features[300:303], network.embed(images[300:303]), atol=1e-5)
    assert network.embed(images[:0]).shape == (0, 64)


def test_features_tell_the_classes_apart(network: FeatureNet) -> None:
    pixels, labels = bars(80)
    features, rows = network.embed(pixels), np.array(labels) == "row"
    centres = features[rows].mean(0), features[~rows].mean(0)
    nearer = ((features - centres[0]) ** 2).sum(1) < ((features - centres[1]) ** 2).sum(1)
    assert (nearer == rows).mean() > 0.9


@pytest.mark.parametrize("labels", [[None] * 60, ["one"] * 60, [None] + ["a"] * 59])
def test_without_useful_labels_it_learns_rotations(labels: list[str | None]) -> None:
    net = feature_net((bars(60)[0], labels), 0, steps=3)
    assert net.task == "rotations" and net.embed(bars(5)[0]).shape == (5, 64)


def test_images_of_another_shape_are_refused(network: FeatureNet) -> None:
    with pytest.raises(InputError, match="the network needs uint8"):
        network.embed(np.zeros((2, 8, 8, 1), np.uint8))


def test_no_image_is_an_error() -> None:
    with pytest.raises(InputError, match="no images"):
        feature_net((np.zeros((0, 8, 8, 1), np.uint8), []), 0)
    with pytest.raises(InputError, match="n labels"):
        feature_net((np.zeros((2, 8, 8, 1), np.uint8), ["a"]), 0)
