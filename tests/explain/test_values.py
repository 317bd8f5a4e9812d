"""Values in words: what an item has of what was asked, with its unit."""

import pytest

from intently.catalog.schema import FacetSpec
from intently.explain import amount_text, bound_text, value_text
from tests.feed.worlds import prefer, tiny_spec

MINUTES = FacetSpec(kind="number", column="m", unit="minutes")
PRICE = FacetSpec(kind="number", column="p", unit="£", unit_before=True, step=0.01)
YEAR = FacetSpec(kind="date", column="y", unit="year")


@pytest.mark.parametrize(
    ("facet", "amount", "text"),
    [(MINUTES, 94.0, "94 minutes"), (PRICE, 4.95, "£4.95"), (PRICE, 5.0, "£5"), (YEAR, 1994.0, "1994")],
)
def test_amounts_carry_their_unit(facet, amount, text):
    assert amount_text(facet, amount) == text


@pytest.mark.parametrize(
    ("preference", "text"),
    [
        (prefer("p", "genre", "is", ["Comedy", "Drama"]), "Drama"),
        (prefer("p", "genre", "is", ["Horror"]), ""),
        (prefer("p", "year", "is", ["1994"]), "1994"),
        (prefer("p", "minutes", "at_most", 100.0), "94 minutes"),
        (prefer("p", "minutes", "at_least", 100.0), ""),
        (prefer("p", "year", "between", {"low": 1990.0, "high": 1999.0}), "1994"),
        (prefer("p", None, "like", {"text": "cosy"}), ""),
    ],
)
def test_the_value_is_the_items_own_and_only_where_it_meets_the_wish(preference, text):
    facets = {"genre": ("Drama", "Western"), "year": 1994.0, "minutes": 94.0}
    assert value_text(tiny_spec(), facets, preference) == text


@pytest.mark.parametrize(
    ("preference", "text"),
    [
        (prefer("p", "genre", "is", ["Comedy", "Drama"]), "Comedy or Drama"),
        (prefer("p", "minutes", "at_most", 100.0), "at most 100 minutes"),
        (prefer("p", "year", "between", {"low": 1990.0, "high": 1999.0}), "1990 to 1999"),
    ],
)
def test_a_bound_is_said_with_its_unit(preference, text):
    assert bound_text(tiny_spec(), preference) == text
