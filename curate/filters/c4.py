"""The filter with the heuristics of C4: lines that are no sentences are cut, pages without sentences removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import UNKNOWN, Exhibit, UsageError
from ..base import FILTERS, Annotation, Decision, Judgement
from .line_spans import runs
from .text_column import ids_of, rows_in, text_column
from .text_lines import Lines, join_lines, numbers, split_lines, totals
from .thresholds import Rule, calibration_table, fixed_rule, judge_rules, limits_for
from .word_list import WordList, read_words

RULES = (
    fixed_rule("sentences", 0, "at least", 3),
    fixed_rule("curly-brackets", 1, "at most", 0),
    fixed_rule("lorem-ipsum", 2, "at most", 0),
    fixed_rule("bad-words", 3, "at most", 0),
)
LINE_RULES = ("terminal-punctuation", "short-lines", "javascript", "policy")
SOURCE = "Raffel et al. 2020, T5, section 2.2"
_TERMINAL = '[.!?"\\x{201D}]$'
_SENTENCE = "[.!?]+[\"'\\x{2019}\\x{201D})\\]]*(?:\\s|$)"
_CITATION = r"\[(?:[0-9]{1,4}|edit|citation needed)\]"
_POLICY = r"terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies"
_WORD = r"[^\s\v]+"


@dataclass(frozen=True, slots=True)
class C4:
    """Cuts lines and removes pages; see :func:`c4`."""

    name: str
    limits: tuple[float, ...]
    minimum_words: int
    citations: bool
    languages: tuple[str, ...]
    words_sha256: str
    _words: WordList | None

    @property
    def made_for(self) -> str:
        """What its limits were chosen for."""
        return "prose"

    text_type = made_for

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The four rules on pages."""
        return RULES

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """Removals of pages, edits of the others with the spans of the lines that were cut, and tallies."""
        rows = rows_in(batch, self.languages)
        texts = text_column(batch, self.name).take(rows)
        ids = ids_of(batch.take(rows))
        lines = split_lines(texts)
        cleaned, faults = self._clean(lines)
        removals, tallies = judge_rules(RULES, self.limits, ids, self._measures(texts, cleaned, faults, lines))
        removed = {decision.id for decision in removals}
        tallies |= {f"line {rule}": int((faults == code).sum()) for code, rule in enumerate(LINE_RULES, 1)}
        edits = self._edits(texts, cleaned, faults, lines)
        kept = {ids[row]: text for row, text in edits.items() if ids[row] not in removed}
        edited = tuple(self._decision(ids[row], row, faults, lines) for row in edits if ids[row] in kept)
        notes = (Annotation(ids[row], *note) for row, note in runs(lines, faults, LINE_RULES) if ids[row] in kept)
        return Judgement((*removals, *edited), kept, tuple(notes), tallies=tallies)

    def measure(self, batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
        """The rows in the wanted languages, and their measures: float64 of shape (rows, 4)."""
        rows = rows_in(batch, self.languages)
        texts = text_column(batch, self.name).take(rows)
        lines = split_lines(texts)
        return rows, self._measures(texts, *self._clean(lines), lines)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The calibration table."""
        return (calibration_table(self.name, "web", RULES, self.limits, tallies, SOURCE),)

    def _clean(self, lines: Lines) -> tuple[pa.Array, np.ndarray]:
        """Lines without citation marks, and for each the number of the line rule that it breaks (0: none; from 1)."""
        raw, stripped = lines.lines, lines.stripped
        if self.citations:
            raw = pc.replace_substring_regex(raw, _CITATION, "")
            stripped = pc.utf8_trim_whitespace(raw)
        broken = (
            ~numbers(pc.match_substring_regex(stripped, _TERMINAL)) | numbers(pc.ends_with(stripped, "...")),
            numbers(pc.count_substring_regex(stripped, _WORD)) < self.minimum_words,
            numbers(pc.match_substring(stripped, "javascript", ignore_case=True)),
            numbers(pc.match_substring_regex(stripped, _POLICY, ignore_case=True)),
        )
        faults = np.select(broken, range(1, len(broken) + 1), 0)
        return raw, np.where(lines.filled, faults, 0)

    def _measures(self, texts: pa.Array, cleaned: pa.Array, faults: np.ndarray, lines: Lines) -> np.ndarray:
        measures = np.zeros((len(texts), len(RULES)))
        sentences = numbers(pc.count_substring_regex(cleaned, _SENTENCE))
        measures[:, 0] = totals(np.where(faults == 0, sentences, 0), lines.borders)
        measures[:, 1] = numbers(pc.count_substring_regex(texts, "[{}]"))
        measures[:, 2] = numbers(pc.count_substring(texts, "lorem ipsum", ignore_case=True))
        if self._words is not None:
            measures[:, 3] = self._words.count(texts)
        return measures

    def _edits(self, texts: pa.Array, cleaned: pa.Array, faults: np.ndarray, lines: Lines) -> dict[int, str]:
        """The new text of each row that changed: the lines that broke no rule."""
        keep = faults == 0
        borders = np.concatenate([np.zeros(1, np.int64), np.cumsum(keep)])[lines.borders]
        joined = join_lines(cleaned.filter(pa.array(keep)), borders)
        changed = np.flatnonzero(numbers(pc.not_equal(joined, texts.cast(pa.large_string()))))
        return dict(zip(changed.tolist(), joined.take(changed).to_pylist(), strict=True))

    def _decision(self, name: str, row: int, faults: np.ndarray, lines: Lines) -> Decision:
        own = faults[lines.borders[row] : lines.borders[row + 1]]
        broken = [rule for code, rule in enumerate(LINE_RULES, 1) if (own == code).any()]
        cut = int((own > 0).sum())
        return Decision(name, "edited", ", ".join(broken) or "citations", float(cut), None, f"{cut} lines cut")


@FILTERS.register("c4", source=SOURCE)
def c4(
    limits: Mapping[str, float] | None = None,
    minimum_words: int = 5,
    citations: bool = True,
    words_path: str | None = None,
    languages: Sequence[str] = ("en", UNKNOWN),
) -> C4:
    """Cut lines that are no sentences and remove pages without sentences: the heuristics of C4.

    Cut (action ``edited``, spans annotated): lines without terminal punctuation (``.``, ``!``, ``?``, end quotation
    mark), of fewer than ``minimum_words``, with the word Javascript, or with a phrase of a cookie or privacy notice;
    with ``citations`` marks such as ``[3]`` go too. Removed: pages of fewer than three sentences after that, and pages
    with a curly bracket, ``lorem ipsum`` or a word of the list at ``words_path`` (one a line; none is bundled).
    ``limits`` sets single limits. Documents whose ``language`` is not in ``languages`` are not judged.
    """
    if minimum_words < 0:
        raise UsageError(f"minimum_words must be 0 or more, not {minimum_words}")
    words, digest = (None, "") if words_path is None else read_words(words_path)
    wanted = tuple(sorted(set(languages)))
    return C4("c4", limits_for(RULES, "prose", limits), minimum_words, citations, wanted, digest, words)
