"""Export ``model-card``: the README of a model repository on the Hugging Face Hub, with its results."""

from collections.abc import Sequence
from typing import Any

from ...core import Score
from ..governance import asked_by, fact, stated
from ..numbers import number, score_interval, score_value
from ..run import Track, is_control
from .base import EXPORTERS, ExportedRun
from .card_sections import counted, finding_list, gap_list, lineage, origin
from .card_text import cell, plain, shown, stated_or_not, table
from .corpus_facts import CorpusFacts, corpora
from .hub_values import TASKS, front_matter, languages, licence, names
from .measured import slice_text
from .run_facts import energy, model_of, report, results

STAGES = ("training", "evaluation")
LISTED = 60
INDEXED = 100  # results in the metadata of a card
AREAS = (("Bias", "B"), ("Safety", "S"), ("Memorization and privacy", "M"), ("Hallucination", "H"),
         ("Quality and training", "QT"))  # fmt: skip


@EXPORTERS.register("model-card", file="model-card.md", source="Hugging Face Hub, model card specification")
def model_card(run: ExportedRun) -> str:
    """The README of the model on the Hugging Face Hub: uses, training, results with intervals, findings, gaps."""
    title = (fact(run.governance, "model.name") or (run.run.title,))[0]
    tracks = [track for track in run.run.tracks if any(stage in track.stages for stage in STAGES)]
    held = corpora(run.folder, tuple(track.name for track in run.run.tracks))
    parts = [f"# {plain(title)}", _summary(run, tracks), *_uses(run)]
    for track in tracks:
        parts += _track(run, track, len(tracks))
    parts += ["## Training data", _data(run, held), "## Identity", lineage(run)]
    return front_matter(_metadata(run, title, tracks, held)) + "\n" + "\n\n".join(parts) + "\n"


def _metadata(run: ExportedRun, title: str, tracks: Sequence[Track], held: Sequence[CorpusFacts]) -> dict[str, Any]:
    governance = run.governance
    told = fact(governance, "model.licence")
    found = fact(governance, "model.languages") or [one.name for facts in held for one in facts.known(facts.languages)]
    main = next((facts.modality for facts in held), "")
    return {
        **licence(told[0] if told else None),
        "language": languages(found),
        "library_name": "headwater" if any(model_of(run, track) for track in tracks) else "",
        "pipeline_tag": TASKS.get(main, "") if tracks else "",
        "tags": ["headwater"],
        "base_model": names(fact(governance, "model.base_model") or ()),
        "datasets": names(fact(governance, "data.name") or ()),
        "model-index": [{"name": title, "results": indexed}] if (indexed := _index(tracks)) else [],
    }


def scores(tracks: Sequence[Track]) -> list[tuple[Track, Score]]:
    """Scores of the model, what holds for everything before the slices, without those of planted controls."""
    found = [(track, score) for track in tracks for score in results(track) if not is_control(score, "evaluation")]
    return sorted(found, key=lambda row: len(row[1].slice) > 1)


def _index(tracks: Sequence[Track]) -> list[dict[str, Any]]:
    """Results as the Hub's index of models wants them, one for each score, the protocol as its data set."""
    return [_result(track, score) for track, score in scores(tracks)[:INDEXED]]


def _result(track: Track, score: Score) -> dict[str, Any]:
    protocol, _, settings = score.method.partition(" ")
    where = ", ".join(part for part in (track.name, slice_text(score.slice)) if part)
    bounds = {} if score.low is None else {"low": score.low, "high": score.high, "confidence": score.confidence}
    return {
        "task": {"type": TASKS["image"] if track.name == "images" else TASKS["text"]},
        "dataset": {"type": "headwater", "name": f"headwater protocol {protocol}" + (f", {where}" if where else "")},
        "metrics": [
            {
                "type": score.metric,
                "value": score.value,
                "name": f"{score.metric} ({where})" if where else score.metric,
                "args": {"n": score.n, "unit": score.unit, **bounds, "protocol": settings[:300] or protocol},
            }
        ],
    }


def _summary(run: ExportedRun, tracks: Sequence[Track]) -> str:
    missing = stated(run.governance, asked_by("model-card"))[1]
    name, version = (stated_or_not(run.governance, f"model.{key}") for key in ("name", "version"))
    lines = [f"Name: {name}. Version: {version}."]
    if missing:
        lines.append(f"> {len(missing)} facts that only the provider knows are not stated; each is marked below.")
    if not tracks:
        lines.append("**The run has no model:** nothing was trained or evaluated, so this card holds no result.")
    return "\n\n".join(lines)


