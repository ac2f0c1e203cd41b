"""Parts that cards and sheets share: composition, curation, personal data, findings, what was not measured."""

from collections.abc import Callable, Mapping, Sequence

from ...core import Finding, NotMeasured
from ..run import Track
from .base import ExportedRun
from .card_text import cell, plain, share, shown, table, value
from .corpus_facts import CorpusFacts, Share
from .run_facts import findings, gaps, measured, model_of, removals, report, steps, table_of

LISTED = 10
FINDINGS = 40
GAPS = 40
RULES = 15


def heading(track: Track, tracks: int, level: int = 3) -> str:
    """A sub-heading where a run has more than one track; otherwise nothing."""
    return f"{'#' * level} Track {plain(track.name or 'main')}\n\n" if tracks > 1 else ""


def for_each_track(
    run: ExportedRun, part: Callable[[Track], str], texts: Mapping[str, CorpusFacts], level: int = 4
) -> str:
    """A part for every track that was used, under its name where there are several.

    With ``texts``, corpora by track, those whose corpus is images are left out.
    """
    used = [track for track in run.run.tracks if track.stages]
    kept = [track for track in used if track.name not in texts or texts[track.name].modality != "image"]
    parts = [heading(track, len(used), level) + part(track) for track in kept]
    return "\n\n".join(parts) or "The run holds no text to look at."


def composition(facts: CorpusFacts) -> str:
    """Counts, and the largest sources, licences and languages."""
    dates = f"{plain(facts.first)} to {plain(facts.last)}" if facts.first else "none recorded"
    undated = f"; {facts.undated:,} documents bear no date" if facts.undated else ""
    unit = {"text": "bytes of text", "image": "bytes of pixels", "table": "bytes of rows"}[facts.modality]
    parts = [
        f"{facts.documents:,} documents ({facts.modality}), {facts.bytes:,} {unit}, "
        f"{counted(len(facts.sources), 'source')}. Collected: {dates}{undated}. Hash of the corpus: `{facts.hash}`.",
        shares("Licence", facts.licences, facts),
        shares("Source", facts.sources, facts),
    ]
    if facts.modality == "text":
        parts.append(shares("Language", facts.languages, facts))
    return "\n\n".join(parts)


def origin(run: ExportedRun, track: Track) -> str:
    """Who trained the model of a track: this run from nothing, this run after others, or others alone."""
    facts = report(track, "training").facts
    tokens = f"{cell(facts['tokens trained on'])} tokens trained on in this run" if "tokens trained on" in facts else ""
    if model_of(run, track).get("external"):
        return (
            "a model made elsewhere. **What it was trained on is not known to the run**; the corpus described here is "
            "not its training data."
        )
    if "parent" in facts:
        parent = f"a parent model ({shown(facts.get('parent is', 'no kind recorded'))}, hash {shown(facts['parent'])})"
        known = "**What the parent was trained on is not known to the run**; the corpus described here is not it."
        return f"made from {parent}; {tokens}. {known}"
    family = facts.get("family") or model_of(run, track).get("family", "not recorded")
    return f"family {shown(family)}, trained from nothing by this run" + (f"; {tokens}" if tokens else "")


