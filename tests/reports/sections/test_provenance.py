from headwater.reports.run import Run
from headwater.reports.sections import provenance


def test_nested_entries_are_flattened_in_the_order_of_the_caller() -> None:
    data = provenance(Run("t", (), {}, {"z": "1", "a": {"y": "2", "b": {"c": 3}}}))
    assert data.entries == (("z", "1"), ("a › y", "2"), ("a › b › c", "3"))
