"""Waivers and attestations in files of their own, beside a policy or beside a run."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from ...core import load_yaml, write_text
from .policy import Attestation, Section, Waiver, parse

WAIVERS, ATTESTATIONS = "waivers.yaml", "attestations.yaml"


class Said(Section):
    """A file of waivers, of attestations, or of both."""

    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()


def read_said(path: Path) -> Said:
    """A file with the keys ``waivers`` and ``attestations``. Raises :class:`ConfigError` with the place."""
    return parse(Said, load_yaml(path, missing="give a file of waivers or attestations; docs/gate.md shows both"))


def said_of(folder: Path) -> tuple[tuple[Waiver, ...], tuple[Attestation, ...]]:
    """What lies with a run: ``waivers.yaml`` and ``attestations.yaml``."""
    found = [read_said(folder / name) for name in (WAIVERS, ATTESTATIONS) if (folder / name).is_file()]
    return tuple(one for said in found for one in said.waivers), tuple(one for s in found for one in s.attestations)


def add_said(folder: Path, waivers: Sequence[Waiver] = (), attestations: Sequence[Attestation] = ()) -> Said:
    """Write more waivers and attestations down with a run, each once. Returns those that were new."""
    known_waivers, known_attestations = said_of(folder)
    new_waivers = [one for one in dict.fromkeys(waivers) if one not in known_waivers]
    new_attestations = [one for one in dict.fromkeys(attestations) if one not in known_attestations]
    if new_waivers:
        _write(folder / WAIVERS, "waivers", [*known_waivers, *new_waivers])
    if new_attestations:
        _write(folder / ATTESTATIONS, "attestations", [*known_attestations, *new_attestations])
    return Said(waivers=tuple(new_waivers), attestations=tuple(new_attestations))


def _write(path: Path, key: str, said: Sequence[Waiver | Attestation]) -> None:
    rows = [one.model_dump(mode="json") for one in said]
    write_text(path, yaml.safe_dump({key: rows}, sort_keys=False, allow_unicode=True, width=100))
