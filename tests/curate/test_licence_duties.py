import pytest

from headwater.curate.licence_duties import binding, duty, link, owed


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", ("MIT",)),
        ("CC0-1.0", ()),
        ("MIT OR CC0-1.0", ()),
        ("MIT AND CC-BY-4.0", ("CC-BY-4.0", "MIT")),
        ("(MIT AND ISC) OR Apache-2.0", ("Apache-2.0",)),
        ("Apache-2.0 WITH LLVM-exception", ("Apache-2.0",)),
        ("unknown", ()),
        ("((", ()),
        ("LicenseRef-Mine", ()),
    ],
)
def test_what_is_owed_follows_the_expression(expression: str, expected: tuple[str, ...]) -> None:
    assert owed(expression) == expected


def test_only_what_no_choice_avoids_binds() -> None:
    assert "strong-copyleft" not in binding("MIT OR GPL-3.0-only")
    assert "strong-copyleft" in binding("MIT AND GPL-3.0-only")
    assert binding("unknown") == frozenset()


def test_a_licence_says_what_it_asks_for() -> None:
    assert "NOTICE" in duty("Apache-2.0") and "author" in duty("CC-BY-SA-3.0")
    assert duty("MIT").startswith("copyright notice")
    assert link("LicenseRef-Mine") == "" and link("MIT").endswith("/MIT.html")
