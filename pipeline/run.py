"""The order of the stages: the only place that knows it.

What trains and scores is imported by the stage that needs it: torch takes seconds, and curation does without.
"""

import dataclasses
import itertools
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import __version__
from ..core import (
    MANIFEST,
    SILENT,
    ConfigError,
    Corpus,
    CorpusWriter,
    EmptyCorpus,
    External,
    Finding,
    IncompleteError,
    Manifest,
    Progress,
    Recipe,
    StageReport,
    UsageError,
    canonical_json,
    library_versions,
    read_energy,
    sha256,
    sha256_file,
    write_text,
)
from ..curate import (
    Source,
    Step,
    audit,
    build_audits,
    build_steps,
    curate,
    describe_steps,
    document_cards,
    read_source,
    redact,
)
from ..reports import EVIDENCE, Policy, Signature, append_entry, build_report, load_policy, refuse_signed
from .as_read import audit_as_read
from .before_after import before_after
from .clock import utc_now
from .config import DEFAULT_SUITES, EvaluateConfig, Named, RunConfig, TrackConfig, effective_values, effective_yaml
from .gate import judge_run, judged_so
from .inputs import record_inputs
from .paths import option_files, without_paths
from .stages import StageCache, code_hash, locked, stage_key

if TYPE_CHECKING:
    from ..evaluate import Subject

NO_CORPUS = "none"
MOST_CARDS = 1_000  # documents of a track with a card in report.json; the page shows fewer
STAGES = ("curate", "audit", "train", "sample", "evaluate", "report")
LIBRARIES = ("headwater", "numpy", "pandas", "pyarrow", "rensa", "scikit-learn", "scipy", "tokenizers", "torch")
RELEASE_PROOF = "erasure.json"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """Where a run lies and which of its stages had to be done (the rest came from the cache)."""

    folder: Path
    ran: tuple[str, ...]
    cached: tuple[str, ...]


def run(
    config: RunConfig,
    folder: Path,
    *,
    until: str = "report",
    as_read: bool = False,
    progress: Progress = SILENT,
    say: Say = lambda _: None,
) -> RunResult:
    """Run every stage up to ``until`` for each track of the config, from the cache where nothing changed.

    Where curation leaves no document that is an error; with ``as_read`` the corpus is audited as it was read instead.
    Raises the stages' own errors; what was finished before stays and is not done again.
    """
    if (folder / RELEASE_PROOF).is_file():
        raise UsageError(f"{folder}: a release of 'headwater erase' is evidence; give --out another folder to run in")
    refuse_signed(folder, "running a stage in it", "give --out another folder")
    with locked(folder):
        work = Run(config, folder, progress, say, as_read)
        work.check_names()
        write_text(folder / "config.yaml", effective_yaml(config))
        work.began()
        wanted = STAGES[: STAGES.index(until) + 1]
        for name, track in config.tracks().items():
            for stage in wanted[:5]:
                work.do(stage, name, track)
        if "report" in wanted:
            write_manifest(config, folder, work.cache)
            work.finished()
            work.gate()
            work.report()
        return RunResult(folder, tuple(work.ran), tuple(work.cached))


