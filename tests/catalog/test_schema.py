"""The catalogue's TOML: which behaviour says something about taste."""

import pytest

from intently.catalog.schema import CatalogSpec, parse_spec
from intently.errors import CatalogError

TOML = """
format = "intently.catalog"
version = 1
name = "Games"
{line}
[items]
file = "items.csv"
id = "id"
title = "title"
"""


def _spec(line: str = "") -> CatalogSpec:
    return parse_spec(TOML.format(line=line), "games.toml")


@pytest.mark.parametrize(
    ("line", "reliable"),
    [
        ("", {"purchase", "cart", "favourite", "rating", "review", "detail", "search"}),
        ('history_kinds = ["purchase", "click"]', {"purchase", "search"}),
        ('history_kinds = ["purchase"]\nreliable_kinds = ["view", "dislike"]', {"view", "dislike"}),
    ],
)
def test_deliberate_behaviour_that_the_catalogue_means_is_reliable_unless_it_says_which(line, reliable):
    assert set(_spec(line).reliable) == reliable


@pytest.mark.parametrize("kinds", ['["impression", "purchase"]', "[]"])
def test_what_was_merely_shown_is_never_reliable_and_nothing_is_no_choice(kinds):
    with pytest.raises(CatalogError, match=r"an impression is none.*Leave the key out for: purchase, cart"):
        _spec(f"reliable_kinds = {kinds}")
