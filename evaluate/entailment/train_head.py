"""The recipe of the entailment head: pairs, robust variants of them, training, temperature, accuracy on other pairs.

Everything is drawn from the seed and runs on one thread, so the same pairs and seed give the same file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save
from torch.nn.functional import cross_entropy

from ...core import InputError, canonical_json, generator, sha256
from ..facts.perturb import change_number, negate, swap_name
from ..statistics import clopper_pearson
from .base import CLASSES
from .entailment_head import EntailmentHead
from .head_batches import HeadInputs
from .minilm_encoder import MiniLm, open_minilm

EPOCHS, BATCH, RATE, DECAY, DROPOUT, SMOOTHING = 8, 64, 1e-3, 1e-2, 0.3, 0.05
HELD_OUT = 0.1
_GIVEN_WORDS = "Anna Boris Carla David Elena Farid Grace Hugo Ines Jonas Kenji Laura Marco Nadia Omar Priya"
GIVEN = _GIVEN_WORDS.split()
_FAMILY_WORDS = (
    "Adler Brooks Castro Dietz Evans Fischer Gupta Hansen Ivanov Jensen Keller Lopez Moreau Novak Okafor Park"
)
FAMILY = _FAMILY_WORDS.split()
ENTAILMENT, NEUTRAL, CONTRADICTION = range(3)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts and the number of their class in :data:`CLASSES`."""

    premise: str
    hypothesis: str
    label: int


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """The file of a head and what is written in it: accuracy on ``test`` with its exact interval, and the recipe."""

    content: bytes
    facts: Mapping[str, str]


def read_aligned(folder: Path, split: str) -> list[Pair]:
    """Pairs of three files with one line each: ``s1.SPLIT``, ``s2.SPLIT``, ``labels.SPLIT``."""
    lines = [(folder / f"{name}.{split}").read_text("utf-8").split("\n") for name in ("s1", "s2", "labels")]
    if len({len(part) for part in lines}) > 1:
        raise InputError(f"{folder.name}: s1.{split}, s2.{split} and labels.{split} differ in their number of lines")
    found = []
    for number, (premise, hypothesis, label) in enumerate(zip(*lines, strict=True), 1):
        if label.strip() in CLASSES:
            found.append(Pair(premise.strip(), hypothesis.strip(), CLASSES.index(label.strip())))
        elif label.strip() not in ("", "-"):
            raise InputError(f"labels.{split}:{number}: must be one of {', '.join(CLASSES)}")
    return found


def robust_variants(pairs: Sequence[Pair], seed: int) -> list[Pair]:
    """Pairs made from others, about two for five of them: what the set does not hold and outputs of models do.

    Copies entail; denied copies and changed numbers contradict; a sentence about something else is neutral; names put
    in on both sides keep the class, another name on one side makes the pair neutral; more sentences around the premise
    keep the class.
    """
    rng = generator(seed, "entailment head", "variants")
    return [made for pair in pairs if rng.random() < 0.5 for made in _variants(pair, pairs, rng)]


def _variants(pair: Pair, pairs: Sequence[Pair], rng: np.random.Generator) -> Iterator[Pair]:
    other = pairs[int(rng.integers(len(pairs)))].premise
    kind = int(rng.integers(6))
    if kind == 0:
        yield Pair(pair.premise, pair.premise, ENTAILMENT)
    elif kind == 1 and (denied := negate(pair.premise)):
        yield Pair(pair.premise, denied, CONTRADICTION)
    elif kind == 2 and other != pair.premise:
        yield Pair(pair.premise, other, NEUTRAL)
    elif kind == 3 and other != pair.premise:
        around = [pair.premise, other] if rng.random() < 0.5 else [other, pair.premise]
        yield Pair(" ".join(around), pair.hypothesis, pair.label)
        yield Pair(" ".join(around), pair.premise, ENTAILMENT)
    elif kind == 4:
        yield from _named(pair, rng)
    elif kind == 5:
        number = f"On day {int(rng.integers(2, 400))}, "
        text = number + pair.premise[:1].lower() + pair.premise[1:]
        yield Pair(text, text, ENTAILMENT)
        if changed := change_number(text, rng):
            yield Pair(text, changed, CONTRADICTION)


def _named(pair: Pair, rng: np.random.Generator) -> Iterator[Pair]:
    """Someone's name in place of "a man" and so on, on both sides or on one with another name."""
    name = f"{GIVEN[int(rng.integers(len(GIVEN)))]} {FAMILY[int(rng.integers(len(FAMILY)))]}"
    for words in ("A man", "The man", "A woman", "The woman", "A boy", "A girl", "The boy", "The girl"):
        bare = words.split()[1]
        if pair.premise.startswith(f"A {bare}") and pair.hypothesis.startswith(words):
            premise, hypothesis = (name + text[len(head) :] for text, head in (
                (pair.premise, f"A {bare}"), (pair.hypothesis, words)))  # fmt: skip
            yield Pair(premise, hypothesis, pair.label)
            if changed := swap_name(premise, [f"{one} {two}" for one, two in zip(GIVEN, FAMILY, strict=True)], rng):
                yield Pair(premise, changed, NEUTRAL)
            return


