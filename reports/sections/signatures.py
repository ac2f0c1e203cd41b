"""Who signed the run, and whether the sign-off still holds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..run import Run
from .base import SECTIONS

if TYPE_CHECKING:
    from ..signing import Signature


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """One sign-off. ``fault`` is empty where it holds, or else the key of a text; ``files`` are what it is about."""

    number: int
    holds: bool
    name: str = ""
    role: str = ""
    decision: str = ""
    statement: str = ""
    time: str = ""
    result: str = ""
    evidence: str = ""
    fingerprint: str = ""
    fault: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signatures:
    """Every sign-off in the order in which they were made."""

    rows: tuple[SignatureRow, ...]

    @property
    def badge(self) -> int:
        """How many stand beside the name in the contents."""
        return len(self.rows)


@SECTIONS.register("signatures", title="Signatures", order="85")
def signatures(run: Run) -> Signatures | None:
    """Who signed, what was decided, which evidence and key, whether it holds, and how to verify it."""
    if run.main.apart:
        return None
    return Signatures(tuple(_row(one) for one in run.signatures))


def _row(signature: "Signature") -> SignatureRow:
    found = signature.sign_off
    if found is None:
        return SignatureRow(signature.number, False, fault=signature.fault, files=signature.files)
    return SignatureRow(
        signature.number, signature.holds, found.name, found.role, found.decision, found.statement, found.time,
        found.result, found.evidence, found.fingerprint, signature.fault, signature.files,
    )  # fmt: skip
