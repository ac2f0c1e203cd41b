"""A policy: which controls a run must meet, by which measurements and limits, and who may say otherwise until when.

A policy file is YAML. It may extend packs (shipped data files with ids and sources) and change single controls of them.
"""

import math
import re
from collections.abc import Mapping
from datetime import date as Day
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ...core import ConfigError, KeyPath, Severity, YamlFile, canonical_json, did_you_mean, load_yaml, sha256

Handling = Literal["block", "warn", "allow"]
Kind = Literal["automatic", "reviewed", "attestation"]
Modality = Literal["text", "image", "table"]
Area = Literal["corpus", "model", "attestation"]
AREAS: tuple[Area, ...] = ("corpus", "model", "attestation")
MAPPINGS: dict[str, str] = {
    "nist-ai-600-1": "NIST AI 600-1 (Generative AI Profile), actions",
    "nist-gai-risk": "NIST AI 600-1, risks",
    "nist-ai-rmf": "NIST AI RMF 1.0, subcategories",
    "eu-ai-act": "Regulation (EU) 2024/1689, articles and annexes",
    "eu-gpai-template": "Template of Art. 53(1)(d) of Regulation (EU) 2024/1689, sections",
    "gdpr": "Regulation (EU) 2016/679, articles",
    "iso-42001": "ISO/IEC 42001:2023, Annex A",
}
"""The frameworks that shipped controls are mapped to."""
DURATION = re.compile(r"([0-9]+) ?(h|d|w)")
LONGEST_WAIVER = timedelta(days=180)
M = TypeVar("M", bound="Section")


