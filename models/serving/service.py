"""Requests to answers, without a network: what the server does with a checkpoint."""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from ...core import UsageError
from .request import MOST_PROMPT_TOKENS, Refused, Request, read_chat, read_completion

CHAT_STOP = "\nUser:"
BROKEN = "\ufffd"
Decode = Callable[[Sequence[int]], str]


class TextModel(Protocol):
    """What a model must have to be served; our own text checkpoints do."""

    @property
    def hash(self) -> str:
        """What names the model."""

    def encode(self, text: str) -> list[int]:
        """Token ids of a text."""

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of token ids."""

    def logprobs_of(self, sequences: Sequence[Sequence[int]]) -> list[np.ndarray]:
        """Natural-log probability of each token after a begin token."""

    def complete_tokens(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        max_new_tokens: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
    ) -> list[list[int]]:
        """New tokens after each prompt."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One completion: its tokens as stretches of its text (an echoed prompt's first), and how it ended.

    ``logs`` are of the model at temperature 1, whatever the temperature of the draw; None where nobody asked.
    """

    text: str
    offsets: tuple[int, ...]
    logs: tuple[float, ...] | None
    reason: str
    new: int

    @property
    def strings(self) -> list[str]:
        """The text cut at the beginnings of tokens."""
        ends = [*self.offsets[1:], len(self.text)]
        return [self.text[start:end] for start, end in zip(self.offsets, ends, strict=False)]


class Service:
    """One model under one name. ``clock`` gives seconds since 1970, ``entropy`` a seed where a request has none."""

    def __init__(
        self,
        model: TextModel,
        name: str,
        clock: Callable[[], float],
        entropy: Callable[[], int] = lambda: secrets.randbelow(2**31),
    ) -> None:
        self.model, self.name, self._clock, self._entropy = model, name, clock, entropy
        self._lock = threading.Lock()

    def models(self) -> dict[str, Any]:
        """The answer of ``/v1/models``."""
        return {"object": "list", "data": [self.described()]}

    def described(self) -> dict[str, Any]:
        """The model as an entry of that list."""
        can = ["logprob", "prompt_logprob", "sample", "seedable"]  # of /v1/completions
        return {"id": self.name, "object": "model", "created": 0, "owned_by": "headwater", "capabilities": can}

    def completion(self, body: Mapping[str, Any]) -> dict[str, Any] | Iterator[dict[str, Any]]:
        """``/v1/completions``: the answer, or its events where a stream is asked for."""
        request, pieces, usage = self._answer(body, read_completion)
        head = self._head("cmpl", "text_completion")
        if request.stream:
            return _completion_events(head, pieces, request.logprobs)
        choices = [_completion_choice(piece, number, request.logprobs) for number, piece in enumerate(pieces)]
        return {**head, "choices": choices, "usage": usage}

    def chat(self, body: Mapping[str, Any]) -> dict[str, Any] | Iterator[dict[str, Any]]:
        """``/v1/chat/completions``: the answer, or its events where a stream is asked for."""
        request, pieces, usage = self._answer(body, _read_chat)
        if request.stream:
            return _chat_events(self._head("chatcmpl", "chat.completion.chunk"), pieces)
        choices = [_chat_choice(piece, number) for number, piece in enumerate(pieces)]
        return {**self._head("chatcmpl", "chat.completion"), "choices": choices, "usage": usage}

    def _answer(
        self, body: Mapping[str, Any], read: Callable[[Mapping[str, Any]], Request]
    ) -> tuple[Request, list[Piece], dict[str, int]]:
        wanted = body.get("model")
        if wanted not in (self.name, self.model.hash):
            raise Refused(f"model: here is only {self.name!r}", "model", 404, "model_not_found")
        request = read(body)
        prompts = [self._tokens(prompt) for prompt in request.prompts]
        with self._lock:  # one at a time: the model's threads already use the machine
            pieces = self._pieces(request, [prompt for prompt in prompts for _ in range(request.n)])
        used = {"prompt_tokens": sum(map(len, prompts)), "completion_tokens": sum(piece.new for piece in pieces)}
        return request, pieces, {**used, "total_tokens": sum(used.values())}

    def _tokens(self, prompt: str | tuple[int, ...]) -> list[int]:
        tokens = self.model.encode(prompt) if isinstance(prompt, str) else list(prompt)
        if len(tokens) > MOST_PROMPT_TOKENS:
            raise Refused(f"prompt: more than {MOST_PROMPT_TOKENS:,} tokens", "prompt")
        return tokens

    def _pieces(self, request: Request, rows: list[list[int]]) -> list[Piece]:
        seed = self._entropy() if request.seed is None else request.seed
        try:
            new = self.model.complete_tokens(
                rows,
                max_new_tokens=request.max_tokens,
                temperature=request.temperature,
                top_k=request.top_k,
                top_p=request.top_p,
                seed=seed,
            )
            return [self._piece(request, prompt, tokens) for prompt, tokens in zip(rows, new, strict=True)]
        except UsageError as error:
            raise Refused(str(error), "prompt") from None

    def _piece(self, request: Request, prompt: list[int], new: list[int]) -> Piece:
        decode = self.model.decode
        kept, text = _cut(new, request.stop, decode)
        ended = len(new) < request.max_tokens or text != decode(new)
        shown = [*prompt, *kept] if request.echo else kept
        whole = decode(prompt) + text if request.echo else text
        values: Sequence[float] | None = None
        if request.logprobs:
            scored = self.model.logprobs_of([[*prompt, *kept]])[0]
            values = [float(value) for value in scored[len(scored) - len(shown) :]]
        return Piece(
            text=whole,
            offsets=tuple(_offsets(shown, whole, decode)) if request.logprobs or request.stream else (),
            logs=None if values is None else tuple(values),
            reason="stop" if ended else "length",
            new=len(kept),
        )

    def _head(self, prefix: str, kind: str) -> dict[str, Any]:
        name = f"{prefix}-{secrets.token_hex(12)}"
        return {"id": name, "object": kind, "created": int(self._clock()), "model": self.name}


def _read_chat(body: Mapping[str, Any]) -> Request:
    request = read_chat(body)
    return replace(request, stop=(*request.stop, CHAT_STOP))


def _completion_choice(piece: Piece, number: int, logprobs: bool) -> dict[str, Any]:
    logs = _logprobs(piece, slice(None)) if logprobs else None
    return {"index": number, "text": piece.text, "logprobs": logs, "finish_reason": piece.reason}


def _logprobs(piece: Piece, part: slice) -> dict[str, Any]:
    return {
        "tokens": piece.strings[part],
        "token_logprobs": list((piece.logs or ())[part]),
        "top_logprobs": None,
        "text_offset": list(piece.offsets[part]),
    }


def _chat_choice(piece: Piece, number: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": piece.text, "refusal": None}
    return {"index": number, "message": message, "logprobs": None, "finish_reason": piece.reason}


def _completion_events(head: Mapping[str, Any], pieces: Sequence[Piece], logprobs: bool) -> Iterator[dict[str, Any]]:
    """An event a token, then one with the reason; the text is whole before the first is sent."""
    for index, piece in enumerate(pieces):
        for place, part in enumerate(piece.strings):
            logs = _logprobs(piece, slice(place, place + 1)) if logprobs else None
            yield {**head, "choices": [{"index": index, "text": part, "logprobs": logs, "finish_reason": None}]}
        end = {"index": index, "text": "", "logprobs": None, "finish_reason": piece.reason}
        yield {**head, "choices": [end]}


def _chat_events(head: Mapping[str, Any], pieces: Sequence[Piece]) -> Iterator[dict[str, Any]]:
    for index, piece in enumerate(pieces):
        deltas = [{"role": "assistant", "content": ""}, *({"content": part} for part in piece.strings), {}]
        for place, delta in enumerate(deltas):
            reason = piece.reason if place == len(deltas) - 1 else None
            yield {**head, "choices": [{"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}]}


def _cut(tokens: list[int], stops: Sequence[str], decode: Decode) -> tuple[list[int], str]:
    """The tokens up to the one that completes a stop string, and the text before that string."""
    text = decode(tokens)
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    if not places:
        return tokens, text
    sizes = range(len(tokens) + 1)
    size = next(size for size in sizes if any(stop in decode(tokens[:size]) for stop in stops))
    return tokens[:size], text[: min(places)]


def _offsets(tokens: Sequence[int], text: str, decode: Decode) -> Iterator[int]:
    """Where each token begins in the text; one that ends inside a character begins where that character does."""
    low = 0
    for size in range(len(tokens)):
        low = max(low, min(len(decode(tokens[:size]).rstrip(BROKEN)), len(text)))
        yield low
