"""Measures the repetition and quality rules on the packages of this environment: where the calibrated limits come from.

    python benchmarks/filter_thresholds.py [--files 4000]

Prints for docstrings (``technical``) and whole source files (``code``) the 99th percentile of each measure (the 1st
where a rule asks for a minimum) and the share of documents that the published limit and the built-in one remove.
"""

import argparse
import ast
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from headwater.curate.filters.quality import RULES as QUALITY
from headwater.curate.filters.quality_measures import quality_measures
from headwater.curate.filters.repetition import RULES as REPETITION
from headwater.curate.filters.repetition import repetition_shares
from headwater.curate.filters.text_column import slices
from headwater.curate.filters.thresholds import Rule

SHORTEST = 50
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def sources() -> Iterator[str]:
    """The text of every Python file of the environment, in the order of the paths."""
    for path in sorted(Path(sysconfig.get_path("purelib")).rglob("*.py")):
        try:
            yield path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue


def docstrings(text: str) -> Iterator[str]:
    """The docstrings in one file."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and (found := ast.get_docstring(node)):
            yield found


def show(name: str, kind: str, rules: tuple[Rule, ...], measures: np.ndarray) -> None:
    """One line a rule."""
    print(f"\n{kind}, {name} limits: {len(measures):,} documents")
    print(f"{'rule':<32}{'percentile':>12}{'published':>11}{'removes':>9}{'used':>9}{'removes':>9}")
    for rule in rules:
        percentile = np.quantile(measures[:, rule.column], 0.99 if rule.sense == "at most" else 0.01)
        shares = [rule.broken(measures, limit).mean() for limit in (rule.prose, rule.limit(name))]
        line = f"{percentile:>12.3f}{rule.prose:>11g}{shares[0]:>9.2%}{rule.limit(name):>9g}{shares[1]:>9.2%}"
        print(f"{rule.name:<32}{line}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=4000, help="how many source files, drawn at random")
    texts = list(sources())
    drawn = np.random.default_rng(0).permutation(len(texts))[: parser.parse_args().files]
    corpora = {
        ("technical", "docstrings"): [doc for text in texts for doc in docstrings(text)],
        ("code", "source files"): [texts[number] for number in drawn],
    }
    for (name, kind), documents in corpora.items():
        column = pa.array([text for text in documents if len(text) >= SHORTEST], pa.large_string())
        show(name, kind, REPETITION, repetition_shares(column))
        show(name, kind, QUALITY, np.concatenate([quality_measures(part) for _, part in slices(column)]))


if __name__ == "__main__":
    main()
