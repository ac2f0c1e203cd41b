"""Export ``eu-training-summary``: the sections of the template for Art. 53(1)(d) of Regulation (EU) 2024/1689."""

from collections.abc import Sequence

from ..governance import asked_by, fact, stated
from ..run import Track
from .base import EXPORTERS, ExportedRun
from .card_sections import finding_list, for_each_track, measure, origin, personal_data, shares
from .card_text import cell, plain, share, shown, stated_or_not, table
from .corpus_facts import CorpusFacts, corpora, top_domains
from .run_facts import model_of, removals, report

VERIFIED_ON = "2026-11-23"
NOTICE = (
    "**Not legal advice.** headwater fills in what it counted and what the provider states. It follows the sections of "
    "the template that the AI Office published on 24 July 2025 (final text C(2025) 8311), in its own words, as read on "
    f"{VERIFIED_ON}. Compare it with the official form before you publish it: the duty, and every statement in it, are "
    "the provider's."
)
LISTED = 100_000


@EXPORTERS.register(
    "eu-training-summary", file="eu-training-summary.md", source="AI Office template of 24 July 2025, C(2025) 8311"
)
def eu_training_summary(run: ExportedRun) -> str:
    """The public summary of training content by the EU template: sections 1.1 to 3.3, with the top domains."""
    held = corpora(run.folder, tuple(track.name for track in run.run.tracks))
    missing = stated(run.governance, asked_by("eu-training-summary"))[1]
    listed = ", ".join(f"`governance.{key}`" for key in missing)
    open_facts = f"**{len(missing)} facts that only the provider can state are missing:** {listed}." if missing else ""
    parts = ["# Public summary of training content", NOTICE, open_facts or "Every fact that is asked for is stated."]
    parts += [*_general(run, held), *_sources(run, held), *_processing(run, held)]
    return "\n\n".join(parts) + "\n"


def _rows(run: ExportedRun, *pairs: tuple[str, str]) -> str:
    return "\n".join(f"- {label}: {stated_or_not(run.governance, key)}" for label, key in pairs)


def _general(run: ExportedRun, held: Sequence[CorpusFacts]) -> list[str]:
    return [
        "## 1 General information",
        "### 1.1 Provider",
        _rows(
            run,
            ("name", "provider.name"),
            ("address", "provider.address"),
            ("contact", "provider.contact"),
            ("authorised representative in the Union", "provider.eu_representative"),
        ),
        "### 1.2 Model",
        _rows(
            run,
            ("name", "model.name"),
            ("version", "model.version"),
            ("made from the model", "model.base_model"),
            ("placed on the Union market", "model.placed_on_market"),
        ),
        _model(run),
        "### 1.3 Modalities, size, characteristics",
        _sizes(run, held),
    ]


def _model(run: ExportedRun) -> str:
    """What the run knows of the model: its family, and whether others trained it before."""
    lines = [f"- of the run{_of(track)}: {origin(run, track)}" for track in run.run.tracks if model_of(run, track)]
    if not lines:
        return "**The run has no model:** this summary describes the data only."
    return "\n".join(lines)


def _sizes(run: ExportedRun, held: Sequence[CorpusFacts]) -> str:
    if not held:
        return "**Not known:** the run holds no corpus, so nothing of the training data was counted."
    rows = []
    for facts in held:
        track = next(track for track in run.run.tracks if track.name == facts.track)
        trained = report(track, "training").facts
        dates = f"{plain(facts.first)} to {plain(facts.last)}" if facts.first else "none recorded"
        used = [cell(trained.get(name)) for name in ("documents trained on", "tokens of text")]
        rows.append((facts.modality, f"{facts.documents:,}", f"{facts.bytes:,}", *used, dates))
    parts = [table(("modality", "documents", "bytes", "documents trained on", "tokens of these", "collected"), rows)]
    parts.append(_rows(run, ("period of collection", "data.collection_timeframe")))
    for facts in held:
        if facts.modality == "text":
            parts.append(shares("Language", facts.languages, facts, 30))
    return "\n\n".join(parts)


