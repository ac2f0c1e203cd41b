"""The names of packages by their files, held against what Python itself says of packages that are imported here."""

import importlib
import inspect
import sys
from pathlib import Path

import pytest

from headwater.evaluate.hallucination.package_symbols import Found, PackageSymbols

FILES = {
    "lakes/__init__.py": (
        "from .deep import Lake, depth as how_deep\nfrom . import maps\nfrom .stars import *\nVERSION = '1'\n"
        "raise RuntimeError('this package must not be imported')\n"
    ),
    "lakes/deep.py": (
        "class Base:\n    def swim(self): pass\n\nclass Lake(Base):\n    area = 1\n"
        "    def __init__(self, name, *, depth=0):"
        " pass\n"
        "    def fill(self, water): pass\n\nclass Sea(Unknown): pass\n\ndef depth(lake, unit='m'): pass\n\n"
        "def open_ended(lake, **more): pass\n\nLake.outlet = None\n"
    ),
    "lakes/maps.py": "def draw(lake, colour): pass\n\n@wrap\ndef wrapped(x): pass\n",
    "lakes/stars.py": "__all__ = ['bright']\ndef bright(): pass\ndef dim(): pass\n",
    "lakes/lazy.py": "def __getattr__(name):\n    if name == 'later':\n        return 1\n    raise AttributeError\n",
    "lakes/wild.py": "for name in 'ab':\n    globals()[name] = 1\n",
    "lakes/broken.py": "def (:\n",
    "lakes/stubbed.py": "globals()['made'] = 1\ndef both(a, b): pass\n",
    "lakes/stubbed.pyi": "made: int\ndef both(a): ...\n",
    "lakes/fast.cpython-311-x86_64-linux-gnu.so": "",
}


@pytest.fixture
def symbols(tmp_path: Path) -> PackageSymbols:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return PackageSymbols([str(tmp_path)])


def look(symbols: PackageSymbols, dotted: str) -> Found:
    module, _, attributes = dotted.partition(":")
    return symbols.resolve(tuple(module.split(".")), tuple(attributes.split(".")) if attributes else ())


@pytest.mark.parametrize(
    ("dotted", "status"),
    [
        ("lakes", "exists"),
        ("lakes.maps", "exists"),
        ("lakes.mops", "missing"),
        ("lakes:Lake", "exists"),
        ("lakes:how_deep", "exists"),
        ("lakes:depth", "missing"),
        ("lakes:maps.draw", "exists"),
        ("lakes:maps.drew", "missing"),
        ("lakes:bright", "exists"),
        ("lakes:dim", "missing"),
        ("lakes:Lake.fill", "exists"),
        ("lakes:Lake.swim", "exists"),
        ("lakes:Lake.sink", "missing"),
        ("lakes:Lake.outlet", "exists"),
        ("lakes:Lake._secret", "unknown"),
        ("lakes.deep:Sea.anything", "unknown"),
        ("lakes.lazy:later", "exists"),
        ("lakes.lazy:never", "missing"),
        ("lakes.wild:a", "unknown"),
        ("lakes.broken:x", "unknown"),
        ("lakes.stubbed:made", "exists"),
        ("lakes.stubbed:other", "missing"),
        ("lakes.fast:anything", "unknown"),
        ("lakes:VERSION.real", "unknown"),
        ("oceans:x", "unknown"),
        ("lakes:__file__", "unknown"),
        ("lakes:../../etc", "missing"),
    ],
)
def test_a_name_exists_is_missing_or_cannot_be_told(symbols: PackageSymbols, dotted: str, status: str) -> None:
    assert look(symbols, dotted).status == status


def test_nothing_is_imported(symbols: PackageSymbols) -> None:
    look(symbols, "lakes:Lake.fill")
    assert "lakes" not in sys.modules


@pytest.mark.parametrize(
    ("dotted", "keywords"),
    [
        ("lakes:how_deep", {"lake", "unit"}),
        ("lakes.deep:open_ended", None),
        ("lakes.maps:wrapped", None),
        ("lakes:Lake", None),
        ("lakes.deep:Base", set()),
        ("lakes.stubbed:both", {"a", "b"}),
    ],
)
def test_keywords_are_known_where_the_signature_is_plain(
    symbols: PackageSymbols, dotted: str, keywords: set[str] | None
) -> None:
    assert look(symbols, dotted).keywords == keywords


REAL = (
    "json",
    "re",
    "random",
    "collections",
    "asyncio",
    "pathlib",
    "os.path",
    "datetime",
    "logging",
    "math",
    "numpy",
    "numpy.linalg",
    "scipy.stats",
    "sklearn.linear_model",
    "pandas",
    "pyarrow",
)
GONE = {"numpy": {"Inf"}}
"""In dir() though it raises AttributeError."""


@pytest.mark.parametrize("module", REAL)
def test_no_public_name_of_a_real_module_is_missing_and_no_keyword_refused(module: str) -> None:
    imported, symbols = importlib.import_module(module), PackageSymbols()
    for name in dir(imported):
        found = symbols.resolve(tuple(module.split(".")), (name,))
        assert found.status != "missing" or name in GONE.get(module, set()), name
        if found.keywords is None:
            continue
        try:
            real = inspect.signature(getattr(imported, name)).parameters.values()
        except ValueError:
            continue
        assert not any(one.kind == one.VAR_KEYWORD for one in real) or name == "printoptions", name
        by_name = {one.name for one in real if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)}
        assert by_name <= found.keywords, name


@pytest.mark.parametrize(
    "dotted", ["json:dump_s", "numpy:meen", "numpy:linalg.slove", "pandas:read_cvs", "math:sqroot"]
)
def test_names_that_real_packages_do_not_have_are_missing(dotted: str) -> None:
    assert look(PackageSymbols(), dotted).status == "missing"
