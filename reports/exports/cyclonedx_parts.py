"""The components of a bill of materials: model with its card, corpus, libraries."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ...core import HeadwaterError, Manifest, Score
from ...curate import licence_keys, normalise_licence
from ..numbers import number
from ..run import PlacedFinding, Track
from .base import ExportedRun
from .facts import HASH, configured, detail, file_hash, licences, one_stated, stated
from .measured import slice_text
from .texts import clean, declared, line
from .verdict import gaps

MOST_METRICS, MOST_FINDINGS, MOST_LICENCES = 2_000, 100, 200
TEXT, IMAGES, ROWS = ("transformer", "fine-tuned", "ngram"), ("vae", "diffusion", "gan"), ("tvae", "gaussian-mixture")
TASKS = {"text": "text-generation", "images": "image-generation", "rows": "tabular-data-generation"}
FORMATS = {"text": "text/plain", "images": "image", "rows": "table"}


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty: a bill of materials leaves out what nobody knows."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {}, ())}


def properties(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Values of our own, under our own prefix."""
    return [
        {"name": f"headwater:{declared(key, 200)}", "value": line(str(value), 1_000)} for key, value in values.items()
    ]


def organization(exported: ExportedRun) -> dict[str, Any]:
    """The provider as far as the config states it."""
    contact = one_stated(exported, "provider", "contact")
    mail = {"email": contact} if re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,200}", contact) else {}
    told = {"name": one_stated(exported, "provider", "name")}
    return filled(told | {"contact": [mail or {"name": contact}] if contact else []})


def model(exported: ExportedRun, track: Track) -> dict[str, Any]:
    """The trained or scored model."""
    parent = detail(track, "recipe", "start")
    base = one_stated(exported, "model", "base_model")
    facts = track.stages["training"].facts if "training" in track.stages else {}
    kind = str(facts.get("parent is") or "")
    ancestor = filled({
        "type": "machine-learning-model", "name": base or line(kind) or ("parent model" if parent else ""),
        "properties": properties({"parent": parent}) if isinstance(parent, str) and HASH.fullmatch(parent) else [],
    })  # fmt: skip
    weights = file_hash(exported, track, "checkpoint/model.safetensors")
    return filled({
        "type": "machine-learning-model",
        "bom-ref": f"model:{track.name or 'main'}",
        "supplier": organization(exported),
        "name": (one_stated(exported, "model", "name") if not track.name else "") or _model_name(exported, track),
        "version": one_stated(exported, "model", "version") if not track.name else "",
        "description": clean(track.stages["training"].title, 300) if "training" in track.stages else "",
        "hashes": [{"alg": "SHA-256", "content": weights}] if weights else [],
        "licenses": licence_choice(stated(exported, "model", "licence")),
        "pedigree": {"ancestors": [ancestor]} if "name" in ancestor else {},
        "modelCard": _card(exported, track),
        "properties": properties(facts),
    })  # fmt: skip


def _model_name(exported: ExportedRun, track: Track) -> str:
    family = configured(exported, track, "model", "family") or str(detail(track, "recipe", "family") or "model")
    return line(f"{exported.run.title}: {track.name} {family}".replace(":  ", ": "), 200)


def family_of(exported: ExportedRun, track: Track) -> str:
    """The family of the model; empty where nobody says."""
    return str(detail(track, "recipe", "family") or configured(exported, track, "model", "family"))


def modality(exported: ExportedRun, track: Track) -> str:
    """What the model makes: text, images or rows; empty where its family makes any of them."""
    family = family_of(exported, track)
    found = [name for name, families in (("text", TEXT), ("images", IMAGES), ("rows", ROWS)) if family in families]
    return found[0] if found else ("images" if track.name == "images" else "")


