import io

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from headwater.curate.image_files import Decoded, FileMetadata, decode, read_metadata

from .conftest import NAME, SERIAL, exif, picture, saved


def metadata(content: bytes) -> FileMetadata:
    found = decode(content)
    assert isinstance(found, Decoded), found
    return read_metadata(found)


def test_phone_picture_tells_every_kind_that_was_put_into_it(phone: bytes) -> None:
    found = metadata(phone)
    assert set(found.kinds) == {
        "gps", "names", "serial", "time", "device", "maker-note", "software", "comment", "thumbnail"
    }  # fmt: skip
    assert found.values["gps"] == "52.52000, -13.40000"
    assert (found.values["serial"], found.values["names"]) == (SERIAL, NAME)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_exif_is_read_from_every_format_that_holds_it(kind: str) -> None:
    assert {"gps", "serial", "names", "time"} <= set(metadata(saved(picture(), kind, exif=exif())).kinds)


def test_picture_without_metadata_has_no_kind() -> None:
    assert [metadata(saved(picture(), kind)).kinds for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")] == [
        ()
    ] * 6


def test_gps_directory_without_a_position_is_no_position() -> None:
    data = Image.Exif()
    data[0x8825] = {0: b"\2\3\0\0"}
    assert metadata(saved(picture(), exif=data)).kinds == ()


def test_thumbnail_of_the_picture_before_it_was_cropped_is_noticed() -> None:
    whole = picture(192, 128)
    cropped = saved(whole[10:74, 90:186], exif=exif(saved(whole[::4, ::4])))
    assert "thumbnail-differs" in metadata(cropped).kinds


def test_thumbnail_with_bars_of_another_shape_does_not_differ() -> None:
    whole = picture(192, 108)
    small = np.zeros((120, 160, 3), np.uint8)
    small[15:105] = np.asarray(Image.fromarray(whole).resize((160, 90)))
    found = metadata(saved(whole, exif=exif(saved(small)))).kinds
    assert "thumbnail" in found and "thumbnail-differs" not in found


def test_iptc_block_of_photoshop_is_read() -> None:
    sets = b"".join(
        b"\x1c\x02" + bytes([number, 0, len(text)]) + text for number, text in ((80, b"Erika"), (90, b"Ulm"))
    )
    block = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(sets).to_bytes(4, "big") + sets
    plain = saved(picture())
    content = plain[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + plain[2:]
    found = metadata(content)
    assert found.kinds == ("place", "names") and found.values == {"names": "Erika", "place": "Ulm"}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('<rdf:Description exif:GPSLatitude="48,23N"/>', "gps"),
        ("<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>E</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>", "people"),
        ("<mwg-rs:RegionList><rdf:Bag/></mwg-rs:RegionList>", "people"),
        ('<rdf:Description aux:SerialNumber="7"/>', "serial"),
        ("<dc:creator><rdf:Seq/></dc:creator>", "names"),
    ],
)
def test_properties_of_xmp_are_told_by_kind(line: str, kind: str) -> None:
    packet = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{line}</x:xmpmeta>".encode()
    assert kind in metadata(saved(picture(), xmp=packet)).kinds


def test_prompt_of_an_image_generator_is_told() -> None:
    info = PngInfo()
    info.add_text("parameters", "a castle\nSteps: 20, Sampler: Euler")
    assert metadata(saved(picture(), "PNG", pnginfo=info)).kinds == ("generation",)


def test_no_hostile_metadata_raises() -> None:
    raw = exif(saved(picture(48, 32)))
    rng = np.random.default_rng(1)
    for _ in range(150):
        block = bytearray(raw)
        for place in rng.integers(6, 300, 6).tolist():
            block[place] = int(rng.integers(256))
        found = decode(saved(picture(), exif=bytes(block)))
        assert isinstance(found, Decoded)
        assert isinstance(read_metadata(found), FileMetadata)


def test_xmp_of_megabytes_is_read_up_to_its_cap_in_time() -> None:
    packet = b"<x>" + b"<a:b " * 400_000 + b"</x>"
    image = Image.open(io.BytesIO(saved(picture(), "PNG")))
    image.info["xmp"] = packet
    found = Decoded(picture(), "PNG", 1, image)
    assert read_metadata(found).kinds == ()
