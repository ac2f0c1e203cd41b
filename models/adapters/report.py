"""The stage report of a model made elsewhere: what is known of it, and what is not."""

from ...core import Cell, Finding, StageReport, Table
from ..base import CAPABILITIES
from .base import ExternalModel

QUIET = frozenset({"content"})


def external_report(model: ExternalModel) -> StageReport:
    """Name, parameters and capabilities, and that training data are unknown."""
    return StageReport(
        stage="training",
        title="Model made elsewhere",
        facts=_facts(model),
        findings=tuple(_findings(model)),
        exhibits=(_capabilities(model), _parameters(model)),
        detail={"checkpoint": model.hash, "external": dict(model.run)},
    )


def _facts(model: ExternalModel) -> dict[str, Cell]:
    can = ", ".join(name for name in CAPABILITIES if name in model.capabilities)
    facts: dict[str, Cell] = {
        "model": model.name,
        "kind": model.kind,
        "training data": "unknown",
        "capabilities": can or "none",
    }
    if "url" in model.run["parameters"]:
        facts["address"] = model.run["parameters"]["url"]
    return facts


def _findings(model: ExternalModel) -> list[Finding]:
    found = [
        Finding(
            code="HW-T060",
            severity="medium",
            title=f"What {model.name} was trained on is unknown",
            meaning=(
                "The model was made elsewhere and brings no ledger of documents and no planted canaries. Text that it "
                "shares with the corpus may come from the corpus, from a copy of it, or from a common source; "
                "documents that it never saw cannot be told from those it saw, so there is no held-out control."
            ),
            advice=(
                "Ask its maker for the training data and their licences. Read overlap with the corpus as possible, not "
                "proven, memorization; what needs a ledger, a held-out side or canaries is listed as not measured."
            ),
        )
    ]
    if "seedable" not in model.capabilities and model.capabilities:
        found.append(
            Finding(
                code="HW-T061",
                severity="low",
                title=f"{model.name} cannot be asked for the same output again",
                meaning=(
                    "It does not declare that a seed fixes its output, and behind its name the weights may change. The "
                    "answers of this run are kept, so the run itself can be repeated; a new run may differ."
                ),
                advice="Pin a dated version of the model where the server offers one, and keep the run folder.",
            )
        )
    return found


def _capabilities(model: ExternalModel) -> Table:
    rows = tuple((name, what, "yes" if name in model.capabilities else "no") for name, what in CAPABILITIES.items())
    note = "A metric that needs more than the model declares is listed as not measured, with this reason."
    return Table("capabilities", "What the model declares", ("capability", "it can", "declared"), rows, note)


def _parameters(model: ExternalModel) -> Table:
    rows = tuple(
        (name, _shown(value))
        for name, value in model.run["parameters"].items()
        if name not in QUIET and value not in (None, "", {}, [])
    )
    note = "key names an environment variable; the key itself is stored nowhere."
    return Table("external-parameters", "How it is asked", ("parameter", "value"), rows, note)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
