"""One YAML file becomes one frozen configuration, checked once, at the edge.

Every key has a default except ``corpus``. A wrong key or value is reported with file, line, rule and the nearest name.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ..core import (
    CanaryPlan,
    ConfigError,
    EnergyFactors,
    External,
    KeyPath,
    LoRAPlan,
    Recipe,
    SamplingPlan,
    YamlFile,
    did_you_mean,
    dotted,
    load_yaml,
)
from ..reports import Governance, governance_keys
from .paths import with_absolute_paths

Named = tuple[str, dict[str, Any]]
DEFAULT_SUITES = ("quick",)
DEFAULT_STEPS: tuple[Named, ...] = (
    ("unicode", {}),
    ("language", {}),
    ("length", {}),
    ("repetition", {}),
    ("exact-duplicates", {}),
    ("near-duplicates", {}),
    ("personal-data", {}),
)
IMAGE_STEPS: tuple[Named, ...] = (("exact-duplicates", {}),)


class Section(BaseModel):
    """Base of every part of the config: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CorpusConfig(Section):
    """``source`` names a registered source; every other key is an option of that source."""

    model_config = ConfigDict(frozen=True, extra="allow")
    source: str = Field(description="name of a registered source; 'headwater list source' shows all")

    @property
    def options(self) -> dict[str, Any]:
        """The options for the source."""
        return dict(self.model_extra or {})