def _sources(run: ExportedRun, held: Sequence[CorpusFacts]) -> list[str]:
    sme = fact(run.governance, "sme") == ("yes",)
    texts = {facts.track: facts for facts in held}
    parts = [
        "## 2 Sources of data",
        "The run knows each document's source, licence and address. To which of the parts below a source belongs, only "
        "the provider knows.",
    ]
    for facts in held:
        parts += [f"**{facts.title} by source:**", shares("Source", facts.sources, facts, 30)]
        parts += [f"**{facts.title} by licence:**", shares("Licence", facts.licences, facts, 30)]
    parts += ["### 2.1 Publicly available data sets", _rows(run, ("data sets", "sources.public_datasets"))]
    parts += [
        "### 2.2 Private data of third parties",
        "#### 2.2.1 Licensed from rights holders",
        _rows(run, ("licensed from", "sources.licensed_from")),
        "#### 2.2.2 Other private data",
        _rows(run, ("got from", "sources.other_private")),
        "### 2.3 Data crawled or scraped",
        _rows(
            run,
            ("crawlers", "sources.crawlers"),
            ("their purpose", "sources.crawler_purpose"),
            ("their behaviour", "sources.crawler_behaviour"),
            ("period", "sources.crawl_period"),
            ("content and sites", "sources.crawled_content"),
            ("small or medium-sized enterprise", "sme"),
        ),
    ]
    parts += [_domains(facts, sme) for facts in held]
    parts += [
        "### 2.4 Data of users",
        _rows(run, ("data of users", "sources.user_data")),
        "### 2.5 Synthetic data",
        _rows(
            run, ("made for the training", "sources.synthetic"), ("models that made them", "sources.synthetic_models")
        ),
        for_each_track(run, _machine_written, texts),
        "### 2.6 Other sources",
        _rows(run, ("other sources", "sources.other")),
    ]
    return parts


def _domains(facts: CorpusFacts, sme: bool) -> str:
    """The list of domains, from the addresses of the documents."""
    title = f"**(vii) Top domains of the {facts.title.lower()}**"
    if not facts.domains:
        return f"{title}: **not known:** no document bears a web address."
    rule = "top 5 % of all, 1,000 at most (provider is an SME)" if sme else "top 10 % of all"
    listed = top_domains(facts, sme)
    rows = [(shown(one.name), f"{one.documents:,}", f"{one.bytes:,}", share(one.bytes, facts.bytes)) for one in listed]
    cut = f" The first {LISTED:,} are shown." if len(rows) > LISTED else ""
    note = (
        f"{title}: {rule} by bytes, {len(listed):,} of {len(facts.domains):,} host names in the addresses of the "
        f"documents. {facts.without_domain:,} documents bear no web address. An address says where a document or its "
        f"source has its page, not that it was crawled.{cut}"
    )
    return note + "\n\n" + table(("host", "documents", "bytes", "of all bytes"), rows[:LISTED])


def _processing(run: ExportedRun, held: Sequence[CorpusFacts]) -> list[str]:
    texts = {facts.track: facts for facts in held}
    return [
        "## 3 Processing of data",
        "### 3.1 Reservations of text and data mining",
        _rows(
            run,
            ("signatory of the code of practice", "rights.code_of_practice"),
            ("how reservations are found and honoured", "rights.reservations"),
        ),
        for_each_track(run, lambda track: _taken(track, ("consent", "licence", "erased")), {}),
        "### 3.2 Illegal content",
        _rows(run, ("measures", "rights.illegal_content")),
        for_each_track(run, _toxic, texts),
        for_each_track(run, lambda track: _taken(track, ("url", "word-list")), texts),
        "### 3.3 Further information",
        _rows(run, ("told by the provider", "rights.other")),
        "Personal data that the curation found:",
        for_each_track(run, personal_data, texts),
        "Findings of the curation and audit of the data:",
        for_each_track(run, lambda track: finding_list(track, ("curation", "audit")), {}),
    ]


def _machine_written(track: Track) -> str:
    return f"Share that looks machine-written: {measure(track, 'audit', 'machine-written-share')}."


def _toxic(track: Track) -> str:
    return f"Flagged as toxic: {measure(track, 'audit', 'flagged-toxic-share')}."


def _taken(track: Track, words: Sequence[str]) -> str:
    """What the steps of one kind took out; that there was no such step is told too."""
    rows = [row for row in removals(track) if any(word in row[0] for word in words) and row[2] != "edited"]
    if not rows:
        return f"No step of the run took documents out for this ({', '.join(words)})."
    lines = [(shown(step), shown(rule), action, f"{number:,}") for step, rule, action, number in rows]
    return table(("step", "rule", "action", "documents"), lines)


def _of(track: Track) -> str:
    return f", track {plain(track.name)}" if track.name else ""
