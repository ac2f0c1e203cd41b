"""What the result of a curation depends on, each thing by its name and hash, so that a difference can be named."""

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core import IncompleteError, IntegrityError, library_versions, read_json, write_json
from ..curate import Step, describe_steps, libraries
from .stages import code_files

FORMAT = "headwater inputs/1"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not what it was: ``kind`` is file, code, version, source, steps or seed."""

    kind: str
    name: str
    recorded: str
    now: str

    @property
    def line(self) -> str:
        """One line for a terminal."""
        return f"{self.kind} {self.name}: {self.recorded[:16] or 'absent'} then, {self.now[:16] or 'absent'} now"


def inputs_path(run: Path, track: str) -> Path:
    """Where a track's curation leaves a record of what its result depends on."""
    return run / "stages" / f"{track}-curate-inputs.json".lstrip("-")


def inputs_of(fingerprint: str, steps: Sequence[Step], seed: int) -> dict[str, Any]:
    """Everything that the result of a curation depends on, each by name, so that a difference can be named."""
    return {
        "format": FORMAT,
        "source": fingerprint,
        "steps": describe_steps(steps),
        "seed": seed,
        "code": code_files(["core", "curate"]),
        "versions": {**library_versions(set(libraries(steps))), "python": platform.python_version()},
    }


def record_inputs(run: Path, track: str, fingerprint: str, steps: Sequence[Step], seed: int) -> None:
    """Write the record of a track."""
    write_json(inputs_path(run, track), inputs_of(fingerprint, steps, seed))


def differences(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    """What two records of inputs do not share, by name."""
    for kind, label in (("code", "code"), ("versions", "version")):
        then, current = recorded.get(kind, {}), now[kind]
        for name in sorted(then.keys() | current.keys()):
            if then.get(name, "") != current.get(name, ""):
                yield Difference(label, name, then.get(name, ""), current.get(name, ""))
    for kind in ("source", "seed"):
        if recorded.get(kind) != now[kind]:
            yield Difference(kind, kind, str(recorded.get(kind, "")), str(now[kind]))
    if recorded.get("steps") != now["steps"]:
        yield Difference("steps", "of the configuration", _short(recorded.get("steps")), _short(now["steps"]))


def _short(steps: Any) -> str:
    return ", ".join(str(step.get("name")) for step in steps or ())


def read_inputs(run: Path, track: str) -> dict[str, Any]:
    """The record of a track; one that is missing or no such record is an error that says the way out."""
    path = inputs_path(run, track)
    if not path.is_file():
        raise IncompleteError(f"{path}: missing, so that a difference could not be explained; run the curation again")
    values = read_json(path)
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise IntegrityError(f"{path}: not a record of inputs; run the curation again")
    return values
