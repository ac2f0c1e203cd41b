"""Export ``datasheet``: the questions of Gebru et al. 2021, answered by the run, by the provider, or not."""

from collections.abc import Callable
from dataclasses import dataclass

from ..governance import fact, missing_facts
from ..run import Track
from .base import EXPORTERS, ExportedRun
from .card_sections import (
    composition,
    curation,
    duplicates,
    finding_list,
    for_each_track,
    gap_list,
    lineage,
    measure,
    personal_data,
)
from .card_text import cell, plain, shown, stated_or_not, table
from .corpus_facts import CorpusFacts, corpora
from .run_facts import report


@dataclass(frozen=True, slots=True)
class Question:
    """A question in our words, the facts of ``governance:`` that answer it, and what the run knows of it."""

    text: str
    keys: tuple[str, ...] = ()
    known: Callable[["Sheet"], str] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The run with its corpora by track."""

    run: ExportedRun
    corpora: dict[str, CorpusFacts]

    def each(self, part: Callable[[Track], str], *, texts: bool = False) -> str:
        """A part for every track that was used, under its name where there are several; of texts alone if asked."""
        return for_each_track(self.run, part, self.corpora if texts else {})


NO_CORPUS = "**Not known:** the run holds no corpus."


def _composition(sheet: Sheet) -> str:
    return sheet.each(
        lambda track: composition(sheet.corpora[track.name]) if track.name in sheet.corpora else NO_CORPUS
    )


def _fields(sheet: Sheet) -> str:
    return sheet.each(lambda track: _schema(sheet.corpora[track.name]) if track.name in sheet.corpora else NO_CORPUS)


def _schema(facts: CorpusFacts) -> str:
    return table(("field", "type"), [(f"`{column.name}`", plain(column.type)) for column in facts.schema])


def _splits(sheet: Sheet) -> str:
    return sheet.each(_split)


def _split(track: Track) -> str:
    facts = report(track, "training").facts
    rows = [
        (shown(name), cell(facts[name])) for name in ("documents trained on", "documents held out") if name in facts
    ]
    return table(("split", "documents"), rows) if rows else "The run trained no model and made no split."


def _unknown(sheet: Sheet) -> str:
    lines = []
    for facts in sheet.corpora.values():
        for what, shares in (("source", facts.sources), ("licence", facts.licences), ("language", facts.languages)):
            missing = facts.documents - sum(share.documents for share in facts.known(shares))
            lines.append(f"- {facts.title}: {missing:,} of {facts.documents:,} documents without a known {what}")
        lines.append(
            f"- {facts.title}: {facts.undated:,} of {facts.documents:,} documents without a date of collection"
        )
    return "\n".join(lines) or NO_CORPUS


def _groups(sheet: Sheet) -> str:
    def part(track: Track) -> str:
        return (
            "Findings about groups of people or sources; what could not be measured of them stands under Uses.\n\n"
            + finding_list(track, ("curation", "audit"), biases=True)
        )

    return sheet.each(part)


def _errors(sheet: Sheet) -> str:
    def part(track: Track) -> str:
        return f"{duplicates(track)}\n\nFindings:\n\n" + finding_list(track, ("curation", "audit"), biases=False)

    return sheet.each(part)


def _toxic(sheet: Sheet) -> str:
    def part(track: Track) -> str:
        return f"Flagged as toxic: {measure(track, 'audit', 'flagged-toxic-share')}."

    return sheet.each(part, texts=True)


def _synthetic(sheet: Sheet) -> str:
    def part(track: Track) -> str:
        return f"Machine-written: {measure(track, 'audit', 'machine-written-share')}."

    return sheet.each(part, texts=True)


def _gaps(sheet: Sheet) -> str:
    return sheet.each(lambda track: gap_list(track, ("curation", "audit")))


def _dates(sheet: Sheet) -> str:
    lines = [
        f"- {facts.title}: {plain(facts.first)} to {plain(facts.last)}, {facts.undated:,} undated"
        if facts.first
        else f"- {facts.title}: no document bears a date"
        for facts in sheet.corpora.values()
    ]
    return "Dates of collection that the documents bear:\n\n" + "\n".join(lines) if lines else NO_CORPUS


def _licences(sheet: Sheet) -> str:
    lines = []
    for facts in sheet.corpora.values():
        listed = ", ".join(f"{shown(one.name)} ({one.documents:,})" for one in facts.licences[:20])
        more = f" and {len(facts.licences) - 20} more" if len(facts.licences) > 20 else ""
        lines.append(f"- {facts.title}, licences of the documents: {listed}{more}")
    return "\n".join(lines) or NO_CORPUS


def _kept(sheet: Sheet) -> str:
    names = sorted({name.split("/part-")[0] for name in sheet.run.manifest.files if "removed/part-" in name})
    kept = ", ".join(f"`{plain(name)}`" for name in names)
    return (
        f"Documents that were taken out are kept in {kept} of the run."
        if kept
        else "The run kept no removed documents."
    )


def _software(sheet: Sheet) -> str:
    return "headwater, an open-source toolkit; the same config and seed repeat every step.\n\n" + lineage(sheet.run)


SECTIONS: tuple[tuple[str, tuple[Question, ...]], ...] = (
    (
        "Motivation",
        (
            Question(
                "For what purpose, and to fill which gap, was the data set made?", ("data.purpose", "data.description")
            ),
            Question("Who made it, and for whom?", ("data.creators", "provider.name", "provider.contact")),
            Question("Who paid for it?", ("data.funding",)),
        ),
    ),
    (
        "Composition",
        (
            Question("What is one record, and how many are there of each kind?", ("data.name",), _composition),
            Question(
                "Is it everything there is, or a sample? What should it stand for?",
                ("data.sampling", "data.population"),
            ),
            Question("Which fields does a record have?", (), _fields),
            Question("What is missing from the records, and why?", ("data.missing_data",), _unknown),
            Question("Are there parts for training, validation and test?", (), _splits),
            Question("Are there errors, noise or duplicates?", (), _errors),
            Question("Does it stand on its own, or lean on what others keep?", ("data.raw_data",)),
            Question("Is anything in it confidential or privileged?", ("data.confidential",)),
            Question("Can something in it offend, insult, threaten or frighten?", ("data.offensive",), _toxic),
            Question("Is any of it machine-made?", ("sources.synthetic",), _synthetic),
            Question("Which groups of people can be told, and how are they represented?", ("data.biases",), _groups),
            Question(
                "Can people be identified, directly or by combining?",
                ("data.personal_data",),
                lambda sheet: sheet.each(personal_data, texts=True),
            ),
            Question("Does it hold data that the law protects specially?", ("data.special_categories",)),
        ),
    ),
    (
        "Collection",
        (
            Question("How was each record got?", ("data.collection", "data.original_purpose")),
            Question("Who collected, and how were they paid?", ("data.collectors",)),
            Question("In which time was it collected?", ("data.collection_timeframe",), _dates),
            Question("Were people told, and did they consent? Can they withdraw?", ("data.notice", "data.consent")),
            Question("On which lawful basis are personal data processed?", ("data.legal_basis",)),
            Question("Was there a review of ethics or an impact assessment?", ("data.ethical_review",)),
            Question("How are reservations of rights honoured?", ("rights.reservations",)),
        ),
    ),
    (
        "Preparation and labelling",
        (
            Question("What was cleaned, edited and taken out?", (), lambda sheet: sheet.each(curation)),
            Question("Are the raw data kept?", (), _kept),
            Question("How were labels made, and by whom?", ("data.annotation", "data.annotators")),
            Question("Which software did it? Can it be repeated?", (), _software),
        ),
    ),
    (
        "Uses",
        (
            Question("What has it been used for?", ("data.used_before",)),
            Question("What is it good for?", ("data.use_cases",)),
            Question("What should it not be used for?", ("data.prohibited_uses",)),
            Question("What in its making limits its use?", ("data.limitations", "data.gaps"), _gaps),
        ),
    ),
    (
        "Distribution",
        (
            Question("To whom, how and when is it given?", ("data.distribution",)),
            Question("Under which licence or terms?", ("data.licence",), _licences),
            Question("Do contracts, export rules or other restrictions bind it?", ("data.restrictions",)),
        ),
    ),
    (
        "Maintenance",
        (
            Question("Who keeps it up, and where are errors noted?", ("data.maintenance",)),
            Question("How long is it kept?", ("data.retention",)),
            Question("How are requests to delete or correct honoured?", ("data.deletion",)),
            Question("What becomes of old versions?", ("data.old_versions",)),
            Question("How can others add to it?", ("data.contributions",)),
        ),
    ),
)


@EXPORTERS.register("datasheet", file="datasheet.md", source="Gebru et al. 2021, Datasheets for Datasets, CACM 64(12)")
def datasheet(run: ExportedRun) -> str:
    """A datasheet for the corpus: every question answered by the run, by the provider, or marked as not stated."""
    held = {facts.track: facts for facts in corpora(run.folder, tuple(track.name for track in run.run.tracks))}
    sheet = Sheet(run, held)
    title = (fact(run.governance, "data.name") or (run.run.title,))[0]
    missing = missing_facts(run.governance)
    intro = "After Gebru et al. 2021, in our own words. **Run:** what was counted. **Provider:** what a person states."
    open_facts = f"{len(missing)} facts are not stated: {', '.join(f'`{key}`' for key in missing)}." if missing else ""
    parts = [f"# Datasheet: {plain(title)}", intro, open_facts or "Every fact that this sheet asks for is stated."]
    for name, questions in SECTIONS:
        parts.append(f"## {name}")
        parts += [_answer(sheet, question) for question in questions]
    return "\n\n".join(parts) + "\n"


def _answer(sheet: Sheet, question: Question) -> str:
    parts = [f"### {question.text}"]
    parts += [f"**Provider** ({_label(key)}): {stated_or_not(sheet.run.governance, key)}" for key in question.keys]
    if question.known:
        parts.append("**Run:**")
        parts.append(question.known(sheet) or NO_CORPUS)
    return "\n\n".join(parts)


def _label(key: str) -> str:
    return key.split(".")[-1].replace("_", " ")
