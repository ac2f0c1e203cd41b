"""An audit of the corpus as it was read: for a corpus of which curation leaves nothing."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core import MANIFEST, Corpus, EmptyCorpus, NotMeasured, Progress, StageReport
from ..curate import Source, audit, curate, default_audits

FOLDER = ".as-read"
IMPACT = "filtering-impact"
WHY = "the corpus as read, for curation leaves no document"


def audit_as_read(
    source: Source, audits: Sequence[tuple[str, Mapping[str, Any]]] | None, run: Path, seed: int, progress: Progress
) -> StageReport:
    """Audit what the source yields, before any step. The copy that this needs is deleted again.

    ``run`` is the run folder: what its filters removed is audited from there.
    """
    folder = run / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with suppress(EmptyCorpus):
            curate(source, [], folder, seed=seed, progress=progress)
        if not (folder / "corpus" / MANIFEST).is_file() or not len(Corpus(folder / "corpus")):
            nothing = NotMeasured("audit", "no row of the source could be read; see the step 'read' in removed/")
            return StageReport("audit", "Corpus audit", {"Audited": "nothing"}, (nothing,))
        corpus = Corpus(folder / "corpus")
        names = audits if audits is not None else [(name, {}) for name in default_audits(corpus)]
        report = audit(corpus, [_with_record(*entry, run) for entry in names], seed=seed, progress=progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return replace(report, facts={"Audited": WHY, **report.facts})


def _with_record(name: str, options: Mapping[str, Any], run: Path) -> tuple[str, dict[str, Any]]:
    return name, {"record": str(run), **options} if name == IMPACT else dict(options)
