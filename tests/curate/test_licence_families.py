import pytest

from headwater.curate.licence_families import DEPRECATED, alternatives, current_expression, families, licensing


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("MIT", {"any", "permissive", "attribution"}),
        ("0BSD", {"any", "permissive"}),
        ("CC0-1.0", {"any", "public-domain"}),
        ("GPL-3.0-only", {"any", "copyleft", "strong-copyleft", "attribution"}),
        ("MPL-2.0", {"any", "copyleft", "weak-copyleft", "attribution"}),
        ("CC-BY-SA-4.0", {"any", "copyleft", "weak-copyleft", "share-alike", "attribution"}),
        ("CC-BY-NC-4.0", {"any", "source-available", "non-commercial", "attribution"}),
        ("CC-BY-NC-SA-4.0", {"any", "source-available", "non-commercial", "share-alike", "copyleft", "attribution"}),
        ("CC-BY-NC-ND-4.0", {"any", "source-available", "non-commercial", "no-derivatives", "attribution"}),
        ("LicenseRef-Proprietary", {"any", "proprietary"}),
        ("LicenseRef-My-Terms", set()),
        ("NCSA", {"any", "permissive", "attribution"}),
    ],
)
def test_a_licence_belongs_to_its_families(key: str, expected: set[str]) -> None:
    assert families(key) == expected


@pytest.mark.parametrize("old", DEPRECATED)
def test_a_deprecated_id_becomes_an_expression_of_known_ids(old: str) -> None:
    new = current_expression(f"MIT AND {old}")
    assert old not in new and licensing().validate(new).errors == []


@pytest.mark.parametrize(("old", "new"), [("GPL-2.0+", "GPL-2.0-or-later"), ("LGPL-3.0", "LGPL-3.0-only")])
def test_the_parser_renames_plain_deprecated_ids(old: str, new: str) -> None:
    assert str(licensing().parse(old).render()) == new


def test_or_later_means_every_later_version_and_only_means_one() -> None:
    assert alternatives("LGPL-2.1-or-later")[1:] == ("LGPL-2.1-only", "LGPL-3.0-only", "LGPL-3.0-or-later")
    assert alternatives("GPL-2.0-only") == ("GPL-2.0-only",)
    assert alternatives("Whatever-1.0-or-later") == ("Whatever-1.0-or-later",)
