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


def test_lines_have_the_catalogues_language_unless_it_says_which_and_the_settings_length():
    assert (_spec().line_language, _spec().reasons.words) == ("en", None)
    assert _spec('language = "zh"').line_language == "zh"
    said = _spec('language = "zh"\n[reasons]\nlanguage = "en-GB"\nwords = 8')
    assert (said.language, said.line_language, said.reasons.words) == ("zh", "en-GB", 8)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("words = 3", r"games.toml: `reasons.words`: .*greater than or equal to 6"),
        ("words = 40", r"`reasons.words`: .*less than or equal to 20"),
        ('language = "English"', r"`reasons.language`: .*'English' is no language tag, such as 'en'"),
        ('langauge = "en"', r"unknown key `reasons.langauge`; the nearest known key is `language`"),
    ],
)
def test_a_fault_in_what_lines_are_to_be_is_said_with_its_key(line, fault):
    with pytest.raises(CatalogError, match=fault):
        _spec(f"[reasons]\n{line}")
