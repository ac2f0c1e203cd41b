import pytest
from typer.testing import CliRunner

from headwater.evaluate import METRICS
from headwater.pipeline.cli import app


@pytest.mark.parametrize("name", METRICS.names())
def test_every_metric_says_what_it_computes_and_what_it_does_not_mean(name: str) -> None:
    facts = METRICS.describe(name).facts
    for fact in ("source", "unit", "range", "needs", "protocol", "pitfalls"):
        assert len(facts.get(fact, "")) > 2, f"{name} is registered without {fact}="
    assert "\n" not in facts["protocol"]
    assert 1 <= facts["pitfalls"].count(". ") + 1 <= 4


@pytest.mark.parametrize("name", METRICS.names())
def test_explain_prints_definition_protocol_pitfalls_and_parameters(name: str) -> None:
    out = CliRunner().invoke(app, ["explain", f"metric/{name}"]).output
    described = METRICS.describe(name)
    assert described.summary in out
    for label in ("Source: ", "Unit: ", "Range: ", "Needs: ", "Protocol: ", "Pitfalls: "):
        assert label + described.facts[label[:-2].lower()] in out
    for parameter in described.parameters[1:]:
        assert f"  {parameter.name}: " in out
    assert "subject" not in out.partition("Parameters")[2].partition("\n\n")[0]
