"""``headwater models serve`` as a user starts and stops it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.core import InputError, UsageError
from headwater.models import attach, from_callable
from headwater.pipeline.cli import app


@pytest.mark.parametrize("ignored", [False, True], ids=["in front", "in the background"])
def test_it_says_where_it_serves_and_stops_on_ctrl_c(finished: Path, ignored: bool) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if ignored else None  # as a shell starts a background job
    command = [sys.executable, "-P", "-m", "headwater", "models", "serve", str(finished), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    ) as started:
        if before is not None:
            signal.signal(signal.SIGINT, before)
        try:
            assert started.stdout is not None and started.stderr is not None
            line = started.stdout.readline()
            url = line.split()[0]
            assert line.strip().endswith("model run  (Ctrl-C stops)")
            body = json.dumps({"model": "run", "prompt": "the river", "max_tokens": 4}).encode()
            request = urllib.request.Request(f"{url}/completions", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=30) as answer:
                assert json.load(answer)["usage"]["completion_tokens"] <= 4
            started.send_signal(signal.SIGINT)
            _, error = started.communicate(timeout=30)
            assert (started.returncode, error.strip()) == (0, "stopped")
        finally:
            started.kill()


def test_what_cannot_be_served_is_said(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["models", "serve", str(tmp_path)])
    assert isinstance(done.exception, InputError) and "no finished checkpoint" in str(done.exception)
    attach(from_callable(lambda prompt: "", name="parrot"), tmp_path / "checkpoint")
    done = CliRunner().invoke(app, ["models", "serve", str(tmp_path)])
    assert isinstance(done.exception, UsageError)