class Run:
    """One run in one folder: each method does one stage through the cache."""

    def __init__(self, config: RunConfig, folder: Path, progress: Progress, say: Say, as_read: bool = False) -> None:
        self.config, self.folder, self.progress, self.say = config, folder, progress, say
        self.as_read = as_read
        self.cache = StageCache(folder)
        self.ran: list[str] = []
        self.cached: list[str] = []
        self.policy: Policy | None = load_policy(config.policy) if config.policy else None

    def check_names(self) -> None:
        """Build every source, step and metric list once, so that a wrong name fails before any work."""
        for name, track in self.config.tracks().items():
            place = f"{name}." if name else ""
            modality = self.source(name, track).modality
            build_steps(track.steps(modality), f"{place}curate")
            build_audits(track.audit or (), f"{place}audit")
            if isinstance(track.model, External):
                _check_external(track.model, f"{place}model.external")
            _check_metrics(track, f"{place}evaluate")
            start = track.model.start if isinstance(track.model, Recipe) else None
            if start is not None and not Path(start).exists():
                raise ConfigError(
                    f"{place}model.start: {start}: no such file or folder; give a run or checkpoint folder, a Hugging "
                    "Face folder or a .gguf file"
                )
            if start is not None and Path(start).resolve().is_relative_to(self.folder.resolve()):
                raise ConfigError(
                    f"{place}model.start: {start} lies in the run folder, which this run would overwrite; give --out "
                    "another folder"
                )

    def began(self) -> None:
        """Say in the ledger that work begins, and by which policy it will be judged."""
        policy = {"policy": self.policy.hash} if self.policy else {}
        config = sha256(canonical_json(portable_config(self.config)))
        append_entry(self.folder, "run-started", utc_now().isoformat(), code=__version__, config=config, **policy)

    def finished(self) -> None:
        """Say in the ledger that every measurement is there, and which stages were done for it."""
        manifest = Manifest.load(self.folder).hash
        append_entry(self.folder, "run-finished", utc_now().isoformat(), manifest, ran=self.ran, cached=self.cached)

    def gate(self) -> None:
        """Judge the run, where the config names a policy and nothing was judged since its last change."""
        if self.policy and (self.ran or not judged_so(self.folder, self.policy, utc_now())):
            judged = judge_run(self.folder, self.policy, utc_now())
            passed = sum(one.status == "pass" for one in judged)
            self.say(f"{'gate':<16} {self.policy.name}: {passed} of {len(judged)} controls pass")

    def source(self, name: str, track: TrackConfig) -> Source:
        """The source of a track."""
        place = f"{name}.corpus" if name else "corpus"
        return read_source(track.corpus.source, place, **track.corpus.options)

    def steps(self, name: str, track: TrackConfig) -> list[Step]:
        """The curation steps of a track, built."""
        return build_steps(with_erasure_list(track.steps(self.source(name, track).modality), self.config.erased))

    def do(self, stage: str, name: str, track: TrackConfig) -> None:
        """Do one stage of a track, where it has that stage."""
        if has_stage(track, stage):
            getattr(self, stage)(name, track)

    def stage(
        self,
        stage: str,
        track: str,
        key: str,
        outputs: Sequence[str],
        work: Callable[[], str],
        transient: Sequence[str] = (),
    ) -> None:
        """Run one stage through the cache and say how it ended."""
        prefix = f"{track}/" if track else ""
        label = f"{track} {stage}".strip()
        ended: list[str] = []
        ran = self.cache.run_stage(
            f"{track}-{stage}".strip("-"),
            key,
            [prefix + output for output in outputs],
            lambda: ended.append(work()),
            [prefix + name for name in transient],
        )
        (self.ran if ran else self.cached).append(label)
        self.say(f"{label:<16} {ended[0] if ran else 'unchanged, taken from the last run'}")

    def parent(self, track: str, stage: str) -> str:
        """The hash of everything that an earlier stage left: part of the key of the stages after it."""
        outputs = self.cache.outputs(f"{track}-{stage}".strip("-"))
        if not outputs:
            raise IncompleteError(f"{self.folder}: the stage {stage!r} has not run; 'headwater run' does them all")
        return sha256(canonical_json(outputs))

    def curate(self, name: str, track: TrackConfig) -> None:
        """Curate."""
        source = self.source(name, track)
        built = self.steps(name, track)
        with self.progress.task("fingerprint of the source"):
            fingerprint = source.fingerprint()
        key = curation_key(fingerprint, built, self.config.seed)

        def work() -> str:
            if track.corpus.source == NO_CORPUS:
                return self.no_corpus(name)
            try:
                report = curate(
                    source,
                    built,
                    self.folder / name,
                    seed=self.config.seed,
                    workers=self.config.workers,
                    progress=self.progress,
                )
            except EmptyCorpus:
                if not self.as_read or not (self.folder / name / "curation.json").is_file():
                    raise
                report = StageReport.load(self.folder / name / "curation.json")
            record_inputs(self.folder, name, fingerprint, built, self.config.seed)
            return _headline(report)

        outputs = ["corpus", "removed", "decisions", "annotations", "curation.json"]
        self.stage("curate", name, key, outputs, work)
        if not self.as_read and track.corpus.source != NO_CORPUS:
            Corpus(self.folder / name / "corpus").require_documents()

    def no_corpus(self, name: str) -> str:
        """Leave a corpus without documents, and nothing of an earlier one."""
        for stale in ("removed", "decisions", "annotations", "index"):
            shutil.rmtree(self.folder / name / stale, ignore_errors=True)
        for report in ("curation.json", "audit.json"):
            (self.folder / name / report).unlink(missing_ok=True)
        with CorpusWriter(self.folder / name / "corpus"):
            return "no corpus: what is scored lies in files of its own"

    def audit(self, name: str, track: TrackConfig) -> None:
        """Audit the corpus."""
        key = stage_key(
            code=code_hash(["core", "curate"]),
            curated=self.parent(name, "curate"),
            audits=track.audit,
            files=option_files(track.audit or ()),
            seed=self.config.seed,
            compare=describe_steps(self.steps(name, track)) if track.compare else None,
        )

        def work() -> str:
            corpus = Corpus(self.folder / name / "corpus")
            if len(corpus):
                report: StageReport = audit(corpus, track.audit, seed=self.config.seed, progress=self.progress)
            else:
                source, seed = self.source(name, track), self.config.seed
                report = audit_as_read(source, track.audit, self.folder / name, seed, self.progress)
            report.save(self.folder / name / "audit.json")
            findings = len(report.findings)
            if len(corpus) and track.compare:
                findings += self.compare(name, track, report)
            return f"{len(report.scores)} scores, {findings} findings"

        self.stage("audit", name, key, ["audit.json", "mitigation.json"], work)

    def compare(self, name: str, track: TrackConfig, report: StageReport) -> int:
        """Audit the corpus before mitigation too, where a step mitigates; the number of findings of the comparison."""
        compared = before_after(
            self.source(name, track), self.steps(name, track), track.audit, report, self.folder / name,
            self.config.seed, self.config.workers, self.progress,
        )  # fmt: skip
        if compared is None:
            return 0
        compared.save(self.folder / name / "mitigation.json")
        return len(compared.findings)

    def train(self, name: str, track: TrackConfig) -> None:
        """Train the model."""
        if isinstance(track.model, External):
            return self.attach(name, track.model)
        from ..models import by_hash, fit, training_report

        assert track.model is not None
        recipe = track.model
        key = stage_key(
            code=code_hash(["core", "models"]),
            corpus=Corpus(self.folder / name / "corpus").hash,
            recipe=dataclasses.asdict(by_hash(recipe)),
            # Labels that steps gave to documents stand beside the corpus, not in its hash.
            **({"curated": self.parent(name, "curate")} if recipe.weights or recipe.balance else {}),
        )

        def work() -> str:
            corpus = Corpus(self.folder / name / "corpus")
            corpus.require_documents()
            folder, factors = self.folder / name / "checkpoint", self.config.energy.factors
            checkpoint = fit(corpus, recipe, folder, progress=self.progress, energy=factors)
            report = training_report(checkpoint)
            report.save(self.folder / name / "training.json")
            return _headline(report)

        transient = ["checkpoint/state", "checkpoint/timing.json"]
        self.stage("train", name, key, ["checkpoint", "training.json"], work, transient)

    def attach(self, name: str, external: External) -> None:
        """Describe a model made elsewhere in the place of a training."""
        from ..models import attach, external_report, open_external

        with self.progress.task("look at the model"):
            model = open_external(external)
        key = stage_key(code=code_hash(["core", "models"]), model=model.run)

        def work() -> str:
            attach(model, self.folder / name / "checkpoint")
            report = external_report(model)
            report.save(self.folder / name / "training.json")
            return _headline(report)

        self.stage("train", name, key, ["checkpoint", "training.json"], work)

    def sample(self, name: str, track: TrackConfig) -> None:
        """Draw samples."""
        from ..evaluate import draw_samples
        from ..models import load, open_external

        folder = self.folder / name
        key = stage_key(
            code=code_hash(["core", "models", "evaluate"]),
            checkpoint=self.parent(name, "train"),
            plan=dataclasses.asdict(track.sample),
            seed=self.config.seed,
        )

        def work() -> str:
            corpus = Corpus(folder / "corpus")
            checkpoint = load(folder / "checkpoint", corpus)
            if isinstance(track.model, External):  # the config knows where files lie; the description must not
                checkpoint = open_external(track.model)
                checkpoint.stored_in(folder / "checkpoint")
            seed = self.config.seed
            code = code_hash(["core", "models"])  # not that of evaluate: a new metric draws nothing again
            samples = draw_samples(
                checkpoint, corpus, track.sample, folder, seed=seed, progress=self.progress, code=code
            )
            return f"{samples.num_rows:,} samples"

        self.stage("sample", name, key, ["samples"], work)

    def evaluate(self, name: str, track: TrackConfig) -> None:
        """Score the model."""
        from ..evaluate import evaluate_items, files_of_sets, open_subject, write_items

        metrics, sets = _metrics(track, "evaluate"), track.evaluate.sets
        key = stage_key(
            code=code_hash(["core", "curate", "models", "evaluate"]),
            curated=self.parent(name, "curate"),
            samples=self.parent(name, "sample") if track.model else "",
            metrics=metrics,
            files=option_files(metrics or ()),
            sets=files_of_sets(Path(sets)) if sets else {},
            seed=self.config.seed,
        )

        def work() -> str:
            subject = open_subject(self.folder / name, seed=self.config.seed, progress=self.progress, sets=sets)
            if track.model is None:  # what lies there is of an earlier run
                subject = dataclasses.replace(subject, checkpoint=None, samples=None)
            suites = _suites(track, subject)
            report, items = evaluate_items(subject, _fitting(track, metrics, subject), suites)
            write_items(self.folder / name, items)
            report.save(self.folder / name / "evaluation.json")
            return f"{len(report.scores)} scores, {len(report.findings)} findings"

        self.stage("evaluate", name, key, ["evaluation.json", "items.parquet", "index"], work)

    def report(self) -> None:
        """Lay out the report."""
        evidence = self.folder / EVIDENCE
        key = stage_key(
            code=code_hash(["core", "reports", "evaluate"]),
            run=Manifest.load(self.folder).hash,
            governance=self.config.governance.values(),
            language=self.config.language,
            evidence=sha256_file(evidence) if evidence.is_file() else "",
        )
        self.stage(
            "report", "", key, ["report.html", "report.json"], lambda: str(make_report(self.config, self.folder))
        )


