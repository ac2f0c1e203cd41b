import math
from pathlib import Path

import pytest
from fakes import ByteModel, random_text, scores_of, subject_of, write_corpus

from headwater.evaluate import measure_bits_per_byte, measure_word_perplexity


def test_letters_at_random_cost_a_word_what_its_letters_cost(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 300) for seed in range(40)])
    subject = subject_of(corpus, ByteModel(corpus, order=0))
    found = scores_of(measure_word_perplexity(subject), "word-perplexity")["held-out"]
    bits = scores_of(measure_bits_per_byte(subject), "bits-per-byte")["held-out"]
    texts = [row["text"] for row in corpus.documents(corpus.ids()).values() if row["text"]]
    held_out = len(texts) and found.n
    # 300 bytes a document; the words of the documents that were scored
    assert math.log(found.value) / math.log(2) / bits.value == pytest.approx(300 / 43, rel=0.1)
    assert held_out == bits.n
    assert found.low < found.value < found.high
    assert "white-space words" in found.method
