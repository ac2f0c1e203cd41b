"""Every reader against every damage: what goes in is kept or removed with a reason, or one clear error says why not."""

import bz2
import gzip
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pypdf
import pytest
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from headwater.core import Corpus, InputError
from headwater.curate import curate, read_source
from headwater.curate.sources import files

TEXTS = [f"Rivers rise in the hills of the land number {number}." for number in range(40)]


def _table(texts: list[str]) -> pa.Table:
    return pa.table({"text": pa.array(texts, pa.string())})


def _arrow(texts: list[str], stream: bool) -> bytes:
    held, table = pa.BufferOutputStream(), _table(texts)
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(held, table.schema) as writer:
        writer.write_table(table, max_chunksize=10)
    return held.getvalue().to_pybytes()


def _parquet(texts: list[str]) -> bytes:
    held = io.BytesIO()
    pq.write_table(
        _table(texts), held, row_group_size=10, write_page_checksum=True, use_dictionary=False, compression="none"
    )
    return held.getvalue()


def _warc(texts: list[str]) -> bytes:
    held = io.BytesIO()
    writer = WARCWriter(held, gzip=False)
    for number, text in enumerate(texts):
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/plain")], protocol="HTTP/1.1")
        payload = io.BytesIO(text.encode())
        url = f"https://a.example/{number}"
        writer.write_record(writer.create_warc_record(url, "response", payload=payload, http_headers=headers))
    return held.getvalue()


def _pdf(texts: list[str]) -> bytes:
    writer, held = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(held)
    return held.getvalue()


Make = Callable[[list[str]], bytes]
ROWS: dict[str, tuple[str, Make]] = {
    "csv": ("csv", lambda texts: "\n".join(["text", *texts, ""]).encode()),
    "tsv": ("csv", lambda texts: "\n".join(["text\tn", *(f"{text}\t1" for text in texts), ""]).encode()),
    "json": ("json", lambda texts: json.dumps([{"text": text} for text in texts]).encode()),
    "jsonl": ("jsonl", lambda texts: "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()),
    "warc": ("warc", _warc),
}
COLUMNS: dict[str, tuple[str, Make]] = {
    "arrow": ("arrow", lambda texts: _arrow(texts, False)),
    "arrows": ("arrow", lambda texts: _arrow(texts, True)),
    "parquet": ("parquet", _parquet),
}
WHOLE: dict[str, tuple[str, Make]] = {
    "html": ("html", lambda texts: "".join(f"<p>{text}</p>" for text in texts).encode()),
    "md": ("markdown", lambda texts: "\n\n".join(texts).encode()),
    "pdf": ("pdf", _pdf),
    "txt": ("text", lambda texts: "\n".join(texts).encode()),
}
ALL = ROWS | COLUMNS | WHOLE
PACKED = ROWS | WHOLE
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
    "bz2": bz2.compress,
}


def write(folder: Path, ending: str, content: bytes, name: str = "a") -> Path:
    path = folder / f"{name}.{ending}"
    path.write_bytes(content)
    return path


def source_of(path: Path, ending: str) -> Any:
    return read_source(ALL[ending.split(".")[0]][0], path=str(path))


@pytest.mark.parametrize("ending", ROWS | COLUMNS)
def test_whole_file_gives_every_row(tmp_path: Path, read: Any, ending: str) -> None:
    rows, rejected = read(source_of(write(tmp_path, ending, ALL[ending][1](TEXTS)), ending))
    assert ([row["text"] for row in rows], rejected) == (TEXTS, [])


@pytest.mark.parametrize("pack", PACK)
@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_compressed_file_that_is_cut_off_is_an_error_that_names_it(
    tmp_path: Path, read: Any, ending: str, pack: str, share: float
) -> None:
    content = PACK[pack](PACKED[ending][1](TEXTS))
    path = write(tmp_path, f"{ending}.{pack}", content[: max(5, int(len(content) * share) - 1)])
    with pytest.raises(InputError, match=rf"a\.{ending}\.{pack}: "):
        read(source_of(path, ending))