def has_stage(track: TrackConfig, stage: str) -> bool:
    """Whether a track has a stage: without a corpus none of an audit, without a model none of it."""
    wanted = {
        "audit": track.corpus.source != NO_CORPUS,
        "train": track.model is not None,
        "sample": track.model is not None,
        "evaluate": track.scored,
    }
    return wanted.get(stage, True)


def curation_key(fingerprint: str, steps: Sequence[Step], seed: int) -> str:
    """The name of one curation: files that steps read (erasure lists) count by their content, not their place."""
    return stage_key(code=code_hash(["core", "curate"]), source=fingerprint, steps=describe_steps(steps), seed=seed)


def with_erasure_list(steps: Sequence[Named], path: str | None) -> tuple[Named, ...]:
    """The steps, with a search for what was erased before them where the config names an erasure list."""
    return tuple(steps) if path is None else (("erased", {"path": path}), *steps)


def write_manifest(config: RunConfig, folder: Path, cache: StageCache) -> Manifest:
    """The manifest of the whole run: every file that a stage recorded, and what it was made from."""
    stages = [f"{track}-{stage}".strip("-") for track in config.tracks() for stage in STAGES[:5]]
    files = {file: digest for stage in stages for file, digest in cache.outputs(stage).items()}
    corpora = {track: folder / track / "corpus" for track in config.tracks()}
    manifest = Manifest(
        kind="run",
        files=dict(sorted(files.items())),
        counts={f"{track or 'main'} documents": len(Corpus(path)) for track, path in corpora.items()},
        config_hash=sha256(canonical_json(portable_config(config))),
        seed=config.seed,
        parents={track or "main": Corpus(path).hash for track, path in corpora.items()},
        versions=library_versions(LIBRARIES),
    )
    manifest.save(folder)
    return manifest


