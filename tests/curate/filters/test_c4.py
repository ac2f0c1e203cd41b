from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import InputError, record_batch, text_record
from headwater.curate import c4
from headwater.curate.base import Judgement

Batch = Callable[..., pa.RecordBatch]
GOOD = "The river rises in the hills. It flows to the sea. Few people live on it."


def judge(batch: pa.RecordBatch, **options: object) -> Judgement:
    return c4(**options).judge(batch)  # type: ignore[arg-type]


def cut(batch_of: Batch, line: str, **options: object) -> tuple[str, ...]:
    """The rules under which a line beside good text is cut."""
    return tuple(note.label for note in judge(batch_of([f"{GOOD}\n{line}"]), **options).annotations)


def test_sentences_stay(batch_of: Batch) -> None:
    assert judge(batch_of([GOOD])).decisions == ()


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Home and news and contact and imprint", "terminal-punctuation"),
        ("Read more about this in the next part...", "terminal-punctuation"),
        ("Only four words here.", "short-lines"),
        ("Please enable JavaScript to see this very page.", "javascript"),
        ("By reading on you accept our Privacy Policy.", "policy"),
    ],
)
def test_each_rule_on_lines_cuts_its_case(batch_of: Batch, line: str, rule: str) -> None:
    assert cut(batch_of, line) == (rule,)


@pytest.mark.parametrize("end", [".", "!", "?", '"', "\u201d"])
def test_every_terminal_mark_of_the_paper_keeps_a_line(batch_of: Batch, end: str) -> None:
    assert cut(batch_of, f"This line has five words{end}") == ()


def test_an_edit_names_its_rules_and_its_spans_are_what_was_cut(batch_of: Batch) -> None:
    text = f"Home\nNews\n{GOOD}\nShort one.\n"
    judgement = judge(batch_of([text]))
    (decision,) = judgement.decisions
    assert (decision.action, decision.rule, decision.measured) == ("edited", "terminal-punctuation, short-lines", 3.0)
    assert judgement.edits[decision.id] == f"{GOOD}\n"
    assert [text[note.start : note.end] for note in judgement.annotations] == ["Home\nNews", "Short one."]
    assert [note.score for note in judgement.annotations] == [2.0, 1.0]


def test_citation_marks_go_on_demand(batch_of: Batch) -> None:
    marked = GOOD.replace("hills", "hills[12]")
    assert list(judge(batch_of([marked])).edits.values()) == [GOOD]
    assert judge(batch_of([marked]), citations=False).edits == {}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("One sentence is too few here.", "sentences"),
        (f"{GOOD} if (x) {{ y }}.", "curly-brackets"),
        (f"{GOOD} Lorem Ipsum dolor sit amet.", "lorem-ipsum"),
    ],
)
def test_each_rule_on_pages_removes_its_case(batch_of: Batch, text: str, rule: str) -> None:
    (decision,) = judge(batch_of([text])).decisions
    assert (decision.action, decision.rule) == ("removed", rule)


def test_sentences_are_counted_in_the_lines_that_are_left(batch_of: Batch) -> None:
    text = "One sentence that stays as it is.\nTwo. Three. Four. And then a line without its end"
    (decision,) = judge(batch_of([text])).decisions
    assert (decision.rule, decision.measured, decision.limit) == ("sentences", 1.0, 3.0)


def test_the_published_limits_are_those_of_the_paper() -> None:
    assert {rule.name: rule.prose for rule in c4().rules} == {
        "sentences": 3,
        "curly-brackets": 0,
        "lorem-ipsum": 0,
        "bad-words": 0,
    }
    assert c4().minimum_words == 5


def test_bad_words_come_from_a_list_and_are_whole_words(batch_of: Batch, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("# mine\nbad.\n\nWorse thing\n", "utf-8")
    step = c4(words_path=str(tmp_path / "words.txt"))
    texts = [f"{GOOD} {word}" for word in ("It is a BAD. one!", "It is a badge!", "A worse thing is it!", "It is bad!")]
    assert [decision.rule for decision in step.judge(batch_of(texts)).decisions] == ["bad-words", "bad-words"]
    assert len(step.words_sha256) == 64


@pytest.mark.parametrize(("content", "words"), [(b"", "holds no entry"), (b"\xff\xfe", "not UTF-8"), (None, "no such")])
def test_a_wrong_list_is_one_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / "words.txt").write_bytes(content)
    with pytest.raises(InputError, match=words):
        c4(words_path=str(tmp_path / "words.txt"))


def test_other_languages_are_not_judged(batch_of: Batch) -> None:
    assert judge(batch_of(["kurz"], language="de")).decisions == ()


def test_tallies_count_every_broken_rule(batch_of: Batch) -> None:
    step = c4()
    tallies = step.judge(batch_of([GOOD, "tiny {", "x\ny"])).tallies
    assert (tallies["published any"], tallies["used sentences"], tallies["used curly-brackets"]) == (2, 2, 1)
    (table,) = step.exhibits(tallies, 3)
    assert table.rows[-1][:1] == ("any rule",)  # type: ignore[union-attr]


@given(st.lists(st.text(alphabet='ab .!?"\n{}[1]\u201d\u00e9\u2028\x85\r', max_size=60), min_size=1, max_size=8))
def test_any_text_in_any_batches_gives_the_same_judgement(texts: list[str]) -> None:
    rows = [text_record(text, f"a:{number}", "a") for number, text in enumerate(texts)]
    whole, single = c4().judge(record_batch(rows)), [c4().judge(record_batch([row])) for row in rows]
    assert sorted(whole.decisions, key=repr) == sorted((d for one in single for d in one.decisions), key=repr)
    assert whole.edits == {name: text for one in single for name, text in one.edits.items()}
    assert whole.annotations == tuple(note for one in single for note in one.annotations)