def _uses(run: ExportedRun) -> list[str]:
    governance = run.governance

    def rows(*pairs: tuple[str, str]) -> str:
        return "\n".join(f"- {label}: {stated_or_not(governance, key)}" for label, key in pairs)

    return [
        "## Uses",
        rows(
            ("intended purpose", "model.intended_purpose"),
            ("users", "model.users"),
            ("must not be used for", "model.prohibited_uses"),
            ("languages", "model.languages"),
        ),
        "## Provider",
        rows(
            ("provider", "provider.name"),
            ("contact", "provider.contact"),
            ("licence of the weights", "model.licence"),
            ("made from", "model.base_model"),
        ),
        "## Risks and limits as stated",
        rows(("limits", "model.limitations"), ("ethical considerations", "model.ethical_considerations")),
    ]


def _track(run: ExportedRun, track: Track, tracks: int) -> list[str]:
    named = f" (track {plain(track.name or 'main')})" if tracks > 1 else ""
    parts = [f"## Training{named}", _training(run, track)]
    for title, letters in AREAS:
        parts += [f"## Findings: {title}{named}", finding_list(track, STAGES, letters)]
    return [*parts, f"## Results{named}", _results(track), f"## Not measured{named}", gap_list(track, STAGES)]


def _training(run: ExportedRun, track: Track) -> str:
    facts = report(track, "training").facts
    recipe = report(track, "training").detail.get("recipe")
    rows = [(shown(name), cell(value)) for name, value in facts.items()]
    if isinstance(recipe, dict):
        used = [(name, value) for name, value in sorted(recipe.items()) if value not in (None, [], {})]
        rows += [(f"recipe: {shown(name)}", shown(value)) for name, value in used]
    elsewhere = "**Not known:** the run did not train; the model was made elsewhere."
    parts = [table(("what", "value"), rows) if rows else elsewhere]
    use = energy(run, track)
    if use:
        parts.append(
            f"Energy: {number(use.kwh)} kWh ({number(use.kwh_low)} to {number(use.kwh_high)}), "
            f"{number(use.kgco2e)} kg CO2e ({number(use.kgco2e_low)} to {number(use.kgco2e_high)}), "
            f"{number(use.cpu_seconds)} CPU seconds. Method: {plain(use.method)}."
        )
    else:
        parts.append("Energy: **not measured:** no process of this run trained, or none kept its use.")
    return "\n\n".join(parts)


def _results(track: Track) -> str:
    found = scores([track])
    if not found:
        return "**Not measured:** the run has no evaluation."
    rows = [
        (
            shown(score.metric), shown(slice_text(score.slice)), cell(score_value(score)), cell(score_interval(score)),
            f"{score.n:,}", shown(score.unit), score.direction, shown(score.method, 160),
        )
        for _, score in found[:LISTED]
    ]  # fmt: skip
    columns = ("metric", "slice", "value", "interval", "n", "unit", "better", "protocol")
    cut = len(found) - LISTED
    more = f"\n\n{cut:,} further scores, of slices, stand in the report of the run." if cut > 0 else ""
    indexed = f" The metadata of this card hold the first {INDEXED}." if len(found) > INDEXED else ""
    return table(columns, rows) + more + indexed


def _data(run: ExportedRun, held: Sequence[CorpusFacts]) -> str:
    name = f"Data set: {stated_or_not(run.governance, 'data.name')}."
    if not held:
        return f"{name} The run holds no corpus."
    lines = [
        f"- {facts.documents:,} documents ({facts.modality}) of {counted(len(facts.sources), 'source')}, "
        f"{facts.bytes:,} bytes; licences: {shown(', '.join(one.name for one in facts.licences[:5]))}"
        + (f" and {len(facts.licences) - 5} more" if len(facts.licences) > 5 else "")
        for facts in held
    ]
    made = "\n".join(f"- model{_of(track)}: {origin(run, track)}" for track in run.run.tracks if model_of(run, track))
    return (
        "\n\n".join((name, made, "\n".join(lines))).replace("\n\n\n\n", "\n\n")
        + "\n\nThe dataset card and the datasheet of the same run describe them."
    )


def _of(track: Track) -> str:
    return f" of the track {plain(track.name)}" if track.name else ""