def make_report(
    config: RunConfig, folder: Path, into: Path | None = None, signatures: Sequence[Signature] | None = None,
    language: str = "",
) -> Path:  # fmt: skip
    """Lay out the report of a run folder, with cards of the documents that findings name.

    ``into`` is another folder for the pages, ``signatures`` are those to show in place of the folder's own; an empty
    ``language`` is that of the configuration.
    """
    documents: dict[str, Mapping[str, Any]] = {}
    for track in config.tracks():
        if not (folder / track / "corpus" / MANIFEST).is_file():
            continue
        reports = [StageReport.load(path) for path in stage_files(folder / track)]
        ids = first_documents([named for report in reports for named in _named_by_finding(report)])
        documents |= _cards(folder / track, ids, config.seed)
    return build_report(
        folder,
        title=redact(config.title or "headwater report"),
        documents=documents,
        provenance=_provenance(config, folder),
        tracks=tuple(config.tracks()),
        planned={name: _planned(track) for name, track in config.tracks().items()},
        energy={name: read_energy(folder / name / "checkpoint") for name in config.tracks()},
        into=into,
        signatures=signatures,
        language=language or config.language,
    )


def _cards(folder: Path, ids: Sequence[str], seed: int) -> dict[str, dict[str, Any]]:
    """Cards of documents; torch is imported only where a model has seen them."""
    if not (folder / "checkpoint").is_dir():
        return document_cards(folder, ids)
    from .. import evaluate

    return evaluate.document_cards(evaluate.open_subject(folder, seed=seed), ids)


def _planned(track: TrackConfig) -> tuple[str, ...]:
    """The stages that a configuration asks for: without a model and metrics it is an audit of data."""
    data = () if track.corpus.source == NO_CORPUS else ("curation", "audit")
    return (*data, *(("training",) if track.model else ()), *(("evaluation",) if track.scored else ()))


