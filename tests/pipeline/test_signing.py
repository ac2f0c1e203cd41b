import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from headwater.core import HeadwaterError
from headwater.pipeline.cli import app
from headwater.reports import head, read_ledger


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def refusal(*arguments: object) -> HeadwaterError:
    error = call(*arguments).exception
    assert isinstance(error, HeadwaterError)
    return error


@pytest.fixture(scope="module")
def signed(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a signed run, its keys and its bundle; tests copy what they change."""
    place = tmp_path_factory.mktemp("signed")
    shutil.copytree(finished, place / "run")
    assert call("keys", "new", place / "anna.pem").exit_code == 0
    assert call("keys", "new", place / "model.pem", "--model").exit_code == 0
    assert call("sign-model", place / "run", "--key", place / "model.pem").exit_code == 0
    assert call("check", place / "run", "--policy", "genai-baseline", "--quiet").exit_code in (0, 1, 3)
    done = call("sign", place / "run", "--key", place / "anna.pem", "--name", "Anna", "--role", "risk", "--decision",
                "go", "--bundle", place / "b.zip")  # fmt: skip
    assert done.exit_code == 0, done.output
    return place


def test_a_signed_run_and_its_bundle_verify(signed: Path) -> None:
    for target in ("run", "b.zip"):
        done = call("verify", signed / target, "--key", signed / "anna.pub", "--head", head(signed / "run"))
        assert done.exit_code == 0
        assert "holds" in done.output and "Anna (risk) signed 'go'" in done.output


def test_the_page_shows_who_signed(signed: Path) -> None:
    assert "Anna, risk" in (signed / "run" / "report.html").read_text("utf-8")
    assert json.loads((signed / "run" / "report.json").read_text())["sections"]["signatures"]["data"]["rows"][0][
        "holds"
    ]


def test_the_model_is_signed_and_covered(signed: Path) -> None:
    done = call("verify", signed / "run", "--model-key", signed / "model.pub", "--json")
    assert done.exit_code == 0
    assert "every file is the one that was signed" in json.loads(done.stdout)["models"][0]


@pytest.mark.parametrize("name", ["audit.json", "report.html", "config.yaml", "policy.json", "samples/samples.parquet"])
def test_a_changed_byte_ends_with_exit_code_4(signed: Path, tmp_path: Path, name: str) -> None:
    run = shutil.copytree(signed / "run", tmp_path / "run")
    content = bytearray((run / name).read_bytes())
    content[len(content) // 2] ^= 1
    (run / name).write_bytes(content)
    done = call("verify", run)
    assert getattr(done.exception, "exit_code", None) == 4 or done.exit_code == 4


def test_another_key_and_another_head_end_with_exit_code_4(signed: Path, tmp_path: Path) -> None:
    call("keys", "new", tmp_path / "k.pem")
    assert call("verify", signed / "b.zip", "--key", tmp_path / "k.pub").exit_code == 4
    assert call("verify", signed / "b.zip", "--head", "0" * 64).exit_code == 4


def test_a_signed_run_is_left_alone(signed: Path) -> None:
    for arguments in (("run", signed / "run"), ("curate", signed / "run"), ("report", signed / "run"),
                      ("check", signed / "run", "--policy", "genai-baseline")):  # fmt: skip
        assert "this run is signed" in str(refusal(*arguments))
    assert call("verify", signed / "run").exit_code == 0


def test_whoever_attests_on_a_signed_run_is_told_that_a_new_judgement_voids_the_sign_off(
    signed: Path, tmp_path: Path
) -> None:
    run = shutil.copytree(signed / "run", tmp_path / "run")
    done = call("attest", run, "H15", "--person", "P", "--role", "board", "--statement", "looked at", "--evidence",
                "minutes.pdf", "-p", "genai-baseline")  # fmt: skip
    assert done.exit_code == 0 and "'headwater check --again'" in done.output and "voids the sign-off" in done.output


def test_check_again_voids_the_sign_off(signed: Path, tmp_path: Path) -> None:
    run = shutil.copytree(signed / "run", tmp_path / "run")
    call("check", run, "--policy", "genai-baseline", "--again", "--quiet")
    done = call("verify", run)
    assert done.exit_code == 4 and "VOID" in done.output
    assert "changed or missing since it was signed: evidence.jsonl" in (run / "report.html").read_text("utf-8")


def test_a_config_that_was_edited_is_not_signed(finished: Path, signed: Path, tmp_path: Path) -> None:
    run = shutil.copytree(finished, tmp_path / "run")
    text = (run / "config.yaml").read_text()
    (run / "config.yaml").write_text(text.replace("near-duplicates", "exact-duplicates"))
    error = refusal("sign", run, "--key", signed / "anna.pem", "--name", "A", "--role", "r", "--decision", "go")
    assert error.exit_code == 4 and "edited after the run" in str(error)


def test_the_ledger_is_printed_and_its_head(signed: Path) -> None:
    assert call("ledger", signed / "run", "--head").stdout.strip() == head(signed / "run")
    printed = call("ledger", signed / "run").stdout
    assert all(one.event in printed for one in read_ledger(signed / "run"))


def test_a_sign_off_that_lacks_something_is_refused(signed: Path) -> None:
    assert "--name, --decision missing" in str(refusal("sign", signed / "run", "--key", "k", "--role", "r"))
