"""Whose name a surname is, which dates belong together, and what is said of a version, a person or one film."""

import pytest

from intently.feed.parser import read_exact
from tests.feed.commands import context, short

NAMES = {
    "I like will farrell movies": ["want prefer person is Will Ferrell"],
    "something with mark Cage in it": [],
    "a film about June Carter": [],
    "no peter eastwood": [],
    "anything with Sean Connery": ["want prefer person is Sean Connery"],
    "a Hitchcock comedy": ["want prefer person is Alfred Hitchcock", "want prefer genre is Comedy"],
    "will Hanks films do?": ["want prefer person is Tom Hanks"],
    "not a Star Wars fan": ["avoid prefer like item:Star Wars"],
    "more with the rock": ["want prefer person is Dwayne Johnson|The Rock"],
    "haven't liked an Eastwood film for years": ["avoid must person is Clint Eastwood"],
}
DATES = {
    "60s, 70s, 80s": ["want must year between 1960..1989"],
    "late 90s early 2000s": ["want must year between 1997..2003"],
    "70's, 80's or 90's": ["want must year between 1970..1999"],
    "mid to late 90s": ["want must year between 1994..1999"],
    "early/mid 80s": ["want must year between 1980..1986"],
    "from 2015 to now": ["want must year at_least 2015"],
    "from the 80s, actually from the 90s": ["want must year between 1990..1999"],
}
TOLD = [
    "I saw it in 2010", "is that from the 80s?", "that is such a great 80s movie", "I saw both at one point",
    "that makes me feel old", "I'm too old for that", "his new show is great", "I give it a 10",
    "an old film but a great one", "an old friend told me", "thanks for the new suggestions",
    "the newer one was not as good", "is there a lot of music in it?", "I heard that was more of a western",
    "yess it was so funny!", "no, is that similar to Fargo?", "yes, this western is one I shall try",
    "not Hitchcock's best", "I love that movie with Cary Grant and Grace Kelly",
    "I saw it but not with the kids", "its all fiction", "I rated it 5 stars", "that made me laugh",
    "you are funny",
]  # fmt: skip
KINDS = {
    "something older but good": ["want prefer year at_most 2002"],
    "more of that comedy": ["want prefer genre is Comedy"],
    "something like that western": ["want prefer genre is Western"],
    "movies in the 80s": ["want must year between 1980..1989"],
    "his older movies": ["want prefer year at_most 2002"],
    "make me laugh": ["want prefer genre is Comedy"],
    "some of her comedies": ["want prefer genre is Comedy"],
}


def _made(said: str) -> list[str]:
    changes = read_exact(said, context("films", slate=())).changes
    return [short(change) for change in changes if change.op != "keep" and change.facet]


@pytest.mark.parametrize(("said", "changes"), NAMES.items())
def test_a_surname_beside_another_given_name_is_somebody_else(said, changes):
    assert _made(said) == [change for change in changes if "like" not in change]


@pytest.mark.parametrize(("said", "changes"), DATES.items())
def test_spans_of_years_named_one_after_the_other_are_one_span(said, changes):
    assert [change.removeprefix("replace ") for change in _made(said)][-1:] == changes


@pytest.mark.parametrize("said", TOLD)
def test_what_is_told_of_somebody_or_of_one_film_bounds_nothing(said):
    assert _made(said) == []


@pytest.mark.parametrize(("said", "changes"), KINDS.items())
def test_an_age_or_a_kind_that_is_asked_for_is_still_a_wish(said, changes):
    assert _made(said) == changes


@pytest.mark.parametrize("said", ["Pitch Perfect 3", "I loved Toy Story 4 and Rocky 2"])
def test_a_part_that_the_catalogue_lacks_is_not_the_first_one(said):
    changes = read_exact(f"something like {said}", context("films", slate=())).changes
    assert not any("item_id" in change.value for change in changes if isinstance(change.value, dict))


COMPLAINTS = {
    "it was really depressing!": ["avoid prefer like text:depressing"],
    "I thought it was boring": ["avoid prefer like text:boring"],
    "Fargo seems a bit creepy": ["avoid prefer genre is Horror"],
    "that one is a little scary for my kids": ["avoid prefer genre is Horror"],
    "it was slow but I liked it": ["keep"],
    "sounds creepy": ["keep"],
    "it should be a bit creepy": ["want prefer genre is Horror"],
}


@pytest.mark.parametrize(("said", "changes"), COMPLAINTS.items())
def test_a_fault_that_is_found_with_one_film_is_rather_not_wanted_again(said, changes):
    assert [short(change) for change in read_exact(said, context("films", slate=())).changes] == changes


def test_others_like_it_means_the_film_that_was_named_before():
    changes = read_exact("I haven't seen Fargo but can you recommend other movies like it?", context("films", slate=()))
    assert [change.quote for change in changes.changes if change.relation == "like"] == ["Fargo"]
