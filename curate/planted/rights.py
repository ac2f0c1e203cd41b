"""Planted controls for rights, code and sequences: licences, opt-outs, source files and sequences of known identity.

Everything is made here by the generator that is passed in, not with the functions of the steps under test.
"""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np

from ...core import SILENT, Corpus, CorpusWriter, generator, record_batch, text_record
from ..base import FILTERS, BatchStep, CorpusStep
from .personal_data import no_secret, secret
from .picks import pick
from .trials import LONGEST, Trial

Fields = dict[str, Any]
Make = Callable[[np.random.Generator], Fields]
IDENTITIES = (0.97, 0.93, 0.87, 0.7)
THRESHOLD = 0.9
_AMINO = "ACDEFGHIKLMNPQRSTVWY"
_FREE = ("MIT", "Apache-2.0", "BSD-3-Clause", "ISC", "CC-BY-4.0", "CC0-1.0")
_BOUND = (
    "GPL-2.0-only",
    "GPL-3.0-or-later",
    "AGPL-3.0-only",
    "CC-BY-SA-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-ND-4.0",
    "ODbL-1.0",
)
_UNREADABLE = ("see LICENSE", "free for research", "Other", "unknown", "", "MIT AND some terms of our own")
_HOST = "planted.example.org"
_ROBOTS = "User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /closed/\n\nUser-agent: *\nDisallow: /admin/\nAllow: /\n"
_TDMREP = [{"location": "/reserved/*", "tdm-reservation": 1}, {"location": "/", "tdm-reservation": 0}]


def rights_trials(sample: Mapping[str, str], wanted: int, seed: int) -> Iterator[Trial]:
    """``wanted`` planted items and look-alikes each for ``licence``, ``consent``, ``code`` and ``sequence-identity``.

    Licences and opt-outs are written beside texts of the sample (ids to texts). An item counts as reported where the
    step decides on its document (for source files: by the rule of that level).
    """
    for name, makers in (("licence", (_bound, _free)), ("consent", (_opted_out, _open))):
        with tempfile.TemporaryDirectory() as folder:
            options = {"folder": _hosts(Path(folder))} if name == "consent" else {}
            step = cast(BatchStep, FILTERS.get(name)(**options))
            for make, positive in zip(makers, (True, False), strict=True):
                yield _beside_texts(step, make, positive, sample, wanted, seed)
    yield from _code_trials(wanted, seed)
    yield from _sequence_trials(wanted, seed)


def _beside_texts(
    step: BatchStep, make: Make, positive: bool, sample: Mapping[str, str], wanted: int, seed: int
) -> Trial:
    rng = generator(seed, "planted-controls", step.name, _level(positive))
    ids = list(sample)
    hosts = [ids[place] for place in rng.integers(0, len(ids), wanted).tolist()]
    rows = [
        text_record(sample[host][:LONGEST], f"{step.name}:{number}", "planted-controls", **make(rng))
        for number, host in enumerate(hosts)
    ]
    decided = {decision.id for decision in step.judge(record_batch(rows)).decisions}
    hits = [row["id"] in decided for row in rows]
    wrong = tuple(sorted({host for host, hit in zip(hosts, hits, strict=True) if hit != positive}))
    return Trial(step.name, _level(positive), positive, wanted, sum(hits), wrong)


def _level(positive: bool) -> str:
    return "planted" if positive else "look-alike"


def _bound(rng: np.random.Generator) -> Fields:
    """A licence that the default list does not allow, alone or in an expression, or one that cannot be read."""
    one, free = pick(rng, _BOUND), pick(rng, _FREE)
    forms = (one, f"{free} AND {one}", f"({free} OR ISC) AND {one}", f"{one} OR {pick(rng, _BOUND)}", "GPL-2.0+")
    stated = pick(rng, (*forms, pick(rng, _UNREADABLE)))
    return {"licence": stated or None}


def _free(rng: np.random.Generator) -> Fields:
    """A licence that the default list allows, or an expression with such a choice."""
    one, other = pick(rng, _FREE), pick(rng, _FREE)
    forms = (one, f"{one} OR {pick(rng, _BOUND)}", f"{one} AND {other}", "Apache-2.0 WITH LLVM-exception")
    everyday = ("The MIT License", "apache 2.0", f"({one} AND {other}) OR {pick(rng, _BOUND)}")
    return {"licence": pick(rng, (*forms, *everyday))}


def _hosts(folder: Path) -> str:
    """Stored files of one host, as a collector leaves them."""
    place = folder / _HOST
    place.mkdir(parents=True)
    (place / "robots.txt").write_text(_ROBOTS, "utf-8")
    (place / "tdmrep.json").write_text(json.dumps(_TDMREP), "utf-8")
    return str(folder)


def _opted_out(rng: np.random.Generator) -> Fields:
    """One opt-out: a directive, a header, a content credential, or a path that stored files reserve."""
    number = int(rng.integers(0, 10_000))
    stored = (
        ("robots", pick(rng, ("noai", "index, noai", "NOAI, nofollow"))),
        ("x-robots-tag", pick(rng, ("noai, noimageai", "GPTBot: noai", "max-snippet: 20, noai"))),
        ("tdm-reservation", "1"),
        ("content-signal", "search=yes,ai-train=no"),
        ("c2pa.ai_generative_training", "notAllowed"),
    )
    place = int(rng.integers(0, len(stored) + 2))
    if place < len(stored):
        return {"attributes": dict([stored[place]])}
    return {"url": f"https://{_HOST}/{('closed', 'reserved')[place - len(stored)]}/{number}"}