def _card(exported: ExportedRun, track: Track) -> dict[str, Any]:
    family, made = family_of(exported, track), modality(exported, track)
    approach = {"text": "self-supervised", "images": "unsupervised", "rows": "unsupervised"}.get(made)
    architecture = detail(track, "network", "architecture") or " ".join(
        filter(None, (family, str(detail(track, "recipe", "size") or "")))
    )
    parameters = {
        "approach": {"type": approach} if approach else {},
        "task": TASKS.get(made),
        "architectureFamily": line(family),
        "modelArchitecture": line(str(architecture)),
        "datasets": [{"ref": f"data:{track.name or 'main'}"}] if has_corpus(track) else [],
        "inputs": [{"format": FORMATS[made]}] if made == "text" else [],
        "outputs": [{"format": FORMATS[made]}] if made else [],
    }
    metrics = [metric(score) for score in _scores(track)][:MOST_METRICS]
    cut = len(_scores(track)) - len(metrics)
    return filled({
        "modelParameters": filled(parameters),
        "quantitativeAnalysis": {"performanceMetrics": metrics} if metrics else {},
        "considerations": considerations(exported, track),
        "properties": properties({"metrics cut": cut}) if cut else [],
    })  # fmt: skip


def _scores(track: Track) -> list[Score]:
    found = track.stages["evaluation"].scores if "evaluation" in track.stages else ()
    return [score for score in found if isinstance(score, Score)]


def metric(score: Score) -> dict[str, Any]:
    """A measurement; n, unit and protocol stand in the slice, since the schema has no place of their own for them."""
    told = (
        slice_text(score.slice),
        f"n {score.n}",
        f"unit {line(score.unit, 60)}",
        f"protocol {line(score.method)}",
    )
    bounds = {"lowerBound": repr(score.low), "upperBound": repr(score.high)} if score.low is not None else {}
    return filled({
        "type": line(score.metric, 200), "value": repr(score.value), "slice": "; ".join(filter(None, told)),
        "confidenceInterval": bounds,
    })  # fmt: skip


def considerations(exported: ExportedRun, track: Track) -> dict[str, Any]:
    """What is known of limits, risks and people: stated by somebody, or found in this run."""
    found = [one for one in exported.run.findings() if one.track == track.name and one.finding.severity != "info"]
    shown = found[:MOST_FINDINGS]
    fair = [one for one in shown if _is(one, "B") or one.finding.code in ("HW-A004", "HW-A005", "HW-A020", "HW-A021")]
    risks = [one for one in shown if one not in fair and _is(one, "M", "S")]
    rest = [one for one in shown if one not in fair and one not in risks]
    missing = sum(one.track == track.name for one in gaps(exported.run))
    limits = [
        *stated(exported, "model", "limitations"),
        *(f"{line(one.finding.code, 40)} ({one.finding.severity}): {line(one.finding.title)}" for one in rest),
        *([f"{number(missing)} measurements could not be made; none of them counts as a pass"] if missing else []),
        *([f"{number(len(found) - len(shown))} more findings are left out here"] if len(found) > len(shown) else []),
    ]
    ethical = [{"name": text} for text in stated(exported, "model", "ethical_considerations")]
    energy = _energy(exported, track)
    return filled({
        "users": list(stated(exported, "model", "users")),
        "useCases": list(stated(exported, "model", "intended_purpose")),
        "technicalLimitations": limits,
        "ethicalConsiderations": [*ethical, *map(_risk, risks)],
        "environmentalConsiderations": {"energyConsumptions": [energy]} if energy else {},
        "fairnessAssessments": [_fairness(one) for one in fair],
    })  # fmt: skip


def _is(one: PlacedFinding, *letters: str) -> bool:
    return one.finding.code.startswith(tuple(f"HW-{letter}" for letter in letters))


def _risk(one: PlacedFinding) -> dict[str, Any]:
    name = f"{line(one.finding.code, 40)} ({one.finding.severity}): {line(one.finding.title)}"
    return filled({"name": name, "mitigationStrategy": clean(one.finding.advice)})


def _fairness(one: PlacedFinding) -> dict[str, Any]:
    first = next((score for score in one.finding.scores if score.slice), None)
    group = slice_text(first.slice) if first else ""
    name = f"{line(one.finding.code, 40)} ({one.finding.severity}): {line(one.finding.title)}"
    harm = f"{name}. {clean(one.finding.meaning)}"
    return filled({"groupAtRisk": group, "harms": harm, "mitigationStrategy": clean(one.finding.advice)})


