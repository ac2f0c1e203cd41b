"""The grounded detectors on sets with a known truth: AUC by kind of change, and the recipe of the combined detector.

    python -P benchmarks/grounding_detector.py DATA [--fit]

DATA holds wikitext2_valid_test/ and snli_dev_test/; the default is the variable HEADWATER_DATA. The outputs are
sentences of a paragraph of WikiText as they stand, cut, in another order or with a number written otherwise
(supported), and the same with a name swapped, a number changed, a denial put in or taken out, or a sentence of another
paragraph (not supported); and hypotheses of SNLI (entailment is supported). ``--fit`` prints the weights of
``combined``: a logistic regression on single sentences of WikiText's validation part and on the tenth of SNLI's
development pairs that the head was not trained on. The tables are measured on the two test parts.
"""

import argparse
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize

from headwater.core import generator
from headwater.evaluate import auc, build_entailment
from headwater.evaluate.entailment.minilm_encoder import open_minilm
from headwater.evaluate.entailment.train_head import held_out_pairs, read_aligned
from headwater.evaluate.facts import capitalised_names, sentences
from headwater.evaluate.facts.perturb import change_number, negate, swap_name
from headwater.evaluate.hallucination.grounded_detector import DETECTORS, FEATURES, Grounder, Grounding

SUPPORTED = ("copy", "cut", "reordered", "number-form", "snli-entailment")
RIDGE = 1e-3
SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


@dataclass(frozen=True)
class Case:
    """A source, an output, and what was done to it."""

    kind: str
    source: str
    output: str


def paragraphs(path: Path) -> list[str]:
    """Paragraphs of WikiText with the marks of its tokenizer taken out."""
    found = []
    for line in path.read_text("utf-8").split("\n"):
        text = re.sub(r" @(.)@ ", r"\1", line.strip())
        text = (
            re.sub(r" ([,.;:!?%)\]])", r"\1", re.sub(r"([(\[$]) ", r"\1", text))
            .replace(" 's", "'s")
            .replace("<unk>", "unk")
        )
        if not text.startswith("=") and 3 <= len(sentences(text)) <= 12:
            found.append(text)
    return found


def wiki_cases(path: Path, most: int, seed: int) -> Iterator[Case]:
    """Supported and changed sentences of paragraphs."""
    texts = paragraphs(path)
    rng = generator(seed, "grounding", path.name)
    names = sorted({name.text for text in texts for name in capitalised_names(text)})
    for place in rng.permutation(len(texts))[:most].tolist():
        source = texts[place]
        fit = [one.text for one in sentences(source) if 40 <= len(one.text) <= 300]
        if len(fit) < 2:
            continue
        first, second = (fit[i] for i in sorted(rng.permutation(len(fit))[:2].tolist()))
        yield Case("copy", source, first)
        yield Case("reordered", source, f"{second} {first}")
        head = first.split(",")[0]
        if len(head.split()) >= 6 and head != first:
            yield Case("cut", source, f"{head}.")
        formed = re.sub(
            r"(\d),(\d{3})",
            r"\1\2",
            re.sub(r"(?<![\d.,-])([2-9]|1[0-2])(?![\w.,%-])(?! [A-Z])", lambda m: SMALL[int(m[0])], first),
        )
        if formed != first:
            yield Case("number-form", source, formed)
        other = texts[int(rng.integers(len(texts)))]
        away = [one.text for one in sentences(other) if 40 <= len(one.text) <= 300]
        swapped, changed, denied = swap_name(first, names, rng), change_number(first, rng), negate(first)
        for kind, output in (("name", swapped), ("number", changed), ("negation", denied)):
            if output:
                yield Case(kind, source, output)
                yield Case(f"{kind}-among-copies", source, f"{second} {output}")
        if other != source and away:
            yield Case("unrelated", source, away[0])
            yield Case("unrelated-among-copies", source, f"{second} {away[0]}")


def snli_cases(pairs: Sequence) -> Iterator[Case]:
    """Pairs of SNLI."""
    for pair in pairs:
        yield Case(f"snli-{('entailment', 'neutral', 'contradiction')[pair.label]}", pair.premise, pair.hypothesis)


