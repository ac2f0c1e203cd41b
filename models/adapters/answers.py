"""Answers that were paid for are kept: what was asked once is not asked again, also after a kill."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...core import canonical_json, read_json, sha256, write_json

Ask = Callable[[], dict[str, Any]]


class Answers:
    """A file an answer, named by the hash of the question. Without a folder they are kept in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._memory: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        self._usage: Counter[str] | None = None

    def get(self, question: Mapping[str, Any], ask: Ask) -> dict[str, Any]:
        """The answer to a question (address, request, seed), asked only where it is not known."""
        key = sha256(canonical_json(question))
        path = self._path(key)
        known = self._memory.get(key) if path is None else (read_json(path) if path.is_file() else None)
        if known is None:
            known = ask()
            self._keep(key, path, known)
        return known

    def usage(self) -> dict[str, int]:
        """Sum over all answers: requests, prompt_tokens, completion_tokens."""
        with self._lock:
            total = self._total()
            return {name: total[name] for name in ("requests", "prompt_tokens", "completion_tokens")}

    def _total(self) -> Counter[str]:
        """Read from the folder once, then kept up to date."""
        if self._usage is None:
            self._usage = Counter()
            for answer in self._all():
                _add(self._usage, answer)
        return self._usage

    def _keep(self, key: str, path: Path | None, answer: dict[str, Any]) -> None:
        with self._lock:
            total = self._total()
            if path is None:
                self._memory[key] = answer
            else:
                write_json(path, answer)
            _add(total, answer)

    def _path(self, key: str) -> Path | None:
        return None if self.folder is None else self.folder / key[:2] / f"{key}.json"

    def _all(self) -> Iterator[dict[str, Any]]:
        if self.folder is None:
            yield from self._memory.values()
        else:
            yield from (read_json(path) for path in sorted(self.folder.glob("??/*.json")))


def _add(total: Counter[str], answer: Mapping[str, Any]) -> None:
    total["requests"] += 1
    total.update({name: int(number) for name, number in answer.get("usage", {}).items()})