def _energy(exported: ExportedRun, track: Track) -> dict[str, Any]:
    """Electricity of the training. Nobody measured where it came from, so no provider is named."""
    use = exported.run.energy.get(track.name)
    if use is None or not use.processes:
        return {}
    bounds = {
        "kWh": f"{use.kwh_low} to {use.kwh_high}", "kgCO2e": f"{use.kgco2e_low} to {use.kgco2e_high}",
        "kWh read from a counter": use.measured_kwh,
    }  # fmt: skip
    return {
        "activity": "fine-tuning" if detail(track, "recipe", "start") else "training",
        "energyProviders": [],
        "activityEnergyCost": {"value": use.kwh, "unit": "kWh"},
        "co2CostEquivalent": {"value": use.kgco2e / 1_000, "unit": "tCO2eq"},
        "properties": properties(bounds),
    }


def has_corpus(track: Track) -> bool:
    """Whether the track has documents at all."""
    return bool({"curation", "audit"} & set(track.stages))


def data(exported: ExportedRun, track: Track) -> dict[str, Any]:
    """The curated corpus of a track."""
    main = not track.name
    said = stated(exported, "data", "licence") if main else ()
    name = (one_stated(exported, "data", "name") if main else "") or f"corpus {track.name or 'main'}"
    digest, content = (
        file_hash(exported, track, "corpus/manifest.json"),
        exported.manifest.parents.get(track.name or "main", ""),
    )
    owners = [{"organization": organization(exported)}] if organization(exported) else []
    told = properties({"corpus": content, "source": configured(exported, track, "corpus", "source")})
    facts = track.stages["curation"].facts if "curation" in track.stages else track.stages["audit"].facts
    return filled({
        "type": "data",
        "bom-ref": f"data:{track.name or 'main'}",
        "name": name,
        "version": one_stated(exported, "data", "version") if main else "",
        "description": one_stated(exported, "data", "description") if main else "",
        "hashes": [{"alg": "SHA-256", "content": digest}] if digest else [],
        "licenses": licence_choice(said) or licence_choice(licences(track)),
        "data": [filled({
            "type": "dataset", "name": name,
            "classification": one_stated(exported, "data", "confidential") if main else "",
            "sensitiveData": _sensitive(exported, track),
            "governance": {"owners": owners} if owners else {},
        })],
        "properties": [*(one for one in told if one["value"]), *properties(facts)],
    })  # fmt: skip


def _sensitive(exported: ExportedRun, track: Track) -> list[str]:
    """What a person stated, and how often curation found personal data of each type."""
    main = not track.name
    told = [text for key in ("personal_data", "special_categories") for text in stated(exported, "data", key) if main]
    try:
        counts = Manifest.load(exported.folder / track.name / "corpus").counts
    except (HeadwaterError, OSError):
        return told
    found = {
        key.removeprefix("personal-data found "): n
        for key, n in counts.items()
        if key.startswith("personal-data found ")
    }
    return told + [
        f"{line(kind, 60)}: found {number(n)} times before curation dealt with it" for kind, n in found.items() if n
    ]


def licence_choice(texts: Sequence[str]) -> list[dict[str, Any]]:
    """SPDX ids where a licence is one, else its words; a single expression as such."""
    found = list(dict.fromkeys(texts))[:MOST_LICENCES]
    choices = [_licence(text) for text in found if text]
    if len(found) == 1 and choices and "name" in choices[0]:
        expression = normalise_licence(found[0])
        if licence_keys(expression) and " " in expression:
            return [{"expression": expression}]
    return [{"license": choice} for choice in choices]


def _licence(text: str) -> dict[str, str]:
    known = normalise_licence(text)
    single = licence_keys(known) == [known] and not known.startswith("LicenseRef")
    return {"id": known} if single else {"name": line(text, 300)}


def libraries(exported: ExportedRun) -> list[dict[str, Any]]:
    """The packages that the run was made with, by name and version."""
    versions = {
        name: version for name, version in exported.manifest.versions.items() if version and version != "absent"
    }
    return [_library(name, version) for name, version in sorted(versions.items())]


def _library(name: str, version: str) -> dict[str, Any]:
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+!-]*", version)
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{quote(version, safe='.-')}" if plain else ""
    return filled({
        "type": "library", "bom-ref": f"library:{declared(name, 200)}", "name": declared(name, 200),
        "version": declared(version, 200), "purl": purl,
    })  # fmt: skip