def fit(grounder: Grounder, cases: Sequence[Case]) -> np.ndarray:
    """Intercept and weights; WikiText and SNLI, and the two classes of each, weigh the same."""
    rows, labels, sets = [], [], []
    for case in cases:
        found = grounder.judge(case.source, case.output)
        if len(found.sentences) == 1:
            rows.append(found.sentences[0].features)
            labels.append(case.kind not in SUPPORTED)
            sets.append(case.kind.startswith("snli"))
    x, y, s = np.array(rows), np.array(labels), np.array(sets)
    weights = np.zeros(len(y))
    for one in (0, 1):
        for side in (0, 1):
            mask = (y == one) & (s == side)
            weights[mask] = 1 / max(1, mask.sum())
    design = np.column_stack([np.ones(len(y)), x])
    signs = np.where(y, 1.0, -1.0)

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        margin = signs * (design @ beta)
        slope = -signs * weights / (1 + np.exp(np.clip(margin, -500, 500)))
        ridge = RIDGE * np.append(0.0, beta[1:])
        return float(weights @ np.logaddexp(0, -margin) + ridge @ beta / 2), design.T @ slope + ridge

    bounds = [(None, None), *[(0.0, None)] * x.shape[1]]  # no sign of support may raise a risk
    found: np.ndarray = minimize(loss, np.zeros(design.shape[1]), jac=True, bounds=bounds, method="L-BFGS-B").x
    return found


def table(title: str, cases: Sequence[Case], grounded: Sequence[Grounding]) -> None:
    """AUC of each detector for each kind of change, against the supported outputs of the same data."""
    print(title)
    names = [name for name in DETECTORS if any(DETECTORS[name](one) is not None for one in grounded)]
    print(f"| {'change':24} | {'n':>5} | " + " | ".join(f"{name:>11}" for name in names) + " |")
    values = {name: np.array([DETECTORS[name](one) for one in grounded], float) for name in names}
    kinds = np.array([case.kind for case in cases])
    for kind in (*dict.fromkeys(kinds[~np.isin(kinds, SUPPORTED)].tolist()), "all"):
        positive = ~np.isin(kinds, SUPPORTED) if kind == "all" else kinds == kind
        negative = np.isin(kinds, SUPPORTED)
        cells = []
        for name in names:
            found = auc(values[name][positive], values[name][negative])
            cells.append(f"{found.value:.2f} ±{((found.high or 1) - (found.low or 0)) / 2:.2f}")
        print(
            f"| {kind:24} | {int(positive.sum()):5} | " + " | ".join(f"{cell:>11}" for cell in cells) + " |", flush=True
        )


def main() -> None:
    """Print the weights, where asked for, and the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=Path(os.environ.get("HEADWATER_DATA", "data")))
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--entailment", default="minilm")
    parser.add_argument("--paragraphs", type=int, default=250)
    parser.add_argument("--pairs", type=int, default=1500)
    given = parser.parse_args()
    torch.set_num_threads(1)
    wiki, snli = given.data / "wikitext2_valid_test", given.data / "snli_dev_test"
    files = sorted(path for path in wiki.iterdir() if path.suffix not in (".md", ".json") and path.name != "SOURCE.txt")
    valid, test = (next(path for path in files if part in path.name) for part in ("valid", "test"))
    entailment = build_entailment(given.entailment)
    if given.fit:
        train = [*wiki_cases(valid, given.paragraphs, 0), *snli_cases(held_out_pairs(read_aligned(snli, "dev"))[1])]
        for model in (None, entailment):
            found = fit(Grounder(model), train)
            print(
                "with entailment" if model else "without",
                dict(zip(("intercept", *FEATURES), found.round(2).tolist(), strict=False)),
            )
        return
    grounder = Grounder(entailment, open_minilm())
    for title, cases in (
        ("WikiText, test part", [*wiki_cases(test, given.paragraphs, 1)]),
        ("SNLI, test part", [*snli_cases(read_aligned(snli, "test")[: given.pairs])]),
    ):
        table(title, cases, [grounder.judge(case.source, case.output) for case in cases])


if __name__ == "__main__":
    main()
