"""Every audited number before and after mitigation: the corpus just before the first such step is audited too.

That corpus is made again by the steps before it, in a hidden folder that is deleted afterwards, so that the difference
is that of the mitigation (and of the steps after it) and not that of cleaning.
"""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core import MANIFEST, Corpus, EmptyCorpus, Progress, StageReport
from ..curate import Source, Step, audit, before_mitigation, compare_audits, curate, default_audits, mitigation_cost

FOLDER = ".before-mitigation"
LEFT_OUT = frozenset({"planted-controls", "filtering-impact"})
"""Audits of the tools and of the steps: they do not measure the corpus."""


def before_after(
    source: Source, steps: Sequence[Step], audits: Sequence[tuple[str, Mapping[str, Any]]] | None, after: StageReport,
    run: Path, seed: int, workers: int, progress: Progress,
) -> StageReport | None:  # fmt: skip
    """The comparison and the cost, for a run whose ``audit`` gave ``after``; None where no step mitigates.

    Also None where the steps before mitigation leave nothing.
    """
    earlier = before_mitigation(steps)
    if earlier is None:
        return None
    folder = run / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with suppress(EmptyCorpus):
            curate(source, earlier, folder, seed=seed, workers=workers, progress=progress)
        if not (folder / "corpus" / MANIFEST).is_file() or not len(Corpus(folder / "corpus")):
            return None
        corpus, now = Corpus(folder / "corpus"), Corpus(run / "corpus")
        named = audits if audits is not None else [(name, {}) for name in default_audits(now)]
        wanted = [(name, options) for name, options in named if name not in LEFT_OUT]
        before = audit(corpus, wanted, seed=seed, progress=progress)
        cost = mitigation_cost(corpus, now, seed, progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    number = len(earlier) + 1
    compared = compare_audits(before, after)
    facts = {"compared with": f"the corpus before step {number} ({steps[number - 1].name})", **compared.facts}
    return replace(
        compared,
        facts=facts,
        scores=(*cost.scores, *compared.scores),
        exhibits=(*cost.exhibits, *compared.exhibits),
    )
