import base64
import io

import pytest
from PIL import Image

from headwater.core import Gallery, Tile
from headwater.reports.caps import Caps
from headwater.reports.galleries import gallery_view, png_url

from .fixtures import HOSTILE, png


def test_a_png_becomes_a_data_url() -> None:
    assert png_url(png(8, 1), 60_000) == f"data:image/png;base64,{png(8, 1)}"


@pytest.mark.parametrize(
    "content", [*HOSTILE, base64.b64encode(b"<svg onload='x'/>").decode(), png(8, 1) + '" onerror="x']
)
def test_anything_else_is_left_out(content: str) -> None:
    assert png_url(content, 60_000) == ""


def test_a_picture_over_the_limit_is_left_out() -> None:
    assert png_url(png(8, 1), 10) == ""


def test_a_gallery_over_the_limit_is_cut_and_says_so() -> None:
    tiles = tuple(Tile(str(at), "", png(8, 1)) for at in range(200))
    view = gallery_view(Gallery("g", "G", tiles), Caps())
    assert len(view.tiles) == Caps().tiles and "40 of 200 pictures" in view.cut


def test_strips_of_pictures_get_lines_of_their_own() -> None:
    buffer = io.BytesIO()
    Image.new("L", (40, 8)).save(buffer, "PNG")
    strip = Tile("a", "", base64.b64encode(buffer.getvalue()).decode())
    square = Tile("b", "", png(8, 8))
    views = [gallery_view(Gallery("g", "G", (tile,)), Caps()) for tile in (strip, square)]
    assert [(view.wide, view.tiles[0].width) for view in views] == [(True, 40), (False, 8)]


def test_two_pictures_in_one_get_room_for_their_caption() -> None:
    for size, pairs in (((17, 8), True), ((8, 8), False), ((40, 8), False)):
        buffer = io.BytesIO()
        Image.new("L", size).save(buffer, "PNG")
        tile = Tile("a", "x" * 200, base64.b64encode(buffer.getvalue()).decode())
        view = gallery_view(Gallery("g", "G", (tile,)), Caps())
        assert view.pairs == pairs and view.tiles[0].caption == "x" * 200
