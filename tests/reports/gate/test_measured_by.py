"""The gate says which audit or metric to name for a number that a pack asks for."""

from headwater.curate import AUDITS as REGISTERED_AUDITS
from headwater.evaluate import METRICS as REGISTERED_METRICS
from headwater.reports.gate.measured_by import AUDITS, METRICS, way_to_measure
from headwater.reports.gate.packs import load_policy, pack_names


def _asked() -> set[str]:
    limits = [limit for name in pack_names() for control in load_policy(name).controls for limit in control.checks]
    return {name for limit in limits for name in (limit.metric, limit.needs) if name}


def test_every_number_that_a_pack_asks_for_has_a_way_to_measure_it() -> None:
    assert [name for name in sorted(_asked()) if not way_to_measure(name)] == []


def test_every_way_names_an_audit_or_a_metric_that_exists() -> None:
    assert set(AUDITS.values()) <= set(REGISTERED_AUDITS.names())
    assert set(METRICS.values()) <= set(REGISTERED_METRICS.names())


def test_a_name_that_no_pack_knows_has_none() -> None:
    assert way_to_measure("made-up") == ""
