"""The findings of the audit table-schema: HW-A100 to HW-A105."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...core import Corpus, Finding, Score, wilson
from ..privacy import redact
from .date_order import Disorder
from .rows_shown import DOCUMENTS, EXAMPLES, count_of, examples_of, ids_of, number

if TYPE_CHECKING:
    from .table_schema import Looked

NAMED = 8
EACH = 5


def schema_findings(
    corpus: Corpus, looked: "Sequence[Looked]", found: Sequence[Disorder], share: float
) -> Iterator[Finding]:
    """Every finding that there is cause for; ``share`` is the largest of outliers that are no tail."""
    yield from _useless(looked)
    yield from _mixed(corpus, looked)
    yield from _marked(corpus, looked)
    yield from _extreme(corpus, looked, share)
    yield from _alike(corpus, looked)
    yield from _disordered(corpus, found)


def _useless(looked: "Sequence[Looked]") -> Iterator[Finding]:
    sorts = {
        kind: [one.name for one in looked if one.typed.kind == kind] for kind in ("empty", "constant", "identifier")
    }
    if not any(sorts.values()):
        return
    words = {"empty": "without any value", "constant": "with one value in all rows", "identifier": "that number rows"}
    parts = [f"{words[kind]}: {_names(names)}" for kind, names in sorts.items() if names]
    yield Finding(
        "HW-A100",
        "low" if sorts["identifier"] else "info",
        f"{count_of(sum(map(len, sorts.values())), 'column')} to learn nothing from",
        f"Columns {'; columns '.join(parts)}. A model can learn nothing of use from them; from a column that numbers "
        "rows it can learn rows by heart, and such a column may single out a person. Recognised by their values and "
        "names, not by what they mean.",
        "Leave these columns out of training. Check whether an empty or constant one was lost on the way here, and "
        "whether identifiers have to be in the file at all.",
    )


def _mixed(corpus: Corpus, looked: "Sequence[Looked]") -> Iterator[Finding]:
    mixed = [one for one in looked if one.typed.kind == "mixed"]
    if not mixed:
        return
    rows = {one.name: one.minority().tolist() for one in mixed}
    notes = _notes(corpus, [(row, f"{name} is of the rarer sort") for name in rows for row in rows[name][:EACH]])
    counts = ", ".join(f"{name} ({len(found):,} rows)" for name, found in list(rows.items())[:NAMED])
    total = len(corpus)
    yield Finding(
        "HW-A101",
        "medium",
        f"Numbers or dates mixed with other text in {count_of(len(mixed), 'column')}: {_names(list(rows))}",
        f"Rows of the rarer sort: {counts}. A library that reads such a column makes all of it text, or drops these "
        "values without a word. The rows listed are of the rarer sort.",
        "Read the rows: a unit or a remark in the cell, a shifted column, two sources with different forms. Mend or "
        "empty the cells before training.",
        tuple(_share("mixed-share", len(found), total, name) for name, found in rows.items()),
        examples_of(corpus, dict(list(notes.items())[:EXAMPLES]), [one.typed.name for one in mixed]),
        tuple(notes),
    )


def _marked(corpus: Corpus, looked: "Sequence[Looked]") -> Iterator[Finding]:
    parts, wanted, scores, total = [], [], [], len(corpus)
    for one in looked:
        values = np.flatnonzero(one.typed.marked)
        suspects = [code for code, _ in one.codes]
        count = int(one.typed.counts[values].sum()) + sum(rows for _, rows in one.codes)
        if not count:
            continue
        shown = [one.typed.column.values[code] for code in values] + [number(one) for one in suspects]
        parts.append(f"{one.name}: {redact(', '.join(shown[:5]))} ({count:,} rows)")
        has = np.isin(one.typed.column.codes, values) | np.isin(one.typed.per_row(), suspects)
        wanted += [(row, f"{one.name}: {redact(shown[0])}") for row in np.flatnonzero(has)[:EACH].tolist()]
        scores.append(_share("missing-code-share", count, total, one.name))
    if not parts:
        return
    notes = _notes(corpus, wanted)
    more = f"; and {len(parts) - NAMED} more columns" if len(parts) > NAMED else ""
    yield Finding(
        "HW-A102",
        "medium" if any(one.codes for one in looked) else "low",
        f"Codes that seem to stand for a missing value in {count_of(len(parts), 'column')}",
        f"{'; '.join(parts[:NAMED])}{more}. Marks such as ? and NA count as missing here. A number set apart from all "
        "others (-999, 99999) is only suspected: it may be a cap or a true value. A model takes either for a value.",
        "Look up what the codes mean, and write missing values as blanks; keep a cap, and say so where the data are "
        "described.",
        tuple(scores),
        examples_of(corpus, dict(list(notes.items())[:EXAMPLES])),
        tuple(notes),
    )


def _extreme(corpus: Corpus, looked: "Sequence[Looked]", share: float) -> Iterator[Finding]:
    found = [one for one in looked if one.far is not None and len(one.far.rows) and not one.heavy(share)]
    if not found:
        return
    ranked = sorted(found, key=lambda one: (-float(one.far.distance[0]) if one.far else 0.0, one.name))
    wanted, parts = [], []
    for one in ranked:
        assert one.far is not None
        numbers = one.typed.per_row()[one.far.rows]
        listed = ", ".join(map(number, numbers[:3].tolist()))
        parts.append(
            f"{one.name}: {len(numbers):,} outside {number(one.far.low)} to {number(one.far.high)}, such as {listed}"
        )
        farthest = zip(one.far.rows[:EACH].tolist(), numbers[:EACH].tolist(), strict=True)
        wanted += [(row, f"{one.name}: {number(value)}") for row, value in farthest]
    notes = _notes(corpus, wanted)
    yield Finding(
        "HW-A103",
        "low",
        f"A few values far from all others in {count_of(len(found), 'column')}: {_names([one.name for one in ranked])}",
        f"{'; '.join(parts[:NAMED])}. Far is by the modified z-score, or by adjusted fences where a column is skewed; "
        f"columns with more than {share:.1%} of such values have a long tail and are left out. A far value can be an "
        "error or the most important row. Values that are far only in combination are not seen.",
        "Read the rows, the farthest first. Correct errors at their source; do not cut true values off, but check "
        "what they do to a model.",
        (),
        examples_of(corpus, dict(list(notes.items())[:EXAMPLES]), [one.typed.name for one in ranked]),
        tuple(notes),
    )


def _alike(corpus: Corpus, looked: "Sequence[Looked]") -> Iterator[Finding]:
    pairs = [(one, pair) for one in looked for pair in one.alike]
    if not pairs:
        return
    pairs.sort(key=lambda entry: -int(entry[0].typed.counts[entry[1].rare]))
    parts, wanted = [], []
    for one, pair in pairs:
        values, counts = one.typed.column.values, one.typed.counts
        rare, common = redact(values[pair.rare]), redact(values[pair.common])
        parts.append(
            f"{one.name}: {rare!r} ({counts[pair.rare]:,} rows) and {common!r} ({counts[pair.common]:,}), {pair.why}"
        )
        rows = np.flatnonzero(one.typed.column.codes == pair.rare)[:EACH].tolist()
        wanted += [(row, f"{one.name}: {redact(values[pair.rare])}") for row in rows]
    notes = _notes(corpus, wanted)
    more = f"; and {len(parts) - NAMED} more pairs" if len(parts) > NAMED else ""
    worst = max(int(one.typed.counts[pair.rare]) for one, pair in pairs)
    yield Finding(
        "HW-A104",
        "medium" if worst >= 0.01 * len(corpus) else "low",
        f"Other spellings of a more frequent category: {count_of(len(pairs), 'value')}",
        f"{'; '.join(parts[:NAMED])}{more}. To a model they are different values, and a count by group splits the "
        "group in two. Only spelling is compared: that two words mean the same is not seen.",
        "Where both mean the same, write them alike before anything is counted or trained.",
        (),
        examples_of(corpus, dict(list(notes.items())[:EXAMPLES]), [one.typed.name for one, _ in pairs]),
        tuple(notes),
    )


def _disordered(corpus: Corpus, found: Sequence[Disorder]) -> Iterator[Finding]:
    if not found:
        return
    parts = [
        f"{redact(one.second)} lies before {redact(one.first)} in {len(one.rows):,} of {one.compared:,} rows"
        for one in found
    ]
    wanted = [
        (row, f"{redact(one.second)} before {redact(one.first)}") for one in found for row in one.rows[:EACH].tolist()
    ]
    notes = _notes(corpus, wanted)
    first = [name for one in found for name in (one.first, one.second)]
    scores = tuple(
        _share("date-disorder-share", len(one.rows), one.compared, f"{redact(one.first)}, {redact(one.second)}")
        for one in found
    )
    yield Finding(
        "HW-A105",
        "medium",
        f"Dates stand in the wrong order: {parts[0]}",
        f"{'; '.join(parts[:NAMED])}. In all other rows the order is the other way round. Typing errors, swapped days "
        "and months, and defaults for unknown dates look like this.",
        "Correct the rows at their source, or empty the dates.",
        scores,
        examples_of(corpus, dict(list(notes.items())[:EXAMPLES]), first),
        tuple(notes),
    )  # fmt: skip


def _notes(corpus: Corpus, wanted: Sequence[tuple[int, str]]) -> dict[str, str]:
    """Ids of at most 20 rows with what is odd about them, in the order given; a row is noted once."""
    chosen = dict(reversed([(row, note) for row, note in wanted]))
    rows = list(dict.fromkeys(row for row, _ in wanted))[:DOCUMENTS]
    return {id: chosen[row] for id, row in zip(ids_of(corpus, rows), rows, strict=True)}


def _share(metric: str, rows: int, total: int, name: str) -> Score:
    return Score(
        metric, rows / total, total, "share of rows", f"{metric}/1 share of the rows of the table; Wilson",
        *wilson(rows, total), direction="lower", slice={"column": name},
    )  # fmt: skip


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
