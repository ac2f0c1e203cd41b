"""What persons said of a control: the waiver and the attestation that count on a day."""

from collections.abc import Iterable
from datetime import date

from .policy import Attestation, Waiver
from .statuses import Status


def waiver_of(waivers: Iterable[Waiver], control: str, today: date) -> Waiver | None:
    """Of several waivers of a control the one in force that holds longest; else the last one that ended; else the next
    that begins."""
    own = [one for one in waivers if one.control == control]
    begun = [one for one in own if one.granted <= today]
    if begun:
        return max(begun, key=lambda one: (one.expires, one.granted))
    return min(own, key=lambda one: one.granted, default=None)


def attestation_of(attestations: Iterable[Attestation], control: str, today: date) -> Attestation | None:
    """The newest attestation of a control: what is said later takes the place of what was said before, and of two of
    one day the one that stands later. One that is dated in the future counts only where there is no other."""
    own = [one for one in attestations if one.control == control]
    made = [(one.date, place, one) for place, one in enumerate(own) if one.date <= today]
    if made:
        return max(made, key=lambda row: row[:2])[2]
    return min(own, key=lambda one: one.date, default=None)


def attested(attestation: Attestation | None, today: date) -> tuple[Status, str]:
    """What an attestation is worth on a day, and in words who says so."""
    if attestation is None:
        return "not_measured", "unverified until attested"
    who = f"{attestation.person} ({attestation.role})"
    if attestation.date > today:
        return "not_measured", f"unverified: {who} attests it for {attestation.date}, which is still to come"
    if attestation.expires < today:
        return "stale", f"attested by {who} on {attestation.date}; that ended on {attestation.expires}"
    return (
        "pass",
        f"attested by {who} on {attestation.date}, until {attestation.expires}: {attestation.statement} "
        f"[{attestation.evidence}]",
    )


def waived(waiver: Waiver | None, status: Status, reason: str, today: date) -> tuple[Status, str]:
    """A waiver turns what is not a pass into ``waived``: not before its first day, and not after its last."""
    if waiver is None or status in ("pass", "warn"):
        return status, reason
    if waiver.expires < today:
        return status, f"{reason}; its waiver ended on {waiver.expires} (owner {waiver.owner})"
    if waiver.granted > today:
        return status, f"{reason}; its waiver begins on {waiver.granted}"
    until = f"waived until {waiver.expires} by {waiver.approver}, owner {waiver.owner} ({waiver.reason})"
    return "waived", f"{until}: {reason}"
