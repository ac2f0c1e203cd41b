"""What a person signs: an in-toto Statement, version 1, over the files of a run.

With a judgement its predicate is in-toto's test-result v0.1, without one it is a bare sign-off. Who signed and what was
decided stands in ``signOff``, a field of our own, which the specification of predicates allows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core import IntegrityError, UsageError, canonical_json, parse_json, sha256
from ..gate import Evidence
from ..ledger import LEDGER

STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
SIGN_OFF = "urn:headwater:sign-off:v1"
POLICY = "policy.json"
PAGES = ("report.html", "report.json")
DECISIONS = ("go", "no-go", "reviewed")
LONGEST = {"name": 200, "role": 200, "statement": 4_000}


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who signed, what for, and every file that it covers (SHA-256 by name).

    ``ledger`` counts the entries that it covers, ``head`` is the hash of the last of them. ``run`` is the hash of the
    run's manifest. ``result`` is that of the gate, empty where nothing was judged.
    """

    name: str
    role: str
    decision: str
    time: str
    fingerprint: str
    key: str
    run: str
    subjects: Mapping[str, str]
    ledger: int
    head: str
    statement: str = ""
    result: str = ""
    tests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    policy: str = ""

    def __post_init__(self) -> None:
        if self.decision not in DECISIONS:
            raise UsageError(f"--decision {self.decision!r}: a decision is one of {', '.join(DECISIONS)}")
        for label, longest in LONGEST.items():
            value = getattr(self, label)
            if len(value) > longest:
                raise UsageError(f"--{label}: {len(value):,} characters; {longest:,} at most")
            if label != "statement" and not value.strip():
                raise UsageError(f"--{label} is empty; a sign-off names a person and a role")

    @property
    def evidence(self) -> str:
        """The one hash that a sign-off is bound to: over names and hashes of all files that it covers but the pages."""
        return sha256(canonical_json({name: one for name, one in self.subjects.items() if name not in PAGES}))

    def to_json(self) -> dict[str, Any]:
        """The in-toto statement."""
        who = {
            "name": self.name, "role": self.role, "decision": self.decision, "statement": self.statement,
            "time": self.time, "run": self.run, "evidence": self.evidence, "fingerprint": self.fingerprint,
            "publicKey": self.key,
        }  # fmt: skip
        predicate: dict[str, Any] = {"signOff": who}
        if self.result:
            configuration = {"name": POLICY, "digest": {"sha256": self.subjects[POLICY]}}
            configuration |= {"annotations": {"policy": self.policy}}
            tests = {name: list(ids) for name, ids in self.tests.items()}
            predicate |= {"result": self.result, "configuration": [configuration], **tests}
        return {
            "_type": STATEMENT,
            "subject": [self._subject(name) for name in sorted(self.subjects)],
            "predicateType": TEST_RESULT if self.result else SIGN_OFF,
            "predicate": predicate,
        }

    def _subject(self, name: str) -> dict[str, Any]:
        """A file by its hash; of the ledger, which grows, so many entries as there were."""
        found: dict[str, Any] = {"name": name, "digest": {"sha256": self.subjects[name]}}
        return found | ({"annotations": {"entries": self.ledger, "head": self.head}} if name == LEDGER else {})

    @classmethod
    def from_json(cls, payload: bytes, place: str) -> "SignOff":
        """Read a statement; whatever headwater would write otherwise raises :class:`IntegrityError`."""
        try:
            found = cls._read(parse_json(payload))
            same = canonical_json(found.to_json()) == payload
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UsageError) as error:
            raise IntegrityError(f"{place}: its payload is not a sign-off ({error})") from None
        if not same:
            raise IntegrityError(f"{place}: its payload is not a sign-off as headwater writes it")
        return found

    @classmethod
    def _read(cls, data: Mapping[str, Any]) -> "SignOff":
        who, predicate = data["predicate"]["signOff"], data["predicate"]
        log = {one["name"]: one for one in data["subject"]}[LEDGER]["annotations"]
        result = predicate.get("result", "")
        if not all(isinstance(text, str) for text in [*who.values(), log["head"], result]):
            raise ValueError("a text is not a text")
        if type(log["entries"]) is not int or log["entries"] < 1:
            raise ValueError("it covers no entry of the ledger")
        tests = ("passedTests", "warnedTests", "failedTests") if result else ()
        return cls(
            name=who["name"],
            role=who["role"],
            decision=who["decision"],
            time=who["time"],
            fingerprint=who["fingerprint"],
            key=who["publicKey"],
            run=who["run"],
            subjects={one["name"]: one["digest"]["sha256"] for one in data["subject"]},
            ledger=log["entries"],
            head=log["head"],
            statement=who["statement"],
            result=result,
            tests={name: tuple(predicate[name]) for name in tests},
            policy=predicate["configuration"][0]["annotations"]["policy"] if result else "",
        )


def verdict_of(evidence: Sequence[Evidence]) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Result and the ids of controls by outcome: what keeps the gate shut failed, what only passed passed."""
    failed = tuple(one.control for one in evidence if one.blocking)
    passed = tuple(one.control for one in evidence if not one.blocking and one.status == "pass")
    warned = tuple(one.control for one in evidence if not one.blocking and one.status != "pass")
    result = "FAILED" if failed else "WARNED" if warned else "PASSED"
    return result, {"passedTests": passed, "warnedTests": warned, "failedTests": failed}
