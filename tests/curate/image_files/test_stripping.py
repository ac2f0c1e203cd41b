import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from headwater.curate.image_files import Decoded, decode, read_metadata, strip_metadata

from .conftest import NAME, SERIAL, exif, in_jpeg, manifest, picture, saved, store

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="52,31N"/></x:xmpmeta>'


def decoded(content: bytes) -> Decoded:
    found = decode(content)
    assert isinstance(found, Decoded), found
    return found


def stripped(content: bytes, **options: bool) -> bytes:
    found = strip_metadata(content, **options)
    assert found is not None
    return found


def text() -> PngInfo:
    info = PngInfo()
    info.add_text("Author", NAME)
    info.add_text("parameters", "a castle, steps: 20")
    return info


FILES: dict[str, bytes] = {
    "JPEG": in_jpeg(
        saved(picture(), exif=exif(saved(picture(48, 32)), 6), comment=b"hello", icc_profile=PROFILE, xmp=XMP),
        store(manifest({"c2pa.ai_training": "notAllowed"})),
    ),
    "progressive JPEG": saved(picture(), exif=exif(), progressive=True, icc_profile=PROFILE),
    "PNG": saved(picture(), "PNG", exif=exif(orientation=6), pnginfo=text(), icc_profile=PROFILE),
    "lossy WebP": saved(picture(), "WEBP", exif=exif(orientation=6), xmp=XMP, icc_profile=PROFILE),
    "lossless WebP": saved(picture(), "WEBP", lossless=True, exif=exif()),
    "GIF": saved(picture(), "GIF", comment=b"Erika Musterfrau"),
}
KINDS = list(FILES)


@pytest.mark.parametrize("kind", KINDS)
def test_no_pixel_changes(kind: str) -> None:
    assert np.array_equal(decoded(stripped(FILES[kind])).pixels, decoded(FILES[kind]).pixels)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_could_tell_of_a_person_is_left(kind: str) -> None:
    before, after = decoded(FILES[kind]), decoded(stripped(FILES[kind]))
    assert read_metadata(before).kinds and not read_metadata(after).kinds
    clean = stripped(FILES[kind])
    assert not any(word.encode() in clean for word in (NAME, SERIAL, "jumb", "GPSLatitude", "Phone 9"))


@pytest.mark.parametrize("kind", KINDS)
def test_stripping_twice_changes_nothing(kind: str) -> None:
    assert stripped(stripped(FILES[kind])) == stripped(FILES[kind])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "lossy WebP"])
def test_profile_and_orientation_stay_or_go_by_option(kind: str) -> None:
    kept = Image.open(io.BytesIO(stripped(FILES[kind])))
    gone = Image.open(io.BytesIO(stripped(FILES[kind], profile=False, orientation=False)))
    assert kept.info.get("icc_profile") == PROFILE and kept.getexif()[0x0112] == 6
    assert "icc_profile" not in gone.info and not dict(gone.getexif())


def test_what_follows_the_picture_is_cut_off() -> None:
    plain = saved(picture())
    assert stripped(plain + b"a film, or another picture" * 9) == stripped(plain)


def test_animation_stays_an_animation() -> None:
    buffer = io.BytesIO()
    shown: list[Any] = [Image.fromarray(picture(seed=seed)) for seed in range(3)]
    shown[0].save(buffer, "GIF", save_all=True, append_images=shown[1:], loop=0, comment=b"secret")
    clean = stripped(buffer.getvalue())
    assert decoded(clean).frames == 3 and Image.open(io.BytesIO(clean)).info["loop"] == 0 and b"secret" not in clean


@pytest.mark.parametrize("content", [b"", b"text", b"\xff\xd8\xff", b"GIF89a", saved(picture(), "TIFF")])
def test_what_cannot_be_followed_gives_nothing_and_no_half_file(content: bytes) -> None:
    assert strip_metadata(content) is None
