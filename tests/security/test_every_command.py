"""Every command, over a hostile run, in a process that cannot connect anywhere.

No command looks for a network, none prints a character that a terminal obeys, and none prints or writes personal data,
keys or secrets of the corpus or of the environment.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.main import get_command

from headwater.curate import redact
from headwater.pipeline.cli import app
from headwater.reports import EXPORTERS
from headwater.reports.signing.bundle import unpack

from .conftest import logged
from .project import CANARIES, ESCAPES, SCRIPT, SECRET, SPOKEN, environment

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
FIRST, SECOND = "runs/first", "runs/second"
SCRIPT_FOLDER = f"{SCRIPT} {ESCAPES}".replace("/", "|")
COMMANDS: dict[str, list[str]] = {
    "help": ["--help"],
    "version": ["--version"],
    "list": ["list"],
    "explain": ["explain", "near-duplicates"],
    "init": ["init", "new.yaml"],
    "run, again": ["run", "run.yaml", "--out", SECOND],
    "run, dry": ["run", "run.yaml", "--dry-run", "--rows", "50"],
    "curate": ["curate", "run.yaml", "--out", "runs/curated"],
    "audit": ["audit", "corpus.jsonl", "--out", "runs/audited"],
    "calibrate": ["calibrate", "run.yaml", "--out", "calibrated", "--documents", "60"],
    "train": ["train", "run.yaml", "--out", SECOND],
    "sample": ["sample", "run.yaml", "--out", SECOND],
    "sample a prompt": ["sample", FIRST, "--prompt", f"river {ESCAPES[:20]}", "--max-new-tokens", "8"],
    "evaluate": ["evaluate", FIRST, "--metric", "distinct-n", "--out", "scored"],
    "report": ["report", SECOND, "--language", "de"],
    "check": ["check", FIRST, "--policy", "genai-baseline"],
    "check, as JSON": ["check", FIRST, "--policy", "genai-baseline", "--json"],
    "attest": ["attest", FIRST, "H01", "--person", ESCAPES, "--role", "|x|\n# h", "--statement", "<b>a</b>",
               "--evidence", "javascript:1"],
    "check, attested": ["check", FIRST, "--policy", "genai-baseline"],
    "export": ["export", FIRST],
    "history": ["history", "runs"],
    "history, as JSON": ["history", "runs", "--json"],
    "history of a metric": ["history", "runs", "--metric", "perplexity"],
    "history, rebuilt": ["history", "runs", "--rebuild"],
    "history, checked": ["history", "runs", "--check"],
    "status": ["status", "runs"],
    "status, as JSON": ["status", "runs", "--json"],
    "trend": ["trend", "runs", "--out", "trend.html", "--title", SCRIPT + ESCAPES],
    "jobs check": ["jobs", "check", "jobs.yaml"],
    "jobs emit": ["jobs", "emit", "jobs.yaml", "--systemd", "--cron", "--out", "emitted"],
    "jobs emit, printed": ["jobs", "emit", "jobs.yaml", "--kubernetes"],
    "jobs list": ["jobs", "list", "jobs.yaml"],
    "diff": ["diff", FIRST, SECOND, "--html", "diff.html", "--markdown", "diff.md"],
    "compare": ["compare", FIRST, SECOND, "--html", "compared.html"],
    "trace": ["trace", FIRST, "river water " + " ".join(SPOKEN[:2])],
    "trace, as JSON": ["trace", FIRST, "river water", "--json"],
    "trace a finding": ["trace", FIRST, "HW-A002"],
    "trace a source": ["trace", FIRST, "--source", "source-1"],
    "trace a step": ["trace", FIRST, "--step", "1"],
    "index": ["index", FIRST],
    "replay": ["replay", FIRST],
    "erase": ["erase", FIRST, "--match", "river water", "--dry-run"],
    "remedy": ["remedy", FIRST, "HW-A002", "--dry-run"],
    "keys": ["keys", "new", "anna.pem"],
    "keys for models": ["keys", "new", "model.pem", "--model"],
    "sign-model": ["sign-model", FIRST, "--key", "model.pem"],
    "sign": ["sign", FIRST, "--key", "anna.pem", "--name", f"Anna {ESCAPES[:6]}".strip(), "--role", "risk",
             "--decision", "no-go", "--statement", "as measured", "--bundle", "release.zip"],
    "verify": ["verify", FIRST, "--key", "anna.pub"],
    "verify a bundle": ["verify", "release.zip"],
    "bundle": ["bundle", FIRST, "--out", "second.zip"],
    "ledger": ["ledger", FIRST],
    "ledger, as JSON": ["ledger", FIRST, "--json"],
    "jobs run-due": ["jobs", "run-due", "jobs.yaml"],
}  # fmt: skip
LEFT_OUT = {
    "serve": "may answer on this machine; see tests/security/test_wire.py",
    "models serve": "may answer on this machine; see tests/models/serving",
    "jobs loop": "calls run-due until it is stopped",
    "demo": "run on the installed packages: minutes",
}
DATA = ("corpus", "removed", "samples", "checkpoint", "index", "drawn")
"""Folders of a run that hold texts on purpose; docs/concepts/privacy.md says so."""


@pytest.fixture(scope="module")
def swept(hostile_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project over which every command went, and what each printed, in ``said/NAME``."""
    folder = Path(shutil.copytree(hostile_project, tmp_path_factory.mktemp("swept") / "project"))
    (folder / "said").mkdir()
    shutil.copytree(folder / FIRST, folder / SECOND)
    shutil.copytree(folder / FIRST, folder / f"runs/{SCRIPT_FOLDER}")
    (folder / "commands.json").write_text(json.dumps(COMMANDS), "utf-8")
    sweep = Path(__file__).parent / "sweep.py"
    command = [sys.executable, "-P", str(sweep), "commands.json", "said"]
    subprocess.run(command, cwd=folder, env=environment(logged(folder)), check=True, timeout=900)
    (folder / "commands.json").unlink()
    return folder


