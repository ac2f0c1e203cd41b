"""A function of Python as a model."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...core import ConfigError, IncompleteError, InputError, derive_seed
from .base import ExternalModel, Scored

Write = Callable[..., str]
Score = Callable[[str], Sequence[tuple[str, float | None]]]
Embed = Callable[[str], Sequence[float]]
Draw = Callable[[int, int], np.ndarray]


def from_callable(
    fn: Write | None = None,
    *,
    name: str,
    capabilities: Sequence[str] = ("sample",),
    logprobs: Score | None = None,
    embed: Embed | None = None,
    images: Draw | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> ExternalModel:
    """A model made of functions; ``capabilities`` declares which of them there are, and whether a seed is obeyed.

    ``fn(prompt, **options) -> str`` writes what follows a prompt; of max_new_tokens, temperature, top_k, top_p and seed
    it is given those that it has parameters for. ``logprobs(text)`` gives (token, natural-log probability) for every
    token, in order, spelling the text; the first may have None. ``embed(text)`` gives a vector, ``images(n, seed)``
    uint8 (n, H, W, C). ``parameters`` (plain JSON values) tell versions apart: they are part of the model's hash.
    Raises :class:`ConfigError` where capabilities and functions do not fit.
    """
    return CallableModel(fn, name, capabilities, logprobs, embed, images, parameters or {})


class CallableModel(ExternalModel):
    """See :func:`from_callable`."""

    kind = "callable"

    def __init__(
        self,
        fn: Write | None,
        name: str,
        capabilities: Sequence[str],
        logprobs: Score | None,
        embed: Embed | None,
        images: Draw | None,
        parameters: Mapping[str, Any],
    ) -> None:
        super().__init__(name, capabilities, parameters, "image" if images else "text")
        given = {"sample": fn, "prompt_logprob": logprobs, "embed": embed, "images": images}
        for capability, function in given.items():
            if (capability in self.capabilities) != (function is not None):
                state = "declared, but there is no function for it" if function is None else "not declared"
                raise ConfigError(f"capabilities: {capability} is {state}")
        if "logprob" in self.capabilities:
            raise ConfigError("capabilities: a function gives no logprob of what it writes; declare prompt_logprob")
        self._fn, self._logprobs, self._embed, self._draw = fn, logprobs, embed, images
        self._options = _accepted(fn) if fn else frozenset()
        if fn and "seedable" in self.capabilities and "seed" not in self._options:
            raise ConfigError("capabilities: seedable needs a function with a parameter seed")

    def complete(self, prompts: Sequence[str], **options: Any) -> list[str]:
        """What the function writes after each prompt; a row's seed follows from (seed, row)."""
        if self._fn is None:
            raise self._cannot("write text")
        seed, samples = int(options.pop("seed", 0)), int(options.pop("samples", 1))
        rows = [prompt for prompt in prompts for _ in range(samples)]
        outputs = []
        for number, prompt in enumerate(rows):
            wanted = {**options, "seed": derive_seed(seed, number)}
            chosen = {key: value for key, value in wanted.items() if key in self._options}
            outputs.append(_text(self._call(self._fn, prompt, **chosen), self.name))
        return outputs

    def scored(self, texts: Sequence[str]) -> list[Scored]:
        """What the function says of each text."""
        if self._logprobs is None:
            raise self._cannot("score a text")
        found = []
        for text in texts:
            pairs = list(self._call(self._logprobs, text))
            tokens, logs = [str(pair[0]) for pair in pairs], [pair[1] for pair in pairs]
            found.append(Scored.of(text, tokens, logs, self.name))
        return found

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """The function's vector for each text."""
        if self._embed is None:
            raise self._cannot("turn a text into a vector")
        return np.array([self._call(self._embed, text) for text in texts], np.float64)

    def _images(self, n: int, seed: int) -> np.ndarray:
        if self._draw is None:
            raise self._cannot("make images")
        found = np.asarray(self._call(self._draw, n, seed))
        if found.dtype != np.uint8 or found.ndim != 4 or len(found) != n:
            raise InputError(f"{self.name}: gave {found.dtype} {found.shape}, not uint8 ({n}, H, W, C)")
        return found

    def _call(self, function: Callable[..., Any], *values: Any, **options: Any) -> Any:
        try:
            return function(*values, **options)
        except Exception as error:  # foreign code: whatever it raises is a model that does not answer
            raise IncompleteError(f"{self.name}: the function raised {type(error).__name__}") from error


def _accepted(fn: Write) -> frozenset[str]:
    known = frozenset(
        {"max_new_tokens", "temperature", "top_k", "top_p", "min_p", "repetition_penalty", "stop", "seed"}
    )
    parameters = inspect.signature(fn).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return known
    return known & {parameter.name for parameter in parameters}


def _text(output: Any, name: str) -> str:
    if not isinstance(output, str):
        raise InputError(f"{name}: the function gave a {type(output).__name__}, not a text")
    return output
