"""Drawn covers: the same every time, whole, and never a way in for HTML."""

import re
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from intently.serve.pages.cover import Cover, draw_cover

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=120)


@settings(max_examples=50)
@given(PRINTABLE, PRINTABLE, PRINTABLE)
def test_a_cover_is_well_formed_whatever_the_title(title: str, term: str, caption: str) -> None:
    drawn = ElementTree.fromstring(str(draw_cover(Cover(title, term, caption))))
    assert drawn.tag == "svg"


@settings(max_examples=50)
@given(PRINTABLE, PRINTABLE)
def test_a_cover_is_the_same_every_time(title: str, term: str) -> None:
    assert draw_cover(Cover(title, term)) == draw_cover(Cover(title, term))


def test_html_in_a_title_is_lettering_and_not_markup() -> None:
    drawn = str(draw_cover(Cover("<script>alert(1)</script>", "<b>", '"><img onerror=x>')))
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "&lt;script" in drawn


@settings(max_examples=50)
@given(PRINTABLE)
def test_the_lettering_stays_on_the_cover(title: str) -> None:
    lines = ElementTree.fromstring(str(draw_cover(Cover(title, "Comedy"))))
    heights = [float(text.get("y", "0")) for text in lines.iter("text")]
    assert all(150 < height < 280 for height in heights)
    assert len(heights) <= 5  # four lines and the caption


def test_a_cover_carries_no_style_attribute_because_the_policy_forbids_it() -> None:
    assert not re.search(r"\sstyle=", str(draw_cover(Cover("Heat", "Crime", "1995"))))
