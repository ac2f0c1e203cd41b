from pathlib import Path

from fakes import ByteModel, random_text, scores_of, subject_of, write_corpus

from headwater.evaluate import measure_bits_per_byte


def test_random_letters_cost_their_entropy(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 2_000) for seed in range(40)])
    scores = scores_of(measure_bits_per_byte(subject_of(corpus, ByteModel(corpus, order=0))), "bits-per-byte")
    # 26 letters once and 5 spaces of 31: 26/31 log2(31) + 5/31 log2(31/5)
    entropy = 26 / 31 * 4.954196 + 5 / 31 * 2.632268
    assert abs(scores["held-out"].value - entropy) < 0.02
    assert scores["held-out"].low < entropy < scores["held-out"].high + 0.02
