import subprocess
import sys
from pathlib import Path

import pytest

from headwater.core import IntegrityError, TemporaryError
from headwater.pipeline.stages import StageCache, locked


def writer(path: Path, text: str, calls: list[str]):
    def work() -> None:
        calls.append(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return work


def test_an_unchanged_stage_is_not_run_twice(tmp_path: Path) -> None:
    calls: list[str] = []
    for _ in range(2):
        StageCache(tmp_path).run_stage("curate", "k1", ["out"], writer(tmp_path / "out/a", "x", calls))
    assert calls == ["x"]


def test_another_key_deletes_what_the_old_work_left_and_runs(tmp_path: Path) -> None:
    calls: list[str] = []
    cache = StageCache(tmp_path)
    cache.run_stage("curate", "k1", ["out"], writer(tmp_path / "out/a", "x", calls))
    cache.run_stage("curate", "k2", ["out"], writer(tmp_path / "out/b", "y", calls))
    assert calls == ["x", "y"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b"]


def test_an_altered_output_is_made_again(tmp_path: Path) -> None:
    calls: list[str] = []
    cache = StageCache(tmp_path)
    cache.run_stage("curate", "k1", ["out"], writer(tmp_path / "out/a", "x", calls))
    (tmp_path / "out/a").write_text("tampered")
    assert cache.run_stage("curate", "k1", ["out"], writer(tmp_path / "out/a", "x", calls))
    assert (tmp_path / "out/a").read_text() == "x"


def test_files_of_the_same_interrupted_work_stay_for_resuming(tmp_path: Path) -> None:
    cache = StageCache(tmp_path)

    def dies() -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out/half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.run_stage("train", "k1", ["out"], dies)
    seen: list[bool] = []
    cache.run_stage("train", "k1", ["out"], lambda: seen.append((tmp_path / "out/half").is_file()))
    assert seen == [True]


def test_transient_files_are_not_in_the_record(tmp_path: Path) -> None:
    cache = StageCache(tmp_path)

    def work() -> None:
        (tmp_path / "out/state").mkdir(parents=True)
        (tmp_path / "out/state/s").write_text("s")
        (tmp_path / "out/weights").write_text("w")

    cache.run_stage("train", "k", ["out"], work, transient=["out/state"])
    assert list(cache.outputs("train")) == ["out/weights"]


def test_a_stage_that_writes_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="without writing"):
        StageCache(tmp_path).run_stage("curate", "k", ["out"], lambda: None)


def test_two_processes_cannot_hold_one_run_folder(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from headwater.pipeline.stages import locked\n"
    code += "with locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None and child.stdout.readline() == "held\n"
        with pytest.raises(TemporaryError, match="another headwater process"), locked(tmp_path):
            pass
    finally:
        child.communicate("")
