"""Draw every sample that the metrics need, once, into one table.

| kind | prompt | what for |
|---|---|---|
| free | none | what the model says by itself: verbatim overlap, representation |
| prefix | tokens of a trained document, and as many of held-out ones as control | extraction |
| repeat | the beginning of a held-out document, several answers each | self-consistency |
| counterfactual | the same sentence for each identity group | parity |

A model of images or tables draws those, and nothing else.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core import (
    SILENT,
    Corpus,
    InputError,
    Progress,
    SamplingPlan,
    canonical_json,
    derive_seed,
    generator,
    read_parquet,
    sha256,
    write_parquet,
)
from ..models import Checkpoint, FinishedSamples, TableCheckpoint, training_is_known, typed_table
from .base import IMAGE_SAMPLE_SCHEMA, SAMPLE_SCHEMA, TABLE_SAMPLE_SCHEMA
from .bias import counterfactual_prompts
from .finished import read_samples
from .lineage import Split, split

CHUNK = 64
ROW_CHUNK = 1_024
ROWS = "rows.parquet"
"""Beside the samples of a model of tables: the rows alone, under their own columns."""
LONGEST_TEXT = 40_000
Row = dict[str, Any]


def draw_samples(
    checkpoint: Checkpoint,
    corpus: Corpus,
    plan: SamplingPlan,
    folder: Path,
    *,
    seed: int = 0,
    progress: Progress = SILENT,
) -> pa.Table:
    """Draw all kinds of ``plan`` that the checkpoint can make and write ``folder/samples/samples.parquet``.

    Each finished kind is kept until the whole table is written, so an interrupted call goes on where it stopped.
    The same arguments give the same bytes. Returns the table (:data:`SAMPLE_SCHEMA`,
    :data:`IMAGE_SAMPLE_SCHEMA` for a model of images, :data:`TABLE_SAMPLE_SCHEMA` for one of tables, whose rows then
    stand under typed columns in ``folder/samples/rows.parquet`` too).
    """
    target = Path(folder) / "samples"
    if isinstance(checkpoint, FinishedSamples):
        return write_samples(read_samples(checkpoint, progress), target)
    drawer = _Drawer(checkpoint, corpus, plan, seed, progress)
    key = sha256(canonical_json([asdict(plan), seed, checkpoint.hash, corpus.hash]))[:16]
    parts = [_part(target / f".parts-{key}" / f"{kind}.parquet", draw) for kind, draw in drawer.kinds().items()]
    drawn = write_samples(pa.concat_tables(parts) if parts else drawer.schema.empty_table(), target)
    (target / ROWS).unlink(missing_ok=True)
    if drawn.num_rows and "rows" in checkpoint.capabilities:
        write_parquet(target / ROWS, typed_rows(checkpoint, drawn))
    return drawn


def typed_rows(checkpoint: Checkpoint, samples: pa.Table) -> pa.Table:
    """The rows of samples under the model's columns, with their types: what others read."""
    assert isinstance(checkpoint, TableCheckpoint)
    return typed_table([json.loads(row) for row in samples["table"].to_pylist()], checkpoint.columns)


def write_samples(table: pa.Table, target: Path) -> pa.Table:
    """Write ``target/samples.parquet`` and remove the parts it was made of."""
    write_parquet(target / "samples.parquet", table)
    for stale in target.glob(".parts-*"):
        shutil.rmtree(stale)
    return table


def _part(path: Path, draw: Callable[[], pa.Table]) -> pa.Table:
    if not path.is_file():
        write_parquet(path, draw())
    return read_parquet(path)


