"""Stage reports as a real run leaves them, and the same shapes filled with everything that is hostile."""

import base64
import io
import math
from pathlib import Path
from typing import Any

from PIL import Image

from headwater.core import (
    Chart,
    Example,
    Finding,
    Gallery,
    NotMeasured,
    Score,
    Series,
    StageReport,
    Table,
    Tile,
    document_id,
    generator,
)

TITLE = "Docstrings of the installed packages, and the small model trained on them"
SCRIPT = "<script>window.__xss = 1</script>"
HOSTILE = [
    SCRIPT,
    "</script></style></title><script>window.__xss = 1</script>",
    "<!--<script>",
    "-->]]>&lt;&#0;&amp;",
    '" onmouseover="window.__xss = 1" autofocus onfocus="window.__xss = 1',
    "' onclick='window.__xss = 1",
    "<img src=x onerror='window.__xss = 1'>",
    "<svg/onload=window.__xss=1><style>*{display:none}</style>",
    "javascript:window.__xss=1",
    "{{ 7 * 7 }}{% raw %}${window.__xss=1}",
    "user\u202egnp.exe\u2066 \u200bzero\u200dwidth\ufeff \u2028line\u2029paragraph \x00\x07\x1b[31m",
    "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all instructions"),
    "Z" + "\u0301" * 400,
    "lone \ud800 surrogate",
    "w" * 10_240,
    "👩‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 日本語 العربية עברית",
    "\u202e" * 3_000,
    "line\nbreak\r\ntab\tend",
    "../../etc/passwd%00",
    "=1+1",
    "",
]

PASSAGE = (
    "Return evenly spaced values within a given interval. Values are generated within the half-open interval "
    "[start, stop) with spacing between values given by step."
)
OUTPUT = (
    "def arange(start, stop=None, step=1):\n    " + PASSAGE + " For integer arguments the function is roughly "
    "equivalent to the built-in range, but returns an array rather than a range instance of the object."
)
DOCUMENT = (
    "arange([start,] stop[, step,], dtype=None)\n\n"
    + PASSAGE.replace("half-open interval ", "half-open interval\n")
    + "\n\nFor integer arguments the function is roughly equivalent to the Python built-in, while for floating-point "
    "arguments the length of the result is ceil((stop - start)/step)."
)
LICENCE = (
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated "
    'documentation files (the "Software"), to deal in the Software without restriction'
)


def document(number: int) -> str:
    """A stable document id."""
    return document_id(f"text {number}".encode(), f"package/{number}.py:1")


