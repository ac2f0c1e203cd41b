"""A judgement as test cases, so that any build server shows it; without one, the findings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from ..gate import Evidence
from ..run import PlacedFinding, Run
from .base import EXPORTERS, ExportedRun
from .measured import interval_text, limit_text, part_line, score_line, worst_first
from .texts import clean, line
from .times import utc
from .verdict import gaps, verdict_of

GROUPS = {"corpus": "corpus", "model": "model", "attestation": "attestations"}
"""The suite of each area of a policy."""
MOST_CASES = 2_000  # a suite
MOST_PARTS = 50  # a control


@dataclass(frozen=True, slots=True)
class Case:
    """One test case. ``outcome`` is an element of JUnit (failure, error, skipped), or empty for a pass."""

    name: str
    outcome: str = ""
    kind: str = ""
    message: str = ""
    output: str = ""


@EXPORTERS.register("junit", file="headwater.junit.xml", source="Jenkins xUnit plugin, junit-10.xsd")
def export_junit(exported: ExportedRun) -> str:
    """Controls as test cases that fail where the gate is shut, for any build server; without a policy the findings."""
    suites = _controls(exported.run) if exported.run.evidence else _findings(exported.run)
    root = ElementTree.Element("testsuites", name="headwater")
    for name, (cases, properties) in suites.items():
        _suite(root, name, cases, {**_about(exported), **properties}, utc(verdict_of(exported.run).time))
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total) or 0) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


Suites = dict[str, tuple[list[Case], dict[str, str]]]


def _controls(run: Run) -> Suites:
    found: Suites = {}
    for one in run.evidence:
        cases, properties = found.setdefault(GROUPS.get(one.area, "own controls"), ([], {}))
        cases.append(_case(one))
        properties.update(_measures(one))
    return found


def _case(one: Evidence) -> Case:
    """What keeps the gate shut is red; what was waived or does not block is skipped; a warning passes."""
    name = f"{line(one.control, 60)} {line(one.title, 200)}"
    shown = worst_first(one.parts)[:MOST_PARTS]
    more = [f"and {len(one.parts) - len(shown):,} more"] if len(one.parts) > len(shown) else []
    output = "\n".join([f"{one.status}: {clean(one.reason)}", *map(part_line, shown), *more])
    outcome = "" if one.status in ("pass", "warn") else "skipped"
    if one.blocking:
        outcome = "error" if one.status == "not_measured" else "failure"
    return Case(name, outcome, one.status, line(one.reason), output)


def _measures(one: Evidence) -> Iterator[tuple[str, str]]:
    """Properties of the suite: the schema allows none in a test case."""
    for at, part in enumerate(worst_first(one.parts)[:MOST_PARTS], 1):
        start = f"{line(one.control, 60)}.{at}.{line(part.name, 100)}"
        yield f"{start}.status", part.status
        if part.value is not None:
            yield f"{start}.value", repr(part.value)
            yield f"{start}.interval", interval_text(part)
            yield f"{start}.n", str(part.n)
        if part.threshold is not None:
            yield f"{start}.limit", limit_text(part)


def _findings(run: Run) -> Suites:
    """Without a policy: one suite a stage, and a case that says that nobody judged."""
    said = Case("a policy was held against the run", "skipped", "not judged", "not judged: 'headwater check' judges")
    found: Suites = {"gate": ([said], {})}
    for one in run.findings():
        _place(found, one.track, one.stage).append(_finding(one))
    for gap in gaps(run):
        text = score_line(gap.score)
        _place(found, gap.track, gap.stage).append(Case(text, "skipped", "not_measured", text))
    return found


def _place(found: Suites, track: str, stage: str) -> list[Case]:
    return found.setdefault(line(f"{track} {stage}".strip(), 60), ([], {}))[0]


def _finding(one: PlacedFinding) -> Case:
    finding = one.finding
    name = f"{line(finding.code, 60)} {line(finding.title, 200)}"
    said = (clean(finding.meaning), clean(finding.advice), *map(score_line, finding.scores[:MOST_PARTS]))
    outcome = "failure" if finding.severity == "high" else ""
    return Case(name, outcome, finding.severity, line(finding.title), "\n".join(filter(None, said)))


def _about(exported: ExportedRun) -> dict[str, str]:
    verdict = verdict_of(exported.run)
    code = "" if verdict.code is None else str(verdict.code)
    named = {"run": line(exported.run.title), "manifest": exported.manifest.hash, "verdict": verdict.word}
    return named | {"policy": line(verdict.policy), "exit code": code}


def _suite(
    root: ElementTree.Element, name: str, cases: Sequence[Case], about: Mapping[str, str], time: str
) -> None:  # fmt: skip
    kept = sorted(cases, key=lambda case: _RANK.index(case.outcome))[:MOST_CASES] if len(cases) > MOST_CASES else cases
    counted = {key: str(sum(case.outcome == of for case in kept)) for key, of in _COUNTED.items()}
    more = {"timestamp": time.removesuffix("Z")} if time else {}
    totals = {"name": f"headwater: {name}", "tests": str(len(kept)), **counted, **more}
    suite = ElementTree.SubElement(root, "testsuite", totals)
    cut = {"cases cut": f"{len(cases) - len(kept):,}"} if len(kept) < len(cases) else {}
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in {**about, **cut}.items():
        ElementTree.SubElement(properties, "property", name=key, value=value)
    for case in kept:
        _written(suite, f"headwater.{name.replace(' ', '-')}", case)


_RANK = ("failure", "error", "skipped", "")
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _written(suite: ElementTree.Element, group: str, case: Case) -> None:
    element = ElementTree.SubElement(suite, "testcase", name=case.name, classname=group)
    if case.outcome:
        said = ElementTree.SubElement(element, case.outcome, type=case.kind, message=case.message)
        said.text = case.output
    elif case.output:
        ElementTree.SubElement(element, "system-out").text = case.output