def said_by(folder: Path, name: str) -> tuple[int, str]:
    code, _, text = (folder / "said" / name).read_bytes().decode("utf-8").partition("\n")
    return int(code), text


def test_no_command_is_left_out() -> None:
    found = set(leaves(get_command(app), ()))
    covered = {name for name in found for arguments in COMMANDS.values() if arguments[: len(name)] == list(name)}
    assert {" ".join(name) for name in found - covered} == set(LEFT_OUT)


def leaves(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield path
    for name, one in (below or {}).items():
        yield from leaves(one, (*path, name))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_does_its_work(swept: Path, name: str) -> None:
    code, text = said_by(swept, name)
    assert "Traceback" not in text, text
    assert code in (0, 1, 3, 5) and "headwater: " not in text.replace("headwater: signed", ""), text


def test_no_command_looks_for_a_network(swept: Path) -> None:
    assert not (swept / "connections.txt").exists(), (swept / "connections.txt").read_text("utf-8")


def test_the_wall_around_the_network_stands(tmp_path: Path) -> None:
    """Without this the test above could not fail."""
    for line in ("socket.create_connection(('127.0.0.1', 9))", "socket.getaddrinfo('example.org', 80)"):
        told = subprocess.run(
            [sys.executable, "-P", "-c", f"import socket; {line}"], env=environment(logged(tmp_path)), check=False,
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert told.returncode == 1 and "a test forbids" in told.stderr
    assert len((tmp_path / "connections.txt").read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_prints_what_a_terminal_obeys(swept: Path, name: str) -> None:
    found = OBEYED.search(said_by(swept, name)[1])
    assert found is None, repr(said_by(swept, name)[1][max(0, found.start() - 100) : found.end() + 50])


ECHOED = {"sample a prompt", "trace", "erase"}
"""These print the text that the user gave; personal data in it are the user's own."""


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - ECHOED))
def test_no_command_prints_personal_data_or_secrets(swept: Path, name: str) -> None:
    assert leaked(said_by(swept, name)[1].encode()) == []


def test_the_canaries_are_what_the_detectors_know() -> None:
    assert all(leaked(redact(text).encode()) == [] and leaked(text.encode()) for text in SPOKEN)


def test_no_file_holds_personal_data_or_secrets(swept: Path) -> None:
    """Every byte of every file, outside of the texts themselves and of what the user wrote."""
    own = {"corpus.jsonl", "run.yaml", "config.yaml", "config.json"}
    found = {}
    for path in sorted(path for path in swept.rglob("*") if path.is_file() and path.name not in own):
        parts = path.relative_to(swept).parts
        if not set(DATA) & set(parts) and parts[0] != "said" and (leaks := leaked(content_of(path))):
            found["/".join(parts)] = leaks
    assert found == {}
    assert leaked((swept / "corpus.jsonl").read_bytes()) != []


def content_of(path: Path) -> bytes:
    """The bytes of a file; of a compressed table those of its cells."""
    if path.suffix == ".zip":
        files = unpack(path.read_bytes(), path.name)
        return b"".join(content for name, content in files.items() if name != "config.json")  # what the user wrote
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist()).encode("utf-8", "replace")
    return path.read_bytes()


def leaked(content: bytes) -> list[str]:
    flat = content.replace(b"\\n", b"\n")
    values = {**CANARIES, "environment": SECRET}
    return [name for name, heart in values.items() if heart.encode() in flat]


def test_exports_hold_nothing_that_others_obey(swept: Path) -> None:
    """No control character, no direction override, in any format."""
    files = sorted((swept / FIRST / "exports").iterdir())
    assert len(files) == len(EXPORTERS.names())
    for path in files:
        found = OBEYED.search(path.read_text("utf-8"))
        assert found is None, (path.name, repr(found and found.string[found.start() - 80 : found.end() + 20]))


PAGES = ["runs/first/report.html", "runs/second/report.html", "trend.html", "diff.html", "compared.html"]
CHROMIUM = shutil.which("chromium")


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt install chromium")
@pytest.mark.parametrize("wall", ["both", "policy only"])
def test_nothing_from_the_corpus_runs_in_a_page(swept: Path, tmp_path: Path, wall: str) -> None:
    """As it is written, and with markup put where a lost escape would let it through: then the policy alone holds."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name in PAGES:
            content = (swept / name).read_text("utf-8")
            assert SCRIPT not in content, name
            assert "__xss" in content or name in ("diff.html", "compared.html"), (
                name
            )  # or else nothing hostile was put to the test
            if wall != "both":
                content = content.replace("</h1>", f"</h1>{SCRIPT}", 1)
                assert SCRIPT in content
            (tmp_path / "page.html").write_text(content, "utf-8")
            page = browser.new_page()
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto((tmp_path / "page.html").as_uri())
            page.wait_for_timeout(200)
            assert page.evaluate("window.__xss") is None, name
            assert [url for url in asked if not url.startswith(("file:", "data:"))] == [], name
            page.close()
        browser.close()


def test_no_file_can_be_written_by_everybody(swept: Path) -> None:
    open_to_all = [path for path in swept.rglob("*") if path.lstat().st_mode & 0o002 and not path.is_symlink()]
    assert open_to_all == []
    for name in ("anna.pem", "model.pem"):
        assert (swept / name).stat().st_mode & 0o777 == 0o600
