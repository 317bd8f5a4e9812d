"""What is said of a film, of people or of a kind that is talked about is no wish for it."""

import pytest

from intently.feed.parser import read_exact
from tests.feed.commands import context, short

STATEMENTS = [
    "I have seen it. Very funny", "I haven't seen that one, sounds creepy", "they sound funny",
    "watched that horror film yesterday", "the last documentary I watched was long ago", "my kids like everything",
    "my family loved that one", "that was actually pretty scary", "I usually watch it around Christmas",
    "you do have a point", "is Top Hat (1935) a musical?", "it was made by Hitchcock, right?",
    "Cary Grant in it", "the story sounds like horror", "it was one of my favourites of the last few years",
    "it costs about $10 a month", "I have seen it, it never gets old",
    "I have seen it. Modern western classic in my opinion",
    "I will show that to my kids", "the one with Cary Grant is long",
    "the one starring Cary Grant", "the film made me laugh", "that movie made by Alfred Hitchcock was a great western",
]  # fmt: skip
WISHES = {
    "a funny western": ["want prefer genre is Comedy", "want prefer genre is Western"],
    "it has to be a comedy": ["want must genre is Comedy"],
    "musicals are my favourite": ["want prefer genre is Musical"],
    "something that is funny": ["want prefer genre is Comedy"],
    "I like comedies too, which would you recommend?": ["want prefer genre is Comedy"],
    "I like everything but westerns I especially like comedies": [
        "avoid must genre is Western",
        "want prefer genre is Comedy",
    ],
    "I really like the love story": ["want prefer genre is Romance"],
    "something that came out this year": ["want must year at_least 2026"],
    "something my kids would like": ["want prefer genre is Family"],
    "I haven't seen that one I love Cary Grant": ["want prefer person is Cary Grant"],
    "films starring Cary Grant": ["want prefer person is Cary Grant"],
    "a comedy starring Cary Grant": ["want prefer genre is Comedy", "want prefer person is Cary Grant"],
    "a film made in France": ["want prefer country is France"],
    "a western made before 1960": ["want prefer genre is Western", "want must year at_most 1959"],
    "movies made by Alfred Hitchcock": ["want prefer person is Alfred Hitchcock"],
    "films based on a true story": ["want prefer like text:true story"],
    "westerns yes, musicals no": ["want prefer genre is Western", "avoid must genre is Musical"],
}


@pytest.mark.parametrize("said", STATEMENTS)
def test_a_statement_asks_for_nothing(said):
    assert [change.op for change in read_exact(said, context("films")).changes] == ["keep"]


@pytest.mark.parametrize(("said", "changes"), WISHES.items())
def test_a_bare_phrase_and_what_is_said_of_no_film_are_wishes(said, changes):
    assert [short(change) for change in read_exact(said, context("films")).changes] == changes


@pytest.mark.parametrize("said", ["is warm and has a red print", "the shirt is red", "has long sleeves and is red"])
def test_how_a_thing_is_to_be_is_a_wish_whatever_verb_it_has(said):
    changes = read_exact(said, context("shop")).changes
    assert [change.value for change in changes if change.facet == "colour"] == [["red"]]


@pytest.mark.parametrize(
    ("said", "changes"),
    {
        "set in Casablanca": ["want prefer like text:Casablanca"],
        "something about Casablanca": ["want prefer like text:Casablanca"],
        "movies like Casablanca": ["want prefer like item_id:39"],
        "how about Casablanca": ["want prefer like item_id:39"],
    }.items(),
)
def test_a_place_or_a_topic_is_no_title(said, changes):
    assert [short(change) for change in read_exact(said, context("films")).changes] == changes
