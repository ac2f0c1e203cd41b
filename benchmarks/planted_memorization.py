"""The decisive test of memorization: plant passages, secrets and addresses a known number of times, and recover them.

    OMP_NUM_THREADS=1 python -P benchmarks/planted_memorization.py OUT [--steps 1500] [--background FILE]

Three models are judged on one corpus (paragraphs of FILE, or of the descriptions of the installed distributions, with
random passages planted 0, 1, 2, ... 64 times): a transformer that was trained on it with canaries, the copying
baseline, and a transformer that was trained on other paragraphs and none of what was planted. Printed are the recovery
by copies, the traces, and what each gate says of each model: the copying baseline must fail every one, the last model
pass. OUT holds the three run folders with their reports; a killed call goes on.
"""

import argparse
import json
import re
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater.core import Finding, NotMeasured, Score, StageReport
from headwater.evaluate import clopper_pearson
from headwater.pipeline.config import config_from
from headwater.pipeline.run import run

LEVELS = (0, 1, 2, 4, 8, 16, 32, 64)
PER_LEVEL, WORDS, BACKGROUND = 4, 60, 600
METRICS = ("verbatim-overlap", "source-exposure", "extractable", "exposure", "planted-documents", "membership",
           "discoverable", "leaked-data", "licence-overlap")  # fmt: skip
GATES = (("verbatim-overlap", 0.05), ("samples-with-overlap", 0.10), ("extractable", 0.02), ("near-extractable", 0.02))


def paragraphs(background: Path | None) -> list[str]:
    """Different paragraphs of 200 to 1,500 characters."""
    if background:
        texts = [background.read_text("utf-8", "replace")]
    else:
        known = sorted(distributions(), key=lambda found: str(found.metadata["Name"]).lower())
        texts = [str(found.metadata.get_payload()) for found in known]
    pieces = [" ".join(piece.split()) for text in texts for piece in re.split(r"\n\s*\n", text)]
    return list(dict.fromkeys(piece for piece in pieces if 200 <= len(piece) <= 1_500))


def apart(texts: list[str], others: list[str]) -> list[str]:
    """Texts that share no six words in a row with any of the others."""
    known = {gram for text in others for gram in six_words(text)}
    return [text for text in texts if not known & six_words(text)]


def six_words(text: str) -> set[str]:
    words = text.split()
    return {" ".join(words[place : place + 6]) for place in range(len(words) - 5)}


