import base64
import io
from typing import Any

import pytest
from PIL import Image

from headwater.core import ConfigError, Gallery
from headwater.curate import build_audits

from .conftest import smooth


def sheet(report: Any) -> Gallery:
    found = report.exhibits[0]
    assert isinstance(found, Gallery)
    return found


def test_every_class_has_a_line_of_as_many_images_as_asked_for(images: Any, examine: Any) -> None:
    labels = ["a"] * 9 + ["b"] * 3 + ["<script>"]
    corpus = images([smooth(n, 28) for n in range(13)], [{"label": label} for label in labels])
    shown = sheet(examine("contact-sheet", corpus, images=4))
    assert [tile.caption for tile in shown.tiles] == ["a: 9", "b: 3", "<script>: 1"]
    widths = [Image.open(io.BytesIO(base64.b64decode(tile.png))).width for tile in shown.tiles]
    assert widths == [4 * 56 + 3 * 4, 3 * 56 + 2 * 4, 56]


def test_seed_decides_what_is_drawn(images: Any, examine: Any) -> None:
    corpus = images([smooth(n) for n in range(40)])
    first, again, other = (sheet(examine("contact-sheet", corpus, seed)).tiles for seed in (1, 1, 2))
    assert first == again != other


def test_records_that_hold_no_image_are_left_out(images: Any, examine: Any) -> None:
    assert len(sheet(examine("contact-sheet", images([smooth(1)] * 3), images=8)).tiles) == 1


@pytest.mark.parametrize("options", [{"images": 0}, {"images": 1_000}, {"classes": 0}])
def test_sizes_out_of_range_end_in_a_sentence(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="from 1 to"):
        build_audits([("contact-sheet", options)])
