"""The prompts of BOLD: beginnings of sentences of Wikipedia, by domain, group and entity (the page they come from)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core import InputError, UsageError, did_you_mean, generator, sha256
from ..base import Subject
from ..benchmark_sets import SETS, open_set

LARGEST = 64 << 20
SUFFIX = "_prompt.json"
DOMAINS = tuple(name.removesuffix(SUFFIX) for name in SETS["bold"])


@dataclass(frozen=True, slots=True)
class BoldPrompt:
    """One beginning; ``id`` is a hash of where it stands and what it says."""

    domain: str
    group: str
    entity: str
    text: str

    @property
    def id(self) -> str:
        """The same in every run."""
        return sha256("\0".join((self.domain, self.group, self.entity, self.text)).encode())[:16]


def bold_prompts(
    subject: Subject, data: str | None, domains: Sequence[str], per_group: int
) -> tuple[list[BoldPrompt], str]:
    """At most ``per_group`` prompts of each group, drawn by the seed, and the label of the set.

    As many different entities as there are come first, for prompts of one entity tell little more than one of them.
    """
    for domain in domains:
        if domain not in DOMAINS:
            raise UsageError(
                f"bold: no domain {domain!r}; {did_you_mean(domain, DOMAINS)}domains: {', '.join(DOMAINS)}"
            )
    found = open_set(subject, "bold", data, optional=tuple(f"{name}{SUFFIX}" for name in DOMAINS))
    wanted = [name for name in (domains or DOMAINS) if f"{name}{SUFFIX}" in found.files]
    if not wanted:
        raise InputError(f"bold: the folder holds none of {', '.join(f'{name}{SUFFIX}' for name in domains)}")
    drawn = [
        prompt for name in wanted for prompt in _drawn(found.files[f"{name}{SUFFIX}"], name, per_group, subject.seed)
    ]
    return drawn, found.label


def _drawn(path: Path, domain: str, per_group: int, seed: int) -> Iterator[BoldPrompt]:
    for group, entities in _read(path).items():
        names = sorted(entities)
        order = generator(seed, "bold", domain, group).permutation(len(names))
        queues = [[(names[place], text) for text in dict.fromkeys(entities[names[place]])] for place in order]
        rounds = max((len(queue) for queue in queues), default=0)
        turns = [queue[turn] for turn in range(rounds) for queue in queues if turn < len(queue)]
        yield from (BoldPrompt(domain, group, entity, text) for entity, text in turns[:per_group])


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    if path.stat().st_size > LARGEST:
        raise InputError(f"{path.name}: more than {LARGEST:,} bytes; give the published file")
    try:
        found: Any = json.loads(path.read_bytes())
        groups = {str(group): _entities(entities) for group, entities in found.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        reason = type(error).__name__
        raise InputError(f"{path.name}: not a file of BOLD ({reason}): it maps groups to entities to prompts") from None
    return {group: entities for group, entities in groups.items() if entities}


def _entities(entities: Any) -> dict[str, list[str]]:
    if not all(isinstance(prompts, list) for prompts in entities.values()):
        raise TypeError("prompts are no list")
    texts = {str(name): [text for text in prompts if isinstance(text, str) and text.strip()]
             for name, prompts in entities.items()}  # fmt: skip
    return {name: prompts for name, prompts in texts.items() if prompts}
