"""What the core types look like to hypothesis: every property test draws them from here."""

from hypothesis import strategies as st

from headwater.core import Chart, Example, Finding, Gallery, NotMeasured, Score, Series, StageReport, Table, Tile

WORDS = st.text(max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
CELLS = st.none() | st.integers(-(2**53), 2**53) | NUMBERS | WORDS
SLICES = st.dictionaries(WORDS, WORDS, max_size=2)


@st.composite
def scores(draw: st.DrawFn) -> Score:
    interval = draw(st.none() | st.tuples(NUMBERS, NUMBERS))
    low, high = interval or (None, None)
    return Score(
        metric=draw(WORDS),
        value=draw(NUMBERS),
        n=draw(st.integers(0, 10**9)),
        unit=draw(WORDS),
        method=draw(WORDS),
        low=low,
        high=high,
        interval=draw(WORDS),
        confidence=draw(st.sampled_from([0.9, 0.95])),
        direction=draw(st.sampled_from(["higher", "lower", "none"])),
        slice=draw(SLICES),
        example_ids=draw(st.lists(WORDS, max_size=3).map(tuple)),
    )


@st.composite
def series(draw: st.DrawFn) -> Series:
    size = draw(st.integers(0, 4))
    row = st.lists(NUMBERS, min_size=size, max_size=size).map(tuple)
    x = st.lists(WORDS | NUMBERS, min_size=size, max_size=size).map(tuple)
    low, high = draw(st.just(((), ())) | st.tuples(row, row))
    return Series(draw(WORDS), draw(x), draw(row), low, high)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(WORDS, max_size=3).map(tuple))
    row = st.lists(CELLS, min_size=len(columns), max_size=len(columns)).map(tuple)
    return Table(draw(WORDS), draw(WORDS), columns, draw(st.lists(row, max_size=3).map(tuple)), draw(WORDS))


def tuples_of(items: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, max_size=2).map(tuple)


MEASUREMENTS = scores() | st.builds(NotMeasured, WORDS, WORDS, SLICES)
EXAMPLES = st.builds(
    Example, WORDS, WORDS, WORDS, tuples_of(st.tuples(st.integers(0), st.integers(0))), tuples_of(WORDS)
)
CHARTS = st.builds(
    Chart, WORDS, WORDS, st.sampled_from(["bar", "line", "interval"]), WORDS, WORDS, tuples_of(series()), WORDS
)
GALLERIES = st.builds(Gallery, WORDS, WORDS, tuples_of(st.builds(Tile, WORDS, WORDS, WORDS)), WORDS)
FINDINGS = st.builds(
    Finding,
    code=st.just("HW-M003"),
    severity=st.sampled_from(["high", "medium", "low", "info"]),
    title=WORDS,
    meaning=WORDS,
    advice=WORDS,
    scores=tuples_of(MEASUREMENTS),
    examples=tuples_of(EXAMPLES),
    document_ids=tuples_of(WORDS),
)
REPORTS = st.builds(
    StageReport,
    stage=WORDS,
    title=WORDS,
    facts=st.dictionaries(WORDS, CELLS, max_size=4),
    scores=tuples_of(MEASUREMENTS),
    findings=tuples_of(FINDINGS),
    exhibits=tuples_of(tables() | CHARTS | GALLERIES),
    detail=st.dictionaries(
        WORDS, st.recursive(CELLS, lambda inner: st.lists(inner, max_size=3), max_leaves=4), max_size=3
    ),
)

st.register_type_strategy(Score, scores())
st.register_type_strategy(Example, EXAMPLES)
st.register_type_strategy(Finding, FINDINGS)
st.register_type_strategy(Table, tables())
st.register_type_strategy(Chart, CHARTS)
st.register_type_strategy(Gallery, GALLERIES)
st.register_type_strategy(StageReport, REPORTS)
