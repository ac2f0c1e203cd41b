"""What a model writes after prompts of a metric's own, kept in the run folder: the same question is asked once."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from ..core import IncompleteError, derive_seed
from ..models import Checkpoint, ExternalModel
from .base import Subject
from .drawn import Drawn

CHUNK = 64


def completions(
    subject: Subject, prompts: Sequence[str], *, max_new_tokens: int, use: str, samples: int = 1, **options: Any
) -> list[str]:
    """New text after each prompt, the ``samples`` of one prompt together: (prompts x samples,).

    ``use`` names what it is for: it tells seeds apart and stands in the progress. ``options`` are those of
    :meth:`~headwater.models.Checkpoint.complete_tokens`, temperature 1 where none is given. Every chunk of prompts is
    kept in ``RUN/drawn/`` (a model elsewhere keeps its own answers). Raises :class:`IncompleteError` without a model
    that writes.
    """
    model = subject.checkpoint
    if model is None or "sample" not in model.capabilities:
        raise IncompleteError("there is no model that writes text (sample)")
    shared = {"max_new_tokens": max_new_tokens, "temperature": 1.0, "samples": samples, **options}
    drawn, texts = Drawn(subject.folder, model.hash), list[str]()
    with subject.progress.task(f"write for {use}", len(prompts) * samples) as task:
        for low in range(0, len(prompts), CHUNK):
            chunk = prompts[low : low + CHUNK]
            texts += _chunk(model, drawn, chunk, shared, derive_seed(subject.seed, "completions", use, low))
            task.advance(len(chunk) * samples)
    return texts


def _chunk(model: Checkpoint, drawn: Drawn, prompts: Sequence[str], options: dict[str, Any], seed: int) -> list[str]:
    if isinstance(model, ExternalModel):
        return model.complete(prompts, **options, seed=seed)
    encoded = [model.encode(prompt) for prompt in prompts]
    question = {"prompts": encoded, "options": options, "seed": seed}
    draw = partial(model.complete_tokens, encoded, **options, seed=seed)
    return [model.decode(row) for row in drawn.tokens(question, len(prompts) * options["samples"], draw)]
