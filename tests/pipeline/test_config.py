from pathlib import Path

import pytest
import yaml

from headwater.core import ConfigError
from headwater.pipeline.config import effective_yaml, load_config

FIVE_LINES = """\
corpus: {source: jsonl, path: data.jsonl}
curate: [unicode, {language: {keep: [en]}}]
model: {family: transformer, size: xs, steps: 30}
evaluate: {suites: [quick]}
seed: 3
"""


def load(tmp_path: Path, text: str):
    path = tmp_path / "run.yaml"
    path.write_text(text, "utf-8")
    return load_config(path)


def test_five_lines_are_enough(tmp_path: Path) -> None:
    config = load(tmp_path, FIVE_LINES)
    assert config.curate == (("unicode", {}), ("language", {"keep": ["en"]}))
    assert config.model is not None and config.model.steps == 30 and config.model.seed == 3


def test_paths_are_relative_to_the_config_file(tmp_path: Path) -> None:
    assert load(tmp_path, FIVE_LINES).corpus.options["path"] == str(tmp_path / "data.jsonl")


def test_the_effective_config_repeats_itself(tmp_path: Path) -> None:
    once = effective_yaml(load(tmp_path, FIVE_LINES))
    assert effective_yaml(load(tmp_path, once)) == once
    assert yaml.safe_load(once)["model"]["vocabulary"] == 4096


def test_what_is_switched_off_stays_off_when_the_effective_config_is_read_again(tmp_path: Path) -> None:
    config = load(tmp_path, "corpus: {source: digits}\nmodel: {canaries: null, budget: 9s}\n")
    again = load(tmp_path, effective_yaml(config))
    assert again == config
    assert again.model is not None and again.model.canaries is None


def test_a_budget_replaces_the_steps(tmp_path: Path) -> None:
    config = load(tmp_path, "corpus: {source: digits}\nmodel: {budget: 2m}\n")
    assert config.model is not None and (config.model.steps, config.model.budget) == (None, 120.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("corpus: {source: jsonl}\ncurat: []\n", r'run.yaml:2: curat: no key .curat.; did you mean "curate"'),
        ("corpus: {source: jsonl}\nmodel:\n  step: 3\n", r':3: model.step: no key .step.; did you mean "steps"'),
        ("corpus: {source: jsonl}\nsample: {fre: 3}\n", r"did you mean \"free\""),
        ("corpus: {source: jsonl}\nmodel: {canaries: {per_levl: 3}}\n", r"did you mean \"per_level\""),
        ("corpus: {source: jsonl}\nimages: {corpus: {source: digits}, modl: {}}\n", r"did you mean \"model\""),
        ("corpus: {source: jsonl}\nmodel: {steps: many}\n", r"run.yaml:2: model.steps: .*integer.*'many'"),
        ("corpus: {source: jsonl}\nmodel: {steps: 3, budget: 60s}\n", "steps and budget exclude each other"),
        ("corpus: {source: jsonl}\nmodel: {budget: soon}\n", "budget 'soon' is not a time"),
        ("seed: 1\n", "the key 'corpus' is missing"),
        ("corpus: {path: x}\n", "the key 'source' is missing"),
        ("corpus: {source: jsonl}\nseed: -1\n", "run.yaml:2: seed: .*greater than or equal to 0"),
        ("corpus: {source: jsonl}\ncurate: [{a: {}, b: {}}]\n", r"run.yaml:2: curate\[0\]"),
    ],
)
def test_a_wrong_key_or_value_names_line_rule_and_way_out(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, text)


def test_the_stored_files_of_hosts_are_found_beside_the_config(tmp_path: Path) -> None:
    text = "corpus: {source: jsonl, path: c.jsonl}\ncurate: [{consent: {folder: hosts, robots: {a.org: r.txt}}}]\n"
    (tmp_path / "c.yaml").write_text(text)
    ((_, options),) = next(iter(load_config(tmp_path / "c.yaml").tracks().values())).steps("text")
    assert options == {"folder": str(tmp_path / "hosts"), "robots": {"a.org": str(tmp_path / "r.txt")}}
