"""Where a run comes from and what became of it, as a graph: sources, corpus, model, samples, scores, evidence."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from ..core import Score, Table
from .caps import clip
from .catalogue import Catalogue
from .judgement import HASH, outcome, signers
from .numbers import number
from .removal import Flow, flow_of
from .run import Run, Track

SHORT = 12
STEPS = 12
FACTS = {"documents trained on": "trained", "parameters": "parameters", "steps": "training-steps"}


@dataclass(frozen=True, slots=True)
class Node:
    """One thing on the way. ``hash`` is its whole SHA-256 where it has one; ``inputs`` are what joins from the side, by
    label; ``parents`` names the nodes before it."""

    name: str
    kind: str
    title: str
    notes: tuple[str, ...] = ()
    hash: str = ""
    inputs: tuple[tuple[str, str], ...] = ()
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """The nodes of a track in their order, or those of the whole run (``track`` is None)."""

    track: str | None
    nodes: tuple[Node, ...]


def lineage_of(run: Run) -> tuple[Chain, ...]:
    """A chain for each track that has stages, and one of the run as a whole; empty where nothing is known."""
    words = Catalogue(run.language)
    chains = [Chain(track.name, tuple(_chained(_of_track(run, track, words)))) for track in run.tracks if track.stages]
    chains = [chain for chain in chains if chain.nodes]
    ends = tuple(chain.nodes[-1].name for chain in chains)
    whole = _of_run(run, words)
    return (*chains, Chain(None, tuple(_chained(whole, ends)))) if chains and whole else tuple(chains)


def lineage_table(chains: tuple[Chain, ...], words: Catalogue) -> Table:
    """The graph as a list: what each thing is, what it comes from, and its hash."""
    names = {node.name: f"{node.kind}: {node.title}" for chain in chains for node in chain.nodes}
    rows = tuple(
        (
            node.kind, node.title, "; ".join(node.notes), "; ".join(names.get(name, name) for name in node.parents),
            "; ".join(" ".join(pair) for pair in node.inputs), node.hash,
        )
        for chain in chains
        for node in chain.nodes
    )  # fmt: skip
    columns = tuple(words(f"lineage.{name}") for name in ("what", "which", "notes", "comes-from", "also", "hash"))
    return Table("lineage", words("lineage.table"), columns, rows)


def _chained(nodes: list[Node], first: tuple[str, ...] = ()) -> list[Node]:
    """Each node with the one before it as its parent."""
    found: list[Node] = []
    for node in nodes:
        parents = (found[-1].name,) if found else first
        found.append(Node(node.name, node.kind, node.title, node.notes, node.hash, node.inputs, parents))
    return found


def _of_track(run: Run, track: Track, words: Catalogue) -> list[Node]:
    flow = flow_of(track)
    nodes = [_sources(track, flow, words), _curation(track, flow, words), _corpus(run, track, flow, words)]
    nodes += [_model(track, words), _samples(track, words), _evaluation(track, words)]
    return [node for node in nodes if node is not None]


def _name(track: Track, what: str) -> str:
    return f"{track.name or 'main'} {what}"


def _sources(track: Track, flow: Flow | None, words: Catalogue) -> Node | None:
    if flow is None:
        return None
    audit = track.stages.get("audit")
    scores = [one for one in (audit.scores if audit else ()) if isinstance(one, Score)]
    count = next((one.n for one in scores if one.metric == "source-largest"), 0)
    title = words("lineage.sources", count=count, counted=number(count)) if count else words("lineage.some-sources")
    return Node(
        _name(track, "sources"), words("lineage.kind-sources"), title, (words("lineage.read", count=number(flow.read)),)
    )


def _curation(track: Track, flow: Flow | None, words: Catalogue) -> Node | None:
    if flow is None:
        return None
    steps = _steps(track)
    listed = ", ".join(steps[:STEPS]) + (f" … ({len(steps)})" if len(steps) > STEPS else "")
    title = words("lineage.steps", count=len(steps), counted=number(len(steps))) if steps else words("lineage.no-steps")
    counts = words("lineage.counts", removed=number(flow.removed), edited=number(flow.edited),
                   quarantined=number(flow.quarantined))  # fmt: skip
    return Node(
        _name(track, "curation"), words("lineage.kind-curation"), title, (*textwrap.wrap(listed, 40)[:3], counts)
    )


def _steps(track: Track) -> list[str]:
    """Names of the steps of a curation, reading apart."""
    for item in track.stages["curation"].exhibits:
        if item.name == "steps" and isinstance(item, Table):
            return [str(row[0]) for row in item.rows if row and row[0] != "read"]
    return []


def _corpus(run: Run, track: Track, flow: Flow | None, words: Catalogue) -> Node | None:
    digest = str(run.provenance.get(f"corpus ({track.name or 'main'})", ""))
    if flow is None and not digest:
        return None
    title = words("lineage.documents", count=number(flow.stayed)) if flow else words("lineage.some-documents")
    return Node(_name(track, "corpus"), words("lineage.kind-corpus"), title, (), digest)


def _model(track: Track, words: Catalogue) -> Node | None:
    report = track.stages.get("training")
    if report is None:
        return None
    facts, recipe = report.facts, report.detail.get("recipe")
    notes = [
        words(f"lineage.{key}", count=number(facts[label]))
        for label, key in FACTS.items()
        if isinstance(facts.get(label), int)
    ]
    inputs = []
    if facts.get("parent"):
        inputs.append((words("lineage.parent"), f"{facts.get('parent is', '')} {facts['parent']}".strip()))
    if isinstance(recipe, Mapping) and isinstance(recipe.get("seed"), int):
        inputs.append((words("lineage.seed"), str(recipe["seed"])))
    return Node(
        _name(track, "model"), words("lineage.kind-model"), str(facts.get("family", report.title)), tuple(notes),
        str(report.detail.get("checkpoint", "")), tuple(inputs),
    )  # fmt: skip


def _samples(track: Track, words: Catalogue) -> Node | None:
    report = track.stages.get("evaluation")
    count = report.facts.get("samples") if report else None
    if not isinstance(count, int):
        return None
    return Node(_name(track, "samples"), words("lineage.kind-samples"), words("lineage.samples", count=number(count)))


def _evaluation(track: Track, words: Catalogue) -> Node | None:
    report = track.stages.get("evaluation")
    if report is None:
        return None
    measured = sum(isinstance(score, Score) for score in report.scores)
    notes = words("lineage.scores", measured=number(measured), missing=number(len(report.scores) - measured))
    seed = report.detail.get("seed")
    inputs = [(words("lineage.seed"), str(seed))] if isinstance(seed, int) else []
    suites = ", ".join(map(str, report.detail.get("suites", ()))) or words("lineage.metrics")
    findings = words("lineage.findings", count=len(report.findings), counted=number(len(report.findings)))
    kind = words("lineage.kind-evaluation")
    return Node(_name(track, "evaluation"), kind, suites, (notes, findings), "", tuple(inputs))


def _of_run(run: Run, words: Catalogue) -> list[Node]:
    known = run.provenance
    if not known.get(HASH):
        return []
    inputs = [(words("lineage.configuration"), str(known.get("configuration", ""))[:SHORT])]
    if known.get("seed"):
        inputs.append((words("lineage.seed"), str(known["seed"])))
    version = words("lineage.version", version=str(known.get("headwater", "?")))
    nodes = [Node("run", words("lineage.kind-run"), words("lineage.run"), (version,), str(known[HASH]), tuple(inputs))]
    if run.evidence:
        first = run.evidence[0]
        how = words(f"verdict.{outcome(run)}-short")
        notes = (words("lineage.judged", date=first.judged[:10]), how)
        policy = ((words("lineage.policy-hash"), first.inputs.get("policy", "")[:SHORT]),)
        nodes.append(Node("evidence", words("lineage.kind-evidence"), first.policy, notes, "", policy))
    else:
        nodes.append(Node("evidence", words("lineage.kind-evidence"), words("lineage.no-evidence")))
    signed = signers(run)
    told = tuple(f"{clip(one.name, 60)}, {clip(one.role, 60)}: {one.decision}" for one in signed[:5])
    title = words("lineage.signatures", count=len(signed), counted=number(len(signed)))
    kind = words("lineage.kind-signatures")
    nodes.append(Node("signatures", kind, title if signed else words("lineage.unsigned"), told))
    return nodes