def train_head(train: Sequence[Pair], test: Sequence[Pair], name: str, seed: int = 0) -> TrainedHead:
    """A head trained on ``train``, its temperature set on a tenth of it, its accuracy measured on ``test``.

    ``name`` says what the pairs are and stands in the file. Takes about ten minutes on one thread for 10,000 pairs.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return _train(train, test, name, seed, open_minilm())
    finally:
        torch.set_num_threads(threads)


def _train(train: Sequence[Pair], test: Sequence[Pair], name: str, seed: int, encoder: MiniLm) -> TrainedHead:
    inputs = HeadInputs(encoder)
    kept, held = held_out_pairs(train)
    rows = [*kept, *robust_variants(kept, seed)]
    head = _fitted(rows, inputs, seed)
    state = {key: value.half() for key, value in head.state_dict().items()}
    head.load_state_dict({key: value.float() for key, value in state.items()})
    temperature = _temperature(_logits(head, held, inputs), torch.tensor([pair.label for pair in held]))
    right = int((_logits(head, test, inputs).argmax(1) == torch.tensor([pair.label for pair in test])).sum())
    low, high = clopper_pearson(right, len(test))
    facts = {
        "trained_on": name, "pairs": str(len(kept)), "variants": str(len(rows) - len(kept)), "seed": str(seed),
        "pairs_sha256": _hash(train), "test_sha256": _hash(test), "encoder": encoder.protocol,
        "temperature": f"{temperature:.4f}", "test_pairs": str(len(test)), "test_right": str(right),
        "accuracy": f"{right / len(test):.4f}", "low": f"{low:.4f}", "high": f"{high:.4f}",
    }  # fmt: skip
    return TrainedHead(_ordered(save(state, metadata=facts)), facts)


def _ordered(content: bytes) -> bytes:
    """The same safetensors file with the names of its header in order: the library writes its facts in any."""
    size = int.from_bytes(content[:8], "little")
    header = canonical_json(json.loads(content[8 : 8 + size]))
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + content[8 + size :]


def held_out_pairs(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """The pairs for training, and about a tenth that is kept for the temperature: never two sides of one premise."""
    kept: tuple[list[Pair], list[Pair]] = ([], [])
    for pair in pairs:
        kept[int(sha256(pair.premise.encode())[:8], 16) / 16**8 < HELD_OUT].append(pair)
    return kept


def _fitted(rows: Sequence[Pair], inputs: HeadInputs, seed: int) -> EntailmentHead:
    head = EntailmentHead(DROPOUT).train()
    steps = EPOCHS * -(-len(rows) // BATCH)
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    rng = generator(seed, "entailment head", "order")
    for _ in range(EPOCHS):
        order = rng.permutation(len(rows))
        for low in range(0, len(order), BATCH):
            part = [rows[i] for i in order[low : low + BATCH].tolist()]
            labels = torch.tensor([pair.label for pair in part])
            batch = inputs.batch([(pair.premise, pair.hypothesis) for pair in part])
            loss = cross_entropy(head(*batch), labels, label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return head.eval()


@torch.inference_mode()
def _logits(head: EntailmentHead, pairs: Sequence[Pair], inputs: HeadInputs) -> torch.Tensor:
    parts = [pairs[low : low + BATCH] for low in range(0, len(pairs), BATCH)]
    return torch.cat([head(*inputs.batch([(pair.premise, pair.hypothesis) for pair in part])) for part in parts])


def _temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """The best of 100 temperatures by log-likelihood."""
    grid = np.linspace(0.3, 3.27, 100)
    losses = [float(cross_entropy(logits / value, labels)) for value in grid]
    return float(grid[int(np.argmin(losses))])


def _hash(pairs: Sequence[Pair]) -> str:
    return sha256(canonical_json([[pair.premise, pair.hypothesis, pair.label] for pair in pairs]))[:16]


def write_head(trained: TrainedHead, path: Path) -> None:
    """The safetensors file of a head."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(trained.content)


def main(arguments: Sequence[str]) -> None:
    """``FOLDER FILE [NAME]``: train on FOLDER/s1.dev and so on, measure on its test part, write FILE and print it."""
    if len(arguments) not in (2, 3):
        raise InputError("give the folder with s1.dev, s2.dev, labels.dev and the same for test, and the file to write")
    folder, path = (Path(one) for one in arguments[:2])
    name = arguments[2] if len(arguments) > 2 else folder.name
    trained = train_head(read_aligned(folder, "dev"), read_aligned(folder, "test"), name)
    write_head(trained, path)
    print(json.dumps({**trained.facts, "sha256": sha256(trained.content)}, indent=1))
