"""The documentation cannot drift: every name, command, link and example in it is checked against the code."""

import dataclasses
import doctest
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

import headwater
from headwater.core import Description, Registry
from headwater.curate import AUDITS, DETECTORS, FILTERS, IMAGE_DETECTORS, SOURCES, TEXT_DETECTORS, build_steps
from headwater.evaluate import ENTAILMENTS, METRICS, SUITES, SamplingPlan, suite
from headwater.models import ADAPTERS, FAMILIES, Recipe
from headwater.pipeline.cli import app
from headwater.pipeline.config import RunConfig, load_config
from headwater.reports import CHECKS, EXPORTERS, SECTIONS, load_policy

ROOT = Path(__file__).parent.parent
STAGES = {"core", "curate", "models", "evaluate", "reports", "pipeline"}
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
FOLDERS: dict[str, Registry[Any]] = {
    "sources": SOURCES,
    "filters": FILTERS,
    "audits": AUDITS,
    "detectors": DETECTORS,
    "text-detectors": TEXT_DETECTORS,
    "image-detectors": IMAGE_DETECTORS,
    "families": FAMILIES,
    "adapters": ADAPTERS,
    "metrics": METRICS,
    "entailment": ENTAILMENTS,
    "suites": SUITES,
    "sections": SECTIONS,
    "exporters": EXPORTERS,
    "checks": CHECKS,
}
ENTRIES = [(folder, name) for folder, registry in FOLDERS.items() for name in registry.names()]
CONFIGURED = [
    (folder, name) for folder, name in ENTRIES if folder in ("sources", "filters", "audits", "adapters", "metrics")
]
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def page(folder: str, name: str) -> str:
    return (DOCS / folder / f"{name}.md").read_text("utf-8")


def describe(folder: str, name: str) -> Description:
    return FOLDERS[folder].describe(name)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language in a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# names


def test_every_kind_of_thing_has_entries() -> None:
    assert [folder for folder, registry in FOLDERS.items() if not registry.names()] == []


@pytest.mark.parametrize(("folder", "name"), ENTRIES)
def test_every_registered_name_has_a_page_with_an_example(folder: str, name: str) -> None:
    text = page(folder, name)
    assert text.startswith(f"# {name}\n")
    assert re.search(r"^```\w+\n.+?^```", text, re.MULTILINE | re.DOTALL), "no example"


@pytest.mark.parametrize("name", SUITES.names())
def test_the_page_of_a_suite_names_its_version_and_every_metric_in_order(name: str) -> None:
    text = page("suites", name)
    assert f"| version | {describe('suites', name).facts['version']} |" in text
    assert tuple(re.findall(r"^\| \[([\w-]+)\]\(\.\./metrics", text, re.MULTILINE)) == suite(name).metrics
    for options in (options for _, options in suite(name).named):
        assert all(f"`{key}: {value}`" in text for key, value in options.items())


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_page_documents_a_registered_name(folder: str) -> None:
    assert {path.stem for path in (DOCS / folder).glob("*.md")} - set(FOLDERS[folder].names()) == set()


@pytest.mark.parametrize(("folder", "name"), ENTRIES)
def test_every_registered_name_says_in_one_sentence_what_it_is(folder: str, name: str) -> None:
    summary = describe(folder, name).summary
    assert 10 <= len(summary) <= 160
    assert summary[0].isupper() or summary[0] in "`0123456789"


@pytest.mark.parametrize("name", METRICS.names())
def test_every_metric_states_source_unit_and_range(name: str) -> None:
    facts = describe("metrics", name).facts
    assert {fact for fact in ("source", "unit", "range") if not facts.get(fact)} == set()


@pytest.mark.parametrize(("folder", "name"), CONFIGURED)
def test_every_parameter_stands_on_the_page(folder: str, name: str) -> None:
    wanted = {parameter.name for parameter in describe(folder, name).parameters} - {"subject"}
    assert {parameter for parameter in wanted if f"`{parameter}" not in page(folder, name)} == set()


def test_every_page_is_linked_from_the_index() -> None:
    links = re.findall(r"\]\(([^)]+\.md)\)", (DOCS / "index.md").read_text("utf-8"))
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert pages - set(links) == {"index.md"}