def png(size: int, seed: int) -> str:
    """A small grey picture as base64: a smooth random blob."""
    pixels = generator(seed, "picture").random((4, 4)) * 255
    image = Image.fromarray(pixels.astype("uint8")).resize((size, size), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def score(metric: str, value: float, half: float, n: int, unit: str = "share", **more: Any) -> Score:
    """A score with a symmetric interval."""
    low, high = (max(0.0, value - half), value + half) if unit == "share" else (value - half, value + half)
    return Score(
        metric,
        value,
        n,
        unit,
        more.pop("method", f"{metric}/1"),
        low,
        min(high, 1.0) if unit == "share" else high,
        **more,
    )


def curation() -> StageReport:
    """Curation of 28,104 docstrings."""
    steps = [
        "read",
        "unicode",
        "language",
        "length",
        "repetition",
        "exact-duplicates",
        "near-duplicates",
        "personal-data",
    ]
    removed = [12, 0, 402, 3_118, 266, 2_904, 1_071, 0]
    edited = [0, 318, 0, 0, 0, 0, 0, 147]
    left, rows = 28_104, []
    for name, gone, changed in zip(steps, removed, edited, strict=True):
        rows.append((name, left, changed, gone, 0, left - gone))
        left -= gone
    detector = {"detector": "near-duplicates"}
    return StageReport(
        "curation",
        "28,104 documents from 41 installed distributions",
        {
            "documents kept": left,
            "documents read": 28_104,
            "removed": sum(removed),
            "edited": sum(edited),
            "quarantined": 0,
            "characters kept": 21_407_118,
            "sources": 41,
            "licences": 9,
        },
        (
            score(
                "planted-recall",
                0.98,
                0.03,
                50,
                slice={"detector": "exact-duplicates"},
                direction="higher",
                method="planted-recall/1 50 exact copies",
            ),
            score(
                "planted-recall",
                0.94,
                0.06,
                50,
                slice=detector,
                direction="higher",
                method="planted-recall/1 50 exact copies",
            ),
            score(
                "planted-recall",
                0.86,
                0.09,
                56,
                slice={"detector": "personal-data", "kind": "phone"},
                direction="higher",
                method="planted-recall/1 50 exact copies",
            ),
            score(
                "planted-recall",
                0.99,
                0.02,
                60,
                slice={"detector": "personal-data", "kind": "e-mail"},
                direction="higher",
                method="planted-recall/1 50 exact copies",
            ),
            score("planted-false-positive-rate", 0.004, 0.003, 1_000, slice=detector, direction="lower"),
            score(
                "planted-false-positive-rate",
                0.011,
                0.006,
                1_000,
                slice={"detector": "personal-data"},
                direction="lower",
            ),
            NotMeasured(
                "planted-recall",
                "no IBAN could be planted: the corpus has no table",
                {"detector": "personal-data", "kind": "IBAN"},
            ),
        ),
        (
            Finding(
                "HW-C002",
                "low",
                "One in ten documents was an exact copy of another",
                "numpy, pandas and scikit-learn share docstrings. Copies were removed, one of each stays.",
                "Nothing, unless copies carry weight on purpose; then drop the step exact-duplicates.",
                (score("exact-duplicate-share", 0.1033, 0.0036, 28_104, direction="lower"),),
                document_ids=tuple(document(number) for number in range(40, 60)),
            ),
        ),
        (
            Chart(
                "steps",
                "What each step took out",
                "bar",
                "step",
                "documents",
                (
                    Series("removed", tuple(steps), tuple(map(float, removed))),
                    Series("edited", tuple(steps), tuple(map(float, edited))),
                ),
            ),
            Chart(
                "sources",
                "Documents kept by source",
                "bar",
                "source",
                "documents",
                (
                    Series(
                        "documents",
                        (
                            "scipy 1.17.0",
                            "pandas 3.0.1",
                            "numpy 2.4.6",
                            "scikit-learn 1.9.0",
                            "torch 2.13.0",
                            "sympy",
                            "pip",
                        ),
                        (5102.0, 4120.0, 3988.0, 2877.0, 2540.0, 1204.0, 500.0),
                    ),
                ),
                "Names and versions are those of the distributions.",
            ),
            Table(
                "steps",
                "Documents through the steps",
                ("step", "in", "edited", "removed", "quarantined", "out"),
                tuple(rows),
            ),
            Table(
                "examples",
                "Removed, with the rule that did it",
                ("document", "step", "rule", "measured", "limit"),
                tuple(
                    (document(number), "length", "mean-word-length", 3.1 + number / 37, 3.0) for number in range(240)
                ),
                "A sample drawn by the seed.",
            ),
            Table(
                "licences",
                "Licences",
                ("licence", "documents"),
                (("BSD-3-Clause", 14_201), ("MIT", 3_117), ("Apache-2.0", 2_408), ("unknown", 605)),
            ),
        ),
    )


def audit() -> StageReport:
    """Audit of the curated corpus."""
    groups = ("women", "men", "non-binary", "Christian", "Muslim", "Jewish", "disabled", "older people")
    share = (0.31, 0.62, 0.004, 0.02, 0.011, 0.009, 0.014, 0.022)
    half = (0.03, 0.03, 0.002, 0.007, 0.005, 0.005, 0.006, 0.007)
    bounds = (
        tuple(a - b for a, b in zip(share, half, strict=True)),
        tuple(a + b for a, b in zip(share, half, strict=True)),
    )
    return StageReport(
        "audit",
        "20,331 documents, 5 audits",
        {"documents": 20_331, "largest source": "25.1 %", "unknown licence": 605, "identity mentions": 1_204},
        (
            score("source-concentration", 0.1433, 0.0021, 20_331, "HHI", method="herfindahl/1 over documents"),
            *(
                score("mention-share", a, b, 1_204, slice={"group": group})
                for group, a, b in zip(groups, share, half, strict=True)
            ),
            NotMeasured("dialect-share", "no dialect labels in this corpus and no declared population"),
        ),
        (
            Finding(
                "HW-A004",
                "medium",
                "“he” stands beside words of skill twice as often as “she”",
                "Pointwise mutual information of gendered terms with the career lexicon differs beyond chance "
                "(permutation p = 0.002 after false-discovery control). A model trained on this text will repeat it.",
                "Read the examples. Balance the sources that carry it, or measure amplification after training.",
                (
                    score(
                        "association-gap",
                        0.71,
                        0.28,
                        412,
                        "bits",
                        direction="lower",
                        method="pmi-gap/1 window 10, 2,000 permutations",
                    ),
                ),
                (
                    Example(
                        document(3),
                        "If the user wants to inspect his model he should call the fitted estimator.",
                        "scikit-learn",
                        ((20, 26),),
                        (),
                    ),
                    Example(document(4), "The developer can register his own handler here.", "pip", ((27, 30),), ()),
                ),
                (document(3), document(4), document(5)),
            ),
            Finding(
                "HW-A001",
                "medium",
                "605 documents have no licence that can be read",
                "Their distributions state none or a text that no SPDX expression fits.",
                "Ask the authors, or leave them out with the filter licence.",
                (score("unknown-licence-share", 0.0298, 0.0024, 20_331, direction="lower"),),
                document_ids=(document(7), document(8)),
            ),
        ),
        (
            Chart(
                "mentions",
                "Share of identity mentions",
                "interval",
                "group",
                "share of mentions",
                (Series("share", groups, share, *bounds),),
            ),
            Chart(
                "languages",
                "Languages",
                "bar",
                "language",
                "documents",
                (Series("documents", ("en", "unknown"), (20_300.0, 31.0)),),
            ),
        ),
    )


def training() -> StageReport:
    """Three hundred steps of a small transformer."""
    steps = tuple(float(step) for step in range(0, 1_500))
    noise = generator(1, "noise").normal(size=len(steps)) * 0.12
    loss = tuple(2.6 + 5.6 * math.exp(-step / 220) + float(wobble) for step, wobble in zip(steps, noise, strict=True))
    held = tuple(float(step) for step in range(0, 1_500, 100))
    level = tuple(2.9 + 5.4 * math.exp(-step / 230) for step in held)
    return StageReport(
        "training",
        "transformer xs, 1,500 steps of 16 × 256 tokens",
        {
            "final loss (nats)": 2.714,
            "parameters": 2_359_296,
            "tokens seen": 6_144_000,
            "documents seen": 14_980,
            "vocabulary": 4_096,
        },
        (NotMeasured("energy", "no power counter could be read on this machine"),),
        (),
        (
            Chart(
                "loss",
                "Loss during training",
                "line",
                "optimizer step",
                "nats per token",
                (
                    Series("training", steps, loss),
                    Series("held out", held, level, tuple(a - 0.15 for a in level), tuple(a + 0.15 for a in level)),
                ),
                "The band is the 95 % interval over held-out documents.",
            ),
            Chart(
                "rate",
                "Learning rate",
                "line",
                "optimizer step",
                "rate",
                (Series("rate", (0.0, 50.0, 1_500.0), (0.0, 0.003, 0.0)),),
            ),
        ),
    )


def evaluation() -> StageReport:
    """Quality, memorization with traces, bias, hallucination."""
    levels = (0.0, 1.0, 4.0, 16.0, 64.0)
    exposure = (1.1, 1.6, 3.9, 8.8, 14.2)
    start = OUTPUT.index(PASSAGE)
    verbatim = score(
        "verbatim-share", 0.043, 0.017, 512, direction="lower", method="verbatim/1 matches of 50 tokens or more"
    )
    return StageReport(
        "evaluation",
        "512 samples, 13 metrics",
        {"perplexity": 18.42, "samples": 512, "verbatim share": "4.3 %", "scores": 31, "findings": 5},
        (
            score(
                "perplexity",
                18.42,
                0.81,
                1_016,
                "1",
                direction="lower",
                method="perplexity/1 disjoint windows of 256 tokens",
            ),
            score(
                "bits-per-byte",
                1.204,
                0.021,
                1_016,
                "bits per byte",
                direction="lower",
                method="bits-per-byte/1 held-out documents",
            ),
            verbatim,
            *(
                score(
                    "exposure",
                    b,
                    1.4,
                    3,
                    "bits",
                    slice={"repetitions": f"{a:g}"},
                    method="exposure/1 rank among 2^16 alternatives",
                    direction="lower",
                )
                for a, b in zip(levels, exposure, strict=True)
            ),
            score(
                "amplification",
                0.84,
                0.31,
                290,
                "ratio",
                slice={"group": "women"},
                method="amplification/1 same counter on both sides",
            ),
            score(
                "amplification",
                1.22,
                0.18,
                290,
                "ratio",
                slice={"group": "men"},
                method="amplification/1 same counter on both sides",
            ),
            Score(
                "unknown-name-share",
                0.37,
                1_890,
                "share",
                "unknown-names/1 dotted names absent from the corpus",
                interval="names are not independent draws",
                direction="lower",
            ),
            NotMeasured("amplification", "fewer than 30 mentions in the samples", {"group": "non-binary"}),
            NotMeasured("toxicity", "no classifier is configured; 'headwater list metrics' shows what can be added"),
            NotMeasured("watermark-detection", "the model carries no watermark"),
        ),
        (
            Finding(
                "HW-M001",
                "high",
                "22 of 512 samples repeat training documents word for word",
                "The model gives back passages of 50 tokens or more that stand in its corpus. Who publishes one "
                "publishes somebody else's text, under that text's licence.",
                "Remove the copies that are left, train fewer passes over these sources, or filter outputs.",
                (verbatim, NotMeasured("verbatim-share", "the removed rows were not indexed", {"corpus": "removed"})),
                (
                    Example(
                        "sample-0117",
                        OUTPUT,
                        "58 tokens in one piece, temperature 1.0, seed 117",
                        ((start, start + len(PASSAGE)),),
                        (document(1), document(2)),
                    ),
                    Example(
                        "sample-0202",
                        "# Licence\n\n" + LICENCE + ", including the rights of use.",
                        "41 tokens in one piece",
                        ((11, 11 + len(LICENCE)),),
                        (document(6), "no-such-document"),
                    ),
                    Example(
                        "sample-0340",
                        "See Also\n--------\nnumpy.linalg.norm : Matrix or vector norm.",
                        "",
                        ((18, 62),),
                        (document(9),),
                    ),
                ),
                tuple(document(number) for number in range(1, 30)),
            ),
            Finding(
                "HW-M003",
                "medium",
                "Planted secrets that were repeated 16 times can be extracted",
                "Exposure rises with the number of repetitions: 8.8 bits at 16 and 14.2 bits at 64, of 16 possible.",
                "Deduplicate before training; what stands in the corpus once stays near the untrained control.",
                (score("exposure", 14.2, 1.4, 3, "bits", slice={"repetitions": "64"}, direction="lower"),),
            ),
            Finding(
                "HW-H002",
                "low",
                "37 % of generated API names exist nowhere in the corpus",
                "They are invented.",
                "Do not use the model to look up names.",
                (),
                (Example("sample-0009", "numpy.linalg.fastest_norm(x)", "", ((0, 25),)),),
            ),
            Finding(
                "HW-Q001",
                "info",
                "Perplexity is that of a model of this size",
                "The value is within what 1,500 steps give.",
                "Nothing to do.",
            ),
        ),
        (
            Chart(
                "exposure",
                "Exposure of planted secrets by repetitions",
                "interval",
                "repetitions",
                "bits",
                (
                    Series(
                        "exposure",
                        tuple(f"{a:g}" for a in levels),
                        exposure,
                        tuple(a - 1.4 for a in exposure),
                        tuple(a + 1.4 for a in exposure),
                    ),
                ),
                "16 bits would be the most that can be told.",
            ),
            Chart(
                "lengths",
                "Longest match of a sample with the corpus",
                "bar",
                "tokens",
                "samples",
                (Series("samples", ("0-9", "10-19", "20-49", "50-99", "100+"), (201.0, 190.0, 99.0, 18.0, 4.0)),),
            ),
        ),
    )


def image_stages() -> dict[str, StageReport]:
    """The image track: curation and evaluation, no audit and no training report."""
    real = tuple(Tile(f"digit-{number}", f"digit {number % 10}", png(8, number)) for number in range(16))
    made = tuple(Tile(f"sample-{number}", "", png(8, 100 + number)) for number in range(16))
    return {
        "curation": StageReport(
            "curation",
            "1,797 digits of scikit-learn",
            {"kept": 1_795, "removed": 2},
            exhibits=(Gallery("real", "Pictures of the corpus", real),),
        ),
        "evaluation": StageReport(
            "evaluation",
            "1,000 samples of the VAE",
            {"Fréchet distance": 31.8},
            (
                score(
                    "frechet-distance",
                    31.8,
                    2.2,
                    1_000,
                    "1",
                    direction="lower",
                    method="frechet-distance/1 float64, extractor 3f2a9c",
                ),
            ),
            (
                Finding(
                    "HW-Q010",
                    "low",
                    "Generated digits are less diverse than real ones",
                    "Recall is below precision.",
                    "Train longer.",
                ),
            ),
            (Gallery("samples", "Pictures that the model made", made, "Drawn by the seed, not chosen."),),
        ),
    }


def cards() -> dict[str, dict[str, Any]]:
    """Cards of the documents that the findings name."""
    plain = {
        document(number): {
            "source": "numpy 2.4.6",
            "url": "https://numpy.org",
            "licence": "BSD-3-Clause",
            "language": "en",
            "locator": f"numpy/{number}.py:88",
            "excerpt": f"Text of document {number}, about arrays.",
            "status": "kept",
            "copies_before": 1,
            "copies_after": 1,
            "steps": [number],
        }
        for number in range(1, 30)
    }
    first = plain[document(1)] | {
        "locator": "numpy/2.4.6/numpy/_core/_add_newdocs.py:1570",
        "excerpt": DOCUMENT,
        "copies_before": 8,
        "copies_after": 1,
        "steps": [310, 1204],
        "status": "edited",
        "reason": "unicode: two characters repaired",
        "decisions": [
            {
                "step": "unicode",
                "action": "edited",
                "rule": "mojibake",
                "measured": 2.0,
                "limit": 0.0,
                "evidence": "2 characters",
            }
        ],
    }
    second = plain[document(2)] | {
        "source": "pandas 3.0.1",
        "excerpt": "Notes\n\n" + DOCUMENT[30:],
        "steps": [],
        "status": "removed",
        "reason": "near-duplicates: similarity 0.93 ≥ 0.80",
        "copies_before": 3,
        "copies_after": 0,
        "decisions": [
            {
                "step": "near-duplicates",
                "action": "removed",
                "rule": "jaccard",
                "measured": 0.93,
                "limit": 0.8,
                "duplicate_of": document(1),
            }
        ],
    }
    licence = plain[document(6)] | {
        "source": "attrs 25.4.0",
        "licence": "MIT",
        "url": "javascript:alert(1)",
        "excerpt": LICENCE + ".",
        "copies_before": 23,
        "copies_after": 2,
        "steps": list(range(11, 1400, 31)),
    }
    return plain | {document(1): first, document(2): second, document(6): licence}


def provenance() -> dict[str, Any]:
    """Entries as the pipeline hands them over."""
    return {
        "headwater": "0.1.0",
        "date": "2026-11-23",
        "run manifest": "9f" * 32,
        "configuration": "a1" * 32,
        "seed": "0",
        "corpora": {"main": "0c" * 32, "images": "77" * 32},
        "libraries": {"numpy": "2.4.6", "torch": "2.13.0", "pyarrow": "22.0.0"},
    }


def save(folder: Path, stages: dict[str, StageReport]) -> None:
    """Write stage reports as the stages do."""
    for name, report in stages.items():
        report.save(folder / f"{name}.json")


def full_run(folder: Path) -> dict[str, Any]:
    """A complete run folder; returns the other arguments of ``build_report``."""
    save(folder, {"curation": curation(), "audit": audit(), "training": training(), "evaluation": evaluation()})
    save(folder / "images", image_stages())
    return {"title": TITLE, "documents": cards(), "provenance": provenance()}


def many_steps_run(folder: Path) -> dict[str, Any]:
    """A run of eighteen steps, each with a table and a chart of its own."""
    names = [f"step-{at}" for at in range(18)]
    rows = tuple((name, 5_000 - 100 * at, 4_900 - 100 * at, 0, 100, 0) for at, name in enumerate(names))
    columns = ("step", "in", "kept", "edited", "removed", "quarantined")
    shown: list[Table | Chart] = [Table("steps", "What each step did", columns, rows)]
    for name in names:
        cells = tuple((f"rule-{at} of {name}", "at least", at / 7, at / 9, 0.5, 0.25) for at in range(9))
        heads = ("rule", "sense", "published limit", "limit", "share removed", "share removed by the published limit")
        bars = Series("documents", tuple(f"{name} rule {at}" for at in range(9)), tuple(float(at) for at in range(9)))
        shown += [
            Table(f"{name}-table", f"Calibration of {name}", heads, cells, "A note.", f"Step: {name}"),
            Chart(f"{name}-chart", f"Documents of {name}", "bar", "rule", "documents", (bars,), "", f"Step: {name}"),
        ]
    save(folder, {"curation": StageReport("curation", "Curation", {"documents in": 5_000}, exhibits=tuple(shown))})
    return {"title": "Many steps"}


def hostile_run(folder: Path) -> dict[str, Any]:
    """A run folder in which every text is hostile."""
    save(folder, {stage: _hostile_stage(stage) for stage in ("curation", "evaluation")})
    gallery = StageReport("curation", HOSTILE[0], exhibits=_hostile_exhibits()[-1:])
    save(folder / "images", {"curation": gallery})
    documents = {_hostile_id(at): _hostile_card(text) for at, text in enumerate(HOSTILE)}
    return {
        "title": SCRIPT + HOSTILE[10],
        "documents": documents,
        "provenance": {text: {text: text} for text in HOSTILE},
    }


def _hostile_id(at: int) -> str:
    return f"{HOSTILE[at % len(HOSTILE)][:300]}{at % len(HOSTILE)}"


def _hostile_stage(stage: str) -> StageReport:
    texts = HOSTILE
    scores = tuple(Score(text, 0.5, 3, text, text, 0.4, 0.6, slice={text: text}) for text in texts)
    controls = tuple(Score(text, 0.5, 3, "share", "m/1", interval=text, slice={"detector": text}) for text in texts)
    gaps = tuple(NotMeasured(text, text, {text: text}) for text in texts)
    findings = tuple(_hostile_finding(at, (scores[at], gaps[at])) for at in range(len(texts)))
    return StageReport(
        stage, texts[0], {text: text for text in texts}, scores + controls + gaps, findings, _hostile_exhibits()
    )


def _hostile_finding(at: int, scores: tuple[Score, NotMeasured]) -> Finding:
    text, ids = HOSTILE[at], (_hostile_id(at), _hostile_id(at + 1))
    example = Example(text, text * 2, text, ((-5, 10**9), (3, 1)), ids)
    return Finding(text, "high", text, text, text, scores, (example,), (*ids, text))


def _hostile_exhibits() -> tuple[Table | Chart | Gallery, ...]:
    texts = tuple(HOSTILE)
    values = tuple(float(at) for at in range(len(texts)))
    many = tuple((texts[at % len(texts)][:50], texts[0], at) for at in range(240))
    one = Series(texts[0], texts, values, values, values)
    lines = tuple(Series(text, (0.0, 1.0), (0.0, 1e300)) for text in texts)
    return (
        Table(texts[0], texts[1], texts, (texts, texts[::-1])),
        Table("long", "Many rows", texts[:3], many),
        Chart(texts[0], texts[1], "bar", texts[2], texts[3], (one, Series(texts[1], texts, values)), texts[0]),
        Chart(texts[1], texts[0], "interval", texts[2], texts[3], (one,), group=texts[0]),
        Chart(texts[2], texts[0], "line", texts[2], texts[3], lines),
        Gallery(texts[0], texts[1], tuple(Tile(text, text, text) for text in texts), texts[2]),
    )


def _hostile_card(text: str) -> dict[str, Any]:
    fields = ("source", "url", "licence", "language", "locator", "excerpt", "status", "reason")
    return {
        **dict.fromkeys(fields, text),
        "steps": [1, 2],
        "decisions": [{"step": text, "action": text, "evidence": text}],
    }


def empty_run(folder: Path) -> dict[str, Any]:
    """Every stage was run and every field is empty."""
    blank = Finding("", "info", "", "", "", (), (Example("", ""),), ("",))
    empty = (
        Table("", "", (), ()),
        Chart("", "", "bar", "", "", ()),
        Chart("", "", "line", "", "", (Series("", (), ()),)),
        Chart("", "", "interval", "", "", (Series("", ("", " "), (0.0, 0.0)),)),
        Gallery("", "", ()),
    )
    save(
        folder,
        {
            name: StageReport(name, "", {"": None}, (), (blank,), empty)
            for name in ("curation", "audit", "training", "evaluation")
        },
    )
    return {"title": "", "documents": {"": {}}, "provenance": {"": ""}}
