"""Which document of a cluster stays."""

import numpy as np
import pytest

from headwater.curate.duplicates.survivors import licence_rank, survivor_by


@pytest.mark.parametrize(
    ("expression", "rank"),
    [
        ("LicenseRef-Public-Domain", 0),
        ("BSD-3-Clause", 1),
        ("CC-BY-3.0", 2),
        ("LGPL-2.1-or-later", 3),
        ("CC-BY-SA-4.0", 3),
        ("CC-BY-NC-4.0", 4),
        ("LicenseRef-Proprietary", 4),
        ("MIT AND CC-BY-SA-3.0", 3),
        ("unknown", 5),
        ("no expression at all (", 5),
    ],
)
def test_licences_are_ranked_by_what_they_ask(expression: str, rank: int) -> None:
    assert licence_rank(expression) == rank


def test_the_first_decides_between_equals() -> None:
    words, licences = np.array([5, 9, 9]), np.array([3, 1, 1])
    assert [survivor_by(rule, words, licences)([0, 1, 2]) for rule in ("first", "longest", "best-licence")] == [0, 1, 1]
