import numpy as np
from scipy.sparse import random_array

from headwater.core import generator
from headwater.curate.duplicates.embeddings import _exact_svd, hashed_tfidf


def test_the_exact_decomposition_is_that_of_numpy() -> None:
    matrix = random_array((40, 300), density=0.1, format="csr", rng=generator(0, "test"))
    vectors = _exact_svd(matrix, 12)
    left, values, _ = np.linalg.svd(matrix.toarray(), full_matrices=False)
    wanted = left[:, :12] * values[:12]
    assert vectors.shape == (40, 12)
    assert np.allclose(vectors @ vectors.T, wanted @ wanted.T)


def test_equal_texts_have_cosine_one_and_texts_without_a_word_none() -> None:
    vectors = hashed_tfidf(["rivers rise somewhere"] * 3 + [""], 0)
    cosines = vectors @ vectors.T
    assert np.allclose(cosines[:3, :3], 1) and np.allclose(cosines[3], 0)
