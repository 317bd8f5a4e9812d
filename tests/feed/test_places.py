"""Words that point at a place of what is shown, beyond the tenth: a page holds twelve, and pages follow it."""

import pytest

from intently.feed.parser import read_exact
from tests.feed.commands import context, short

TWO_PAGES = tuple(str(number) for number in range(101, 125))


@pytest.mark.parametrize(
    ("said", "place"),
    [("the eleventh one", 11), ("the 12th one", 12), ("the twelfth film", 12), ("the 21st movie", 21), ("#24", 24)],
)
def test_a_place_beyond_the_tenth_is_pointed_at(said: str, place: int) -> None:
    parsed = read_exact(f"more like {said}", context("films", slate=TWO_PAGES))
    assert parsed.complete
    assert [change.value for change in parsed.changes] == [{"item_id": str(100 + place)}]


@pytest.mark.parametrize("said", ["the twelfth one", "the 12th one", "the 0th one", "the 99999999999th one"])
def test_a_place_that_is_not_shown_is_said_and_is_no_wish(said: str) -> None:
    parsed = read_exact(f"more like {said}", context("films"))
    assert [change.op for change in parsed.changes] == ["keep"]
    assert any("10" in notice for notice in parsed.notices)


def test_the_end_of_a_title_is_no_place() -> None:
    parsed = read_exact("something like Friday the thirteenth", context("films", slate=TWO_PAGES))
    assert "item_id:113" not in " ".join(short(change) for change in parsed.changes)