def _provenance(config: RunConfig, folder: Path) -> dict[str, Any]:
    manifest = Manifest.load(folder)
    return {
        "headwater": __version__,
        "run manifest": manifest.hash,
        "configuration": manifest.config_hash,
        **{f"corpus ({track})": digest for track, digest in manifest.parents.items()},
        "seed": str(config.seed),
        "libraries": dict(manifest.versions),
    }


def stage_files(folder: Path) -> list[Path]:
    """The stage reports that lie in a track's folder."""
    names = ("curation.json", "audit.json", "mitigation.json", "training.json", "evaluation.json", "remedy.json")
    return [folder / name for name in names if (folder / name).is_file()]


def findings_of(folder: Path) -> list[Finding]:
    """The findings of every stage of a track's folder, in the order of the stages."""
    return [finding for path in stage_files(folder) for finding in StageReport.load(path).findings]


def first_documents(named: Sequence[Sequence[str]], limit: int = MOST_CARDS) -> list[str]:
    """At most ``limit`` documents, some of each finding, so that none fills the report: the first of each, then the
    second."""
    rows = itertools.zip_longest(*named)
    ids = dict.fromkeys(id for row in rows for id in row if id is not None)
    return list(itertools.islice(ids, limit))


def _named_by_finding(report: StageReport) -> list[list[str]]:
    return [
        [*(id for example in finding.examples for id in example.document_ids), *finding.document_ids]
        for finding in report.findings
    ]


def named_documents(report: StageReport) -> list[str]:
    """The documents that a report's findings and their examples name."""
    ids = [id for finding in report.findings for id in finding.document_ids]
    return ids + [id for finding in report.findings for example in finding.examples for id in example.document_ids]


def _metrics(track: TrackConfig, place: str) -> list[tuple[str, dict[str, Any]]] | None:
    """None stands for the suite that fits the modality (the default)."""
    if track.evaluate.suites == DEFAULT_SUITES and not track.evaluate.metrics:
        return None
    from ..evaluate import METRICS, suite

    chosen = track.evaluate.suites if track.model or track.evaluate.suites != DEFAULT_SUITES else ()
    suites = [suite(name, f"{place}.suites[{index}]") for index, name in enumerate(chosen)]
    for index, (metric, _) in enumerate(track.evaluate.metrics):
        METRICS.get(metric, f"{place}.metrics[{index}]")
    named = [request for one in suites for request in one.named]
    return list({name: (name, options) for name, options in [*named, *track.evaluate.metrics]}.values())


def _fitting(
    track: TrackConfig, metrics: list[tuple[str, dict[str, Any]]] | None, subject: "Subject"
) -> list[tuple[str, dict[str, Any]]] | None:
    """Where no suite was chosen, further metrics join the one that fits the modality of the model."""
    from ..evaluate import default_suite, suite

    if metrics is None or track.model is None or track.evaluate.suites != DEFAULT_SUITES:
        return metrics
    named = suite(default_suite(subject)).named
    return list({name: (name, options) for name, options in [*named, *track.evaluate.metrics]}.values())


def _suites(track: TrackConfig, subject: "Subject") -> tuple[str, ...]:
    """The suites that a track is measured by: where none was chosen, the one that fits the modality of the model."""
    from ..evaluate import default_suite

    if track.evaluate.suites != DEFAULT_SUITES:
        return track.evaluate.suites
    return (default_suite(subject),) if track.model else ()


def _check_metrics(track: TrackConfig, place: str) -> None:
    if track.model is None and track.evaluate == EvaluateConfig():
        return  # nothing was asked for, and metrics bring torch with them
    from ..evaluate import check_request

    for request in _metrics(track, place) or ():
        check_request(request)
    sets = track.evaluate.sets
    if sets and not Path(sets).is_dir():
        what = "a file" if Path(sets).is_file() else "no such folder"
        raise ConfigError(
            f"{place}.sets: {sets}: {what}; give the folder that holds one for each published set (crows_pairs/, "
            "bold/, ...), or leave it out: then these metrics are not measured"
        )


def _check_external(external: External, place: str) -> None:
    from ..models import open_external

    open_external(external, place)


def portable_config(config: RunConfig) -> dict[str, Any]:
    """The configuration without paths (what stands there is in the hash of the corpus) and what changes no result."""
    values = without_paths(effective_values(config))
    for name in ("workers", "energy", "policy", "governance", "language"):
        values.pop(name)
    return values


def _headline(report: StageReport) -> str:
    return ", ".join(
        f"{label} {value:,}" if isinstance(value, int) else f"{label} {value}"
        for label, value in list(report.facts.items())[:4]
    )