def _open(rng: np.random.Generator) -> Fields:
    """Signals that resemble an opt-out: for search, for other agents, for other paths, or a consent."""
    number = int(rng.integers(0, 10_000))
    stored = (
        ("robots", pick(rng, ("noindex", "nofollow, noarchive", "noimageai", "index, follow"))),
        ("x-robots-tag", pick(rng, ("otherbot: noai", "noodp", "unavailable_after: 2030-01-01"))),
        ("tdm-reservation", pick(rng, ("0", "", "no"))),
        ("content-signal", "ai-train=yes, search=no"),
        ("c2pa.ai_training", "allowed"),
        ("description", "We sell noai stickers; tdm-reservation: 1"),
    )
    place = int(rng.integers(0, len(stored) + 2))
    if place < len(stored):
        return {"attributes": dict([stored[place]])}
    return {"url": f"https://{_HOST}/{('open', 'about/closed')[place - len(stored)]}/{number}"}


def _code_trials(wanted: int, seed: int) -> Iterator[Trial]:
    step = cast(BatchStep, FILTERS.get("code")(secrets="quarantine", generated="quarantine", adopt_licence=False))
    for rule, makers in _CODE.items():
        for make, positive in zip(makers, (True, False), strict=True):
            rng = generator(seed, "planted-controls", "code", rule, _level(positive))
            rows = [_source_file(rng, make(rng), number) for number in range(wanted)]
            found = {decision.id for decision in step.judge(record_batch(rows)).decisions if decision.rule == rule}
            hits = sum(row["id"] in found for row in rows)
            yield Trial("code", f"{rule} {_level(positive)}", positive, wanted, hits)


def _source_file(rng: np.random.Generator, head: str, number: int) -> dict[str, Any]:
    """A Python file under the MIT licence with ``head`` on top."""
    word = "".join(pick(rng, "bcdfgklmnprst") + pick(rng, "aeiou") for _ in range(4))
    body = f"import os\n\n\ndef {word}(path):\n    return [name for name in os.listdir(path) if name]\n"
    stored = {"path": f"src/{word}.py"}
    return text_record(f"{head}\n{body}", f"code:{number}", "planted-controls", licence="MIT", attributes=stored)


def _planted_secret(rng: np.random.Generator) -> str:
    value = secret(rng)
    return value if "\n" not in value else f'KEY = """{value}"""'


def _other_licence(rng: np.random.Generator) -> str:
    gnu = (
        "# it under the terms of the GNU General Public License as published by\n# the Free Software Foundation; either"
    )
    forms = (
        f"# SPDX-License-Identifier: {pick(rng, _BOUND)}",
        f"{gnu} version {rng.integers(2, 4)} of the License, or\n# (at your option) any later version.",
        '# Licensed under the Apache License, Version 2.0 (the "License");',
    )
    return pick(rng, forms)


def _same_licence(rng: np.random.Generator) -> str:
    forms = (
        "# SPDX-License-Identifier: MIT",
        "# Released under the MIT License.",
        "# Copyright: the authors. See LICENSE.",
        "# Compares the GPL with other licences.",
    )
    return pick(rng, forms)


def _generated(rng: np.random.Generator) -> str:
    forms = (
        "# Generated by the protocol buffer compiler.  DO NOT EDIT!",
        "# This file was automatically generated by a tool.",
        "# @generated",
        "# Code generated by stubs. DO NOT EDIT.",
        "# Autogenerated from schema.json",
    )
    return pick(rng, forms)


def _written(rng: np.random.Generator) -> str:
    forms = (
        '"""Makes tables; the numbers in them are generated by the model."""',
        "# The ids are auto-generated ids.",
        "# Please do not edit rows that others own.",
        "# How to generate keys by hand.",
    )
    return pick(rng, forms)


_CODE: Mapping[str, tuple[Callable[[np.random.Generator], str], Callable[[np.random.Generator], str]]] = {
    "secret": (_planted_secret, lambda rng: f"# {no_secret(rng)}"),
    "licence-header": (_other_licence, _same_licence),
    "generated": (_generated, _written),
}


def _sequence_trials(wanted: int, seed: int) -> Iterator[Trial]:
    """Proteins and copies of them with an exactly known number of replaced letters."""
    step = cast(CorpusStep, FILTERS.get("sequence-identity")(threshold=THRESHOLD))
    for level in IDENTITIES:
        rng = generator(seed, "planted-controls", "sequence-identity", f"{level:g}")
        pairs = [_pair(rng, level) for _ in range(wanted)]
        rows = [
            text_record(text, f"sequence:{number}", "planted-controls", attributes={"alphabet": "protein"})
            for number, text in enumerate([text for pair in pairs for text in pair])
        ]
        with tempfile.TemporaryDirectory() as folder:
            with CorpusWriter(Path(folder) / "corpus") as writer:
                writer.write(record_batch(rows))
            decisions = step.judge_corpus(Corpus(Path(folder) / "corpus"), SILENT).decisions
        joined = {frozenset((decision.id, decision.duplicate_of or "")) for decision in decisions}
        hits = sum(frozenset((rows[2 * n]["id"], rows[2 * n + 1]["id"])) in joined for n in range(wanted))
        yield Trial("sequence-identity", f"{level:g}", level >= THRESHOLD, wanted, hits)


def _pair(rng: np.random.Generator, level: float) -> tuple[str, str]:
    """A random protein of 100 to 300 letters, and a copy with so many letters replaced that its identity is at least
    ``level``, less than one letter more."""
    letters = rng.integers(0, len(_AMINO), int(rng.integers(100, 301)))
    places = rng.choice(len(letters), int((1 - level) * len(letters) + 1e-9), replace=False)
    copy = letters.copy()
    copy[places] = (copy[places] + rng.integers(1, len(_AMINO), len(places))) % len(_AMINO)
    return "".join(_AMINO[n] for n in letters), "".join(_AMINO[n] for n in copy)
