"""Documents as vectors of length one: hashed TF-IDF with SVD, static vectors from a local folder, or a callable."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...core import InputError, UsageError, did_you_mean

Embedder = Callable[[Sequence[str]], Any]
FEATURES, DIMENSIONS, ITERATIONS = 1 << 16, 128, 3
EXACT = 1_000
LONGEST = 20_000


def hashed_tfidf(texts: Sequence[str], seed: int) -> np.ndarray:
    """Latent semantic vectors (Deerwester et al. 1990): float32 of shape (n, at most 128).

    Words and pairs of words are hashed to 2^16 columns, weighted by TF-IDF and reduced by a truncated SVD: exact for up
    to :data:`EXACT` texts, where that is faster, else randomised.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    counts = HashingVectorizer(n_features=FEATURES, ngram_range=(1, 2), alternate_sign=False, norm=None)
    matrix = TfidfTransformer(sublinear_tf=True).fit_transform(counts.transform(texts))
    matrix = matrix[:, np.unique(matrix.indices)]
    size = min(DIMENSIONS, len(texts) - 1, matrix.shape[1] - 1)
    if size < 1 or not matrix.nnz:
        return np.zeros((len(texts), 1), np.float32)
    if len(texts) <= EXACT:
        return _unit(_exact_svd(matrix, size))
    with np.errstate(invalid="ignore"):  # where all texts are equal there is no variance to be explained
        return _unit(TruncatedSVD(size, n_iter=ITERATIONS, random_state=seed % 2**32).fit_transform(matrix))


def _exact_svd(matrix: Any, size: int) -> np.ndarray:
    """Left singular vectors times singular values, the largest ``size``, by the eigenvectors of the Gram matrix."""
    from scipy.linalg import eigh

    rows = matrix.shape[0]
    values, vectors = eigh((matrix @ matrix.T).toarray(), subset_by_index=(rows - size, rows - 1))
    scaled: np.ndarray = vectors * np.sqrt(np.maximum(values, 0))
    return scaled


def static_vectors(folder: str) -> Embedder:
    """The mean of the word vectors of a text, from a folder with ``tokenizer.json`` and ``model.safetensors``.

    That is the form in which model2vec and similar tools store static sentence embeddings: one matrix with a row for
    each token. Nothing is downloaded and no code of the model is run.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    place = Path(folder)
    for name in ("tokenizer.json", "model.safetensors"):
        if not (place / name).is_file():
            names = [path.name for path in place.iterdir()] if place.is_dir() else []
            raise InputError(f"{place / name}: no such file; {did_you_mean(name, names)}a model is a folder with both")
    try:
        tensors = {name: array for name, array in load_file(place / "model.safetensors").items() if array.ndim == 2}
        tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
    except (SafetensorError, ValueError, OSError) as error:
        raise InputError(f"{place}: not a readable model ({error}); restore it from a copy") from None
    except Exception as error:  # the tokenizers library raises bare exceptions
        raise InputError(f"{place / 'tokenizer.json'}: not a tokenizer ({error}); restore it from a copy") from None
    if len(tensors) != 1:
        raise InputError(f"{place}: {len(tensors)} matrices, but static vectors are one, with a row for each token")
    (matrix,) = tensors.values()
    if len(matrix) < tokenizer.get_vocab_size():
        raise InputError(f"{place}: {len(matrix)} vectors for {tokenizer.get_vocab_size()} tokens; they do not fit")

    def embed(texts: Sequence[str]) -> np.ndarray:
        empty = np.zeros(matrix.shape[1], np.float32)
        found = tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return np.array([matrix[one.ids].mean(axis=0) if one.ids else empty for one in found], np.float32)

    return embed


def embed_with(embedder: Embedder, texts: Sequence[str], step: str) -> np.ndarray:
    """Vectors of length one (float32) from a user's callable, checked."""
    vectors = np.asarray(embedder(texts), np.float32)
    if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
        raise UsageError(
            f"{step}: the embedder must return finite numbers of shape (texts, dimensions), a row for each of "
            f"{len(texts)} texts; it returned shape {vectors.shape}"
        )
    return _unit(vectors)


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: np.ndarray = vectors / np.where(lengths > 0, lengths, 1)
    return units.astype(np.float32)