@pytest.mark.parametrize("pack", PACK)
def test_second_member_of_a_compressed_file_is_read_too(tmp_path: Path, read: Any, pack: str) -> None:
    halves = [PACK[pack](ROWS["jsonl"][1](part)) for part in (TEXTS[:20], TEXTS[20:])]
    rows, _ = read(source_of(write(tmp_path, f"jsonl.{pack}", b"".join(halves)), "jsonl"))
    assert [row["text"] for row in rows] == TEXTS


@pytest.mark.parametrize("ending", COLUMNS)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_columnar_file_that_is_cut_off_is_an_error_that_names_it(
    tmp_path: Path, read: Any, ending: str, share: float
) -> None:
    content = COLUMNS[ending][1](TEXTS)
    with pytest.raises(InputError, match=rf"a\.{ending}: "):
        read(source_of(write(tmp_path, ending, content[: int(len(content) * share)]), ending))


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "tsv", "warc"])
@pytest.mark.parametrize("damage", [b"\xff\xfe", b"\0", b"\xed\xa0\x80"])
def test_bad_bytes_in_a_row_reach_that_row_only(tmp_path: Path, read: Any, ending: str, damage: bytes) -> None:
    content = ROWS[ending][1](TEXTS).replace(b"number 7.", b"number" + damage.ljust(3, b"."))
    rows, rejected = read(source_of(write(tmp_path, ending, content), ending))
    assert len(rows) + len(rejected) == len(TEXTS)
    assert {row["text"] for row in rows} >= set(TEXTS) - {TEXTS[7]}
    assert all(row.rule and row.evidence and row.locator for row in rejected)


def test_flipped_bit_in_a_page_with_a_checksum_is_noticed(tmp_path: Path, read: Any) -> None:
    content = _parquet(TEXTS).replace(b"number 27.", b"number 26.")
    assert (
        pq.read_table(io.BytesIO(content)).column("text")[27].as_py().endswith("26.")
    )  # the library by itself reads on
    with pytest.raises(InputError, match="a.parquet: not a readable Parquet file"):
        read(source_of(write(tmp_path, "parquet", content), "parquet"))


@pytest.mark.parametrize("ending", ROWS | WHOLE)
def test_empty_shard_among_others_is_no_loss_of_the_others(tmp_path: Path, read: Any, ending: str) -> None:
    texts = TEXTS[:3] if ending != "pdf" else [""]
    for name, content in (("a", ALL[ending][1](texts)), ("b", b""), ("c", ALL[ending][1](texts))):
        write(tmp_path, ending, content, name)
    rows, rejected = read(source_of(tmp_path, ending))
    found = {row["source"] for row in rows} | {row.source for row in rejected}
    assert found in ({f"a.{ending}", f"c.{ending}"}, {"a.example"})
    assert len(rows) + len(rejected) == (2 * len(texts) if ending in ROWS else 2)


@pytest.mark.parametrize("ending", COLUMNS)
def test_empty_columnar_shard_is_read_and_one_of_no_bytes_is_an_error(tmp_path: Path, read: Any, ending: str) -> None:
    write(tmp_path, ending, COLUMNS[ending][1](TEXTS), "a")
    write(tmp_path, ending, COLUMNS[ending][1]([]) if ending != "arrows" else _arrow([], True), "b")
    assert len(read(source_of(tmp_path, ending))[0]) == len(TEXTS)
    write(tmp_path, ending, b"", "c")
    with pytest.raises(InputError, match=rf"c\.{ending}: "):
        source_of(tmp_path, ending)


@pytest.mark.parametrize("ending", ALL)
def test_file_that_vanishes_after_it_was_hashed_is_an_error(tmp_path: Path, read: Any, ending: str) -> None:
    path = write(tmp_path, ending, ALL[ending][1](TEXTS))
    source = source_of(path, ending)
    source.fingerprint()
    path.unlink()
    with pytest.raises(InputError, match=rf"a\.{ending}: cannot be opened"):
        read(source)


