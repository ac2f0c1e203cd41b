"""What a request may ask for: read once, checked, and refused in one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_ROWS, MOST_STOPS, LONGEST_STOP = 64, 4, 200
MOST_TOKENS, MOST_PROMPT_TOKENS, MOST_CHARACTERS = 4_096, 16_384, 200_000
MOST_MESSAGES = 200
LARGEST_SEED = 2**63
ROLES = {"system": "System", "developer": "System", "user": "User", "assistant": "Assistant"}
IGNORED = frozenset({"model", "user", "stream_options", "store", "metadata", "service_tier", "safety_identifier"})
NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "suffix": (None, ""),
    "logit_bias": (None, {}),
    "presence_penalty": (None, 0),
    "frequency_penalty": (None, 0),
    "best_of": (None, 1),
    "tools": (None, []),
    "tool_choice": (None, "none", "auto"),
    "top_logprobs": (None, 0),
    "response_format": (None, {"type": "text"}),
    "parallel_tool_calls": (None, True, False),
}
"""Parameters of the protocol that are served only with a value that changes nothing."""
_NAMES = "prompt messages max_tokens max_completion_tokens temperature top_p top_k n stop seed echo logprobs stream"
KNOWN = frozenset(_NAMES.split())


class Refused(Exception):
    """A request that is not served: status, message, and the parameter that is to blame."""

    def __init__(self, message: str, parameter: str | None = None, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.message, self.parameter, self.status, self.code = message, parameter, status, code

    def to_json(self) -> dict[str, Any]:
        """The body of the answer."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        return {"error": {"message": self.message, "type": kind, "param": self.parameter, "code": self.code}}


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request. ``prompts`` are texts or token ids; a ``seed`` of None leaves it to the server."""

    prompts: tuple[str | tuple[int, ...], ...]
    max_tokens: int
    temperature: float
    top_p: float | None
    top_k: int | None
    n: int
    stop: tuple[str, ...]
    seed: int | None
    echo: bool
    logprobs: bool
    stream: bool


def read_completion(body: Mapping[str, Any]) -> Request:
    """A request of ``/v1/completions``."""
    logprobs = body.get("logprobs")
    if logprobs is not None and not (isinstance(logprobs, int) and 0 <= logprobs <= 5):
        raise Refused("logprobs: must be a number from 0 to 5", "logprobs")
    wanted = logprobs is not None and logprobs is not False
    return _request(body, _prompts(body.get("prompt", "")), _whole(body, "max_tokens", 16, 0, MOST_TOKENS), wanted)


def read_chat(body: Mapping[str, Any]) -> Request:
    """A request of ``/v1/chat/completions``, its messages set one below the other (:func:`template`)."""
    if _flag(body, "logprobs"):
        raise Refused("logprobs: ask for them at /v1/completions", "logprobs")
    name = "max_completion_tokens" if body.get("max_completion_tokens") is not None else "max_tokens"
    return _request(body, (template(body.get("messages")),), _whole(body, name, 128, 1, MOST_TOKENS), False)


def template(messages: Any) -> str:
    """A plain template, for models that were trained on none: ``User: ...``, line by line, then ``Assistant:``."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= MOST_MESSAGES:
        raise Refused(f"messages: must be a list of 1 to {MOST_MESSAGES} messages", "messages")
    text = "\n".join([*(f"{_role(message)}: {_content(message)}" for message in messages), "Assistant:"])
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"messages: more than {MOST_CHARACTERS:,} characters", "messages")
    return text


def _role(message: Any) -> str:
    role = message.get("role") if isinstance(message, dict) else None
    if not isinstance(role, str) or role not in ROLES:
        raise Refused(f"messages: a message has a role of {', '.join(ROLES)}", "messages")
    return ROLES[role]


def _content(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        parts = [
            part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in content
        ]
        content = None if None in parts else "".join(map(str, parts))
    if not isinstance(content, str):
        raise Refused("messages: the content of a message must be text", "messages")
    return content


def _request(
    body: Mapping[str, Any], prompts: tuple[str | tuple[int, ...], ...], tokens: int, logprobs: bool
) -> Request:
    _refuse_unknown(body)
    n = _whole(body, "n", 1, 1, MOST_ROWS)
    if len(prompts) * n > MOST_ROWS:
        raise Refused(f"n: at most {MOST_ROWS} completions a request", "n")
    top_p = _number(body, "top_p", 1.0, 1e-6, 1.0)
    return Request(
        prompts=prompts,
        max_tokens=tokens,
        temperature=_number(body, "temperature", 1.0, 0.0, 2.0),
        top_p=None if top_p == 1 else top_p,
        top_k=None if body.get("top_k") is None else _whole(body, "top_k", 1, 1, 1 << 30),
        n=n,
        stop=_stops(body.get("stop")),
        seed=None if body.get("seed") is None else _whole(body, "seed", 0, -LARGEST_SEED, LARGEST_SEED),
        echo=_flag(body, "echo"),
        logprobs=logprobs,
        stream=_flag(body, "stream"),
    )


def _refuse_unknown(body: Mapping[str, Any]) -> None:
    for name, value in body.items():
        if name in NEUTRAL and value not in NEUTRAL[name]:
            raise Refused(f"{name}: is not supported here; leave it out", name)
        if name not in KNOWN | IGNORED | NEUTRAL.keys():
            raise Refused(f"no parameter {name[:40]!r}; leave it out", name[:40])


def _prompts(prompt: Any) -> tuple[str | tuple[int, ...], ...]:
    several = isinstance(prompt, list) and not (prompt and all(type(token) is int for token in prompt))
    items = prompt if several else [prompt]
    if not 1 <= len(items) <= MOST_ROWS:
        raise Refused(f"prompt: must be 1 to {MOST_ROWS} texts", "prompt")
    return tuple(_prompt(item) for item in items)


def _prompt(item: Any) -> str | tuple[int, ...]:
    if isinstance(item, str):
        if len(item) > MOST_CHARACTERS:
            raise Refused(f"prompt: more than {MOST_CHARACTERS:,} characters", "prompt")
        return item
    if isinstance(item, list) and len(item) <= MOST_PROMPT_TOKENS and all(type(token) is int for token in item):
        return tuple(item)
    raise Refused("prompt: must be a text, token ids, or a list of either", "prompt")


def _stops(value: Any) -> tuple[str, ...]:
    items: Sequence[Any] = () if value is None else [value] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or len(items) > MOST_STOPS:
        raise Refused(f"stop: must be a text or up to {MOST_STOPS} texts", "stop")
    if any(not isinstance(item, str) or not 1 <= len(item) <= LONGEST_STOP for item in items):
        raise Refused(f"stop: each text must have 1 to {LONGEST_STOP} characters", "stop")
    return tuple(items)


def _whole(body: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = default if body.get(name) is None else body[name]
    if type(value) is not int or not least <= value <= most:
        raise Refused(f"{name}: must be a whole number from {least} to {most}", name)
    return value


def _number(body: Mapping[str, Any], name: str, default: float, least: float, most: float) -> float:
    value = default if body.get(name) is None else body[name]
    if type(value) not in (int, float) or not least <= value <= most:
        raise Refused(f"{name}: must be a number from {least:g} to {most:g}", name)
    return float(value)


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is not None and type(value) is not bool:
        raise Refused(f"{name}: must be true or false", name)
    return bool(value)
