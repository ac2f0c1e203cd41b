import pytest

from headwater.curate.audits.licence_conflicts import conflicts, outbound


@pytest.mark.parametrize(
    "licence", ["MIT", "Apache-2.0", "unknown", "", "((", "CC0-1.0", "MIT OR GPL-2.0-only", "x" * 10_000]
)
def test_what_demands_nothing_conflicts_with_nothing(licence: str) -> None:
    assert outbound(licence) is None
    assert conflicts([licence, "GPL-2.0-only"]) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("GPL-2.0-only", "GPL-3.0-only"),
        ("CC-BY-SA-4.0", "GPL-2.0-only"),
        ("CC-BY-SA-4.0", "CC-BY-NC-SA-4.0"),
        ("GPL-2.0-only", "AGPL-3.0-only"),
        ("CC-BY-NC-4.0", "CC-BY-SA-4.0"),
        ("CC-BY-NC-4.0", "GPL-3.0-or-later"),
        ("CC-BY-NC-3.0-DE", "CC-BY-SA-3.0-DE"),
        ("CC-BY-ND-4.0", "CC-BY-SA-4.0"),
        ("CC-BY-NC-4.0", "CC-BY-NC-ND-4.0"),
        ("CC-BY-SA-1.0", "CC-BY-SA-2.0"),
        ("CC-BY-SA-4.0", "ODbL-1.0"),
    ],
)
def test_known_conflicts_are_found(first: str, second: str) -> None:
    assert conflicts([second, first]) == [tuple(sorted((first, second)))]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("GPL-2.0-or-later", "GPL-3.0-only"),
        ("CC-BY-SA-4.0", "GPL-3.0-only"),
        ("CC-BY-SA-3.0", "CC-BY-SA-4.0"),
        ("LGPL-2.1-only", "GPL-2.0-only"),
        ("GPL-3.0-only", "AGPL-3.0-only"),
        ("GPL-2.0-only", "GPL-2.0-only"),
        ("CC-BY-NC-4.0", "CC-BY-NC-SA-3.0"),
        ("CC-BY-NC-4.0", "CC-BY-4.0"),
        ("CC-BY-NC-4.0", "MIT"),
        ("CC-BY-SA-4.0 OR CC-BY-NC-SA-4.0", "CC-BY-NC-4.0"),
        ("GPL-2.0-with-classpath-exception", "GPL-2.0-only"),
    ],
)
def test_compatible_licences_do_not_conflict(first: str, second: str) -> None:
    assert conflicts([first, second]) == []


def test_both_demands_of_an_and_expression_hold() -> None:
    assert conflicts(["MIT AND GPL-2.0-only", "GPL-3.0-only"]) == [("GPL-3.0-only", "MIT AND GPL-2.0-only")]


def test_an_exception_leaves_the_demand_standing() -> None:
    assert outbound("GPL-2.0-only WITH Classpath-exception-2.0") == outbound("GPL-2.0-only")


def test_an_expression_that_contradicts_itself_is_a_pair_of_its_own_and_no_other() -> None:
    own = "GPL-2.0-only AND CC-BY-NC-SA-4.0"
    assert conflicts([own, "AGPL-3.0-only", "MIT"]) == [(own, own)]
