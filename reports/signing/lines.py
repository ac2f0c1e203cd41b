"""What verifying found, as lines of text for a terminal."""

from collections.abc import Iterator

from ..hidden import visible
from .signatures import Signature
from .verify import Verification, fault_text

RESULTS = {"PASSED": "passed", "WARNED": "passed with warnings", "FAILED": "did not pass", "": "was not judged"}
LIMIT = (
    "A chain alone proves no authorship: without a public key known from elsewhere and a head kept elsewhere, whoever "
    "owns the run can write everything anew."
)


def verification_lines(found: Verification) -> Iterator[str]:
    """What was checked, who signed, what holds and what not."""
    yield f"{shown(found.place)}: {'holds' if found.holds else 'DOES NOT HOLD'}"
    yield f"  checked: {', '.join(found.checked)}"
    for one in found.signatures:
        yield from _signature(one, found)
    for problem in found.problems:
        yield f"  problem: {shown(problem)}"
    for note in found.notes:
        yield f"  note: {shown(note)}"
    yield from _trust(found)


def shown(text: str) -> str:
    """A text on one line, with a mark for everything that could deceive in a terminal."""
    return " ".join(visible(text).split())


def _signature(one: Signature, found: Verification) -> Iterator[str]:
    who = one.sign_off
    if who is None:
        yield f"  signature {one.number}: not genuine"
        return
    state = "holds" if one.holds else "VOID"
    yield f"  signature {one.number}: {state}: {shown(who.name)} ({shown(who.role)}) signed '{who.decision}'"
    yield f"    at {shown(who.time)} (the signer's own clock); the gate {RESULTS.get(who.result, 'is unknown')}"
    if who.statement:
        yield f"    statement: {shown(who.statement)}"
    yield f"    evidence {who.evidence}"
    known = " (the key that you gave)" if who.fingerprint in found.known else ""
    yield f"    key {who.fingerprint}{known}"
    if one.absent:
        yield f"    {', '.join(one.absent)} stays with the run, for it holds paths; its hash is signed"
    if not one.holds:
        yield f"    {shown(fault_text(one))}"


def _trust(found: Verification) -> Iterator[str]:
    if not found.holds:
        return
    yield from _unproved(found)
    if found.anchored is None:
        yield f"  ledger: {found.entries} entries, head {found.head}; no anchored head was given (--head)"
    else:
        yield f"  ledger: contains the anchored head as entry {found.anchored} of {found.entries}"
    if not found.known or found.anchored is None:
        yield f"  limit: {LIMIT}"


def _unproved(found: Verification) -> Iterator[str]:
    """Keys that nobody vouched for: of every signature that holds, not of the newest alone."""
    signed = [one.sign_off.fingerprint for one in found.signatures if one.holds and one.sign_off]
    keys = [key for key in dict.fromkeys(signed) if key not in found.known]
    if not keys:
        return
    if keys[1:]:
        noun, advice = "keys", "compare the fingerprints with those that you know, or give --key for each"
    else:
        noun, advice = "key", "compare the fingerprint with one that you know, or give --key"
    yield (
        f"  who: {'also ' if found.known else ''}signed by {noun} {' and '.join(keys)}, which {shown(found.place)} "
        f"itself brings: nothing was changed since, but who signed is not proved; {advice}"
    )
