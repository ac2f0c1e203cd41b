"""Any server that speaks the completions or chat protocol of OpenAI."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from ...core import ConfigError, IncompleteError, InputError, canonical_json, derive_seed, sha256
from .answers import Answers
from .base import ADAPTERS, ExternalModel, Scored
from .transport import Client, Limits, check_address

T = TypeVar("T")
START_OF_CHAT = "Write a text on a subject of your own choice."
OFFERED: Mapping[str, frozenset[str]] = {
    "completions": frozenset({"sample", "logprob", "prompt_logprob", "embed", "seedable"}),
    "chat": frozenset({"sample", "embed", "seedable"}),
}
MILLION = 1_000_000
LARGEST_SEED = 2**31


@ADAPTERS.register("openai", source="https://platform.openai.com/docs/api-reference")
class OpenAIModel(ExternalModel):
    """A model behind an OpenAI-compatible HTTP server.

    ``url`` is the address up to ``/v1``, ``model`` the server's name for the model, ``key`` the NAME of the environment
    variable that holds the key. ``endpoint`` is completions or chat. ``capabilities`` is what the server really does,
    of sample, logprob, prompt_logprob (completions with ``echo`` and ``logprobs``), embed and seedable: a wrong claim
    ends in an error, not in a number. A request has ``timeout`` seconds, is tried ``retries`` times more, and may
    answer with ``maximum_bytes``; ``concurrency`` requests run at a time, ``per_minute`` start in a minute.
    ``prices`` are those of a million tokens, ``{input: 0.5, output: 1.5}``; beyond ``maximum_cost`` nothing more is
    begun. ``start`` is the prompt of samples that have none, ``instruction`` the system message of a chat.
    """

    kind = "openai"

    def __init__(
        self,
        url: str,
        model: str,
        key: str | None = None,
        endpoint: Literal["completions", "chat"] = "completions",
        capabilities: Sequence[str] = ("sample",),
        timeout: float = 60.0,
        retries: int = 5,
        concurrency: int = 4,
        per_minute: float | None = None,
        maximum_bytes: int = 8 << 20,
        prices: Mapping[str, float] | None = None,
        maximum_cost: float | None = None,
        start: str | None = None,
        instruction: str = "",
    ) -> None:
        url = url.rstrip("/")
        check_address(url, key)
        _check_numbers(timeout, retries, concurrency, per_minute, maximum_bytes)
        self.prices = _checked_prices(prices, maximum_cost)
        self.model, self.endpoint, self.instruction = model, endpoint, instruction
        self.concurrency, self.maximum_cost = concurrency, maximum_cost
        self.start = (START_OF_CHAT if endpoint == "chat" else "") if start is None else start
        parameters = {
            "url": url, "model": model, "key": key, "endpoint": endpoint, "capabilities": sorted(set(capabilities)),
            "timeout": timeout, "retries": retries, "concurrency": concurrency, "per_minute": per_minute,
            "maximum_bytes": maximum_bytes, "prices": dict(prices or {}), "maximum_cost": maximum_cost,
            "start": self.start, "instruction": instruction,
        }  # fmt: skip
        super().__init__(model, capabilities, parameters)
        if beyond := self.capabilities - OFFERED[endpoint]:
            raise ConfigError(f"capabilities: {endpoint} cannot offer {', '.join(sorted(beyond))}")
        self.client = Client(url, key, Limits(timeout, retries, per_minute, maximum_bytes))
        self.answers = Answers()

    def stored_in(self, folder: Path) -> None:
        """Keep the answers beside the description."""
        super().stored_in(folder)
        asked = sha256(canonical_json([self.client.url, self.model]))[:16]
        self.answers = Answers(folder.parent / "answers" / asked)

    def spent(self) -> Mapping[str, float]:
        """Requests and tokens of all kept answers, and what they cost where prices are known."""
        usage = self.answers.usage()
        return {**usage, **({"cost": self._cost(usage)} if self.prices else {})}

    def complete(self, prompts: Sequence[str], **options: Any) -> list[str]:
        """New text after each prompt, ``samples`` of one prompt together; ``max_new_tokens`` is needed.

        Other options (top_p, top_k, min_p, repetition_penalty, stop) are sent where they are given; official servers
        refuse some of them. A row's seed follows from (seed, row); it is sent where the model is seedable.
        """
        self._need("sample", "write text")
        options = {"temperature": 1.0, **options}
        seed, samples = int(options.pop("seed", 0)), int(options.pop("samples", 1))
        rows = [prompt for prompt in prompts for _ in range(samples)]
        chosen = {name: value for name, value in options.items() if not _is_default(name, value)}
        settings = {"max_tokens": chosen.pop("max_new_tokens"), **chosen}

        def one(number: int) -> str:
            answer = self._ask(self._request(rows[number], settings), derive_seed(seed, number) % LARGEST_SEED)
            return str(answer["text"])

        return self._all(one, len(rows))

    def scored_completions(self, prompts: Sequence[str], *, max_new_tokens: int, seed: int = 0) -> list[Scored]:
        """Text that the model writes at temperature 1 after each prompt, with the log-probability of its tokens."""
        self._need("logprob", "score what it writes")
        settings = {"max_tokens": max_new_tokens, "temperature": 1.0, "logprobs": 1}

        def one(number: int) -> Scored:
            answer = self._ask(self._request(prompts[number], settings), derive_seed(seed, number) % LARGEST_SEED)
            return Scored.of(str(answer["text"]), *_tokens(answer, self.name), self.name)

        return self._all(one, len(prompts))

    def scored(self, texts: Sequence[str]) -> list[Scored]:
        """Each text sent with ``echo``: its tokens with their log-probabilities, none for the first token."""
        self._need("prompt_logprob", "score a text")

        def one(number: int) -> Scored:
            text = texts[number]
            settings = {"max_tokens": 0, "temperature": 1.0, "echo": True, "logprobs": 1}
            answer = self._ask({"model": self.model, "prompt": text, **settings}, None)
            tokens, logs = _tokens(answer, self.name)
            return Scored.of(text, tokens, logs, self.name)

        return self._all(one, len(texts))

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """A vector for each text, by ``/embeddings``."""
        self._need("embed", "turn a text into a vector")

        def one(number: int) -> list[float]:
            body = {"model": self.model, "input": texts[number], "encoding_format": "float"}
            vector = self._ask(body, None, "/embeddings")["embedding"]
            if not isinstance(vector, list) or not all(isinstance(value, (int, float)) for value in vector):
                raise InputError(f"{self.name}: the answer holds no embedding")
            return vector

        rows = self._all(one, len(texts))
        if len({len(row) for row in rows}) > 1:
            raise InputError(f"{self.name}: embeddings of different lengths came back")
        return np.array(rows, np.float64)

    def _request(self, prompt: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        prompt = prompt or self.start
        if self.endpoint == "completions":
            return {"model": self.model, "prompt": prompt, **settings}
        system = [{"role": "system", "content": self.instruction}] if self.instruction else []
        return {"model": self.model, "messages": [*system, {"role": "user", "content": prompt}], **settings}

    def _ask(self, body: Mapping[str, Any], seed: int | None, path: str = "") -> dict[str, Any]:
        path = path or ("/completions" if self.endpoint == "completions" else "/chat/completions")
        sent = {**body, "seed": seed} if seed is not None and "seedable" in self.capabilities else dict(body)
        question = {"url": self.client.url, "path": path, "body": body, "seed": seed}

        def ask() -> dict[str, Any]:
            self._within_budget()
            return _essence(self.client.post(path, sent), self.name)

        return self.answers.get(question, ask)

    def _all(self, one: Callable[[int], T], n: int) -> list[T]:
        """The results in order; the first error stops what has not begun."""
        if not n:
            return []
        with ThreadPoolExecutor(self.concurrency) as pool:
            waiting = [pool.submit(one, number) for number in range(n)]
            try:
                return [found.result() for found in waiting]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _within_budget(self) -> None:
        if self.maximum_cost is not None and self._cost(self.answers.usage()) >= self.maximum_cost:
            raise IncompleteError(
                f"{self.name}: the answers have cost {self.maximum_cost:g}, the maximum_cost; raise it to go on"
            )

    def _cost(self, usage: Mapping[str, int]) -> float:
        pairs = (("input", "prompt_tokens"), ("output", "completion_tokens"))
        return sum(self.prices.get(price, 0.0) * usage[tokens] for price, tokens in pairs) / MILLION

    def _need(self, capability: str, what: str) -> None:
        if capability not in self.capabilities:
            raise self._cannot(what)


def served_models(url: str, key: str | None = None) -> dict[str, list[str]]:
    """The models behind an address by name, each with the capabilities that the server states; most state none.

    Only the known ones of ``completions`` count: a server of ours states what it can do, others leave it to the user.
    """
    found = Client(url.rstrip("/"), key, Limits(timeout=10.0, retries=1)).get("/models").get("data")
    if not isinstance(found, list):
        raise InputError(f"{url}: the answer holds no list of models; is this an OpenAI-compatible server?")
    entries = [one for one in found if isinstance(one, dict) and isinstance(one.get("id"), str)]
    return {one["id"]: sorted(OFFERED["completions"] & set(_texts(one.get("capabilities")))) for one in entries}


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _is_default(name: str, value: Any) -> bool:
    """Whether an option changes nothing: official servers refuse those that they do not know."""
    return value is None or value in ((), []) or (name == "repetition_penalty" and value == 1)


def _essence(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What is kept of an answer: text, tokens, embedding, usage."""
    usage = answer.get("usage") if isinstance(answer.get("usage"), dict) else {}
    kept: dict[str, Any] = {"usage": {key: _count(usage, key) for key in ("prompt_tokens", "completion_tokens")}}
    items = answer.get("choices") or answer.get("data")
    first = items[0] if isinstance(items, list) and items else None
    if not isinstance(first, dict):
        raise InputError(f"{name}: the answer holds neither choices nor data; is this an OpenAI-compatible server?")
    if "embedding" in first:
        return {**kept, "embedding": first["embedding"]}
    message = first.get("message")
    text = message.get("content") if isinstance(message, dict) else first.get("text")
    found = first.get("logprobs")
    logs = found if isinstance(found, dict) else {}
    return {
        **kept,
        "text": text if isinstance(text, str) else "",
        "tokens": logs.get("tokens"),
        "logprobs": logs.get("token_logprobs"),
    }


