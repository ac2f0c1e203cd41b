import json
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import csv, parquet

from headwater.core import ConfigError, InputError
from headwater.curate import read_source

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4) * 20
COLOUR = np.stack([GREY, GREY[::-1], 255 - GREY], axis=2)


def save(pixels: np.ndarray, path: Path, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def pixels(row: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(row["image"], np.uint8).reshape(row["height"], row["width"], row["channels"])


def png_header(width: int, height: int) -> bytes:
    """A PNG whose header claims a size and whose only data are a few zero bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_pixels_are_stored_row_by_row(tmp_path: Path, read: Any) -> None:
    save(COLOUR, tmp_path / "a.png")
    (row,), _ = read(read_source("image-folder", path=str(tmp_path)))
    assert np.array_equal(pixels(row), COLOUR)


def test_grey_mode_stores_one_channel(tmp_path: Path, read: Any) -> None:
    save(GREY, tmp_path / "a.png")
    (row,), _ = read(read_source("image-folder", path=str(tmp_path), mode="L"))
    assert np.array_equal(pixels(row), GREY[:, :, None])


def test_folder_of_the_image_is_its_label(tmp_path: Path, read: Any) -> None:
    save(GREY, tmp_path / "pets" / "cat" / "young" / "a.png")
    save(GREY, tmp_path / "pets" / "b.png")
    rows, _ = read(read_source("image-folder", path=str(tmp_path / "pets")))
    assert [(row["groups"], row["attributes"]) for row in rows] == [
        ({}, {"image.metadata": "none", "locator": "b.png"}),
        ({"label": "cat"}, {"image.metadata": "none", "label": "cat", "locator": "cat/young/a.png"}),
    ]
    assert {row["source"] for row in rows} == {"pets"}


def test_size_crops_to_the_middle_square_and_scales(tmp_path: Path, read: Any) -> None:
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 200
    save(wide, tmp_path / "a.png")
    (row,), _ = read(read_source("image-folder", path=str(tmp_path), size=5))
    assert np.array_equal(pixels(row), np.full((5, 5, 3), 200))


def test_transparent_pixels_become_white(tmp_path: Path, read: Any) -> None:
    save(np.zeros((2, 2, 4), np.uint8), tmp_path / "a.png")
    (row,), _ = read(read_source("image-folder", path=str(tmp_path)))
    assert np.array_equal(pixels(row), np.full((2, 2, 3), 255))


def test_sixteen_bit_images_are_scaled_and_not_clipped(tmp_path: Path, read: Any) -> None:
    save(np.array([[0, 256, 32768, 65535]], np.uint16), tmp_path / "a.png")
    (row,), _ = read(read_source("image-folder", path=str(tmp_path), mode="L"))
    assert pixels(row).ravel().tolist() == [0, 1, 128, 255]


def test_image_is_turned_upright_by_its_exif_orientation(tmp_path: Path, read: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    save(COLOUR, tmp_path / "a.png", exif=exif)
    (row,), _ = read(read_source("image-folder", path=str(tmp_path)))
    assert np.array_equal(pixels(row), np.rot90(COLOUR, -1))


def test_truncated_image_is_rejected(tmp_path: Path, read: Any) -> None:
    path = save(np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8), tmp_path / "a.png")
    path.write_bytes(path.read_bytes()[:2000])
    save(GREY, tmp_path / "b.png")
    rows, rejected = read(read_source("image-folder", path=str(tmp_path)))
    assert (len(rows), [(row.locator, row.rule) for row in rejected]) == (1, [("a.png", "damaged-image")])


@pytest.mark.parametrize("side", [6_000, 20_000, 60_000])
def test_decompression_bomb_is_rejected_from_its_header_with_both_numbers(tmp_path: Path, read: Any, side: int) -> None:
    (tmp_path / "bomb.png").write_bytes(png_header(side, side))
    rows, rejected = read(read_source("image-folder", path=str(tmp_path)))
    assert rows == []
    assert [(row.rule, row.measured, row.limit) for row in rejected] == [("too-many-pixels", side * side, 32_000_000)]


@pytest.mark.parametrize("content", [b"", b"plain text", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_file_that_is_no_image_is_rejected(tmp_path: Path, read: Any, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    rows, rejected = read(read_source("image-folder", path=str(tmp_path)))
    assert rows == [] and [row.rule for row in rejected] in (["not-an-image"], ["damaged-image"], ["empty-file"])


def test_file_over_the_limit_is_rejected_unread(tmp_path: Path, read: Any) -> None:
    save(GREY, tmp_path / "a.png")
    _, rejected = read(read_source("image-folder", path=str(tmp_path), maximum_bytes=10))
    assert [(row.rule, row.limit) for row in rejected] == [("file-too-large", 10)]


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "gif", "webp", "tiff", "ppm"])
def test_every_format_that_the_docs_name_is_read(tmp_path: Path, read: Any, suffix: str) -> None:
    save(COLOUR, tmp_path / f"a.{suffix}")
    rows, rejected = read(read_source("image-folder", path=str(tmp_path)))
    assert ([(row["height"], row["width"], row["channels"]) for row in rows], rejected) == ([(3, 4, 3)], [])


def test_same_bytes_in_another_shape_are_another_content(tmp_path: Path, read: Any) -> None:
    save(np.zeros((2, 8), np.uint8), tmp_path / "a.png")
    save(np.zeros((4, 4), np.uint8), tmp_path / "b.png")
    first, second = read(read_source("image-folder", path=str(tmp_path), mode="L"))[0]
    assert first["image"] == second["image"] and first["id"].split("-")[0] != second["id"].split("-")[0]


@pytest.mark.parametrize("size", [0, 5000])
def test_size_out_of_range_is_refused(tmp_path: Path, size: int) -> None:
    save(GREY, tmp_path / "a.png")
    with pytest.raises(ConfigError, match="size"):
        read_source("image-folder", path=str(tmp_path), size=size)


def test_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file in this folder"):
        read_source("image-folder", path=str(tmp_path))


def put(root: Path, *names: str) -> None:
    for number, name in enumerate(names):
        save(np.full((4, 4), 10 * number, np.uint8), root / name)


def told(rows: list[dict[str, Any]], *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row["attributes"].get(key) for key in keys) for row in rows]


def test_folders_of_splits_name_the_split_and_the_next_ones_the_label(tmp_path: Path, read: Any) -> None:
    put(tmp_path, "Test/cat/a.png", "train/cat/b.png", "train/dog/c.png", "val/d.png")
    (tmp_path / "README.md").write_text("about")
    rows, rejected = read(read_source("image-folder", path=str(tmp_path)))
    assert told(rows, "split", "label") == [
        ("test", "cat"), ("train", "cat"), ("train", "dog"), ("validation", None)
    ]  # fmt: skip
    assert [row["groups"] for row in rows] == [{"label": "cat"}, {"label": "cat"}, {"label": "dog"}, {}]
    assert [row.rule for row in rejected] == ["not-an-image"]


def test_class_that_is_called_test_beside_other_classes_is_no_split(tmp_path: Path, read: Any) -> None:
    put(tmp_path, "test/a.png", "cat/b.png")
    assert told(read(read_source("image-folder", path=str(tmp_path)))[0], "split", "label") == [
        (None, "cat"), (None, "test")
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_metadata_file_gives_caption_label_split_licence_and_groups(tmp_path: Path, read: Any, kind: str) -> None:
    put(tmp_path, "a.png", "sub/b.png")
    row = {"file_name": "sub/b.png", "text": "a <cat>", "label": "cat", "split": "test", "license": "mit", "sex": "f"}
    table = pa.Table.from_pylist([row])
    if kind == "csv":
        csv.write_csv(table, tmp_path / "metadata.csv")
    elif kind == "jsonl":
        (tmp_path / "metadata.jsonl").write_text(json.dumps(row))
    else:
        parquet.write_table(table, tmp_path / "metadata.parquet")
    rows, rejected = read(read_source("image-folder", path=str(tmp_path), groups=["sex"]))
    assert rejected == []
    assert told(rows, "caption", "label", "split") == [(None, None, None), ("a <cat>", "cat", "test")]
    assert [(row["licence"], row["groups"]) for row in rows] == [
        ("unknown", {}), ("MIT", {"label": "cat", "sex": "f"})
    ]  # fmt: skip
    assert {row["source"] for row in rows} == {tmp_path.name}


def test_row_of_a_metadata_file_that_fits_no_image_is_rejected_with_its_line(tmp_path: Path, read: Any) -> None:
    put(tmp_path, "train/a.png")
    lines = ["file_name,text", "a.png,one", "a.png,two", "../../secret.png,three", "b.png", ",five"]
    (tmp_path / "train" / "metadata.csv").write_text("\n".join(lines))
    rows, rejected = read(read_source("image-folder", path=str(tmp_path)))
    assert told(rows, "caption") == [("one",)]
    assert sorted((row.locator, row.rule) for row in rejected) == [
        ("train/metadata.csv:3", "repeated-image"),
        ("train/metadata.csv:4", "no-such-image"),
        ("train/metadata.csv:5", "wrong-number-of-columns"),
        ("train/metadata.csv:6", "no-such-image"),
    ]


def test_metadata_file_without_file_names_ends_in_a_sentence(tmp_path: Path, read: Any) -> None:
    put(tmp_path, "a.png")
    (tmp_path / "metadata.csv").write_text("name\na.png\n")
    with pytest.raises(InputError, match="file_name"):
        read(read_source("image-folder", path=str(tmp_path)))


def test_values_of_metadata_are_kept_only_when_asked_for(tmp_path: Path, read: Any) -> None:
    exif = Image.Exif()
    exif[0x013B], exif[0x0110] = "Erika Musterfrau", "Phone 9"
    save(COLOUR, tmp_path / "a.jpg", exif=exif)
    (plain,), _ = read(read_source("image-folder", path=str(tmp_path)))
    (full,), _ = read(read_source("image-folder", path=str(tmp_path), metadata="values"))
    assert plain["attributes"]["image.metadata"] == "names device" and "Erika" not in str(plain)
    assert full["attributes"]["metadata.names"] == "Erika Musterfrau"


def test_evidence_of_a_damaged_picture_does_not_hold_its_metadata(tmp_path: Path, read: Any) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Erika Musterfrau"
    path = save(np.random.default_rng(0).integers(0, 256, (50, 50, 3), np.uint8), tmp_path / "a.jpg", exif=exif)
    path.write_bytes(path.read_bytes()[:700])
    _, (bad,) = read(read_source("image-folder", path=str(tmp_path)))
    assert bad.rule == "damaged-image" and b"Erika" not in bad.content