class Section(BaseModel):
    """Base of every part of a policy: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limit(Section):
    """One thing to hold: a metric within a limit, a registered check, or findings that must be absent.

    Exactly one of ``metric``, ``check`` and ``findings``. Without ``at_most`` and ``at_least`` it is enough that the
    metric was measured; a check is a share of what should hold, and its limit is 1 unless another is given.
    """

    metric: str | None = Field(None, description="a metric whose scores are held against the limit")
    check: str | None = Field(None, description="a registered check; 'headwater list check' shows all")
    options: Mapping[str, Any] = Field(default_factory=dict, description="of the check, where it takes any")
    findings: tuple[str, ...] = Field((), description="codes of findings (or beginnings of codes) that must be absent")
    needs: str | None = Field(None, description="with findings: the metric that would have made them")
    severity: Severity = Field("high", description="with findings: those of this severity and above count")
    at_most: float | None = Field(None, description="the whole interval must lie at or below")
    at_least: float | None = Field(None, description="the whole interval must lie at or above")
    track: str | None = Field(None, description="only this track ('' is the main one); all when absent")
    modality: Modality | None = Field(None, description="only tracks of text, image or table; all when absent")
    slice: Mapping[str, str] = Field(default_factory=dict, description="only scores whose slice has these values")
    only: bool = Field(False, description="only the score whose slice is exactly this one, not those of its parts")
    without: Mapping[str, str] = Field(default_factory=dict, description="leaves out scores with any of these")
    every_slice: bool = Field(False, description="a slice that was not measured counts against the control")
    exact: bool = Field(False, description="a value without interval is a count of everything, and judged as it is")
    minimum_n: int = Field(0, ge=0, description="with fewer items the limit is inconclusive")
    maximum_age: str | None = Field(None, description="older measurements are stale: 36h, 30d, 8w")
    why: str = Field("", description="where the limit comes from")

    @model_validator(mode="after")
    def _one_thing(self) -> "Limit":
        if sum(map(bool, (self.metric, self.check, self.findings))) != 1:
            raise ValueError("give exactly one of metric, check and findings")
        if self.options and not self.check:
            raise ValueError("options goes with check")
        if self.needs and not self.findings:
            raise ValueError("needs goes with findings")
        if self.findings and (self.slice or self.without):
            raise ValueError("slice and without go with metric or check")
        if not self.metric and (self.only or self.every_slice or self.exact):
            raise ValueError("only, every_slice and exact go with metric")
        if self.check and self.track is not None:
            raise ValueError("track goes with metric or findings; a check names the track in its slice")
        if self.at_most is not None and self.at_least is not None:
            raise ValueError("give at_most or at_least, and a second entry for the other")
        return self

    @field_validator("at_most", "at_least")
    @classmethod
    def _finite(cls, value: float | None) -> float | None:
        if value is not None and not math.isfinite(value):
            raise ValueError("a limit is a finite number")
        return value

    @field_validator("maximum_age")
    @classmethod
    def _age(cls, value: str | None) -> str | None:
        return _span(value)

    @property
    def name(self) -> str:
        """What is held: the metric, the check, or the findings."""
        return self.metric or self.check or ", ".join(self.findings)


class Control(Section):
    """One control of a policy. ``mapping`` names it in laws and frameworks, by their short names."""

    id: str = Field(pattern=r"^[A-Z][A-Za-z0-9.-]{0,39}$", description="D06, M08, H15, or one of your own")
    title: str = Field(description="a few words")
    text: str = Field("", description="what it asks for, in one or two sentences")
    kind: Kind = Field("automatic", description="reviewed: measured, and a person accepts the meaning")
    severity: Literal["high", "medium", "low"] = Field("medium", description="a low one only warns")
    checks: tuple[Limit, ...] = Field((), description="what is held; an attestation has none")
    inconclusive: Handling | None = Field(None, description="block, warn or allow; block at severity high")
    not_measured: Handling | None = Field(None, description="block, warn or allow; block unless the severity is low")
    unmeasured: str = Field("", description="why nothing of this version measures it; then it has no checks")
    part: Literal["corpus", "model"] | None = Field(None, description="where the checklist shows it; from the id")
    mapping: Mapping[str, tuple[str, ...]] = Field(default_factory=dict, description="framework: its ids")

    @model_validator(mode="after")
    def _sound(self) -> "Control":
        if self.checks and self.kind == "attestation":
            raise ValueError("an attestation is what a person says; it has no checks")
        if self.checks and self.unmeasured:
            raise ValueError("give checks, or say in unmeasured why there are none")
        return self

    @property
    def area(self) -> Area:
        """Where the checklist shows it: ``part``, or by the id, where D stands for data."""
        if self.kind == "attestation":
            return "attestation"
        return self.part or ("corpus" if self.id.startswith("D") else "model")

    @property
    def if_inconclusive(self) -> Handling:
        """What an inconclusive control does to the gate."""
        return self.inconclusive or ("block" if self.severity == "high" else "warn")

    @property
    def if_not_measured(self) -> Handling:
        """What a control that was not measured does to the gate."""
        return self.not_measured or ("warn" if self.severity == "low" else "block")


class Waiver(Section):
    """A failed control that somebody answers for until a day. After it the control fails again."""

    control: str = Field(description="id of the control")
    owner: str = Field(min_length=1, description="who works on it")
    approver: str = Field(min_length=1, description="who allowed it; not the owner")
    reason: str = Field(min_length=10, description="why it may wait")
    granted: Day = Field(description="the day on which it was allowed")
    expires: Day = Field(description="the last day on which it holds; at most 180 days later")

    @model_validator(mode="after")
    def _sound(self) -> "Waiver":
        if self.owner.strip().casefold() == self.approver.strip().casefold():
            raise ValueError("owner and approver are the same person; another one has to allow it")
        if not timedelta(0) < self.expires - self.granted <= LONGEST_WAIVER:
            raise ValueError(f"expires must lie 1 to {LONGEST_WAIVER.days} days after granted")
        return self


class Attestation(Section):
    """What a person says of a control that no program can measure."""

    control: str = Field(description="id of the control")
    person: str = Field(min_length=1, description="who says so")
    role: str = Field(min_length=1, description="in which role")
    date: Day = Field(description="when")
    statement: str = Field(min_length=1, description="what is attested")
    evidence: str = Field(min_length=1, description="where the proof lies: a link or a document's name")
    expires: Day = Field(description="the last day on which it holds")

    @model_validator(mode="after")
    def _sound(self) -> "Attestation":
        if self.expires < self.date:
            raise ValueError("expires lies before date")
        return self


class Policy(Section):
    """A whole policy, with what it extends already joined in."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$", description="its name in evidence and reports")
    version: str = Field("1", description="its version")
    title: str = Field("", description="a heading")
    text: str = Field("", description="what it is for")
    source: str = Field("", description="where its demands come from")
    verified_on: Day | None = Field(None, description="when source and ids were last looked at")
    dated: Day | None = Field(None, description="when its limits were set; later than a run is a finding")
    extends: tuple[str, ...] = Field((), description="packs or policy files whose controls it takes over")
    maximum_age: str | None = Field(None, description="for every control without one of its own")
    controls: tuple[Control, ...] = Field((), description="its controls; one with a known id takes the other's place")
    only: tuple[str, ...] = Field((), description="ids: of what it extends, take over these alone")
    without: tuple[str, ...] = Field((), description="ids of controls that do not apply here")
    waivers: tuple[Waiver, ...] = Field((), description="who answers for a failed control, and until when")
    attestations: tuple[Attestation, ...] = Field((), description="what persons say of controls")

    @field_validator("maximum_age")
    @classmethod
    def _age(cls, value: str | None) -> str | None:
        return _span(value)

    @model_validator(mode="after")
    def _ids(self) -> "Policy":
        ids = [control.id for control in self.controls]
        twice = sorted({id for id in ids if ids.count(id) > 1})
        if twice:
            raise ValueError(f"the control {twice[0]} stands twice")
        return self

    @property
    def hash(self) -> str:
        """SHA-256 of the demands: waivers and attestations may come later, limits may not."""
        return sha256(canonical_json(self.model_dump(mode="json", exclude={"waivers", "attestations"})))

    @property
    def name(self) -> str:
        """``genai-baseline 1``."""
        return f"{self.id} {self.version}"


