"""A full stop behind an initial or a title belongs to the name; elsewhere it ends a sentence."""

import pytest

from intently.feed.parser import read_exact
from intently.feed.parser.tokens import tokenise
from tests.feed.commands import context, short

JACKSON, COMEDY, HORROR = "person is Samuel L. Jackson", "want prefer genre is Comedy", "avoid must genre is Horror"
SAID = {
    "no Samuel L. Jackson": [f"avoid must {JACKSON}"],
    "nothing with samuel l. jackson": [f"avoid must {JACKSON}"],
    "something with Samuel L. Jackson": [f"want prefer {JACKSON}"],
    "no Samuel L. Jackson. A comedy.": [f"avoid must {JACKSON}", COMEDY],
    "a comedy by anyone but J. J. Abrams. No horror": [COMEDY, "avoid prefer like text:J. J. Abrams", HORROR],
    "everybody but Tom Hanks": ["avoid must person is Tom Hanks"],
    "nothing with buddy please": ["avoid must style is buddy"],
    "no horror. A comedy": [HORROR, COMEDY],
}


@pytest.mark.parametrize(("said", "changes"), SAID.items())
def test_a_name_with_an_initial_is_one_name(said, changes):
    assert sorted(map(short, read_exact(said, context("films")).changes)) == sorted(changes)


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("Samuel L. Jackson", 0), ("J. J. Abrams", 0), ("Dr. Strangelove", 0), ("plan B. No horror", 1),
        ("so do I. Show me more", 1), ("a comedy. Tom Hanks", 1), ("no L.", 1), ("vitamin C . Jackson", 1),
    ],
)  # fmt: skip
def test_which_full_stops_are_signs(text, stops):
    assert sum(token.text == "." for token in tokenise(text)) == stops
