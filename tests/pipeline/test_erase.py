"""A planted subject is erased, and the release is searched by means that share nothing with the code that wrote it."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.core import Corpus, IntegrityError, StageReport, UsageError, sha256, sha256_file
from headwater.curate import erasure
from headwater.evaluate import open_subject
from headwater.pipeline.commands import resolve
from headwater.pipeline.config import load_config
from headwater.pipeline.erase import erase
from headwater.pipeline.run import run

NAME = "Ottilie Quandt"
WHEN = "2026-11-25T00:00:00+00:00"
FILLER = "the mill stands by the river and the miller counts his sacks of flour every evening before the lamp goes out"
BIOGRAPHY = f"{NAME} was born near the sea, " + " ".join(f"then{n} she{n} went{n}" for n in range(40))


def texts() -> list[str]:
    """Sixty documents; the subject stands in some, in other spellings, and once only in a copy."""
    rows = [f"Note {number}: {FILLER} for the {number * 7}th time." for number in range(60)]
    rows[5] = f"{FILLER}. Letter from OTTILIE   QUANDT to the mayor."
    rows[17] = f"A word on Ottilie\u2019s mill, then {FILLER}. Ottilie-Quandt wrote it."
    rows[23] = BIOGRAPHY
    rows[30] = f"The miller\u00e2\u20ac\u2122s note: {FILLER} indeed."
    rows[41] = "An introduction that is not hers. " + BIOGRAPHY.replace(NAME, "She")
    rows[42] = rows[5]
    rows[50] = f"Ottilie Quandtner is another person. {FILLER} again."
    return rows


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A curated run without a model; tests must not change it."""
    folder = tmp_path_factory.mktemp("made")
    rows = [{"text": text, "source": f"s{number % 3}"} for number, text in enumerate(texts())]
    (folder / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (folder / "c.yaml").write_text("corpus: {source: jsonl, path: c.jsonl}\ncurate: [unicode, exact-duplicates]\n")
    run(load_config(folder / "c.yaml"), folder / "run", until="curate")
    return folder / "run"


def everything(folder: Path) -> str:
    """All bytes of all files, Parquet ones decoded too, in lower case with other characters as blanks."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.append(path.read_bytes().decode("latin-1"))
            if path.suffix == ".parquet":
                found.append(json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False))
    return re.sub(r"[\W_]+", " ", " ".join(found).lower())


def digests(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in folder.rglob("*") if path.is_file()}


def test_no_trace_of_the_subject_stays_in_any_byte_of_the_release(made: Path, tmp_path: Path) -> None:
    assert "ottilie quandt " in everything(made)
    _, ids = erase(made, erasure.request(strings=[NAME]), tmp_path / "r", tmp_path / "k", time=WHEN)
    after = everything(tmp_path / "r")
    assert "ottilie quandt " not in after
    assert "ottilie quandtner" in after
    assert "then39 she39" not in after
    assert len(ids) == 5
    assert not [name for name in ids if name.replace("-", " ") in after]


def test_kept_edited_removed_quarantined_and_erased_add_up(made: Path, tmp_path: Path) -> None:
    report, _ = erase(made, erasure.request(strings=[NAME]), tmp_path / "r", tmp_path / "k", time=WHEN)
    counts = report.detail["counts"]["main"]
    assert counts == {"in": 60, "kept": 54, "edited": 1, "removed": 0, "quarantined": 0, "erased": 5}
    corpus, removed = Corpus(tmp_path / "r/corpus"), Corpus(tmp_path / "r/removed")
    corpus.verify()
    removed.verify()
    assert len(corpus) + len(removed) + counts["erased"] == 60
    assert corpus.manifest.counts["erased"] == 5


def test_the_source_run_is_not_changed(made: Path, tmp_path: Path) -> None:
    before = digests(made)
    erase(made, erasure.request(strings=[NAME]), tmp_path / "r", tmp_path / "k", time=WHEN)
    assert {name: digest for name, digest in digests(made).items() if name != ".lock"} == {
        name: digest for name, digest in before.items() if name != ".lock"
    }


def test_the_proof_names_every_file_before_and_after(made: Path, tmp_path: Path) -> None:
    report, _ = erase(made, erasure.request(strings=[NAME]), tmp_path / "r", tmp_path / "k", time=WHEN)
    proof = report.detail
    assert {name: sha256_file(made / name) for name in proof["files_before"]} == proof["files_before"]
    assert {name: sha256_file(tmp_path / "r" / name) for name in proof["files_after"]} == proof["files_after"]
    assert "corpus/part-00000.parquet" in proof["files_changed"]
    assert proof["time"] == WHEN
    assert StageReport.load(tmp_path / "r/erasure.json").to_json() == report.to_json()


def test_an_id_is_erased_with_its_exact_and_near_copies(made: Path, tmp_path: Path) -> None:
    corpus = Corpus(made / "corpus")
    texts_by_id = dict(zip(corpus.ids(), corpus.column("text").to_pylist(), strict=True))
    (biography,) = [name for name, text in texts_by_id.items() if text == BIOGRAPHY]
    (copy,) = [name for name, text in texts_by_id.items() if text.startswith("An introduction")]
    wanted = erasure.request([biography])
    _, both = erase(made, wanted, tmp_path / "a", tmp_path / "k", time=WHEN)
    _, one = erase(made, wanted, tmp_path / "b", tmp_path / "k", time=WHEN, copies=False)
    assert (both, one) == ({biography, copy}, {biography})


def test_a_content_hash_is_found_in_kept_and_removed_rows(made: Path, tmp_path: Path) -> None:
    (tmp_path / "sums").write_text(sha256(texts()[5].encode()) + "\n")
    _, ids = erase(made, erasure.request(hashes=tmp_path / "sums"), tmp_path / "r", tmp_path / "k", time=WHEN)
    assert {name.split("-")[0] for name in ids} == {sha256(texts()[5].encode())[:16]}
    assert len(ids) == 2


def test_the_same_request_again_is_verified_and_changes_nothing(made: Path, tmp_path: Path) -> None:
    wanted = erasure.request(strings=[NAME])
    erase(made, wanted, tmp_path / "r", tmp_path / "k", time=WHEN)
    before = digests(tmp_path / "r")
    erase(made, erasure.request(strings=["ottilie QUANDT"]), tmp_path / "r", tmp_path / "k", time="later")
    assert digests(tmp_path / "r") == before
    with pytest.raises(UsageError, match="another request"):
        erase(made, erasure.request(strings=["river"]), tmp_path / "r", tmp_path / "k", time=WHEN)


def test_the_same_key_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        erase(made, erasure.request(strings=[NAME]), tmp_path / name, tmp_path / "k", time=WHEN)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_a_dry_run_writes_nothing(made: Path, tmp_path: Path) -> None:
    report, ids = erase(made, erasure.request(strings=[NAME]), tmp_path / "r", tmp_path / "k", time=WHEN, dry_run=True)
    assert len(ids) == 5 and report.facts["Documents erased"] == 5
    assert list(tmp_path.iterdir()) == []


def test_a_corpus_folder_alone_can_be_patched(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "corpus", tmp_path / "corpus")
    _, ids = erase(tmp_path / "corpus", erasure.request(strings=[NAME]), tmp_path / "r", tmp_path / "k", time=WHEN)
    assert len(ids) == 4
    assert "ottilie quandt " not in everything(tmp_path / "r")
    assert len(Corpus(tmp_path / "r/corpus")) == len(Corpus(made / "corpus")) - 4


def test_a_damaged_source_is_refused(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "run")
    shard = tmp_path / "run/corpus/part-00000.parquet"
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")
    with pytest.raises(IntegrityError, match="part-00000"):
        erase(tmp_path / "run", erasure.request(strings=[NAME]), tmp_path / "r", tmp_path / "k", time=WHEN)
    assert not (tmp_path / "r").exists()


def test_a_release_that_keeps_a_trace_is_not_published(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "patch_table", _copy)
    with pytest.raises(IntegrityError, match="would still hold a trace"):
        erase(made, erasure.request(strings=[NAME]), tmp_path / "r", tmp_path / "k", time=WHEN)
    assert [path.name for path in tmp_path.iterdir()] == ["k"]


def _copy(source: Path, target: Path, *_: object) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return 0


def test_a_release_inside_the_run_is_refused(made: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot lie in what it is made from"):
        erase(made, erasure.request(strings=[NAME]), made / "r", tmp_path / "k", time=WHEN)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\x00b", "*", "'; DROP TABLE"])
def test_an_id_that_looks_like_a_path_is_only_an_id(made: Path, tmp_path: Path, name: str) -> None:
    report, ids = erase(made, erasure.request([name]), tmp_path / "r", tmp_path / "k", time=WHEN)
    assert ids == frozenset()
    assert "HW-C023" in [finding.code for finding in report.findings]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["k", "r"]


def test_a_long_list_of_strings_is_searched_in_one_pass(made: Path, tmp_path: Path) -> None:
    strings = [f"person {number} nobody" for number in range(20_000)]
    _, ids = erase(made, erasure.request(strings=[*strings, NAME]), tmp_path / "r", tmp_path / "k", time=WHEN)
    assert len(ids) == 5


def test_what_a_model_saw_is_listed_by_step_and_needs_retraining(finished: Path, tmp_path: Path) -> None:
    checkpoint = open_subject(finished).checkpoint
    assert checkpoint is not None
    name = next(known for known in checkpoint.ledger.documents_at(3) if "-" in known)
    report, ids = erase(finished, erasure.request([name]), tmp_path / "r", tmp_path / "k", time=WHEN)
    influence = report.detail["influence"]["main"]
    assert list(checkpoint.ledger.steps_of(name)) in influence["steps_by_document"].values()
    assert [finding.severity for finding in report.findings if finding.code == "HW-C021"] == ["high"]
    states = {part["name"]: part["state"] for part in report.detail["artefacts"]}
    assert states["checkpoint"] == "left out; needs retraining"
    assert {"samples", "index", "evaluation.json", "report.html", "corpus/part-00000.parquet"} <= set(states)
    assert not (tmp_path / "r/checkpoint").exists()


def test_a_sample_that_repeats_an_erased_document_is_counted(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    path = tmp_path / "run/samples/samples.parquet"
    samples, corpus = pq.read_table(path), Corpus(finished / "corpus")
    outputs = samples["output"].to_pylist()
    outputs[0] = "so " + corpus.column("text")[7].as_py()[20:90]
    place = samples.schema.get_field_index("output")
    pq.write_table(samples.set_column(place, samples.schema.field(place), pa.array(outputs, pa.large_string())), path)
    wanted = erasure.request([corpus.ids()[7]])
    report, _ = erase(tmp_path / "run", wanted, tmp_path / "r", tmp_path / "k", time=WHEN, dry_run=True)
    (table,) = [table for table in report.exhibits if table.name == "derived-artefacts"]
    (row,) = [row for row in table.rows if row[1] == "samples"]
    assert row[2] == 1 and "repeat at least 50 bytes" in row[4]


def test_what_comes_back_in_a_later_run_of_the_release_is_removed_again(made: Path, tmp_path: Path) -> None:
    erase(made, erasure.request(strings=[NAME]), tmp_path / "r", tmp_path / "r.key", time=WHEN)
    before = Corpus(tmp_path / "r/corpus").column("text").to_pylist()
    config, folder = resolve(tmp_path / "r", tmp_path / "next")
    run(config, folder, until="curate")
    assert Corpus(folder / "corpus").column("text").to_pylist() == before
    findings = StageReport.load(folder / "curation.json").findings
    assert "HW-C020" in [finding.code for finding in findings]


def test_a_release_is_not_run_in(made: Path, tmp_path: Path) -> None:
    erase(made, erasure.request(strings=[NAME]), tmp_path / "r", tmp_path / "r.key", time=WHEN)
    config, folder = resolve(tmp_path / "r", None)
    with pytest.raises(UsageError, match="is evidence; give --out"):
        run(config, folder, until="curate")


def test_the_command_never_prints_or_stores_the_string(made: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "headwater", "erase", str(made), "--match", "Ottilie Quandt", "--match", "!!"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and "string 2" in done.stderr
    command = [*command[:-2], "--out", "r", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "quandt" not in (done.stdout + done.stderr).lower()
    assert len(json.loads(done.stdout)["ids"]) == 5


def test_a_killed_erasure_leaves_the_run_whole_and_the_same_command_goes_on(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "run")
    before = digests(tmp_path / "run")
    command = [sys.executable, "-m", "headwater", "erase", "run", "--match", NAME, "--out", "r", "--time", WHEN]
    child = subprocess.Popen([*command, "--quiet"], cwd=tmp_path, stdout=subprocess.DEVNULL)
    while child.poll() is None and not list(tmp_path.glob(".r.new.tmp/*")):
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    child.wait()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {name: digest for name, digest in digests(tmp_path / "run").items() if name in before} == before
    assert "ottilie quandt " not in everything(tmp_path / "r")
    assert list(tmp_path.glob(".r.*")) == []
