"""Who signed?"""

from ..judgement import outcome, policy_label, signers
from ..run import Run
from ..sections.base import SECTIONS
from .base import Answer, Speaker, Statement

MOST = 3


def signed(run: Run) -> Answer:
    """Signatures, attestations, waivers, and who judged by which policy."""
    say = Speaker(run)
    return Answer("signed", (*_signatures(run, say), *_attestations(run, say), *_judged(run, say)))


def _signatures(run: Run, say: Speaker) -> list[Statement]:
    found, home = signers(run), "signatures" if "signatures" in SECTIONS.names() else "provenance"
    holding, void = [one for one in found if one.holds], [one for one in found if not one.holds]
    statements = [] if holding else [say("signed.nobody", gap=True)]
    if holding:
        names = [f"{one.name} ({one.role}, {one.decision}, {one.date})" for one in holding]
        statements.append(say("signed.by", home, count=len(names), names=say.listed(names, MOST)))
    if void:
        statements.append(say("signed.void", home, gap=True, count=len(void)))
    return statements


def _attestations(run: Run, say: Speaker) -> list[Statement]:
    asked = [one for one in run.evidence if one.kind in ("attestation", "reviewed")]
    said = [one for one in asked if one.attestation]
    if not asked:
        return []
    found = []
    if said:
        told = [one.attestation for one in said if one.attestation]
        people = dict.fromkeys(f"{one['person']} ({one['role']})" for one in told)
        found.append(say("signed.attested", "checklist", count=len(said), names=say.listed(list(people), MOST)))
    left = len(asked) - len(said)
    if left:
        found.append(say("signed.unattested", "checklist", gap=True, count=left))
    return found


def _judged(run: Run, say: Speaker) -> list[Statement]:
    if not run.evidence:
        return [say("signed.not-judged", "verdict", gap=True)]
    first = run.evidence[0]
    how, policy = say.words(f"verdict.{outcome(run)}-short"), policy_label(first.policy, say.words)
    return [say("signed.judged", "verdict", policy=policy, date=first.judged[:10], outcome=how)]