def _count(usage: Any, key: str) -> int:
    value = usage.get(key)
    return value if isinstance(value, int) and value >= 0 else 0


def _tokens(answer: Mapping[str, Any], name: str) -> tuple[list[str], list[float | None]]:
    tokens, logs = answer.get("tokens"), answer.get("logprobs")
    if not isinstance(tokens, list) or not isinstance(logs, list) or len(tokens) != len(logs):
        raise InputError(f"{name}: the server gives no log-probabilities; take logprob and prompt_logprob out of "
                         "capabilities, or ask for them at another server")  # fmt: skip
    return [str(token) for token in tokens], logs


def _check_numbers(
    timeout: float, retries: int, concurrency: int, per_minute: float | None, maximum_bytes: int
) -> None:
    ranges = {
        "timeout": (timeout, 0.01, 3600), "retries": (retries, 0, 20), "concurrency": (concurrency, 1, 64),
        "per_minute": (1 if per_minute is None else per_minute, 0.01, 1e6),
        "maximum_bytes": (maximum_bytes, 1, 1 << 30),
    }  # fmt: skip
    for name, (value, least, most) in ranges.items():
        if not least <= value <= most:
            raise ConfigError(f"{name}: must be from {least:g} to {most:g}, not {value:g}")


def _checked_prices(prices: Mapping[str, float] | None, maximum_cost: float | None) -> dict[str, float]:
    found = dict(prices or {})
    if found.keys() - {"input", "output"} or any(not value >= 0 for value in found.values()):
        raise ConfigError("prices: are those of a million tokens, {input: 0.5, output: 1.5}, each 0 or more")
    if maximum_cost is not None and not (found and maximum_cost > 0):
        raise ConfigError("maximum_cost: must be above 0 and needs prices")
    return found
