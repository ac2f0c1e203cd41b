import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.core import HeadwaterError
from headwater.pipeline.cli import app


def sample(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["sample", *arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("part", ["", "checkpoint"])
def test_a_prompt_is_continued_as_often_as_asked(part: str, finished: Path) -> None:
    options = ["--prompt", "River ", "--prompt", "Stone ", "--samples", "3", "--max-new-tokens", "5", "--json"]
    told = json.loads(sample(str(finished / part), *options, "--top-p", "0.9", "--min-p", "0.01"))
    assert [row["prompt"] for row in told["outputs"]] == ["River "] * 3 + ["Stone "] * 3
    assert all(row["text"].startswith(row["prompt"]) for row in told["outputs"])
    assert told["options"]["top_p"] == 0.9 and told == json.loads(
        sample(str(finished / part), *options, "--top-p", "0.9", "--min-p", "0.01")
    )


def test_what_is_printed_is_redacted(finished: Path) -> None:
    assert "jane@mail.org" not in sample(
        str(finished), "--prompt", "Write to jane@mail.org now", "--max-new-tokens", "2"
    )


def test_a_folder_without_a_model_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(HeadwaterError, match="no finished checkpoint"):
        sample(str(tmp_path), "--prompt", "x")


def test_an_option_out_of_range_is_one_sentence(finished: Path) -> None:
    with pytest.raises(HeadwaterError, match="top_p 2.0: must be"):
        sample(str(finished), "--prompt", "x", "--top-p", "2")
