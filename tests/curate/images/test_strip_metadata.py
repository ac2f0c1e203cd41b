from typing import Any

import numpy as np
import pytest

from headwater.core import UsageError
from headwater.curate import strip_metadata

PLAIN = np.zeros((2, 2, 1), np.uint8)
ROW = {
    "metadata.gps": "52.5, 13.4", "exif": '{"Model": "Phone"}', "EXIF:Artist": "Erika", "xmp.creator": "Erika",
    "GPSInfo": "x", "label": "cat", "caption": "exif is a word", "image.metadata": "gps names", "camera": "Phone 9",
}  # fmt: skip


def kept(images: Any, **options: Any) -> tuple[set[str], Any]:
    (batch,) = images([PLAIN], [ROW]).batches()
    judgement = strip_metadata(**options).judge(batch)
    (row,) = judgement.columns["attributes"].to_pylist()
    return {key for key, _ in row} - {"locator"}, judgement


def test_attributes_of_metadata_go_and_others_stay(images: Any) -> None:
    assert kept(images)[0] == {"label", "caption", "image.metadata", "camera"}


def test_named_attributes_go_too_and_kept_ones_stay(images: Any) -> None:
    names, _ = kept(images, attributes=["Camera"], keep=["metadata.gps"])
    assert names == {"label", "caption", "image.metadata", "metadata.gps"}


def test_what_went_is_counted_by_name_and_never_quoted(images: Any) -> None:
    _, judgement = kept(images)
    (note,) = judgement.annotations
    assert (note.label, note.score, judgement.tallies["images"]) == ("metadata-stripped", 5.0, 1)
    (table,) = strip_metadata().exhibits(judgement.tallies, 1)
    assert len(table.rows) == 5 and "Erika" not in str(table)


def test_a_single_name_in_place_of_a_list_ends_in_a_sentence() -> None:
    with pytest.raises(UsageError, match="lists of names"):
        strip_metadata(keep="exif")
