import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.image_files import Credentials, Decoded, decode, file_attributes, read_credentials
from headwater.curate.image_files.cbor import NotCbor, read_cbor
from headwater.curate.image_files.jumbf import read_jumbf

from .conftest import box, cbor, in_jpeg, manifest, picture, saved, store, superbox

PLAIN = st.recursive(
    st.one_of(st.integers(-(2**63), 2**64 - 1), st.booleans(), st.text(max_size=20), st.binary(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=20,
)
USES = {"cawg.ai_training": "notAllowed", "cawg.data_mining": "constrained"}


def attributes(content: bytes, suffix: str = ".jpg") -> dict[str, str]:
    found = decode(content)
    assert isinstance(found, Decoded)
    return file_attributes(found, content, suffix)


@given(PLAIN)
def test_cbor_is_read_as_it_was_written(value: object) -> None:
    assert read_cbor(cbor(value)) == value


@given(st.binary(max_size=200))
def test_no_bytes_make_the_readers_raise_anything_unforeseen(content: bytes) -> None:
    with suppress(NotCbor):
        read_cbor(content)
    assert sum(1 for root in read_jumbf(content) for _ in root.walk()) <= len(content)
    assert read_credentials(b"\xff\xd8\xff" + content) is None  # too short for a store


@pytest.mark.parametrize(
    "content", [b"\x81" * 100, b"\x9b" + b"\xff" * 8, b"\x9f" + b"\x80" * 30_000, b"\x5b" + b"\x7f" * 8]
)
def test_deep_endless_and_huge_cbor_is_refused(content: bytes) -> None:
    with pytest.raises(NotCbor):
        read_cbor(content)


def test_boxes_in_boxes_end_at_a_depth() -> None:
    nested = b""
    for _ in range(60):
        nested = superbox(b"c2as", "x", nested)
    (root,) = read_jumbf(nested)
    assert len(list(root.walk())) <= 12


@pytest.mark.parametrize("size", [60_000, 100])
def test_store_in_jpeg_segments_is_joined(size: int) -> None:
    found = read_credentials(in_jpeg(saved(picture()), store(manifest(USES, "trainedAlgorithmicMedia")), size))
    assert found == Credentials(1, "Maker 1.0", USES, ("trainedAlgorithmicMedia",), ())


def test_store_is_read_from_png_webp_and_gif() -> None:
    data = store(manifest(USES))
    png = saved(picture(), "PNG")
    webp = saved(picture(), "WEBP")
    gif = saved(picture(), "GIF")
    blocks = b"".join(bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255))
    at = 13 + (3 << (gif[10] & 7) + 1)
    files = [
        png[:33] + struct.pack(">I", len(data)) + b"caBX" + data + bytes(4) + png[33:],
        webp + b"C2PA" + struct.pack("<I", len(data)) + data,
        gif[:at] + b"\x21\xff\x0bC2PA_GIF\x01\0\0" + blocks + b"\0" + gif[at:],
    ]
    assert [found.uses if (found := read_credentials(content)) else None for content in files] == [USES] * 3


def test_the_last_manifest_speaks_and_the_ingredients_are_told_apart() -> None:
    first = manifest({"c2pa.ai_training": "allowed"}, "trainedAlgorithmicMedia", "urn:uuid:0")
    found = attributes(in_jpeg(saved(picture()), store(first, manifest({"c2pa.ai_training": "notAllowed"}))))
    assert found["c2pa.ai_training"] == "notAllowed"
    assert found["image.ingredient-source-type"] == "trainedAlgorithmicMedia" and "image.source-type" not in found


def test_store_that_cannot_be_read_is_still_told() -> None:
    assert (
        attributes(in_jpeg(saved(picture()), superbox(b"c2pa", "c2pa", box(b"junk", b"..."))))["image.credentials"]
        == "unreadable"
    )


def test_source_type_and_opt_outs_in_xmp_are_told() -> None:
    packet = (
        '<rdf:Description Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/'
        'compositeWithTrainedAlgorithmicMedia" plus:DataMining="http://ns.useplus.org/ldf/vocab/'
        'DMI-PROHIBITED-AIMLTRAINING" tdm:reservation="1" dcterms:provenance="https://example.org/m.c2pa"/>'
    )
    found = attributes(saved(picture(), xmp=packet.encode()))
    assert found["image.source-type"] == "compositeWithTrainedAlgorithmicMedia"
    assert (found["plus.data_mining"], found["tdm-reservation"]) == ("DMI-PROHIBITED-AIMLTRAINING", "1")
    assert found["image.credentials"] == "elsewhere"


def test_extension_that_does_not_fit_is_told() -> None:
    assert attributes(saved(np.zeros((8, 8, 3), np.uint8), "PNG"), ".jpg")["image.extension"] == ".jpg holds PNG"
