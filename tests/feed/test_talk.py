"""Clauses that only talk change nothing, and do not keep the grammar from having read everything."""

import pytest

from intently.feed.parser import read_exact
from tests.feed.commands import context, short

TALK = [
    "thanks so much, have a great day", "hello, how are you?", "is it a comedy?", "who is in it?",
    "that was a scary film", "it was funny and sad", "I'll check it out", "I will have to watch that one tonight",
    "have you seen it?", "I haven't seen that one, what is it about?", "he was great in it", "I loved that movie",
    "it stars Cary Grant", "Cary Grant is in it", "the kid in it was funny", "my kids loved it",
    "the war scenes were loud", "I hope you have a good holiday", "I grew up in the 80s",
    "sounds good, thank you", "I think I'll pass on that one", "she is such a good dramatic actress",
]  # fmt: skip
WISHES = {
    "it's Christmas, I'd like something funny": "want prefer genre Comedy",
    "have you got any westerns?": "want prefer genre Western",
    "it should be a comedy": "want prefer genre Comedy",
    "thanks! a western please": "want prefer genre Western",
    "that one was great, do you have any thrillers?": "want prefer genre Thriller",
}


@pytest.mark.parametrize("said", TALK)
def test_talk_is_read_whole_and_changes_nothing(said):
    parsed = read_exact(said, context("films"))
    assert [change.op for change in parsed.changes] == ["keep"]
    assert parsed.complete


@pytest.mark.parametrize(("said", "change"), WISHES.items())
def test_a_wish_beside_talk_is_still_a_wish(said, change):
    assert any(short(one).startswith(change.rsplit(" ", 1)[0]) and change.split()[-1] in short(one)
               for one in read_exact(said, context("films")).changes)  # fmt: skip
