"""A file of jobs: defaults, and the sentence that a wrong one ends in."""

from pathlib import Path

import pytest

from headwater.core import ConfigError, InputError
from headwater.pipeline.jobs.config import load_jobs

GOOD = """\
jobs:
  nightly: {config: run.yaml, schedule: daily at 03:00}
"""


def loaded(folder: Path, text: str) -> object:
    (folder / "jobs.yaml").write_text(text, "utf-8")
    return load_jobs(folder / "jobs.yaml")


def test_paths_are_relative_to_the_file_and_defaults_are_set(tmp_path: Path) -> None:
    (tmp_path / "jobs.yaml").write_text(GOOD, "utf-8")
    jobs = load_jobs(tmp_path / "jobs.yaml")
    job = jobs.jobs["nightly"]
    assert (jobs.out, job.config) == (str(tmp_path / "runs"), str(tmp_path / "run.yaml"))
    assert (job.catch_up, job.timezone, job.retries.codes, job.timeout) == ("latest", "UTC", (75,), 21600)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("jobs:\n  a: {config: r, schedle: x}\n", ["jobs.yaml:2", "schedle", 'did you mean "schedule"']),
        ("jobs:\n  a: {config: r, schedule: hourly}\n", ["jobs.yaml:2", "five fields"]),
        ("jobs:\n  a:\n    config: r\n    schedule: 0 0 31 2 *\n", ["jobs.yaml:4", "day-of-month"]),
        (
            "jobs:\n  a:\n    config: r\n    schedule: every 1h\n    timezone: Europe/Berln\n",
            ["jobs.yaml:5", "Europe/Berlin"],
        ),
        ("jobs:\n  a: {config: r}\n", ["jobs.yaml:2", "'schedule' is missing"]),
        ("job: {}\n", ['did you mean "jobs"']),
        ("jobs:\n  'a b': {config: r, schedule: every 1h}\n", ["'a b'", "lower-case"]),
        ("jobs:\n  ../up: {config: r, schedule: every 1h}\n", ["lower-case"]),
        ("jobs:\n  a: {config: r, schedule: every 1h, alerts: [lgo]}\nchannels: {log: {kind: file, path: x}}\n",
         ["no channel 'lgo'", 'did you mean "log"']),
        ("jobs:\n  a: {config: r, schedule: every 1h, timeout: soon}\n", ["duration", "soon"]),
        ("jobs:\n  a: {config: r, schedule: every 1h, retries: {limt: 1}}\n", ['did you mean "limit"']),
        ("jobs:\n  a: {config: \"r\\nx\", schedule: every 1h}\n", ["line break"]),
        ("channels:\n  h: {kind: webhook, url: 'https://x', key_env: 'secret value'}\njobs: {}\n",
         ["environment variable"]),
        ("channels:\n  h: {kind: slack, url: 'https://x'}\njobs: {}\n", ["no key 'url'", "url_env"]),
        ("channels:\n  m: {kind: smtp, host: h, sender: a@b.org, to: [\"c@d.org\\nBcc: e@f.org\"]}\njobs: {}\n",
         ["mail address"]),
    ],
)  # fmt: skip
def test_a_wrong_file_ends_in_a_sentence_with_line_rule_and_way_out(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as error:
        loaded(tmp_path, text)
    assert [word for word in words if word not in str(error.value)] == []


def test_a_file_of_jobs_that_is_not_there_is_no_run_config(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such file; give a file of jobs") as error:
        load_jobs(tmp_path / "missing.yaml")
    assert "headwater init" not in str(error.value)
