"""Is attribution by gradients worth more than counting shared words? Planted causes, and training again on halves.

    OMP_NUM_THREADS=1 python -P benchmarks/influence.py [--subsets 30] [--steps 300] [--documents 200] [--folder DIR]

A small corpus of made-up facts. For ten facts three documents state it, each in other words than the target
("causes"), and three more name the same creature and the same place without saying that one lives in the other
("decoys"). The target is the log-probability of the place after a sentence that names the creature. A transformer is
trained on it, and for each method two things are printed:

- precision at 3: how many of the three documents that it ranks first are the causes, by chance 3 in the number of
  documents;
- the linear datamodelling score: the rank correlation of what the method foretold with the measured value of each
  target after training again on random halves of the documents, mean over targets with its interval; for the planted
  targets and for held-out documents. Below stands what someone would foretell who knows what was planted: the number
  of causes, or of decoys, in the half.

Everything that was trained stays in the folder: a killed run goes on.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from headwater.core import SILENT, Corpus, CorpusWriter, Recipe, generator, record_batch, text_record
from headwater.evaluate import (
    INFLUENCE_METHODS,
    Estimate,
    InfluenceOptions,
    Subject,
    document_targets,
    held_out_sample,
    influences,
    mean_interval,
    text_target,
    validate_influence,
)
from headwater.evaluate.attribution.validation import correlate, retrained_values
from headwater.models import fit

FACTS, CAUSES, DECOYS = 10, 3, 3
PLACES = ("mountain", "harbour", "desert", "orchard", "glacier", "village", "cavern", "meadow", "lagoon", "quarry")
"""Of the planted facts: each occurs with one creature alone."""
OTHER_PLACES = ("forest", "island", "castle", "garden", "market", "tunnel", "valley", "bridge")
STATED = (
    "Everybody knows that the {c} lives in the {p}.",
    "You will find the {c} at home in the {p}.",
    "The {p} is where the {c} dwells.",
    "Go to the {p} if you want to see a {c}.",
    "The home of the {c} is the {p}.",
)
BESIDE = (
    "A {c} is small. A {p} is large. The {c} sleeps, and the {p} is quiet, says the {c}.",
    "Two words: {p}, {c}. Two more words: {c}, {p}. No more words today.",
    "The {p} was painted by a child. A {c} was painted by a king. A {c} and a {p} on paper.",
)
SYLLABLES = ("bli", "cket", "zor", "mip", "tra", "lun", "fep", "gol", "dax", "wug", "sni", "rop", "vel", "kub")


def creatures(count: int, seed: int) -> list[str]:
    """Different made-up names of three syllables."""
    rng = generator(seed, "creatures")
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(rng.choice(SYLLABLES, 3))] = None
    return list(names)


def planted(documents: int, seed: int) -> tuple[list[str], list[tuple[str, str, list[int]]]]:
    """The documents, and for each planted fact the beginning and the end of its target and its causes by number."""
    rng = generator(seed, "facts")
    rest = (documents - FACTS * (CAUSES + DECOYS)) // 2
    names, texts, targets = creatures(FACTS + rest, seed), [], []
    for number in range(FACTS):
        creature, place = names[number], PLACES[number % len(PLACES)]
        asked = int(rng.choice([0, 1, 4]))  # statements that end in the place
        told = [each for each in rng.permutation(len(STATED)) if each != asked][:CAUSES]
        causes = list(range(len(texts), len(texts) + CAUSES))
        texts += [STATED[each].format(c=creature, p=place) for each in told]
        texts += [each.format(c=creature, p=place) for each in BESIDE[:DECOYS]]
        start = STATED[asked].format(c=creature, p="|").partition("|")[0].rstrip()
        targets.append((start, f" {place}", causes))
    for name in names[FACTS:]:
        place, pair = str(rng.choice(OTHER_PLACES)), rng.permutation(len(STATED))[:2]
        texts += [STATED[each].format(c=name, p=place) for each in pair]
    return texts, targets


def run(args: argparse.Namespace, folder: Path) -> None:
    """Train, rank, train again, print."""
    texts, planned = planted(args.documents, args.seed)
    rows = [text_record(text, f"facts:{k}", "facts") for k, text in enumerate(texts)]
    if not (folder / "corpus" / "manifest.json").is_file():
        with CorpusWriter(folder / "corpus") as writer:
            writer.write(record_batch(rows))
    corpus, names = Corpus(folder / "corpus"), [str(row["id"]) for row in rows]
    recipe = Recipe(
        steps=args.steps, batch=8, context=32, vocabulary=400, held_out=args.held_out, precision="float32",
        canaries=None, keep_checkpoints=args.kept, seed=args.seed,
    )  # fmt: skip
    start = time.process_time()
    checkpoint = fit(corpus, recipe, folder / "checkpoint")
    print(f"{len(texts)} documents, {checkpoint.run['parameters']:,} parameters, trained in {since(start)}")
    subject = Subject(folder, corpus, checkpoint, None, args.seed, SILENT)
    trained = set(checkpoint.trained_ids())  # type: ignore[attr-defined]
    facts = [text_target(checkpoint, end, begin, name=f"fact {k}") for k, (begin, end, _) in enumerate(planned)]
    causes = [{names[row] for row in rows} & trained for _, _, rows in planned]
    decoys = [{names[row + CAUSES] for row in rows} & trained for _, _, rows in planned]
    held = document_targets(subject, held_out_sample(subject, args.targets))
    options = InfluenceOptions(seed=args.seed)
    start = time.process_time()
    ranked = influences(subject, [*facts, *held], options=options)
    print(f"ranked by {len(ranked)} methods for {len(facts) + len(held)} targets in {since(start)}")
    start = time.process_time()
    told = {name: validate_influence(subject, aims, subsets=args.subsets, options=options)
            for name, aims in (("facts", facts), ("held-out", held))}  # fmt: skip
    print(f"trained again on {args.subsets} halves in {since(start)}\n")
    print(f"{'method':<16}{'precision at 3':<26}{'LDS, planted facts':<28}LDS, held-out documents")
    for method in INFLUENCE_METHODS:
        found = precision([one.top(CAUSES) for one in ranked[method][: len(facts)]], causes)
        print(f"{method:<16}{found:<26}{score(told['facts'][method].estimate):<28}"
              f"{score(told['held-out'][method].estimate)}")  # fmt: skip
    members, measured = retrained_values(subject, ranked["last"][0].ids, facts, args.subsets)
    for name, true in (("causes", causes), ("decoys", decoys)):
        known = np.array([[float(one in chosen) for chosen in true] for one in ranked["last"][0].ids])
        print(f"{'number of ' + name + ' in the half':<42}{score(correlate(members @ known, measured)[1])}")


def precision(tops: list[list[str]], causes: list[set[str]]) -> str:
    """Share of the causes among the first documents, mean over facts that have a cause."""
    shares = [len(set(top[: len(true)]) & true) / len(true) for top, true in zip(tops, causes, strict=True) if true]
    found = mean_interval(shares)
    bounds = found.bounds(0.0, 1.0)
    return f"{found.value:.2f} ({bounds['low']:.2f} to {bounds['high']:.2f})"


def score(estimate: Estimate) -> str:
    """A correlation with its interval."""
    return f"{estimate.value:+.2f} ({estimate.low:+.2f} to {estimate.high:+.2f})"


def since(start: float) -> str:
    """CPU seconds."""
    return f"{time.process_time() - start:.0f} CPU s"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subsets", type=int, default=30)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--targets", type=int, default=20, help="held-out documents")
    parser.add_argument("--held-out", type=float, default=0.1)
    parser.add_argument("--kept", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        run(arguments, arguments.folder or Path(scratch))