class EvaluateConfig(Section):
    """Which metrics: suites by name, or metrics by name with parameters."""

    suites: tuple[str, ...] = Field(default=DEFAULT_SUITES, description="named lists of metrics")
    metrics: tuple[Named, ...] = Field(default=(), description="further metrics: names or {name: {parameter: value}}")
    sets: str | None = Field(default=None, description="a folder with the published sets, a folder for each of them")

    @field_validator("metrics", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        return _named_list(value)

    @property
    def asked(self) -> bool:
        """Whether metrics are named, and not only what fits any model."""
        return bool(self.metrics) or self.suites != DEFAULT_SUITES


class EnergyConfig(Section):
    """What is declared of machine and grid; see :class:`headwater.core.EnergyFactors`."""

    watts: float = Field(default=12.0, description="power of one busy core")
    low: float | None = Field(default=None, description="least that it may draw; 0.36 x watts when absent")
    high: float | None = Field(default=None, description="most that it may draw; 1.32 x watts when absent")
    kgco2e_per_kwh: float = Field(default=0.475, description="emissions of the grid")
    pue: float = Field(default=1.0, description="all energy of the data centre over that of its machines")

    @property
    def factors(self) -> EnergyFactors:
        """The same for the trainer."""
        return EnergyFactors(**self.model_dump())

    @model_validator(mode="after")
    def _possible(self) -> "EnergyConfig":
        try:
            _ = self.factors
        except ConfigError as error:
            raise ValueError(str(error)) from None
        return self


class TrackConfig(Section):
    """One corpus on its way through the stages."""

    corpus: CorpusConfig
    curate: tuple[Named, ...] | None = Field(
        None, description="steps in order; each a name or {name: {parameter: value}}"
    )
    audit: tuple[Named, ...] | None = Field(None, description="audits; all that fit the corpus when absent")
    compare: bool = Field(True, description="where a step mitigates: audit the corpus before it too, and compare")
    model: Recipe | External | None = Field(
        None, description="how to train, or external: a model made elsewhere; no model when absent"
    )
    sample: SamplingPlan = Field(default_factory=SamplingPlan, description="what to draw from the model")
    evaluate: EvaluateConfig = EvaluateConfig()

    @field_validator("curate", "audit", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        return _named_list(value)

    @field_validator("model", mode="before")
    @classmethod
    def _dial(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and "external" in value:
            return _external(value)
        return _with_dial(value) if isinstance(value, Mapping) else value

    @property
    def scored(self) -> bool:
        """Whether there is something to score: a model, or metrics of its own (some score files and ask no model)."""
        return self.model is not None or self.evaluate.asked

    def steps(self, modality: str) -> tuple[Named, ...]:
        """The curation steps, with the defaults of the modality where none are given."""
        if self.curate is not None:
            return self.curate
        return DEFAULT_STEPS if modality == "text" else IMAGE_STEPS


class RunConfig(TrackConfig):
    """A whole run: the main track, an optional second one for images, and what both share."""

    title: str = Field("", description="heading of the report")
    language: Literal["en", "de"] = Field("en", description="language of the report's own words")
    seed: int = Field(0, ge=0, lt=2**31, description="the one seed behind all randomness")
    workers: int = Field(1, ge=1, le=64, description="processes for curation; the result does not depend on it")
    erased: str | None = Field(None, description="an erasure list: what it names is taken out before all other steps")
    energy: EnergyConfig = Field(EnergyConfig(), description="what is declared of machine and grid")
    policy: str | None = Field(None, description="the policy that judges the run: the name of a pack, or a file")
    governance: Governance = Field(
        Governance(), description="facts that only a person knows: provider, purpose, licences, contacts"
    )
    images: TrackConfig | None = Field(None, description="a second track in the same run, in the folder images/")

    def tracks(self) -> dict[str, TrackConfig]:
        """Sub-folder to track; the main track's sub-folder is the run folder itself."""
        return {"": self} | ({"images": self.images} if self.images else {})


def load_config(path: Path) -> RunConfig:
    """Read a config file. Relative paths in it are relative to the file."""
    return parse_config(load_yaml(path), base=path.parent)


def config_from(values: Mapping[str, Any]) -> RunConfig:
    """A config from plain values (the API and commands that take a corpus instead of a file)."""
    return parse_config(YamlFile(Path("config"), dict(values), {}), base=Path.cwd())


def parse_config(file: YamlFile, base: Path) -> RunConfig:
    """Check the values of a file; the first wrong one becomes a :class:`ConfigError` with its place."""
    _check_dataclass_keys(file)
    try:
        config = RunConfig.model_validate(with_absolute_paths(file.values, base))
    except ValidationError as error:
        raise ConfigError(_explain(file, error)) from None
    return _with_seed(config)


def effective_yaml(config: RunConfig) -> str:
    """The configuration with every default spelled out, as YAML from which the run can be repeated."""
    return yaml.safe_dump(effective_values(config), sort_keys=False, allow_unicode=True, width=100)


def effective_values(config: RunConfig) -> dict[str, Any]:
    """Plain values of every key; null stands for an optional part that is absent, a fact not stated is left out."""
    values: dict[str, Any] = config.model_dump(mode="json") | {"governance": config.governance.values()}
    for track in (values, values.get("images")):
        if track is not None:
            for key in ("curate", "audit"):
                if track[key] is not None:
                    track[key] = [{name: options} if options else name for name, options in track[key]]
            if isinstance(track["model"], dict) and "kind" in track["model"]:
                track["model"] = {"external": {"kind": track["model"]["kind"], **track["model"]["options"]}}
            track["evaluate"]["metrics"] = [{name: options} for name, options in track["evaluate"]["metrics"]]
    return values


def _named_list(value: Any) -> Any:
    """``[a, {b: {x: 1}}]`` as ``[("a", {}), ("b", {"x": 1})]``; anything else is left for the validator to refuse."""
    if value is None:
        return value
    if not isinstance(value, (list, tuple)):
        raise ValueError(
            "write a list of names, each alone or with its parameters: [name, {other: {parameter: value}}]"
        )
    return [_named(item, index) for index, item in enumerate(value)]


def _named(item: Any, index: int) -> Any:
    """An entry as (name, parameters); errors begin with its place, which belongs to the key before it."""
    if isinstance(item, str):
        return (item, {})
    if isinstance(item, Mapping) and len(item) == 1:
        name, options = next(iter(item.items()))
        if options is not None and not isinstance(options, Mapping):
            raise ValueError(
                f"[{index}].{name}: its parameters are a mapping, {{{name}: {{parameter: value}}}}, not {options!r}"
            )
        return (name, options or {})
    if isinstance(item, (list, tuple)) and len(item) == 2:
        return item
    raise ValueError(
        f"[{index}]: {item!r} is no entry of the list; write a name, or {{name: {{parameter: value}}}} for each"
    )


def _with_dial(model: Mapping[str, Any]) -> dict[str, Any]:
    """A budget alone switches the default number of steps off; ``60s`` and ``2m`` are seconds."""
    values = dict(model)
    if isinstance(values.get("budget"), str):
        found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([smh]?)", values["budget"])
        if not found:
            raise ValueError(f"budget {values['budget']!r} is not a time; write 60s, 2m or 1h")
        values["budget"] = float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[found[2]]
    if values.get("budget") is not None:
        if values.get("steps") is not None:
            raise ValueError("steps and budget exclude each other; keep one")
        values["steps"] = None
    return values


def _external(model: Mapping[str, Any]) -> External:
    """``{external: {kind: NAME, option: value}}``; the adapter checks its options when the run begins."""
    values = model["external"]
    if len(model) > 1:
        others = ", ".join(name for name in model if name != "external")
        raise ValueError(f"a model made elsewhere is not trained; take out {others}, or external")
    if not isinstance(values, Mapping) or not isinstance(values.get("kind"), str):
        raise ValueError("external: write {kind: NAME, option: value}; 'headwater list adapter' shows the kinds")
    return External(values["kind"], {name: value for name, value in values.items() if name != "kind"})


def _with_seed(config: RunConfig) -> RunConfig:
    def seeded(track: Any) -> Any:
        if track is None or not isinstance(track.model, Recipe):
            return track
        return track.model_copy(update={"model": dataclasses.replace(track.model, seed=config.seed)})

    return seeded(config).model_copy(update={"images": seeded(config.images)})  # type: ignore[no-any-return]


def _known_keys(path: KeyPath) -> Sequence[str]:
    inner = path[1:] if path[:1] == ("images",) else path
    if inner[:1] in (("model",), ("sample",)):
        kind = Recipe if inner[0] == "model" else SamplingPlan
        if len(inner) == 1:
            fields = [field.name for field in dataclasses.fields(kind)]
            return sorted([*fields, "external"] if kind is Recipe else fields)
        nested = {"canaries": CanaryPlan, "lora": LoRAPlan}.get(str(inner[1]))
        return sorted(field.name for field in dataclasses.fields(nested)) if nested else ()
    if path[:1] == ("governance",):
        return governance_keys(path[1:])
    sections: dict[KeyPath, type[BaseModel]] = {
        (): RunConfig if path == () else TrackConfig,
        ("evaluate",): EvaluateConfig,
        ("energy",): EnergyConfig,
    }
    return sorted(sections[inner].model_fields) if inner in sections else ()


def _check_dataclass_keys(file: YamlFile) -> None:
    """Pydantic ignores unknown keys of plain dataclasses; here they are errors too."""
    for prefix in ((), ("images",)):
        for section in ("model", "sample"):
            path: KeyPath = (*prefix, section)
            _refuse_unknown(file, path, _at(file.values, path))
            if section == "model":
                for part in ("canaries", "lora"):
                    _refuse_unknown(file, (*path, part), _at(file.values, (*path, part)))


def _refuse_unknown(file: YamlFile, path: KeyPath, values: Any) -> None:
    for key in values if isinstance(values, Mapping) else ():
        if key not in _known_keys(path):
            raise ConfigError(_unknown_key(file, (*path, key)))


def _at(values: Any, path: KeyPath) -> Any:
    for part in path:
        values = values.get(part) if isinstance(values, Mapping) else None
    return values


def _explain(file: YamlFile, error: ValidationError) -> str:
    first = error.errors()[0]
    location = tuple(part for part in first["loc"] if part not in ("Recipe", "External", "SamplingPlan"))
    if first["type"] == "extra_forbidden":
        return _unknown_key(file, location)
    if first["type"] == "missing":
        example = "; write for example  corpus: {source: jsonl, path: data.jsonl}" if "corpus" in location else ""
        return f"{file.place(location[:-1])}: the key {location[-1]!r} is missing{example}"
    given = first["input"] if isinstance(first["input"], (str, int, float, bool, type(None))) else None
    value = f" (given: {given!r})" if given is not None else ""
    message = first["msg"].removeprefix("Value error, ")
    return f"{file.place(location)}{'' if message.startswith('[') else ': '}{message}{value}"


def _unknown_key(file: YamlFile, location: KeyPath) -> str:
    known = _known_keys(location[:-1])
    hint = did_you_mean(str(location[-1]), known)
    right = f"keys of {dotted(location[:-1])}: {', '.join(known)}"
    return f"{file.place(location)}: no key {str(location[-1])!r}; {hint}{right}"