class _Drawer:
    def __init__(
        self, checkpoint: Checkpoint, corpus: Corpus, plan: SamplingPlan, seed: int, progress: Progress
    ) -> None:
        self.checkpoint, self.corpus, self.plan, self.seed, self.progress = checkpoint, corpus, plan, seed, progress
        schemas = {"images": IMAGE_SAMPLE_SCHEMA, "rows": TABLE_SAMPLE_SCHEMA}
        self.schema = next((each for able, each in schemas.items() if able in checkpoint.capabilities), SAMPLE_SCHEMA)
        self.model = checkpoint.hash
        self._split: Split | None = None

    def kinds(self) -> dict[str, Callable[[], pa.Table]]:
        """What this checkpoint can draw under this plan."""
        if "images" in self.checkpoint.capabilities:
            return {"images": self.images} if self.plan.images else {}
        if "rows" in self.checkpoint.capabilities:
            return {"rows": self.rows} if self.plan.rows else {}
        if "sample" not in self.checkpoint.capabilities:
            return {}
        plan = self.plan
        wanted = {
            "free": (plan.free, self.free),
            "prefix": (plan.prefixes if training_is_known(self.checkpoint) else 0, self.prefix),
            "repeat": (plan.repeats * plan.repeat_samples, self.repeat),
            "counterfactual": (plan.counterfactual if self.reads_sentences() else 0, self.counterfactual),
        }
        return {kind: _as_table(draw) for kind, (number, draw) in wanted.items() if number}

    def reads_sentences(self) -> bool:
        """Whether the model has tokens for sentences about people: one of proteins has not."""
        try:
            return all(self.checkpoint.encode(prompt) for _, _, prompt in counterfactual_prompts(1))
        except InputError:
            return False

    def free(self) -> Iterator[Row]:
        prompts: list[list[int]] = [[]] * self.plan.free
        for row, _ in self.complete("free", prompts, self.plan.free_tokens):
            yield row

    def prefix(self) -> Iterator[Row]:
        plan = self.plan
        pieces = [
            (name, offset, tokens, side)
            for side, names in (("trained", self.trained_order()), ("held-out", self.held_out_order()))
            for name, offset, tokens in islice(self.windows(names, side), plan.prefixes)
        ]
        prompts = [tokens[: plan.prefix_tokens] for _, _, tokens, _ in pieces]
        rows = self.complete("prefix", prompts, plan.continuation_tokens, temperature=0.0)
        for (row, output), (name, offset, tokens, side) in zip(rows, pieces, strict=True):
            truth = tokens[plan.prefix_tokens :]
            facts = {"split": side, "offset": offset, "prefix_tokens": plan.prefix_tokens}
            facts |= {"times_seen": self.split.trained.get(name, 0), "matched_tokens": _common_prefix(output, truth)}
            yield _with(row, facts, reference=self.checkpoint.decode(truth), document_id=name)

    def repeat(self) -> Iterator[Row]:
        plan = self.plan
        known = training_is_known(self.checkpoint)
        order, side = (self.held_out_order() if known else self.corpus_order()), "held-out" if known else "unknown"
        if not order:
            order, side = self.trained_order(), "trained"
        pieces = list(islice(self.windows(order, "repeat", offset=0), plan.repeats))
        repeated = [piece for piece in pieces for _ in range(plan.repeat_samples)]
        prompts = [tokens[: plan.prefix_tokens] for _, _, tokens in repeated]
        for number, (row, _) in enumerate(self.complete("repeat", prompts, plan.repeat_tokens)):
            name, offset, tokens = repeated[number]
            truth = self.checkpoint.decode(tokens[plan.prefix_tokens :])
            pair = f"repeat-{number // plan.repeat_samples:04d}"
            yield _with(row, {"split": side, "offset": offset}, reference=truth, document_id=name, pair=pair)

    def counterfactual(self) -> Iterator[Row]:
        plan = self.plan
        wanted = counterfactual_prompts(plan.counterfactual)
        prompts = [self.checkpoint.encode(prompt) for _, _, prompt in wanted]
        rows = self.complete("counterfactual", prompts, plan.counterfactual_tokens)
        for (row, _), (pair, group, prompt) in zip(rows, wanted, strict=True):
            yield {**row, "prompt": prompt, "pair": pair, "group": group}

    def images(self) -> pa.Table:
        seed, rows, plan = derive_seed(self.seed, "images"), [], self.plan
        options: dict[str, Any] = {"sampler": plan.sampler, "steps": plan.sampler_steps, "guidance": plan.guidance}
        facts = canonical_json({name: value for name, value in options.items() if value is not None}).decode()
        with self.progress.task("draw images", plan.images) as task:
            for low in range(0, plan.images, CHUNK):
                n = min(CHUNK, plan.images - low)
                images = np.ascontiguousarray(self.checkpoint.sample_images(n, seed, first=low, **options), np.uint8)
                labels = self.checkpoint.sample_labels(n, seed, first=low)
                for k, (image, label) in enumerate(zip(images, labels, strict=True)):
                    shape = dict(zip(("height", "width", "channels"), image.shape, strict=True))
                    row = {"id": f"image-{low + k:05d}", "image": image.tobytes(), **shape, "label": label}
                    rows.append(row | {"seed": seed, "model": self.model, "parameters": facts})
                task.advance(n)
        return pa.Table.from_pylist(rows, schema=IMAGE_SAMPLE_SCHEMA)

    def rows(self) -> pa.Table:
        seed, plan, made = derive_seed(self.seed, "rows"), self.plan, []
        options: dict[str, Any] = {"where": dict(plan.where or {}) or None, "sampler": plan.sampler}
        facts = canonical_json({name: value for name, value in options.items() if value is not None}).decode()
        with self.progress.task("draw rows", plan.rows) as task:
            for low in range(0, plan.rows, ROW_CHUNK):
                n = min(ROW_CHUNK, plan.rows - low)
                for k, row in enumerate(self.checkpoint.sample_records(n, seed, first=low, **options)):
                    content = json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
                    made.append({"id": f"row-{low + k:06d}", "table": content, "seed": seed, "model": self.model,
                                 "parameters": facts})  # fmt: skip
                task.advance(n)
        return pa.Table.from_pylist(made, schema=TABLE_SAMPLE_SCHEMA)

    def complete(
        self, kind: str, prompts: Sequence[Sequence[int]], tokens: int, temperature: float | None = None
    ) -> Iterator[tuple[Row, list[int]]]:
        """A row and the new tokens for each prompt, drawn in chunks of a fixed size with a seed each."""
        heat = self.plan.temperature if temperature is None else temperature
        top_k = self.plan.top_k if heat else None
        # Greedy continuations are the definition of extraction: nothing that changes a choice may touch them.
        shared = {
            "max_new_tokens": tokens,
            "temperature": heat,
            "top_k": top_k,
            **(self.plan.drawing() if heat else {}),
        }
        with self.progress.task(f"draw {kind} samples", len(prompts)) as task:
            for low in range(0, len(prompts), CHUNK):
                chunk, seed = prompts[low : low + CHUNK], derive_seed(self.seed, kind, low)
                outputs = self.checkpoint.complete_tokens(chunk, **shared, seed=seed)
                for row, (prompt, output) in enumerate(zip(chunk, outputs, strict=True)):
                    yield self.row(kind, low + row, prompt, output, seed, {**shared, "row": row}), output
                task.advance(len(chunk))

    def row(
        self, kind: str, number: int, prompt: Sequence[int], output: Sequence[int], seed: int, facts: Mapping[str, Any]
    ) -> Row:
        return {
            "id": f"{kind}-{number:05d}",
            "kind": kind,
            "prompt": self.checkpoint.decode(prompt),
            "output": self.checkpoint.decode(output),
            "reference": None,
            "document_id": None,
            "group": None,
            "pair": None,
            "seed": seed,
            "model": self.model,
            "parameters": dict(facts),
        }

    @property
    def split(self) -> Split:
        self._split = self._split or split(self.checkpoint, self.corpus)
        return self._split

    def trained_order(self) -> list[str]:
        """Trained documents, shuffled, so that every beginning holds each level of times seen about equally often.

        Levels are powers of two: 1, 2-3, 4-7, ...
        """
        levels: dict[int, list[str]] = {}
        for name in self.shuffled(sorted(self.split.trained), "trained"):
            levels.setdefault(self.split.trained[name].bit_length(), []).append(name)
        ranked = [(place, -level, name) for level, names in levels.items() for place, name in enumerate(names)]
        return [name for _, _, name in sorted(ranked)]

    def held_out_order(self) -> list[str]:
        """Held-out documents, shuffled."""
        return self.shuffled(sorted(self.split.held_out), "held-out")

    def corpus_order(self) -> list[str]:
        """All documents, shuffled: for a model whose training is unknown."""
        return self.shuffled(sorted(self.corpus.ids()), "corpus")

    def shuffled(self, names: Sequence[str], use: str) -> list[str]:
        return [names[place] for place in generator(self.seed, "documents", use).permutation(len(names))]

    def windows(
        self, names: Sequence[str], use: str, offset: int | None = None
    ) -> Iterator[tuple[str, int, list[int]]]:
        """(id, offset, tokens) of one stretch, prefix and continuation, of each document that is long enough."""
        need = self.plan.prefix_tokens + self.plan.continuation_tokens
        long_enough = self.documents_of_bytes(need)
        candidates = [name for name in names if name in long_enough]
        for low in range(0, len(candidates), 256):
            chunk = candidates[low : low + 256]
            documents = self.corpus.documents(chunk)
            for name in chunk:
                tokens = self.checkpoint.encode(documents[name]["text"][:LONGEST_TEXT])
                if len(tokens) >= need:
                    last = len(tokens) - need
                    drawn = generator(self.seed, "offset", use, name).integers(0, last + 1)
                    start = int(drawn) if offset is None else offset
                    yield name, start, tokens[start : start + need]

    def documents_of_bytes(self, least: int) -> set[str]:
        """Ids of documents of at least so many bytes; a token is at least one byte."""
        found: set[str] = set()
        for batch in self.corpus.batches(["id", "text"]):
            mask = pc.greater_equal(pc.binary_length(batch["text"]), least)
            found.update(batch["id"].filter(mask).to_pylist())
        return found


def _as_table(draw: Callable[[], Iterator[Row]]) -> Callable[[], pa.Table]:
    def table() -> pa.Table:
        rows = [{**row, "parameters": canonical_json(row["parameters"]).decode()} for row in draw()]
        return pa.Table.from_pylist([_storable(row) for row in rows], schema=SAMPLE_SCHEMA)

    return table


def _storable(row: Row) -> Row:
    """Texts as valid UTF-8: a tokenizer may cut a character in half."""
    return {
        key: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for key, value in row.items()
    }


def _with(row: Row, facts: Mapping[str, Any], **columns: Any) -> Row:
    return {**row, **columns, "parameters": {**row["parameters"], **facts}}


def _common_prefix(first: Sequence[int], second: Sequence[int]) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )
