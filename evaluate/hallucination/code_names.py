"""Generated code that calls what does not exist: names and keywords against the files of the installed packages."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from ...core import Example, Exhibit, Finding, Measurement, NotMeasured, Score, Table, did_you_mean
from ...curate import example, redact
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..outputs import outputs_of
from ..statistics import clustered_rate
from .code_calls import Block, Use, code_blocks
from .package_symbols import Found, PackageSymbols

METRIC = "code-names"
KINDS = ("free", "prefix", "repeat")
SHOWN, LISTED, CONTEXT = 20, 100, 400


@dataclass(frozen=True, slots=True)
class Checked:
    """One use of an imported name in one output. ``wrong``: a name or keyword that is not there, empty where all is."""

    output: str
    block: Block
    use: Use
    found: Found
    wrong: str
    hint: str

    @property
    def told(self) -> bool:
        """Whether the files say if it exists."""
        return bool(self.wrong) or self.found.status == "exists"


def check_use(output: str, block: Block, use: Use, symbols: PackageSymbols) -> Checked:
    """Whether the name exists, and each keyword of the call where the signature is plain."""
    found = symbols.resolve(use.module, use.attributes)
    wrong = hint = ""
    if found.status == "missing":
        wrong, hint = use.text, did_you_mean(found.at.rpartition(".")[2], found.near).strip()
    elif use.kind == "call" and found.keywords is not None:
        lost = [name for name in use.keywords if name not in found.keywords]
        if lost:
            wrong, hint = f"{use.text}({lost[0]}=)", did_you_mean(lost[0], sorted(found.keywords)).strip()
    return Checked(output, block, use, found, wrong, hint)


@METRICS.register(
    METRIC,
    source="names of the installed package, read from its source and stubs; Korn & Graubard 1998 (clusters)",
    unit="share of calls",
    range="[0, 1], lower is better",
    neutral="0",
    needs="sample|file",
    protocol=(
        "calls to imported names in the Python of outputs; a name is missing where no file of the installed package "
        "defines it; keywords against plain signatures; what files do not show is left out and counted; no code is run"
    ),
    pitfalls=(
        "It knows the version installed here: a name of another version counts as invented. Calls on objects and names "
        "that a package makes while it runs cannot be checked. A name that exists may still do something else."
    ),
)
def measure_code_names(
    subject: Subject,
    outputs_file: str | None = None,
    packages: Sequence[str] = (),
    search: Sequence[str] = (),
    minimum: int = 5,
) -> Outcome:
    """Share of calls in generated Python to names or keywords that the imported package does not have.

    Code is taken from samples, or from the column ``output`` of ``outputs_file`` (.jsonl or .csv). ``packages`` limits
    the check to packages of these names, ``search`` are folders to look into before those of this Python. ``minimum``
    calls that can be checked are needed. Finding HW-H040.
    """
    outputs = {one.id: one.text for one in outputs_of(subject, outputs_file, KINDS)}
    symbols = PackageSymbols(search)
    checked = [
        check_use(name, block, use, symbols)
        for name, text in outputs.items()
        for block in code_blocks(text)
        for use in block.uses
        if not packages or use.module[0] in packages
    ]
    told = [one for one in checked if one.told]
    scores: list[Measurement] = []
    items: list[ItemValues] = []
    method = _method(checked)
    for kind in ("call", "import"):
        part = [one for one in told if one.use.kind == kind]
        metric = METRIC if kind == "call" else f"{METRIC}-imports"
        if len(part) < (minimum if kind == "call" else 1):
            left = sum(one.use.kind == kind for one in checked) - len(part)
            scores.append(NotMeasured(metric, _why(len(outputs), len(part), left, kind, minimum)))
            continue
        score, item = _score(metric, part, kind, method)
        scores.append(score)
        items.append(item)
    return Outcome(tuple(scores), tuple(_findings(told, scores)), tuple(_exhibits(checked)), tuple(items))


def _why(outputs: int, n: int, left: int, kind: str, minimum: int) -> str:
    needed = f"; {minimum} are needed" if kind == "call" else ""
    return f"{outputs} outputs hold {n} {kind}s of imported names that can be checked and {left} that cannot{needed}"


def _method(checked: Sequence[Checked]) -> str:
    """The versions of the packages that are checked stand in the protocol: names differ between them."""
    tops = sorted({one.use.module[0] for one in checked if one.told})
    named = ", ".join(f"{top} {_version(top)}".strip() for top in tops[:20])
    return f"names of {named or 'no package'}" + (f" and {len(tops) - 20} more" if len(tops) > 20 else "")


def _version(package: str) -> str:
    try:
        return version(package)
    except (PackageNotFoundError, ValueError):
        return ""


def _score(metric: str, part: Sequence[Checked], kind: str, method: str) -> tuple[Score, ItemValues]:
    names = list(dict.fromkeys(one.output for one in part))
    total, wrong = Counter(one.output for one in part), Counter(one.output for one in part if one.wrong)
    found = clustered_rate([wrong[name] for name in names], [total[name] for name in names])
    what = f"{kind}s of what is not there, of those that can be checked, outputs as clusters, {method}"
    score = Score(
        metric, found.value, len(part), f"share of {kind}s", f"{metric}/1 {what}", found.low, found.high,
        interval="Clopper-Pearson at the effective number of calls", direction="lower",
        example_ids=tuple(name for name in names if wrong[name])[:SHOWN],
    )  # fmt: skip
    events, trials = [np.array([count[name] for name in names], np.float64) for count in (wrong, total)]
    return score, ItemValues(metric, score.method, score.slice, tuple(names), events, trials)


def _findings(told: Sequence[Checked], scores: Sequence[Measurement]) -> Iterator[Finding]:
    wrong = [one for one in told if one.wrong]
    measured = tuple(one for one in scores if isinstance(one, Score) and one.low is not None and one.low > 0)
    if not wrong or not measured:
        return
    outputs = len({one.output for one in wrong})
    named = Counter(one.wrong for one in wrong)
    yield Finding(
        "HW-H040",
        "medium",
        f"Generated code uses {len(named)} names that do not exist",
        f"{len(wrong)} of {len(told)} uses of imported names in {outputs} outputs are of names or keywords that no "
        "file of the installed package defines. Such code fails when it runs.",
        "Run generated code in tests before anybody relies on it, pin the packages that it may import, and give the "
        "model the documentation of the version in use.",
        measured,
        tuple(_example(one) for one in _first_of_each(wrong)[:SHOWN]),
    )


def _first_of_each(wrong: Sequence[Checked]) -> list[Checked]:
    """One use of each wrong name, the most frequent first."""
    often = Counter(one.wrong for one in wrong)
    first = {one.wrong: one for one in reversed(wrong)}
    return sorted(first.values(), key=lambda one: (-often[one.wrong], one.wrong))


def _example(one: Checked) -> Example:
    low = max(0, one.use.start - CONTEXT)
    text = one.block.text[low : one.use.end + CONTEXT]
    note = redact(f"{one.wrong[:200]} does not exist" + (f"; {one.hint}" if one.hint else ""))
    return example(one.output, text, [(one.use.start - low, one.use.end - low)], note)


def _exhibits(checked: Sequence[Checked]) -> Iterator[Exhibit]:
    if not checked:
        return
    rows = []
    for top in sorted({one.use.module[0] for one in checked}):
        part = [one for one in checked if one.use.module[0] == top]
        wrong, told = sum(bool(one.wrong) for one in part), sum(one.told for one in part)
        reasons = Counter(one.found.why for one in part if not one.told)
        why = next((reason for reason, _ in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))), "")
        outputs = len({one.output for one in part})
        rows.append(
            (redact(top[:80]), _version(top), outputs, len(part), told, wrong, len(part) - told, redact(why[:200]))
        )
    columns = (
        "Package",
        "Version here",
        "Outputs",
        "Uses",
        "Checked",
        "Do not exist",
        "Cannot be checked",
        "Mostly because",
    )
    note = "Uses: imports and calls of imported names. Nothing was imported or run to check them."
    yield Table(METRIC, "Names in generated code, by package", columns, tuple(rows), note)
    wrong_uses = [one for one in checked if one.wrong]
    often = Counter(one.wrong for one in wrong_uses)
    texts = tuple(
        (redact(one.wrong[:200]), one.use.kind, often[one.wrong], redact(one.hint[:200]), one.output)
        for one in _first_of_each(wrong_uses)[:LISTED]
    )
    if texts:
        names = ("Does not exist", "Used as", "Times", "Instead", "First in")
        yield Table(f"{METRIC}-wrong", "Names and keywords that do not exist", names, texts)
