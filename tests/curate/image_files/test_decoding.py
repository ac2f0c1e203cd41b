import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from headwater.curate.image_files import Decoded, DecodeLimits, Refused, decode

from .conftest import exif, picture, saved

ROOT = Path(__file__).parent.parent.parent.parent


def refusal(content: bytes, **limits: int) -> str:
    found = decode(content, limits=DecodeLimits(**limits))
    assert isinstance(found, Refused) and found.evidence
    return found.rule


def pixels(content: bytes, mode: str = "RGB") -> np.ndarray:
    found = decode(content, mode)  # type: ignore[arg-type]
    assert isinstance(found, Decoded), found
    return found.pixels


def webp_claiming(width: int, height: int) -> bytes:
    """A WebP whose extended header claims a canvas."""
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + (width - 1).to_bytes(3, "little")
    chunk += (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def gif_of(frames: int) -> bytes:
    """An animation of one pixel a picture."""
    head = b"GIF89a" + struct.pack("<HH", 1, 1) + b"\x80\0\0" + bytes(6)
    return head + (b"\x2c" + struct.pack("<HHHH", 0, 0, 1, 1) + b"\0\x02\x02\x44\x01\0") * frames + b";"


def test_webp_canvas_is_refused_before_its_decoder_reserves_it() -> None:
    tracemalloc.start()
    assert refusal(webp_claiming(16_000, 16_000)) == "too-many-pixels"
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_tiff_that_claims_huge_tiles_is_refused() -> None:
    tags = [(256, 4, 1, 8), (257, 4, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (277, 3, 1, 1)]
    tags += [(322, 4, 1, 100_000), (323, 4, 1, 100_000), (324, 4, 1, 8), (325, 4, 1, 64)]
    content = b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags))
    content += b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4) + bytes(64)
    assert refusal(content) == "too-many-pixels"


def test_animation_of_ten_thousand_pictures_is_refused_with_both_numbers() -> None:
    found = decode(gif_of(10_000))
    assert isinstance(found, Refused)
    assert (found.rule, found.measured, found.limit) == ("too-many-frames", 1001, 1000)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_pictures_of_an_animation_are_counted_as_pillow_counts_them(kind: str, tmp_path: Path) -> None:
    shown = [Image.fromarray(picture(seed=seed)) for seed in range(5)]
    shown[0].save(tmp_path / "a", kind, save_all=True, append_images=shown[1:])
    content = (tmp_path / "a").read_bytes()
    found = decode(content)
    assert isinstance(found, Decoded) and found.frames == 5
    assert refusal(content, frames=4) == "too-many-frames"


def test_jpeg_that_asks_for_thousands_of_passes_is_refused() -> None:
    content = saved(picture(), progressive=True)
    start, end = content.rfind(b"\xff\xda"), len(content) - 2
    assert refusal(content[:end] + content[start:end] * 200 + content[end:]) == "too-many-scans"
    assert isinstance(decode(content), Decoded)


def test_png_with_a_text_that_unpacks_to_megabytes_does_not_cost_them() -> None:
    content = saved(picture(), "PNG")
    text = b"zTXtkey\0\0" + zlib.compress(bytes(200 << 20))
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    tracemalloc.start()
    decode(content[:33] + chunk + content[33:])
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\0\0\1\0\1\0", b"8BPS"])
def test_what_is_no_picture_is_refused_with_a_sentence(content: bytes) -> None:
    assert refusal(content) in ("not-an-image", "empty-file")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM"])
def test_no_byte_string_raises(kind: str) -> None:
    content = saved(picture(), kind)
    rng = np.random.default_rng(0)
    for _ in range(60):
        raw = bytearray(content[: rng.integers(1, len(content) + 1)])
        for place in rng.integers(0, len(raw), 8).tolist():
            raw[place] = int(rng.integers(256))
        assert isinstance(decode(bytes(raw)), (Decoded, Refused))


def test_palette_and_cmyk_and_grey_with_alpha_give_three_channels() -> None:
    shown = Image.fromarray(picture())
    for mode, kind in (("P", "PNG"), ("CMYK", "JPEG"), ("LA", "PNG"), ("1", "PNG"), ("L", "JPEG")):
        buffer = io.BytesIO()
        shown.convert(mode).save(buffer, kind)
        assert pixels(buffer.getvalue()).shape == (64, 96, 3)


def test_cmyk_is_turned_into_the_colours_it_prints() -> None:
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    buffer = io.BytesIO()
    red.save(buffer, "JPEG", quality=95)
    assert np.abs(pixels(buffer.getvalue()).reshape(-1, 3).mean(axis=0) - [255, 0, 0]).max() < 3


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_keep_their_upper_eight(kind: str) -> None:
    levels = np.array([[0, 256, 32_768, 65_535]], np.uint16)
    assert pixels(saved(levels, kind), "L").ravel().tolist() == [0, 1, 128, 255]


def test_plain_sixteen_bit_ppm_is_scaled_and_not_clipped() -> None:
    assert pixels(b"P5 2 1 65535\n" + struct.pack(">HH", 256, 65_535), "L").ravel().tolist() == [1, 255]


def test_levels_without_a_range_are_refused_and_not_guessed() -> None:
    assert refusal(saved(np.array([[0.5, 2.0]], np.float32), "TIFF")) == "unknown-range"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_ends_upright(orientation: int) -> None:
    content = saved(picture(), quality=95, exif=exif(orientation=orientation))
    plain = np.asarray(Image.open(io.BytesIO(saved(picture(), quality=95))))
    turns = {
        1: plain, 2: plain[:, ::-1], 3: plain[::-1, ::-1], 4: plain[::-1], 5: plain.transpose(1, 0, 2),
        6: np.rot90(plain, -1), 7: plain[::-1, ::-1].transpose(1, 0, 2), 8: np.rot90(plain),
    }  # fmt: skip
    assert np.array_equal(pixels(content), turns[orientation])


def test_damaged_exif_does_not_cost_the_picture() -> None:
    assert pixels(saved(picture(), exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")).shape == (64, 96, 3)


def test_images_are_opened_in_one_module_only() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("core", "curate", "models", "evaluate", "reports", "pipeline")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "Image.open(" in path.read_text("utf-8")
    ]
    assert found == ["curate/image_files/decoding.py"]


def test_file_of_millions_of_chunks_is_refused_before_they_are_read() -> None:
    content = saved(picture(), "PNG")
    chunk = struct.pack(">I", 3) + b"tEXta\0b" + struct.pack(">I", zlib.crc32(b"tEXta\0b"))
    assert refusal(content[:33] + chunk * 70_000 + content[33:]) == "too-many-blocks"
    assert refusal(b"\xff\xd8" + b"\xff\xfe\0\2" * 70_000) == "too-many-blocks"


def test_megabytes_of_levels_as_text_are_refused() -> None:
    assert refusal(b"P3 3000 3000 255\n" + b"1 2 3 " * 2_000_000) == "file-too-large"
