"""Amounts as people write them, and the bounds that they make."""

import pytest

from intently.feed.parser import read_exact
from intently.feed.parser.bounds import next_above, next_below
from tests.feed.commands import context, short

FILMS = [
    ("under 100 minutes", "minutes at_most 100"),
    ("less than 100 minutes", "minutes at_most 99"),
    ("at most two hours", "minutes at_most 120"),
    ("an hour and a half max", "minutes at_most 90"),
    ("one and a half hours or less", "minutes at_most 90"),
    ("half an hour tops", "minutes at_most 30"),
    ("no more than 1h30", "minutes at_most 90"),
    ("no more than 1:45", "minutes at_most 105"),
    ("1 hour 20 minutes at most", "minutes at_most 80"),
    ("up to two hours and ten minutes", "minutes at_most 130"),
    ("longer than 2 hours", "minutes at_least 121"),
    ("not longer than 2 hours", "minutes at_most 120"),
    ("nothing shorter than 80 minutes", "minutes at_least 80"),
    ("between 80 and 100 minutes", "minutes between 80..100"),
    ("from one to two hours", "minutes between 60..120"),
    ("about two hours", "minutes about 102..138"),
    ("from the 90s", "year between 1990..1999"),
    ("the nineties", "year between 1990..1999"),
    ("early 80s", "year between 1980..1983"),
    ("late nineteen nineties", None),
    ("'80s", "year between 1980..1989"),
    ("the 1970s", "year between 1970..1979"),
    ("20th century", "year between 1900..1999"),
    ("before 2000", "year at_most 1999"),
    ("not before 2000", "year at_least 2000"),
    ("after 2000", "year at_least 2001"),
    ("since 2000", "year at_least 2000"),
    ("before the 90s", "year at_most 1989"),
    ("after the 90s", "year at_least 2000"),
    ("nothing older than 1990", "year at_least 1990"),
    ("1990-1999", "year between 1990..1999"),
    ("1990–99", "year between 1990..1999"),
    ("around 1995", "year about 1992..1998"),
    ("from 2000 up to 2010", "year between 2000..2010"),
    ("60 minutes up to 90 minutes", "minutes between 60..90"),
    ("90 minutes and up", "minutes at_least 90"),
    ("in the last 10 years", "year at_least 2016"),
    ("rated above 8", "rating at_least 8"),
    ("made over 100 million", "box_office at_least 100000000.0"),
]
SHOP = [
    ("under £5", "price at_most 5"),
    ("less than £5", "price at_most 4.99"),
    ("cheaper than 5 pounds", "price at_most 4.99"),
    ("£5-£10", "price between 5..10"),
    ("5 to 10 quid", "price between 5..10"),
    ("50p or less", "price at_most 0.5"),
    ("1,000 pounds at most", "price at_most 1000"),
    ("at least 2.50", "price at_least 2.5"),
    ("around £2", "price about 1.7..2.3"),
    ("under 5 pounds", "price at_most 5"),
    ("up to ten pounds", "price at_most 10"),
]


@pytest.mark.parametrize(("text", "expected"), FILMS)
def test_amounts_of_films(text: str, expected: str | None) -> None:
    changes = [short(change) for change in read_exact(text, context()).changes]
    if expected is None:
        assert all("must" not in change for change in changes) or "1990" in changes[0]
    else:
        assert changes == [f"want must {expected}"]


def test_up_to_belongs_to_the_amount_after_it() -> None:
    changes = [short(change) for change in read_exact("films from the 90s up to 2 hours", context()).changes]
    assert changes == ["want must year between 1990..1999", "want must minutes at_most 120"]


@pytest.mark.parametrize(("text", "expected"), SHOP)
def test_amounts_of_the_shop(text: str, expected: str) -> None:
    assert [short(change) for change in read_exact(text, context("shop")).changes] == [f"want must {expected}"]


def test_a_softened_bound_is_a_wish() -> None:
    for text in ("ideally under 100 minutes", "under 100 minutes if possible", "preferably under 100 minutes"):
        assert [short(change) for change in read_exact(text, context()).changes] == [
            "want prefer minutes at_most 100"
        ], text


def test_the_next_value_of_a_strict_bound_lies_on_the_facets_grid() -> None:
    assert next_below(2000, 1) == 1999
    assert next_below(5, 0.01) == 4.99
    assert next_below(99.5, 1) == 99
    assert next_above(99.5, 1) == 100
    assert next_above(8, 0.01) == 8.01


def test_another_currency_is_read_as_the_shops_and_said() -> None:
    parsed = read_exact("under $5", context("shop"))
    assert [short(change) for change in parsed.changes] == ["want must price at_most 5"]
    assert parsed.notices == ("“under $5” is read in £: that is what products have here",)
