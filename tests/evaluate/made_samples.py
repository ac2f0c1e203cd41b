"""Tables of samples written by hand: what a model would have had to say for the truth that a test plants."""

from collections.abc import Sequence

import pyarrow as pa

from headwater.evaluate import SAMPLE_SCHEMA


def made_samples(
    kind: str,
    outputs: Sequence[str],
    pairs: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    prompts: Sequence[str] | None = None,
) -> pa.Table:
    """One sample an output, with ids ``kind-0``, ``kind-1``, ..."""
    rows = [
        {
            "id": f"{kind}-{i}",
            "kind": kind,
            "prompt": prompts[i] if prompts else "",
            "output": output,
            "pair": pairs[i] if pairs else None,
            "group": groups[i] if groups else None,
            "seed": 0,
            "model": "made",
            "parameters": "{}",
        }
        for i, output in enumerate(outputs)
    ]
    return pa.Table.from_pylist(rows, schema=SAMPLE_SCHEMA)
