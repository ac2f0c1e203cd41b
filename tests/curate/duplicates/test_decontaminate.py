"""The filter ``decontaminate``."""

import json
import random
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SILENT, ConfigError, Corpus, CorpusWriter, UsageError, record_batch, text_record
from headwater.curate import Judgement, build_steps, curate, decontaminate, source_from
from headwater.curate.duplicates.suite_index import index_suites
from headwater.curate.duplicates.suites import Suites
from headwater.pipeline.config import load_config

WORDS = [f"w{number}" for number in range(5000)]


def corpus_of(folder: Path, texts: list[str]) -> Corpus:
    with CorpusWriter(folder / "corpus") as writer:
        writer.write(record_batch([text_record(text, f"t:{number}", "t") for number, text in enumerate(texts)]))
    return Corpus(folder / "corpus")


def suite_of(folder: Path, rows: list[dict[str, str]]) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    (folder / "items.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return {"exam": str(folder / "items.jsonl")}


def judge(folder: Path, texts: list[str], rows: list[dict[str, str]], **options: Any) -> tuple[Judgement, list[str]]:
    corpus = corpus_of(folder, texts)
    return decontaminate(suite_of(folder, rows), **options).judge_corpus(corpus, SILENT), corpus.ids()


def prose(seed: int, words: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=words))


QUESTION = "which of these rivers rises in the northern mountains and flows to the sea"  # 14 words


def test_a_passage_is_cut_with_its_window_and_the_rest_stays(tmp_path: Path) -> None:
    before, after = "a" * 700 + " ", " " + "b" * 700
    judgement, ids = judge(tmp_path, [f"{before}{QUESTION.upper()}?{after}"], [{"q": QUESTION}])
    (decision,) = judgement.decisions
    assert (decision.action, decision.rule, decision.measured, decision.limit) == ("edited", "contaminated", 2.0, 0.0)
    assert decision.evidence == "exam items.jsonl:1"
    assert judgement.edits == {ids[0]: "a" * 501 + "\n" + "b" * 502}
    (note,) = judgement.annotations
    assert (note.label, note.start, note.end) == ("contaminated:exam", 701, 701 + len(QUESTION))


def test_the_cut_hits_the_right_characters_of_a_text_that_is_not_ascii(tmp_path: Path) -> None:
    question = "wélche STRAẞE führt von hier am fluss entlang bis in die große stadt"
    text = "ÄÖ " * 300 + question.upper() + " ñ" * 300
    judgement, _ = judge(tmp_path, [text], [{"q": question}], action="report")
    (note,) = judgement.annotations
    assert text[note.start : note.end] == question.upper()


def test_twelve_words_in_common_are_not_enough_for_thirteen(tmp_path: Path) -> None:
    twelve = " ".join(QUESTION.split()[:12])
    judgement, _ = judge(tmp_path, [f"{twelve} but here it goes on in another way"], [{"q": QUESTION}])
    assert judgement.decisions == ()
    judgement, _ = judge(tmp_path / "b", [f"{twelve} but here it goes on"], [{"q": QUESTION}], ngram=12)
    assert len(judgement.decisions) == 1


def test_a_match_does_not_cross_the_border_between_two_documents(tmp_path: Path) -> None:
    words = QUESTION.split()
    judgement, _ = judge(tmp_path, [" ".join(words[:7]), " ".join(words[7:])], [{"q": QUESTION}])
    assert judgement.decisions == ()


def test_a_hash_that_collides_is_no_match(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["headwater.curate.duplicates.decontaminate"]
    (found,) = index_suites(Suites(suite_of(tmp_path, [{"q": QUESTION}])), "gpt3", 13, None, ())
    other = prose(1, 13)
    monkeypatch.setattr(module, "word_hashes", lambda words: _as_if(QUESTION, words))
    judgement, _ = judge(tmp_path, [other], [{"q": QUESTION}], ngram=13)
    assert (found.measurable, judgement.decisions) == (1, ())


def _as_if(text: str, words: Any) -> Any:
    """The hashes of other words than those that stand there."""
    import pyarrow as pa

    from headwater.curate.duplicates import split_words
    from headwater.curate.duplicates.shingles import word_hashes

    return word_hashes(split_words(pa.array([text])))[: words.starts.size]


def test_little_that_is_left_and_many_pieces_remove_the_document(tmp_path: Path) -> None:
    rows = [{"q": prose(number, 13)} for number in range(12)]
    many = "".join(prose(100 + number, 130) + " " + row["q"] + " " for number, row in enumerate(rows))
    judgement, ids = judge(tmp_path, [f"short {QUESTION} text", many], [{"q": QUESTION}, *rows])
    short, pieces = judgement.decisions
    assert (short.action, short.rule, short.limit) == ("removed", "contaminated-rest", 200.0)
    assert (pieces.action, pieces.rule, pieces.measured) == ("removed", "contaminated-pieces", 13.0)
    assert pieces.evidence.endswith("and 7 more")


def test_stock_phrases_are_ignored_and_counted(tmp_path: Path) -> None:
    texts = [f"{prose(number, 50)} {QUESTION}" for number in range(11)]
    judgement, _ = judge(tmp_path, texts, [{"q": QUESTION}])
    assert (judgement.decisions, judgement.tallies["common\texam"]) == ((), 1)
    judgement, _ = judge(tmp_path / "b", texts, [{"q": QUESTION}], common=11)
    assert len(judgement.decisions) == 11


def test_the_variant_of_datatrove_needs_words_of_the_answer(tmp_path: Path) -> None:
    row = {"question": QUESTION, "answer": "the Elbe"}
    texts = [f"{QUESTION} the Oder", f"{QUESTION} the Elbe", f"so {QUESTION}"]
    judgement, ids = judge(tmp_path, texts, [row], method="datatrove")
    assert [(decision.id, decision.action) for decision in judgement.decisions] == [
        (ids[0], "removed"),  # eleven words of the question and the first of the answer
        (ids[1], "removed"),
    ]


def datatrove_grams(question: str, answer: str, size: int) -> set[tuple[str, ...]]:
    """The n-grams of the answer and of the border, as the original lists them."""
    label, query = answer.split(), question.split()
    grams = {tuple(label[place : place + size]) for place in range(len(label) - size + 1)}
    for i in range(size - 1):
        if len(query) >= size - 1 - i and len(label) >= i + 1:
            grams.add(tuple(query[-size + 1 + i :] + label[: i + 1]))
    return grams


@pytest.mark.parametrize(("lead", "tail"), [(14, 3), (14, 20), (5, 20), (5, 9), (2, 4), (30, 1)])
def test_the_ngrams_are_those_that_datatrove_lists(tmp_path: Path, lead: int, tail: int) -> None:
    question, answer = prose(3, lead), prose(4, tail)
    suites = Suites(suite_of(tmp_path, [{"question": question, "answer": answer}]))
    (found,) = index_suites(suites, "datatrove", None, None, ("answer",))
    expected = datatrove_grams(question, answer, 12)
    assert {tuple(gram.decode().split()) for gram in found.grams} == expected


@pytest.mark.parametrize(("lengths", "size"), [([3] * 20, 8), ([40] * 20, 13), ([10] * 3 + [30] * 17, 10), ([], 13)])
def test_n_is_the_fifth_percentile_of_the_length_within_eight_and_thirteen(
    tmp_path: Path, lengths: list[int], size: int
) -> None:
    rows = [{"q": prose(number, length)} for number, length in enumerate(lengths)]
    (found,) = index_suites(Suites(suite_of(tmp_path, rows)), "gpt3", None, None, ())
    assert found.size == size


def test_matches_are_those_of_plain_sets(tmp_path: Path) -> None:
    rng = random.Random(5)
    few = WORDS[:12]
    rows = [{"q": " ".join(rng.choices(few, k=9))} for _ in range(200)]
    texts = [" ".join(rng.choices(few, k=rng.randint(0, 120))) for _ in range(200)]
    judgement, ids = judge(tmp_path, texts, rows, ngram=4, common=10_000, action="remove")

    def grams(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[place : place + 4]) for place in range(len(words) - 3)}

    items = [grams(row["q"]) for row in rows]
    expected = {name for name, text in zip(ids, texts, strict=True) if any(grams(text) & item for item in items)}
    every = set().union(*map(grams, texts))
    assert {decision.id for decision in judgement.decisions} == expected
    assert judgement.tallies["contaminated\texam"] == sum(bool(item & every) for item in items)


def test_the_report_names_items_and_their_share_with_an_interval(tmp_path: Path) -> None:
    rows = [{"q": QUESTION}, {"q": prose(1, 20)}, {"q": "too short"}]
    step = decontaminate(suite_of(tmp_path, rows), action="report", ngram=13)
    judgement = step.judge_corpus(corpus_of(tmp_path, [QUESTION, prose(9, 40)]), SILENT)
    suites, items = step.exhibits(judgement.tallies, 2)
    assert judgement.decisions == ()
    assert suites.rows[0][:6] == ("exam", 13, 3, 2, 1, 0.5)  # type: ignore[union-attr]
    assert items.rows == (("exam", "items.jsonl:1", 1),)  # type: ignore[union-attr]
    (finding,) = step.findings(judgement.tallies, 2)
    assert (finding.code, finding.severity, finding.scores[0].slice) == ("HW-C050", "high", {"suite": "exam"})


def test_a_suite_of_short_items_gets_a_finding_and_no_share(tmp_path: Path) -> None:
    step = decontaminate(suite_of(tmp_path, [{"q": "too short"}]))
    judgement = step.judge_corpus(corpus_of(tmp_path, [QUESTION]), SILENT)
    (finding,) = step.findings(judgement.tallies, 1)
    assert finding.code == "HW-C051"
    assert step.exhibits(judgement.tallies, 1)[0].rows[0][5] is None  # type: ignore[union-attr]


def test_batches_and_slices_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.curate.duplicates import words

    rows = [{"q": prose(number, 20)} for number in range(30)]
    texts = [f"{prose(50 + number, 40)} {rows[number % 30]['q']} {prose(99 + number, 90)}" for number in range(60)]
    expected = judge(tmp_path / "a", texts, rows)[0]
    monkeypatch.setattr(words.slices, "__defaults__", (100,))
    monkeypatch.setattr(Corpus.batches, "__defaults__", (None, 7))
    assert judge(tmp_path / "b", texts, rows)[0] == expected
    assert len(expected.decisions) == 60


def test_a_run_shows_the_finding_and_its_hash_covers_the_items(tmp_path: Path) -> None:
    texts = [f"{prose(1, 200)} {QUESTION} {prose(2, 200)}", prose(3, 200)]
    reports = [
        curate(source_from(texts), build_steps([("decontaminate", {"suites": suite_of(tmp_path, rows)})]), tmp_path / n)
        for n, rows in (("a", [{"q": QUESTION}]), ("b", [{"q": prose(7, 20)}]))
    ]
    assert [[one.code for one in report.findings if one.code == "HW-C050"] for report in reports] == [["HW-C050"], []]
    hashes = {Corpus(tmp_path / name / "corpus").manifest.config_hash for name in "ab"}
    assert len(hashes) == 2


def test_no_personal_data_of_a_suites_name_is_shown(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(json.dumps({"q": QUESTION}))
    step = decontaminate({"jane.roe@example-mail.net": str(tmp_path / "x.jsonl")})
    judgement = step.judge_corpus(corpus_of(tmp_path, [QUESTION]), SILENT)
    assert "jane.roe" not in str(judgement) + str(step.findings(judgement.tallies, 1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ngram": 1}, "ngram must be at least 2"),
        ({"window": -1}, "window must not be negative"),
        ({"common": 0}, "common must be at least 1"),
        ({"suites": {}}, "name at least one"),
        ({"method": "gpt4"}, "'gpt3' or 'datatrove'"),
    ],
)
def test_impossible_options_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build_steps([("decontaminate", {"suites": {"x": "x.jsonl"}, **options})])


def test_a_field_that_no_item_has_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="suite 'exam': no field 'query' with text; it has q"):
        judge(tmp_path, [QUESTION], [{"q": QUESTION}], fields=["query"])


def test_files_of_steps_in_a_config_file_are_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "c.yaml").write_text(
        "corpus: {source: jsonl, path: a.jsonl}\n"
        "curate:\n- decontaminate: {suites: {a: x.jsonl, b: [y.csv, z.csv]}}\n- semantic-duplicates: {model: m}\n"
    )
    (_, options), (_, semantic) = load_config(tmp_path / "c.yaml").curate or ()
    assert semantic == {"model": str(tmp_path / "m")}
    assert options["suites"] == {
        "a": str(tmp_path / "x.jsonl"),
        "b": [str(tmp_path / "y.csv"), str(tmp_path / "z.csv")],
    }
