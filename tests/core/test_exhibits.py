import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import Chart, Exhibit, Gallery, IntegrityError, Series, StageReport, Table, UsageError


def through_json(exhibit: Exhibit) -> Exhibit:
    report = StageReport("audit", "Audit", exhibits=(exhibit,))
    return StageReport.from_json(json.loads(json.dumps(report.to_json()))).exhibits[0]


@given(st.from_type(Table) | st.from_type(Chart) | st.from_type(Gallery))
def test_an_exhibit_survives_json(exhibit: Exhibit) -> None:
    assert through_json(exhibit) == exhibit


def test_a_table_with_a_short_row_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="table 'licences': every row needs 2 cells"):
        Table("licences", "Licences", ("licence", "documents"), (("MIT", 3), ("BSD-3-Clause",)))


@pytest.mark.parametrize("lengths", [(2, 1, 0, 0), (2, 2, 1, 1), (2, 2, 2, 0), (1, 2, 0, 0)])
def test_a_series_of_unequal_lengths_is_refused(lengths: tuple[int, int, int, int]) -> None:
    x, y, low, high = ((0.0,) * length for length in lengths)
    with pytest.raises(UsageError, match="must have one length"):
        Series("loss", x, y, low, high)


def test_an_exhibit_of_another_version_is_refused() -> None:
    data = StageReport("audit", "Audit").to_json() | {"exhibits": [{"exhibit": "hologram"}]}
    with pytest.raises(IntegrityError, match="hologram"):
        StageReport.from_json(data)