def duration(text: str) -> timedelta:
    """``36h``, ``30d`` and ``8w`` as a span of time."""
    found = DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a span of time; write 36h, 30d or 8w")
    return timedelta(hours=int(found[1]) * {"h": 1, "d": 24, "w": 168}[found[2]])


def _span(value: str | None) -> str | None:
    if value is not None:
        duration(value)
    return value


def read_policy(path: Path) -> Policy:
    """A policy file as it stands, what it extends not joined in; a wrong key or value names its line."""
    return parse_policy(load_yaml(path, missing="name a pack or a file of your own; docs/gate.md shows one"))


def parse_policy(file: YamlFile) -> Policy:
    """Check the values of a policy file; the first wrong one becomes a :class:`ConfigError` with its place."""
    return parse(Policy, file)


def parse(kind: type[M], file: YamlFile) -> M:
    """Check the values of a file against a model; the first wrong one becomes a :class:`ConfigError`."""
    try:
        return kind.model_validate(file.values)
    except ValidationError as error:
        raise ConfigError(_explain(kind, file, error)) from None


def _explain(kind: type[Section], file: YamlFile, error: ValidationError) -> str:
    errors = error.errors()
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    place: KeyPath = first["loc"]
    if first["type"] == "extra_forbidden":
        known = sorted(_model_at(kind, place[:-1]).model_fields)
        return (
            f"{file.place(place)}: no key {str(place[-1])!r}; {did_you_mean(str(place[-1]), known)}{', '.join(known)}"
        )
    if first["type"] == "missing":
        return f"{file.place(place[:-1])}: the key {place[-1]!r} is missing"
    given = first["input"]
    value = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
    return f"{file.place(place)}: {first['msg'].removeprefix('Value error, ')}{value}"


def _model_at(kind: type[Section], place: KeyPath) -> type[Section]:
    names = [part for part in place if isinstance(part, str)]
    kinds: dict[str, type[Section]] = {"waivers": Waiver, "attestations": Attestation, "controls": Control}
    if names[-1:] == ["checks"]:
        return Limit
    return kinds[names[0]] if names and names[0] in kinds else kind


def policy_json(policy: Policy) -> dict[str, Any]:
    """Plain JSON values."""
    return policy.model_dump(mode="json")
