import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.images.image_vectors import DIMENSIONS, image_vector, mirrored

from .conftest import smooth


@given(st.integers(0, 50))
def test_vector_of_the_mirror_image_is_the_mirrored_vector(seed: int) -> None:
    picture = smooth(seed, 64)
    direct = image_vector(np.ascontiguousarray(picture[:, ::-1]))
    assert np.allclose(mirrored(image_vector(picture)[None])[0], direct, atol=1e-5)


@given(st.integers(0, 50), st.integers(1, 70), st.integers(1, 70))
def test_vector_has_length_one_whatever_the_size(seed: int, height: int, width: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    vector = image_vector(picture)
    assert vector.shape == (DIMENSIONS,) and (np.isclose(np.linalg.norm(vector), 1, atol=1e-5) or not vector.any())


def test_blank_picture_has_no_direction() -> None:
    assert not image_vector(np.full((30, 30, 3), 90, np.uint8)).any()


def test_gradient_points_from_dark_to_bright() -> None:
    ramp = np.repeat(np.arange(0, 256, 8, dtype=np.uint8)[None, :], 32, axis=0)[:, :, None]
    edges = image_vector(ramp)[:128].reshape(4, 4, 8)
    assert (edges[..., 0] > 0).all() and not edges[..., 2:7].any()
