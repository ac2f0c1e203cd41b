from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.core import SILENT, Corpus, CorpusWriter, Table, UsageError, record_batch, text_record
from headwater.curate import curate, read_source, sequence_identity
from headwater.curate.base import Judgement

LETTERS = list("ACDEFGHIKLMNPQRSTVWY")
RNG = np.random.default_rng(0)
ONE, TWO = ("".join(RNG.choice(LETTERS, 120)) for _ in range(2))
NEAR = "W" + ONE[1:] if ONE[0] != "W" else "A" + ONE[1:]


def corpus(folder: Path, texts: list[str]) -> Corpus:
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, f"a.fasta:{n}", "a.fasta") for n, text in enumerate(texts)]))
    return Corpus(folder)


def judged(folder: Path, texts: list[str], **options: Any) -> tuple[list[str], Judgement]:
    made = corpus(folder, texts)
    return made.ids(), sequence_identity(**options).judge_corpus(made, SILENT)


def test_all_but_the_representative_go_with_identity_and_survivor(tmp_path: Path) -> None:
    ids, judgement = judged(tmp_path, [ONE[:110], NEAR, TWO, ONE + "MK"])
    assert [(one.id, one.duplicate_of, one.measured, one.limit) for one in judgement.decisions] == [
        (ids[0], ids[3], 1.0, 0.9),
        (ids[1], ids[3], round(119 / 120, 6), 0.9),
    ]
    assert judgement.decisions[0].evidence == "cluster of 3; 110 letters against the kept 122"


def test_clusters_can_be_labelled_only(tmp_path: Path) -> None:
    ids, judgement = judged(tmp_path, [ONE, NEAR, TWO], action="annotate")
    assert judgement.decisions == ()
    assert [(note.id, note.label) for note in judgement.annotations] == [
        (ids[0], f"sequence-cluster:{ids[0]}"),
        (ids[1], f"sequence-cluster:{ids[0]}"),
    ]


def test_a_cluster_stands_on_one_side_of_the_split(tmp_path: Path) -> None:
    texts = ["".join(RNG.choice(LETTERS, 60)) for _ in range(300)]
    copies = [text[:-1] for text in texts]
    ids, judgement = judged(tmp_path, texts + copies, action="annotate", splits={"train": 0.7, "test": 0.3}, seed=3)
    side = {note.id: note.label for note in judgement.annotations if note.label.startswith("split:")}
    assert set(side) == set(ids)
    assert all(side[one] == side[other] for one, other in zip(ids[:300], ids[300:], strict=True))
    assert 0.6 < sum(label == "split:train" for label in side.values()) / 600 < 0.8


def test_another_seed_draws_another_split_and_the_same_seed_the_same(tmp_path: Path) -> None:
    texts = ["".join(RNG.choice(LETTERS, 40)) for _ in range(60)]
    made = corpus(tmp_path, texts)
    first, same, other = (
        sequence_identity(splits={"a": 0.5, "b": 0.5}, seed=seed).judge_corpus(made, SILENT) for seed in (1, 1, 2)
    )
    assert first == same != other


def test_alphabets_are_not_mixed_and_other_texts_are_left_alone(tmp_path: Path) -> None:
    dna = "".join(RNG.choice(list("ACGT"), 80))
    _, judgement = judged(tmp_path, [dna, dna.replace("T", "U"), "no sequence at all", "no sequence at all"])
    assert judgement.decisions == () and judgement.tallies["no sequence"] == 2


def test_long_sequences_are_not_compared_and_labelled(tmp_path: Path) -> None:
    ids, judgement = judged(tmp_path, [ONE, ONE], maximum_length=100)
    assert judgement.decisions == ()
    assert [(note.id, note.label) for note in judgement.annotations] == [(name, "sequence-too-long") for name in ids]


def test_a_run_from_fasta_to_report(tmp_path: Path) -> None:
    (tmp_path / "a.fasta").write_text(f">1\n{ONE}\n>2\n{NEAR}\n>3\n{TWO}\n>4\nNOT 1\n")
    report = curate(read_source("fasta", path=str(tmp_path / "a.fasta")), [sequence_identity()], tmp_path / "out")
    (table,) = (exhibit for exhibit in report.exhibits if exhibit.name == "sequence-identity")
    assert isinstance(table, Table)
    assert table.rows == (("protein", 3, 2, 2, 2),)
    assert report.facts["documents in the corpus"] == 2


@pytest.mark.parametrize(
    "options",
    [{"threshold": 0.4}, {"threshold": 1.1}, {"coverage": 2.0}, {"maximum_length": 0}, {"splits": {"a": 0.5}}],
)
def test_impossible_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="^sequence-identity: "):
        sequence_identity(**options)