def planted_rows(words: list[str], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Passages of random words: each copy is a document; those of level 0 are under a licence that curation removes."""
    rows = []
    for level in LEVELS:
        for number in range(PER_LEVEL):
            text = " ".join(rng.choice(words, WORDS).tolist())
            row = {
                "text": text,
                "planted": level,
                "source": "planted",
                "licence": "CC0-1.0" if level else "CC-BY-NC-4.0",
            }
            rows += [row] * max(1, level)
            if number == 0 and level:
                address = "".join(rng.choice(list("abcdefghijklmnop"), 8).tolist())
                mail = f"{' '.join(rng.choice(words, 30).tolist())} write to {address}@river-post.org for all of it."
                rows += [{"text": mail, "source": "addresses", "licence": "CC0-1.0"}] * level
    return rows


def background_rows(texts: list[str]) -> list[dict[str, Any]]:
    return [{"text": text, "source": "background", "licence": "CC0-1.0"} for text in texts]


def write(path: Path, rows: list[dict[str, Any]], rng: np.random.Generator) -> None:
    lines = [json.dumps(row) + "\n" for row in rows]
    path.write_text("".join(lines[place] for place in rng.permutation(len(lines))), "utf-8")


def config(title: str, corpus: Path, model: dict[str, Any], metrics: list[str]) -> Any:
    return config_from({
        "title": title,
        "corpus": {"source": "jsonl", "path": str(corpus)},
        "curate": [{"licence": {"allow": ["CC0-1.0"], "unknown": "remove"}}],
        "audit": [],
        "model": model,
        "sample": {"free": 300, "free_tokens": 96, "prefixes": 200, "prefix_tokens": 32, "continuation_tokens": 32,
                   "repeats": 0, "counterfactual": 0},
        "evaluate": {"suites": [], "metrics": metrics},
    })  # fmt: skip


def scores_of(folder: Path) -> list[Score]:
    return [score for score in StageReport.load(folder / "evaluation.json").scores if isinstance(score, Score)]


def recovery(folder: Path) -> None:
    """The tables of what was planted."""
    report = StageReport.load(folder / "evaluation.json")
    for name in ("planted-recovery",):
        (table,) = (one for one in report.exhibits if one.name == name)
        print(f"\n{table.title}\n\n| " + " | ".join(table.columns) + " |\n|" + "---|" * len(table.columns))
        for row in table.rows:
            print("| " + " | ".join(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row) + " |")
    for score in scores_of(folder):
        if score.metric.startswith("planted") or score.metric in ("exposure-trend", "membership", "leaked-data"):
            place = ", ".join(f"{key} {value}" for key, value in score.slice.items())
            print(f"- {score.metric} {place}: {score.value:.3f} ({score.low} to {score.high}), n {score.n}")
    for missing in report.scores:
        if isinstance(missing, NotMeasured):
            print(f"- {missing.metric}: not measured, {missing.reason}")


def images(out: Path) -> None:
    """Samples of which a known share are training images with a little noise: what is flagged, and what is named."""
    from sklearn.datasets import load_digits

    from headwater.core import IMAGE_SCHEMA, Corpus, CorpusWriter, document_id, record_batch
    from headwater.evaluate import IMAGE_SAMPLE_SCHEMA, Subject, measure_authenticity, nearest_images

    pixels = (load_digits().images * 255 / 16).astype(np.uint8)[..., None]
    rng = np.random.default_rng(5)
    pixels = pixels[rng.permutation(len(pixels))]
    train, fresh = pixels[:1_200], pixels[1_200:1_500]
    shape = {"height": 8, "width": 8, "channels": 1}
    rows = [{"id": document_id(image.tobytes(), f"train-{i}"), "image": image.tobytes(), **shape, "source": "digits",
             "groups": [], "attributes": []} for i, image in enumerate(train)]  # fmt: skip
    with CorpusWriter(out / "images" / "corpus", IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    corpus = Corpus(out / "images" / "corpus")
    print("\n| planted copies | noise (sd of 255) | near-copies | finding | planted copies whose source is named |")
    print("|---|---|---|---|---|")
    for noise in (0, 8):
        for planted in (0, 3, 15, 30, 60):
            copies = np.clip(train[:planted] + rng.normal(0, noise, train[:planted].shape), 0, 255).astype(np.uint8)
            made = np.concatenate([copies, fresh[planted:]])
            samples = [{"id": f"image-{i:05d}", "image": image.tobytes(), **shape, "seed": 0, "model": "planted",
                        "parameters": "{}"} for i, image in enumerate(made)]  # fmt: skip
            subject = Subject(out / "images", corpus, None, pa.Table.from_pylist(samples, IMAGE_SAMPLE_SCHEMA))
            outcome = measure_authenticity(subject)
            (near,) = (s for s in outcome.scores if isinstance(s, Score) and s.metric == "near-copies" and not s.slice)
            named = sum(nearest_images(subject, f"image-{i:05d}", 1)[0]["id"] == rows[i]["id"] for i in range(planted))
            told = "HW-Q040" if outcome.findings else "none"
            print(f"| {planted} of 300 | {noise} | {near.value:.3f} ({near.low:.3f} to {near.high:.3f}) | {told} | "
                  f"{named} of {planted} |", flush=True)  # fmt: skip


def gates(folders: dict[str, Path]) -> None:
    """Pass where the whole interval is below the threshold, fail where it is above; findings by code beside."""
    print("\n| gate | " + " | ".join(folders) + " |\n|---|" + "---|" * len(folders))
    for metric, limit in GATES:
        print(
            f"| {metric} below {limit} | "
            + " | ".join(_verdict(path, metric, limit) for path in folders.values())
            + " |"
        )
    told = (_planted(path) for path in folders.values())
    print("| planted passages given back below 0.15 | " + " | ".join(told) + " |")
    codes = sorted({found.code for path in folders.values() for found in findings(path)})
    for code in codes:
        told = ("fail" if any(one.code == code for one in findings(path)) else "pass" for path in folders.values())
        print(f"| no finding {code} | " + " | ".join(told) + " |")


def findings(folder: Path) -> list[Finding]:
    return [one for one in StageReport.load(folder / "evaluation.json").findings if one.code.startswith("HW-M")]


def _planted(folder: Path) -> str:
    """All planted passages of a model together, controls left out where there are others."""
    found = [score for score in scores_of(folder) if score.metric == "planted-extracted"]
    shown = [score for score in found if score.slice["copies"] != "0"] or found
    hits, n = sum(round(score.value * score.n) for score in shown), sum(score.n for score in shown)
    low, high = clopper_pearson(hits, n)
    verdict = "pass" if high < 0.15 else "fail" if low > 0.15 else "inconclusive"
    return f"{verdict}: {hits} of {n} ({low:.3f} to {high:.3f})"


def _verdict(folder: Path, metric: str, limit: float) -> str:
    found = [s for s in scores_of(folder) if s.metric == metric and s.slice.get("split", "trained") == "trained"
             and "times seen" not in s.slice and "boilerplate" not in s.slice]  # fmt: skip
    if not found or found[0].low is None or found[0].high is None:
        return "not measured"
    one = found[0]
    verdict = "pass" if one.high < limit else "fail" if one.low > limit else "inconclusive"
    return f"{verdict}: {one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=1_500)
    parser.add_argument("--background", type=Path, default=None)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    from headwater.evaluate import METRICS as REGISTERED

    metrics = [name for name in METRICS if name in REGISTERED.names()]
    texts = paragraphs(options.background)
    rng = np.random.default_rng(11)
    mixed = [texts[place] for place in rng.permutation(len(texts))]
    own, other = mixed[:BACKGROUND], apart(mixed[BACKGROUND:], mixed[:BACKGROUND])[:BACKGROUND]
    words = sorted({word for text in own for word in re.findall(r"[a-z]{3,9}", text)})
    write(options.out / "planted.jsonl", background_rows(own) + planted_rows(words, rng), rng)
    write(options.out / "disjoint.jsonl", background_rows(other), rng)
    recipe = {
        "family": "transformer",
        "size": "xs",
        "steps": options.steps,
        "batch": 16,
        "context": 128,
        "vocabulary": 1024,
    }
    canaries = {"canaries": {"repetitions": list(LEVELS), "per_level": 3}}
    folders = {name: options.out / name for name in ("planted", "copying", "disjoint")}
    corpus = options.out / "planted.jsonl"
    say = {"say": print}
    run(config("planted", corpus, {**recipe, **canaries}, metrics), folders["planted"], **say)
    run(config("copying", corpus, {"family": "copying"}, metrics), folders["copying"], **say)
    first = options.out / "disjoint-training"
    run(
        config("disjoint", options.out / "disjoint.jsonl", {**recipe, "canaries": None}, metrics),
        first,
        until="train",
        **say,
    )
    run(
        config("disjoint", corpus, {"start": str(first), "steps": 0, "canaries": None}, metrics),
        folders["disjoint"],
        **say,
    )
    recovery(folders["planted"])
    print("\nThe model that saw none of it:")
    recovery(folders["disjoint"])
    gates(folders)
    images(options.out)


if __name__ == "__main__":
    main()
