import pytest

from headwater.core import Registry, UnknownName, UsageError


def length(minimum: int = 200, *, unit: str = "characters") -> str:
    """Remove short documents.

    Longer text.
    """
    return f"{minimum} {unit}"


@pytest.fixture
def registry() -> Registry[object]:
    made: Registry[object] = Registry("filter", "headwater.test-filters")
    made.register("length", source="Rae et al. 2021")(length)
    made.register("language")(lambda: None)
    return made


def test_a_registered_name_gives_the_factory_back(registry: Registry[object]) -> None:
    assert registry.get("length") is length


def test_names_are_sorted(registry: Registry[object]) -> None:
    assert registry.names() == ["language", "length"]


def test_a_misspelt_name_is_answered_with_the_nearest(registry: Registry[object]) -> None:
    with pytest.raises(UnknownName, match=r"curate\[0\]: no filter 'lenght'; did you mean \"length\"\?"):
        registry.get("lenght", place="curate[0]")


def test_a_taken_name_is_an_error(registry: Registry[object]) -> None:
    with pytest.raises(UsageError, match="'length' is registered twice"):
        registry.register("length")(lambda: None)


def test_registering_the_same_thing_again_changes_nothing(registry: Registry[object]) -> None:
    registry.register("length")(length)
    assert registry.names() == ["language", "length"]


def test_a_description_tells_summary_parameters_and_facts(registry: Registry[object]) -> None:
    found = registry.describe("length")
    assert (found.kind, found.name, found.summary) == ("filter", "length", "Remove short documents.")
    assert [(p.name, p.annotation, p.default) for p in found.parameters] == [
        ("minimum", "int", "200"),
        ("unit", "str", "'characters'"),
    ]
    assert found.facts == {"source": "Rae et al. 2021"}


def test_describing_an_unknown_name_is_the_same_clear_error(registry: Registry[object]) -> None:
    with pytest.raises(UnknownName):
        registry.describe("perplexity")


class FakeEntryPoint:
    name, value = "third", "other_package:third"

    def load(self) -> object:
        return length


def test_third_parties_are_found_by_entry_point(registry: Registry[object], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def entry_points(group: str) -> list[FakeEntryPoint]:
        asked.append(group)
        return [FakeEntryPoint()]

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)
    assert registry.get("third") is length
    assert registry.describe("third").facts == {"origin": "other_package:third"}
    assert asked == ["headwater.test-filters"]


def test_a_third_party_cannot_take_the_name_of_a_built_in(monkeypatch: pytest.MonkeyPatch) -> None:
    registry: Registry[object] = Registry("filter", "headwater.test-filters")
    built_in = object()
    registry.register("third")(built_in)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [FakeEntryPoint()])
    assert registry.names() == ["third"]
    assert registry.get("third") is built_in
