"""Export ``dataset-card``: the README of a data set repository on the Hugging Face Hub."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from ..governance import asked_by, fact, stated
from .base import EXPORTERS, ExportedRun
from .card_sections import (
    composition,
    curation,
    duplicates,
    finding_list,
    gap_list,
    heading,
    lineage,
    measure,
    personal_data,
)
from .card_text import paragraphs, plain, stated_or_not
from .corpus_facts import CorpusFacts, corpora
from .hub_values import TASKS, front_matter, languages, licence, size_category

STAGES = ("curation", "audit")


@EXPORTERS.register("dataset-card", file="dataset-card.md", source="Hugging Face Hub, dataset card specification")
def dataset_card(run: ExportedRun) -> str:
    """The README of the corpus on the Hugging Face Hub: metadata, composition, curation, findings, gaps."""
    tracks = corpora(run.folder, tuple(track.name for track in run.run.tracks))
    title = (fact(run.governance, "data.name") or (run.run.title,))[0]
    parts = [f"# {plain(title)}", _summary(run, tracks), *_sections(run, tracks), *_facts(run)]
    return front_matter(_metadata(run, title, tracks)) + "\n" + "\n\n".join(parts) + "\n"


def _metadata(run: ExportedRun, title: str, tracks: Sequence[CorpusFacts]) -> dict[str, Any]:
    governance = run.governance
    found = [share.name for facts in tracks for share in facts.known(facts.languages)]
    tasks = fact(governance, "data.tasks") or [TASKS[facts.modality] for facts in tracks if facts.modality in TASKS]
    told = fact(governance, "data.licence")
    return {
        "pretty_name": title,
        **licence(told[0] if told else None),
        "language": languages(found),
        "size_categories": [size_category(sum(facts.documents for facts in tracks))] if tracks else [],
        "task_categories": list(dict.fromkeys(tasks)),
        "source_datasets": list(fact(governance, "data.source_datasets") or ()),
        "tags": list(dict.fromkeys(["headwater", *(facts.modality for facts in tracks)])),
        "configs": [_config(facts, first=number == 0) for number, facts in enumerate(tracks)],
        "dataset_info": [_info(facts) for facts in tracks],
    }


def _config(facts: CorpusFacts, *, first: bool) -> dict[str, Any]:
    path = f"{facts.track}/corpus/*.parquet" if facts.track else "corpus/*.parquet"
    named: dict[str, Any] = {
        "config_name": facts.track or "default",
        "data_files": [{"split": "train", "path": path}],
        "columns": [column.name for column in _readable(facts)],
    }
    return named | ({"default": True} if first and facts.track else {})


def _info(facts: CorpusFacts) -> dict[str, Any]:
    size = sum(size for _, _, size in facts.files)
    split = {"name": "train", "num_bytes": facts.bytes, "num_examples": facts.documents}
    return {
        "config_name": facts.track or "default",
        "features": [{"name": column.name, "dtype": str(column.type)} for column in _readable(facts)],
        "splits": [split],
        "download_size": size,
        "dataset_size": facts.bytes,
    }


def _readable(facts: CorpusFacts) -> list[pa.Field]:
    """The columns that the library datasets has types for: it has none for maps."""
    return [column for column in facts.schema if not pa.types.is_map(column.type)]


def _summary(run: ExportedRun, tracks: Sequence[CorpusFacts]) -> str:
    told = fact(run.governance, "data.description")
    lines = [paragraphs(told[0]) if told else stated_or_not(run.governance, "data.description")]
    missing = stated(run.governance, asked_by("dataset-card"))[1]
    if missing:
        lines.append(f"> {len(missing)} facts that only the provider knows are not stated; each is marked below.")
    if not tracks:
        lines.append("**The run holds no corpus:** what follows is what its stage reports say.")
    return "\n\n".join(lines)


def _sections(run: ExportedRun, tracks: Sequence[CorpusFacts]) -> list[str]:
    """What the run knows."""
    held = {facts.track: facts for facts in tracks}
    several = len(run.run.tracks) if any(track.name and track.stages for track in run.run.tracks) else 1
    used = [track for track in run.run.tracks if track.stages]
    parts = ["## Composition"]
    parts += [heading(track, several) + composition(held[track.name]) for track in used if track.name in held]
    if tracks:
        parts.append(
            "The columns `groups` and `attributes` of the files map names to values; `datasets` has no type for them."
        )
    parts += ["## Curation", "Every step of the run in its order; what was taken out is kept beside the corpus."]
    parts += [heading(track, several) + curation(track) for track in used]
    parts += ["### Duplicates", *(heading(track, several, 4) + duplicates(track) for track in used)]
    texts = [track for track in used if track.name not in held or held[track.name].modality != "image"]
    parts += ["## Personal and sensitive information"]
    parts += [_fact(run, "Personal data on purpose", "data.personal_data")]
    parts += [heading(track, several) + personal_data(track) for track in texts]
    parts += ["### Toxic and machine-written text"]
    parts += [
        heading(track, several, 4)
        + f"- flagged as toxic: {measure(track, 'audit', 'flagged-toxic-share')}\n"
        + f"- machine-written: {measure(track, 'audit', 'machine-written-share')}"
        for track in texts
    ]
    parts += ["## Findings", *(heading(track, several) + finding_list(track, STAGES) for track in used)]
    parts += ["## Not measured", *(heading(track, several) + gap_list(track, STAGES) for track in used)]
    return parts


def _facts(run: ExportedRun) -> list[str]:
    """What only a person knows."""
    governance = run.governance
    told = fact(governance, "data.citation")
    return [
        "## Uses",
        "\n".join(
            f"- {label}: {stated_or_not(governance, key)}"
            for label, key in (
                ("made for", "data.use_cases"),
                ("tasks", "data.tasks"),
                ("not fit for", "data.prohibited_uses"),
                ("should stand for", "data.population"),
                ("effects on people and society", "data.social_impact"),
                ("known biases", "data.biases"),
                ("known limits", "data.limitations"),
            )
        ),
        "## Origin",
        "\n".join(
            f"- {label}: {stated_or_not(governance, key)}"
            for label, key in (
                ("name", "data.name"),
                ("creators", "data.creators"),
                ("provider", "provider.name"),
                ("contact", "provider.contact"),
                ("page", "data.homepage"),
                ("version", "data.version"),
                ("licence of the whole", "data.licence"),
                ("collection", "data.collection"),
                ("labels", "data.annotation"),
                ("made from (data sets on the Hub)", "data.source_datasets"),
                ("data made by models", "sources.synthetic"),
            )
        ),
        "## Citation",
        paragraphs(told[0]) if told else stated_or_not(governance, "data.citation"),
        "## Identity",
        lineage(run),
    ]


def _fact(run: ExportedRun, label: str, key: str) -> str:
    return f"{label}: {stated_or_not(run.governance, key)}"
