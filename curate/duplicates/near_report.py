"""What near-duplicate search says in the report: the largest clusters, and two alarms."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ...core import Cell, Finding, Table
from ..privacy import redact
from .clusters import Cluster

SHOWN = 10
SMALLEST_SOURCE, MUCH = 20, 0.5
CHAINED, FEWEST_CHAINED = 0.1, 5
_PARTS = 10_000


def cluster_tallies(clusters: Sequence[Cluster], ids: Mapping[int, str], threshold: float) -> dict[str, int]:
    """Counts over all clusters, and size, lowest similarity (in 1/10,000) and chained members of the largest."""
    removed = sum(len(cluster.similarity) for cluster in clusters)
    tallies = {
        "clusters": len(clusters),
        "removed": removed,
        "chained": sum(_chained(one, threshold) for one in clusters),
    }
    ranked = sorted(clusters, key=lambda cluster: (-len(cluster.members), cluster.members))[:SHOWN]
    for cluster in ranked:
        name = ids[cluster.kept]
        tallies[f"documents\t{name}"] = len(cluster.members)
        tallies[f"lowest\t{name}"] = round(min(cluster.similarity.values()) * _PARTS)
        tallies[f"chained\t{name}"] = _chained(cluster, threshold)
    return tallies


def source_tallies(before: Counter[str], removed: Counter[str]) -> dict[str, int]:
    """Documents and losses of the sources that lose more than half of 20 and more documents."""
    hit = [name for name, total in before.items() if total >= SMALLEST_SOURCE and removed[name] > MUCH * total]
    ranked = sorted(hit, key=lambda name: (-removed[name], name))[:SHOWN]
    tallies: dict[str, int] = {"sources-hit": len(hit)} if hit else {}
    for name in ranked:
        shown = redact(name)[:120].replace("\t", " ")
        tallies[f"source-in\t{shown}"] = before[name]
        tallies[f"source-out\t{shown}"] = removed[name]
    return tallies


def largest_clusters(step: str, tallies: Mapping[str, int]) -> Table:
    """The largest clusters with the lowest similarity in each."""
    names = [key.split("\t")[1] for key in tallies if key.startswith("documents\t")]
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            tallies[f"documents\t{name}"],
            tallies.get(f"lowest\t{name}", 0) / _PARTS,
            tallies.get(f"chained\t{name}", 0),
        )
        for name in sorted(names, key=lambda name: (-tallies[f"documents\t{name}"], name))
    ]
    return Table(
        "near-duplicate-clusters",
        f"Largest clusters of {step}",
        ("document kept", "documents", "lowest Jaccard to it", "by a chain"),
        tuple(rows),
        note=f"{tallies.get('clusters', 0):,} clusters, {tallies.get('removed', 0):,} documents removed, "
        f"{tallies.get('chained', 0):,} of them by a chain: they resemble a removed document, and the one that stays "
        "less than the threshold asks.",
    )


def near_findings(tallies: Mapping[str, int]) -> tuple[Finding, ...]:
    """HW-C053 where a source loses most of its documents, HW-C054 where chains join many."""
    return (*_sources(tallies), *_chains(tallies))


def _sources(tallies: Mapping[str, int]) -> tuple[Finding, ...]:
    names = [key.split("\t")[1] for key in tallies if key.startswith("source-in\t")]
    if not names:
        return ()
    listed = ", ".join(
        f"{name} {tallies[f'source-out{chr(9)}{name}']:,} of {tallies[f'source-in{chr(9)}{name}']:,}" for name in names
    )
    return (
        Finding(
            "HW-C053",
            "medium",
            f"{tallies['sources-hit']:,} sources lose more than half of their documents as near duplicates",
            f"Sources of {SMALLEST_SOURCE} and more documents: {listed}. Either a source mirrors another, or its texts "
            "share so much boilerplate that different documents look alike.",
            "Read a few of its removed documents beside the ones that stayed. Cut boilerplate first "
            "(paragraph-duplicates), raise the threshold, or choose another rule of survival.",
        ),
    )


def _chains(tallies: Mapping[str, int]) -> tuple[Finding, ...]:
    chained, removed = tallies.get("chained", 0), tallies.get("removed", 0)
    if chained < FEWEST_CHAINED or chained <= CHAINED * removed:
        return ()
    return (
        Finding(
            "HW-C054",
            "medium",
            f"{chained:,} of {removed:,} near duplicates were removed by a chain",
            "Each of them resembles another removed document, but the one that stays less than the threshold asks. "
            "Chains grow where documents are filled-in templates.",
            "Look at the rule jaccard-chain in decisions/, and raise the threshold where the documents differ.",
        ),
    )


def _chained(cluster: Cluster, threshold: float) -> int:
    return sum(value < threshold for value in cluster.similarity.values())
