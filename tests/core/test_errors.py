import pytest

from headwater import core
from headwater.core import HeadwaterError, UnknownName, did_you_mean

EXIT_CODES = {
    "HeadwaterError": 1,
    "UsageError": 2,
    "ConfigError": 2,
    "UnknownName": 2,
    "InputError": 2,
    "EmptyCorpus": 2,
    "IncompleteError": 3,
    "IntegrityError": 4,
    "TemporaryError": 75,
}


@pytest.mark.parametrize("name", EXIT_CODES)
def test_every_error_has_its_documented_exit_code(name: str) -> None:
    assert getattr(core, name).exit_code == EXIT_CODES[name]


def test_the_face_exports_every_error_and_no_other() -> None:
    exported = {name for name in core.__all__ if isinstance(getattr(core, name), type)}
    errors = {name for name in exported if issubclass(getattr(core, name), BaseException)}
    assert errors == set(EXIT_CODES)


def test_every_error_is_caught_as_headwater_error() -> None:
    assert all(issubclass(getattr(core, name), HeadwaterError) for name in EXIT_CODES)


def test_an_unknown_name_offers_the_nearest_one_and_the_way_to_all() -> None:
    error = UnknownName("filter", "repeated-line", ["length", "repeated-lines"], place="run.yaml:7: curate[2]")
    assert str(error) == (
        "run.yaml:7: curate[2]: no filter 'repeated-line'; did you mean \"repeated-lines\"? "
        "'headwater list filter' shows all"
    )


def test_nothing_is_offered_when_nothing_is_near() -> None:
    assert did_you_mean("xyzzy", ["length", "language"]) == ""


def test_nothing_is_offered_when_nothing_is_known() -> None:
    assert did_you_mean("length", []) == ""
