from headwater.core import StageReport
from headwater.reports import Track
from headwater.reports.run import Run
from headwater.reports.sections import provenance

from ..fixtures import audit, curation, evaluation, image_stages, training
from ..fixtures import provenance as provenance_entries
from ..judged import judgement


def test_nested_entries_are_flattened_in_the_order_of_the_caller() -> None:
    data = provenance(Run("t", (), {}, {"z": "1", "a": {"y": "2", "b": {"c": 3}}}))
    assert data.entries == (("z", "1"), ("a › y", "2"), ("a › b › c", "3"))


def test_the_lineage_leads_from_sources_to_signatures_and_every_parent_exists() -> None:
    stages = {"curation": curation(), "audit": audit(), "training": training(), "evaluation": evaluation()}
    run = Run("t", (Track("", stages), Track("images", image_stages())), {}, provenance_entries(), evidence=judgement())
    data = provenance(run)
    nodes = {node.name: node for chain in data.lineage for node in chain.nodes}
    assert [chain.track for chain in data.lineage] == ["", "images", None]
    assert {parent for node in nodes.values() for parent in node.parents} <= nodes.keys()
    assert nodes["run"].parents == (data.lineage[0].nodes[-1].name, data.lineage[1].nodes[-1].name)
    assert nodes["signatures"].title == "nobody has signed"
    assert data.table is not None and len(data.table.rows) == len(nodes)


def test_a_parent_model_joins_from_the_side() -> None:
    facts = {"family": "fine-tuned", "parent": "60f0", "parent is": "a GGUF file"}
    data = provenance(Run("t", (Track("", {"training": StageReport("training", "T", facts)}),)))
    assert data.lineage[0].nodes[0].inputs == (("starts from", "a GGUF file 60f0"),)


def test_nothing_is_drawn_of_a_run_of_which_nothing_is_known() -> None:
    assert provenance(Run("t", (Track(""),))).lineage == ()
