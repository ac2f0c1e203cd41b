"""The filter ``near-duplicates``."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SILENT, Corpus, CorpusWriter, UsageError, record_batch, text_record
from headwater.curate import FILTERS, jaccard
from headwater.curate.base import Decision

DATA = Path(os.environ.get("HEADWATER_DATA", Path(__file__).parents[3].parent / "shared" / "data"))


def corpus(folder: Path, texts: list[str]) -> Corpus:
    """A corpus of these texts."""
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, f"t:{number}", "t") for number, text in enumerate(texts)]))
    return Corpus(folder)


def judge(folder: Path, texts: list[str], **options: Any) -> tuple[tuple[Decision, ...], list[str]]:
    """The decisions, and the ids of the texts in order."""
    held = corpus(folder, texts)
    step: Any = FILTERS.get("near-duplicates")(**options)
    return step.judge_corpus(held, SILENT).decisions, held.ids()


def numbered(start: int, end: int, sign: str = "w") -> str:
    """Words that stand once."""
    return " ".join(f"{sign}{number}" for number in range(start, end))


def edited(text: str, edits: int) -> str:
    """Every sixth word from the fifth on replaced, ``edits`` times."""
    words = text.split()
    for edit in range(edits):
        words[4 + 6 * edit] = f"new{edit}"
    return " ".join(words)


def test_the_later_copy_goes_and_names_the_one_that_stays(tmp_path: Path) -> None:
    original = numbered(0, 1004)
    (decision,), ids = judge(tmp_path, [numbered(0, 100, "x"), original, edited(original, 22)])
    assert (decision.id, decision.duplicate_of, decision.action) == (ids[2], ids[1], "removed")
    assert (decision.rule, decision.measured, decision.limit) == ("jaccard", (1000 - 110) / (1000 + 110), 0.7)


def test_a_pair_below_the_threshold_stays_and_one_above_goes(tmp_path: Path) -> None:
    original = numbered(0, 204)
    assert judge(tmp_path / "a", [original, edited(original, 10)])[0] == ()  # J = .6
    assert len(judge(tmp_path / "b", [original, edited(original, 4)])[0]) == 1  # J = .82
    assert len(judge(tmp_path / "c", [original, edited(original, 10)], threshold=0.55, bands=50)[0]) == 1


def test_case_punctuation_and_layout_make_no_difference(tmp_path: Path) -> None:
    text = "The River rises; somewhere -- in the hills, and flows (slowly) to the sea."
    (decision,), _ = judge(tmp_path, [text, text.upper().replace(" ", "\n\t")])
    assert decision.measured == 1.0


@pytest.mark.parametrize("text", ["", "...", "\n\n"])
def test_documents_without_words_are_never_duplicates(tmp_path: Path, text: str) -> None:
    assert judge(tmp_path, [text, text, "!"])[0] == ()


def test_short_documents_are_duplicates_only_where_all_words_agree(tmp_path: Path) -> None:
    decisions, ids = judge(tmp_path, ["See above.", "see above", "see below", "above see", "see"])
    assert [(decision.id, decision.duplicate_of) for decision in decisions] == [(ids[1], ids[0])]


@pytest.mark.parametrize(
    "text",
    [
        "河流从山里的某个地方升起慢慢地流向大海然后消失在远处的地平线上没有人知道它的名字",
        "แม่น้ำไหลลงมาจากภูเขาสูงแล้วค่อยๆไหลไปสู่ทะเลกว้าง",
        "नदी पहाड़ों में कहीं से निकलती है और धीरे धीरे समुद्र की ओर बहती जाती है हर दिन",
        "Река поднимается где-то в горах и медленно течёт к морю, никто не знает её имени",
    ],
)
def test_near_duplicates_are_found_in_other_scripts(tmp_path: Path, text: str) -> None:
    copy = text + text[-1]
    decisions, ids = judge(tmp_path, [text, copy, text[::-1]])
    assert [(decision.id, decision.measured) for decision in decisions] == [(ids[1], jaccard(text, copy))]


def test_an_empty_corpus_and_a_single_document_have_no_duplicates(tmp_path: Path) -> None:
    assert judge(tmp_path / "none", [])[0] == ()
    assert judge(tmp_path / "one", [numbered(0, 20)])[0] == ()


def planted(seed: int, documents: int = 90) -> list[str]:
    """Random texts, every third of them an edited copy of an earlier one, in random order."""
    rng = random.Random(seed)
    texts = [" ".join(rng.choices([f"v{n}" for n in range(3000)], k=rng.randint(3, 300))) for _ in range(documents)]
    texts += [edited(text, rng.randint(0, len(text.split()) // 60)) for text in texts[::3] if len(text.split()) > 40]
    rng.shuffle(texts)
    return texts


@pytest.mark.parametrize("seed", [1, 2])
def test_decisions_agree_with_all_pairs_compared_by_plain_sets(tmp_path: Path, seed: int) -> None:
    texts = planted(seed)
    roots = list(range(len(texts)))
    for second in range(len(texts)):
        for first in range(second):
            if roots[first] != roots[second] and jaccard(texts[first], texts[second]) >= 0.7:
                low, high = sorted((roots[first], roots[second]))
                roots = [low if root == high else root for root in roots]
    # at 50 bands a pair of similarity .7 escapes once in ten thousand
    decisions, ids = judge(tmp_path, texts, bands=50)
    assert {decision.id: decision.duplicate_of for decision in decisions} == {
        ids[number]: ids[root] for number, root in enumerate(roots) if root != number
    }


def test_the_size_of_batches_and_slices_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.curate.duplicates import words

    texts = planted(4)
    expected = judge(tmp_path / "a", texts)[0]
    monkeypatch.setattr(words.slices, "__defaults__", (100,))
    monkeypatch.setattr(Corpus.batches, "__defaults__", (None, 7))
    assert judge(tmp_path / "b", texts)[0] == expected
    assert len(expected) > 10


def test_every_measured_value_is_the_true_similarity_and_reaches_the_limit(tmp_path: Path) -> None:
    texts = planted(5)
    decisions, ids = judge(tmp_path, texts)
    by_id = dict(zip(ids, texts, strict=True))
    for decision in decisions:
        assert decision.duplicate_of is not None
        assert decision.measured == jaccard(by_id[decision.id], by_id[decision.duplicate_of]) >= 0.7


def test_a_chained_document_says_so(tmp_path: Path) -> None:
    texts = [numbered(0, 104), numbered(13, 117), numbered(26, 130)]  # neighbours 87/113, ends 74/126
    decisions, _ = judge(tmp_path, texts, bands=50)
    assert [(decision.rule, decision.measured) for decision in decisions] == [
        ("jaccard", 87 / 113),
        ("jaccard-chain", 87 / 113),
    ]
    assert decisions[1].evidence == f"cluster of 3; Jaccard {74 / 126:.4f} to the kept document"


def test_the_survivor_carries_the_size_of_its_cluster(tmp_path: Path) -> None:
    held = corpus(tmp_path, [numbered(0, 50)] * 4)
    step: Any = FILTERS.get("near-duplicates")()
    (note,) = step.judge_corpus(held, SILENT).annotations
    assert (note.id, note.label, note.score) == (held.ids()[0], "near-duplicate-cluster", 4.0)


def test_the_known_pairs_of_copied_articles_are_found_and_no_others(tmp_path: Path) -> None:
    folder = DATA / "minhash_plagiarism"
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent; set HEADWATER_DATA to the folder of data sets")
    rows = [line.split(" ", 1) for line in (folder / "articles_100.train").read_text().splitlines()]
    truth = {tuple(sorted(line.split())) for line in (folder / "articles_100.truth").read_text().splitlines() if line}
    decisions, ids = judge(tmp_path, [text for _, text in rows])
    name = dict(zip(ids, (name for name, _ in rows), strict=True))
    assert {tuple(sorted((name[one.id], name[str(one.duplicate_of)]))) for one in decisions} == truth


def test_the_longest_document_can_stay(tmp_path: Path) -> None:
    texts = [numbered(0, 50), numbered(0, 60), numbered(0, 55)]
    decisions, ids = judge(tmp_path, texts, survivor="longest")
    assert [(decision.id, decision.duplicate_of) for decision in decisions] == [(ids[0], ids[1]), (ids[2], ids[1])]
    assert decisions[0].measured == jaccard(texts[0], texts[1])


def test_the_document_with_the_best_licence_can_stay(tmp_path: Path) -> None:
    licences = ["unknown", "GPL-3.0-only", "MIT", "CC-BY-4.0", "MIT"]
    rows = [text_record(numbered(0, 50), f"t:{n}", "t", licence=name) for n, name in enumerate(licences)]
    with CorpusWriter(tmp_path) as writer:
        writer.write(record_batch(rows))
    step: Any = FILTERS.get("near-duplicates")(survivor="best-licence")
    judgement = step.judge_corpus(Corpus(tmp_path), SILENT)
    assert {decision.duplicate_of for decision in judgement.decisions} == {rows[2]["id"]}
    assert len(judgement.decisions) == 4


def run(folder: Path, texts: list[str], sources: list[str]) -> tuple[Any, Any]:
    """The step after its work on these texts, and its tallies."""
    rows = [text_record(text, f"t:{n}", source) for n, (text, source) in enumerate(zip(texts, sources, strict=True))]
    with CorpusWriter(folder) as writer:
        writer.write(record_batch(rows))
    step: Any = FILTERS.get("near-duplicates")(bands=50)
    return step, step.judge_corpus(Corpus(folder), SILENT).tallies


def test_a_source_that_loses_most_of_its_documents_is_a_finding(tmp_path: Path) -> None:
    own = [numbered(0, 40, f"a{number}x") for number in range(20)]
    step, tallies = run(
        tmp_path, [*own, *own[:11], *[numbered(0, 40, f"b{n}x") for n in range(9)]], ["a"] * 20 + ["b"] * 20
    )
    (finding,) = step.findings(tallies, 40)
    assert (finding.code, "b 11 of 20" in finding.meaning) == ("HW-C053", True)
    step, tallies = run(tmp_path / "half", [*own, *own[:10], *own[:9]], ["a"] * 20 + ["b"] * 10 + ["c"] * 9)
    assert step.findings(tallies, 39) == ()  # small sources do not count


def test_many_chains_are_a_finding_and_stand_in_the_table(tmp_path: Path) -> None:
    texts = [numbered(13 * place, 13 * place + 104) for place in range(8)]
    step, tallies = run(tmp_path, texts, ["a"] * 8)
    assert [finding.code for finding in step.findings(tallies, 8)] == ["HW-C054"]
    (table,) = step.exhibits(tallies, 8)
    assert table.rows[0][1:] == (8, round((100 - 91) / (100 + 91), 4), 6)
    assert step.exhibits({}, 8) == ()


@pytest.mark.parametrize("options", [{"threshold": 0.0}, {"threshold": 1.1}, {"bands": 0}, {"rows": 0}])
def test_impossible_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="near-duplicates: "):
        FILTERS.get("near-duplicates")(**options)
