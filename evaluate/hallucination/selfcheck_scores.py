"""How little the other answers support a sentence: SelfCheckGPT's variants, each higher where the sentence is invented.

| variant | score of a sentence, mean over the other answers | source: Manakul et al. 2023, section 5 |
|---|---|---|
| ngram | mean -ln p of its words under a smoothed bigram model of the other answers | n-gram |
| ngram-largest | the largest -ln p | n-gram |
| embedding | 1 - the largest cosine to a sentence of the other answer | BERTScore variant, with other vectors |
| nli | P(contradiction) / (P(contradiction) + P(entailment)) of the sentence after the other answer | NLI |
| unsupported | 1 - P(entailment) of the sentence after the other answer | - |
"""

from collections.abc import Callable, Sequence

import numpy as np

from ..entailment import Entailment, checked_probabilities
from ..statistics import Floats
from .ngram_model import NgramModel, sentences, words
from .passages import sentence_spans

VARIANTS = ("ngram", "ngram-largest", "embedding", "nli", "unsupported")
CHUNK = 2_048
Pair = tuple[str, tuple[str, ...]]
"""A sentence and the other answers."""
Encode = Callable[[Sequence[str]], Floats]


def ngram_scores(pairs: Sequence[Pair]) -> tuple[Floats, Floats]:
    """Mean and largest -ln p a word of each sentence, nats, (pairs,); one vocabulary serves all.

    The sentence itself stays out of the model, so that sentences can be compared.
    """
    known: dict[tuple[str, ...], list[list[list[str]]]] = {}
    for _, others in pairs:
        if others not in known:
            known[others] = [sentences(other) for other in others]
    held = {word for own in known.values() for one in own for line in one for word in line}
    vocabulary = 1 + len(held.union(word for sentence, _ in pairs for word in words(sentence)))
    models = {others: NgramModel(own, vocabulary) for others, own in known.items()}
    found = [models[others].surprise(words(sentence)) for sentence, others in pairs]
    return np.array([x.mean() for x in found]), np.array([x.max() for x in found])


def embedding_scores(pairs: Sequence[Pair], encode: Encode) -> Floats:
    """1 - the largest cosine to a sentence of an answer, mean over answers. [0, 2]; vectors of 0 are like nothing."""
    texts: dict[str, int] = {}
    cut = {other: _sentences(other) for _, others in pairs for other in others}
    for sentence, others in pairs:
        for text in (sentence, *(line for other in others for line in cut[other])):
            texts.setdefault(text, len(texts))
    vectors = encode(list(texts))
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = vectors / np.where(norms > 0, norms, 1)
    found = []
    for sentence, others in pairs:
        own = vectors[texts[sentence]]
        best = [float((vectors[[texts[line] for line in cut[other]]] @ own).max()) for other in others]
        found.append(1 - float(np.mean(best)))
    return np.array(found)


def entailment_scores(pairs: Sequence[Pair], model: Entailment) -> tuple[Floats, Floats | None]:
    """``unsupported`` and ``nli`` of each sentence, (pairs,). ``nli`` is None where the model never contradicts.

    Where an answer neither entails nor contradicts at all its part of ``nli`` is a half.
    """
    flat = [(other, sentence) for sentence, others in pairs for other in others]
    parts = [
        checked_probabilities(model, [a for a, _ in chunk], [b for _, b in chunk])
        for chunk in (flat[low : low + CHUNK] for low in range(0, len(flat), CHUNK))
    ]
    p = np.concatenate(parts) if parts else np.zeros((0, 3))
    both = p[:, 0] + p[:, 2]
    against = np.where(both > 0, p[:, 2] / np.where(both > 0, both, 1), 0.5)
    starts = np.concatenate([[0], np.cumsum([len(others) for _, others in pairs])[:-1]]).astype(np.int64)
    counts = np.array([len(others) for _, others in pairs])
    unsupported = np.add.reduceat(1 - p[:, 0], starts) / counts
    nli = np.add.reduceat(against, starts) / counts if (p[:, 2] > 0).any() else None
    return unsupported, nli


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]
