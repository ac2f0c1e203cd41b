from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from headwater.reports.svg import Scale, element, figure, shorten, text


@given(st.text(), st.text())
def test_any_text_gives_well_formed_xml_that_says_it_again(title: str, words: str) -> None:
    drawing = ElementTree.fromstring(str(figure(10, 10, title, "d", [text(1, 2, words)])))
    assert drawing.get("role") == "img"
    assert [node.tag for node in drawing] == ["desc", "text"]


def test_attributes_are_escaped() -> None:
    assert str(element("g", class_='a" onload="x')) == '<g class="a&#34; onload=&#34;x"></g>'


def test_an_attribute_of_none_is_left_out() -> None:
    assert str(element("rect", x=1, rx=None)) == '<rect x="1"/>'


def test_a_scale_is_linear_and_stays_within_its_ends() -> None:
    scale = Scale(0, 10, 100, 200)
    assert [scale(value) for value in (0, 2.5, 10, 99, -99)] == [100, 125, 200, 200, 100]


def test_a_scale_without_width_puts_everything_in_the_middle() -> None:
    assert Scale(5, 5, 0, 10)(5) == 5


def test_a_long_label_ends_in_an_ellipsis() -> None:
    assert shorten("a very long name of a source", 70) == "a very lo…"
    assert shorten("short", 70) == "short"