def counted(number: int, noun: str) -> str:
    """``1 source``, ``68 sources``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def shares(title: str, found: Sequence[Share], facts: CorpusFacts, listed: int = LISTED) -> str:
    """Documents and bytes by one column, the largest first, the rest in one row."""
    rows = [_share_row(shown(one.name), one.documents, one.bytes, facts) for one in found[:listed]]
    rest = found[listed:]
    if rest:
        documents, size = sum(one.documents for one in rest), sum(one.bytes for one in rest)
        rows.append(_share_row(f"{len(rest):,} others", documents, size, facts))
    return table((title, "documents", "of documents", "bytes", "of bytes"), rows)


def _share_row(name: str, documents: int, size: int, facts: CorpusFacts) -> tuple[str, ...]:
    return (name, f"{documents:,}", share(documents, facts.documents), f"{size:,}", share(size, facts.bytes))


def curation(track: Track) -> str:
    """Each step with what it edited and took out, and the rules that took out most."""
    rows = steps(track)
    if not rows:
        return "The run did not curate: no step is recorded."
    lines = [(shown(step), f"{came:,}", f"{edited:,}", f"{gone:,}") for step, came, _, edited, gone in rows]
    parts = [table(("step", "in", "edited", "taken out"), lines)]
    rules = removals(track)
    if rules:
        shown_rules = [
            (shown(step), shown(rule), action, f"{number:,}") for step, rule, action, number in rules[:RULES]
        ]
        parts.append("By rule, the most frequent first:")
        parts.append(table(("step", "rule", "action", "documents"), shown_rules))
        if len(rules) > RULES:
            parts.append(f"{len(rules) - RULES} further rules stand in the report of the run.")
    return "\n\n".join(parts)


def personal_data(track: Track) -> str:
    """Personal data that was found and what is estimated to remain; or that nobody looked."""
    found = table_of(report(track, "curation"), "personal-data-types")
    if not found:
        return "**Not measured:** the run has no step `personal-data`, so nobody looked for personal data."
    names = [found.columns.index(name) for name in ("type", "action", "spans", "documents") if name in found.columns]
    rows = [[cell(row[at]) for at in names] for row in found.rows]
    parts = [table([found.columns[at] for at in names], rows)]
    left = table_of(report(track, "audit"), "residual-personal-data")
    if left:
        parts.append("Estimated to remain, from planted items that the detectors had to find:")
        parts.append(table(("type", "in words"), [(cell(row[0]), cell(row[-1])) for row in left.rows]))
    return "\n\n".join(parts)


def duplicates(track: Track) -> str:
    """Duplicates that were taken out, and how large their clusters were."""
    found = table_of(report(track, "curation"), "duplicates")
    looked = [step for step, *_ in steps(track) if step.endswith("duplicates")]
    if not found and looked:
        return f"None: {shown(' and '.join(looked))} took nothing out."
    if not found:
        return "**Not measured:** the run has no step that looks for duplicates."
    rows = [tuple(cell(value) for value in row[:4]) for row in found.rows]
    return table([plain(name) for name in found.columns[:4]], rows)


def measure(track: Track, stage: str, metric: str) -> str:
    """One measurement of a stage in words."""
    found = measured(report(track, stage), metric)
    return value(found or NotMeasured(metric, f"the {stage} of this run did not look at it"))


def finding_list(track: Track, stages: Sequence[str], letters: str = "") -> str:
    """Findings by severity, each with what it means."""
    found = list(findings(track, stages, letters))
    order = {"high": 0, "medium": 1, "low": 2, "info": 3}
    found.sort(key=lambda finding: order[finding.severity])
    if not found:
        ran = [stage for stage in stages if stage in track.stages]
        return f"None by the {' and '.join(ran)} of this run." if ran else "**Not measured:** no stage that looks ran."
    lines = [_finding(finding) for finding in found[:FINDINGS]]
    if len(found) > FINDINGS:
        lines.append(f"- and {len(found) - FINDINGS:,} more in the report of the run")
    return "\n".join(lines)


def _finding(finding: Finding) -> str:
    return f"- **{shown(finding.title)}** ({shown(finding.code)}, {finding.severity}). {shown(finding.meaning, 600)}"


def gap_list(track: Track, stages: Sequence[str]) -> str:
    """What was not measured and why, one row a metric and reason."""
    missing = [stage for stage in stages if stage not in track.stages]
    lines = [f"- the whole {stage}: it did not run" for stage in missing]
    reasons: dict[tuple[str, str], list[str]] = {}
    for gap in gaps(track, stages):
        reasons.setdefault((gap.metric, gap.stage), []).append(gap.reason)
    for (metric, stage), why in list(reasons.items())[:GAPS]:
        more = f" (and for {len(why) - 1:,} other reasons elsewhere)" if len(why) > 1 else ""
        lines.append(f"- {shown(metric)}, {stage}: {shown(why[0])}{more}")
    if len(reasons) > GAPS:
        lines.append(f"- and {len(reasons) - GAPS:,} more metrics in the report of the run")
    return "\n".join(lines) or "Every metric that was asked for was measured."


def lineage(run: ExportedRun) -> str:
    """Hashes, seed and versions with which the run can be repeated."""
    rows = [
        ("run (manifest)", f"`{run.manifest.hash}`"),
        ("configuration", f"`{plain(run.manifest.config_hash)}`"),
        ("seed", plain(run.manifest.seed)),
        *((f"{plain(name)} corpus", f"`{plain(digest)}`") for name, digest in sorted(run.manifest.parents.items())),
        ("software", plain(", ".join(f"{name} {version}" for name, version in sorted(run.manifest.versions.items())))),
    ]
    return table(("what", "value"), rows)