# commands


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"\bheadwater {command}\b", (ROOT / "README.md").read_text("utf-8"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_has_help(command: str) -> None:
    found = typer.main.get_command(app).commands[command]  # type: ignore[attr-defined]
    assert found.help
    assert [parameter.name for parameter in found.params if not getattr(parameter, "help", "")] == []


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_every_command_in_the_docs_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    code = "\n".join(re.findall(r"^```(?:sh|bash|console|text)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    used = re.findall(r"`headwater ([a-z-]+)", text) + re.findall(
        r"^\s*(?:\$ )?headwater ([a-z-]+)", code, re.MULTILINE
    )
    assert set(used) - set(COMMANDS) - {"--help", "--version"} == set()


def test_every_make_target_in_the_docs_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    used = {name for path in PAGES for name in re.findall(r"`make ([a-z]+)", path.read_text("utf-8"))}
    assert used - targets == set()


# configuration


CONFIG_KEYS = [
    *((key, None) for key in RunConfig.model_fields),
    *((field.name, field.default) for kind in (Recipe, SamplingPlan) for field in dataclasses.fields(kind)),
]


@pytest.mark.parametrize(("key", "default"), CONFIG_KEYS)
def test_every_config_key_is_documented_with_its_default(key: str, default: object) -> None:
    rows = re.findall(rf"^\| `{key}` \| (.+?) \|", (DOCS / "configuration.md").read_text("utf-8"), re.MULTILINE)
    assert rows
    if isinstance(default, (str, int, float)) and key != "seed":
        assert f"`{default}`" in rows


# examples


def config_of(block: str) -> dict[str, Any]:
    """The block as a whole config: a page may show only the part that it is about."""
    values = yaml.safe_load(block)
    assert isinstance(values, dict), "write a config, or the keys of one"
    return {"corpus": {"source": "jsonl", "path": "corpus.jsonl"}, **values}


YAML_BLOCKS = [
    pytest.param(block, id=f"{relative(path)}-{number}")
    for path in PAGES
    for number, block in enumerate(blocks(path.read_text("utf-8"), "yaml"))
    if not block.startswith("id: ")
]
POLICIES = [
    pytest.param(block, id=f"{relative(path)}-{number}")
    for path in PAGES
    for number, block in enumerate(blocks(path.read_text("utf-8"), "yaml"))
    if block.startswith("id: ")
]


@pytest.mark.parametrize("block", POLICIES)
def test_every_policy_in_the_docs_is_a_valid_one(block: str, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(block, "utf-8")
    assert load_policy(str(tmp_path / "policy.yaml")).controls


@pytest.mark.parametrize("block", YAML_BLOCKS)
def test_every_yaml_example_is_a_valid_config(block: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(yaml.safe_dump(config_of(block), sort_keys=False), "utf-8")
    config = load_config(tmp_path / "example.yaml")
    for track in config.tracks().values():
        SOURCES.get(track.corpus.source)
        build_steps(track.steps("text"), "curate")
        assert all(name in AUDITS.names() for name, _ in track.audit or ())
        assert all(name in METRICS.names() for name, _ in track.evaluate.metrics)


@pytest.mark.parametrize(
    "path", sorted(set((ROOT / "examples").glob("*.yaml")) - {ROOT / "examples/jobs.yaml"}), ids=relative
)
def test_every_shipped_config_is_valid(path: Path) -> None:
    config = load_config(path)
    assert all(build_steps(track.steps("text"), "curate") for track in config.tracks().values())


def test_the_python_example_of_the_readme_runs(tmp_path: Path) -> None:
    (program,) = blocks((ROOT / "README.md").read_text("utf-8"), "python")
    (tmp_path / "program.py").write_text(program, "utf-8")
    rows = [
        f'{{"text": "Record {number} tells of the river {number * 7} and its mill.", "licence": "MIT"}}'
        for number in range(60)
    ]
    (tmp_path / "corpus.jsonl").write_text("\n".join(rows), "utf-8")
    done = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(headwater.__path__, "headwater."):
        # the folders beside the stages (tests, build, docs) are packages only by accident of the layout
        if module.name != "headwater.__main__" and module.name.split(".")[1] in STAGES:
            yield module.name


def test_every_docstring_example_is_right() -> None:
    results = {name: doctest.testmod(import_module(name)) for name in modules()}
    assert [name for name, result in results.items() if result.failed] == []
    assert sum(result.attempted for result in results.values()) > 20


# links and versions


def anchors(path: Path) -> set[str]:
    """The anchors that a renderer makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=relative)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


def test_the_changelog_has_the_current_version_on_top() -> None:
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[0] == headwater.__version__