@pytest.mark.parametrize("ending", ALL)
def test_file_that_changes_after_it_was_hashed_is_an_error(tmp_path: Path, read: Any, ending: str) -> None:
    path = write(tmp_path, ending, ALL[ending][1](TEXTS))
    source = source_of(path, ending)
    source.fingerprint()
    path.write_bytes(ALL[ending][1](TEXTS[:-1]))
    os.utime(path, ns=(1, 1))
    with pytest.raises(InputError, match=rf"a\.{ending}: changed while it was read"):
        read(source)


@pytest.mark.parametrize("ending", ALL)
def test_file_without_permission_is_an_error(
    tmp_path: Path, read: Any, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(write(tmp_path, ending, ALL[ending][1](TEXTS)), ending)

    def denied(path: str) -> Any:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(pa, "OSFile", denied)  # the tests may run as root, whom no permission stops
    for attempt in (lambda: read(source), source.fingerprint):
        with pytest.raises(InputError, match=rf"a\.{ending}: cannot be opened .Permission denied.; check"):
            attempt()


@pytest.mark.parametrize("pattern", ["", "**/*.jsonl", "*/*.jsonl"])
def test_folder_that_cannot_be_listed_is_an_error(
    tmp_path: Path, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, "jsonl", b'{"text": "a"}\n')
    scandir = os.scandir

    def denied(path: Any = ".") -> Any:
        if Path(os.fsdecode(path)).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(InputError, match="closed: cannot be listed .Permission denied."):
        read_source("jsonl", path=str(tmp_path / pattern))


@pytest.mark.parametrize("pattern", ["", "*.jsonl"])
def test_link_to_a_file_that_is_gone_is_an_error(tmp_path: Path, pattern: str) -> None:
    write(tmp_path, "jsonl", b'{"text": "a"}\n')
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "gone.jsonl")
    with pytest.raises(InputError, match="b.jsonl: a link to a file that is gone"):
        read_source("jsonl", path=str(tmp_path / pattern))


def test_pipe_among_the_files_is_an_error_and_no_endless_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "b.jsonl")
    with pytest.raises(InputError, match="b.jsonl: not a regular file"):
        read_source("jsonl", path=str(tmp_path))


@pytest.mark.parametrize("pack", ["gz", "zst"])
def test_bomb_is_an_error_before_it_unfolds(
    tmp_path: Path, read: Any, pack: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "UNSUSPECTED_BYTES", 4 << 20)
    path = write(tmp_path, f"txt.{pack}", PACK[pack](bytes(64 << 20)))
    with pytest.raises(InputError, match="as a decompression bomb does"):
        read(source_of(path, "txt"))


def test_text_that_packs_well_is_no_bomb(tmp_path: Path, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "UNSUSPECTED_BYTES", 1 << 20)
    content = "".join(f'{{"text": "{text} {number}"}}\n' for number in range(1_000) for text in TEXTS).encode()
    path = write(tmp_path, "jsonl.gz", gzip.compress(content))
    assert len(content) > 2 << 20
    assert len(read(source_of(path, "jsonl"))[0]) == 40_000


@pytest.mark.parametrize("ending", [ending for ending in ROWS | COLUMNS if ending != "warc"])
def test_rows_in_are_rows_kept_and_removed_of_a_whole_run(tmp_path: Path, ending: str) -> None:
    texts = [*TEXTS, "", TEXTS[0]]
    path = write(tmp_path, ending, ALL[ending][1](texts))
    report = curate(source_of(path, ending), [], tmp_path / "out")
    kept, removed = Corpus(tmp_path / "out/corpus"), Corpus(tmp_path / "out/removed")
    blank = ending == "csv"  # a blank line of a file with one column is no row, as everywhere
    assert len(kept) + len(removed) == report.facts["documents in"] == len(texts) - blank
