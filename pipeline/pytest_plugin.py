"""The pytest plugin: ``headwater.check("policy.yaml")`` in a user's own tests. It imports nothing until then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .current_run import CURRENT, IN_TEST

NAME = "headwater_run"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option ``--headwater-run`` and the ini key ``headwater_run``."""
    group = parser.getgroup("headwater")
    group.addoption("--headwater-run", metavar="RUN", help="The run folder that headwater.check judges in tests.")
    parser.addini(NAME, "The run folder that headwater.check judges in tests; beside the ini file where relative.")


def run_of(config: pytest.Config) -> Path | None:
    """The run that the session is about: the option, else the ini key."""
    given: str | None = config.getoption("--headwater-run", default=None)
    if given:
        return config.invocation_params.dir.absolute() / given
    stated: str | None = config.getini(NAME)
    return config.rootpath.absolute() / stated if stated else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """While a test runs, ``headwater.check`` without a run judges the session's, and a shut gate fails the test."""
    token, inside = CURRENT.set(run_of(item.config)), IN_TEST.set(True)
    try:
        yield
    finally:
        CURRENT.reset(token)
        IN_TEST.reset(inside)


@pytest.fixture
def headwater_run(request: pytest.FixtureRequest) -> Path:
    """The run folder of this session; a test that needs one is skipped where none is given."""
    found = run_of(request.config)
    if found is None:
        pytest.skip("no run: give --headwater-run RUN, or headwater_run in the ini file")
    return found
