"""A change of mind: what is in force and named again ends, unless the words around it ask for it or keep it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.feed.memory import MemoryState, merge, view
from intently.feed.parser import read_exact
from tests.feed.commands import NOW, SLATE, context, short
from tests.feed.test_fresh_commands import held


def after(before: list[str], said: str) -> set[str]:
    """What is in force after the command, as short forms of polarity, facet and value."""
    memory = held("films", before)
    parsed = read_exact(said, context("films", memory))
    state = MemoryState()
    for number, text in enumerate(before):
        changes = read_exact(text, context("films", view(state, "web", NOW))).changes
        state = merge(state, changes, client="web", command_id=f"b{number}", now=NOW, spec=context().spec).state
    held_now = view(state, "web", NOW)
    changes = read_exact(said, context("films", held_now)).changes
    assert [short(change) for change in changes] == [short(change) for change in parsed.changes]
    state = merge(state, changes, client="web", command_id="said", now=NOW, spec=context().spec).state
    return {f"{p.polarity} {p.facet or ''} {p.quote}" for p in view(state, "web", NOW)}


@pytest.mark.parametrize(
    "said",
    [
        "I've had my fill of westerns", "the westerns have run their course", "westerns are done now",
        "I'm westerned out, no appetite for westerns", "park the westerns for now", "wave the westerns goodbye",
        "we're over westerns", "the western craze has passed", "westerns were a mistake",
        "it no longer needs to be a western", "westerns may go", "not westerns any longer", "out with the westerns",
    ],
)  # fmt: skip
def test_a_wish_that_is_named_as_over_ends_and_is_not_forbidden(said: str) -> None:
    assert after(["westerns", "french films"], said) == {"want country french"}


@pytest.mark.parametrize(
    "said",
    [
        "swap the westerns for comedies", "trade westerns for comedies please", "replace the westerns with comedies",
        "from westerns over to comedies", "comedies where you had westerns", "westerns out, comedies in",
        "I said westerns but what I mean is comedies", "lovely westerns, but I'd like comedies",
        "enough westerns, comedies please", "not westerns, comedies", "comedies and not westerns",
    ],
)  # fmt: skip
def test_what_is_put_in_the_place_of_a_wish_ends_it(said: str) -> None:
    assert after(["westerns"], said) == {"want genre comedies"}


@pytest.mark.parametrize(
    "said",
    [
        "westerns please", "show me westerns", "I still want westerns, but comedies too", "don't drop the westerns",
        "the westerns should be Italian", "could the westerns be shorter", "more westerns", "not enough westerns",
        "not just westerns, comedies as well", "westerns and comedies", "these aren't westerns. westerns please",
        "I don't see any westerns here, show me westerns", "where are the westerns?", "westerns that aren't too long",
    ],
)  # fmt: skip
def test_a_wish_that_is_asked_for_again_or_told_more_closely_stays(said: str) -> None:
    assert "want genre westerns" in after(["westerns"], said)


@pytest.mark.parametrize(
    "said",
    [
        "horror wouldn't bother us tonight", "the horror ban may be lifted", "no need to avoid horror",
        "I was silly about horror", "quit hiding the horror", "horror is harmless really",
    ],
)  # fmt: skip
def test_what_was_refused_and_is_named_without_a_refusal_is_allowed_again(said: str) -> None:
    assert after(["no horror"], said) == set()


@pytest.mark.parametrize("said", ["no horror", "and still no horror please", "never show me horror", "nothing scary"])
def test_a_refusal_that_is_said_again_stays(said: str) -> None:
    assert any(line.startswith("avoid genre") for line in after(["no horror"], said))


@pytest.mark.parametrize(
    "said",
    [
        "next topic: chess", "throw all of that away, something about chess", "a change of subject: chess",
        "everything I said so far is void. chess", "let's begin afresh with chess",
    ],
)  # fmt: skip
def test_a_new_topic_ends_everything(said: str) -> None:
    left = after(["westerns", "no horror", "under 100 minutes"], said)
    assert len(left) == 1
    assert "chess" in left.pop()


def test_everything_that_was_said_stays_when_it_is_kept() -> None:
    before = ["westerns", "no horror"]
    assert len(after(before, "everything I said so far still holds, and make it French")) == 3


def test_bounds_end_by_their_amount_or_their_name() -> None:
    assert after(["under 90 minutes"], "it needn't be under 90 minutes") == set()
    assert after(["under 90 minutes"], "forget the 90 minutes") == set()
    assert after(["from the 90s"], "the nineties have had their day") == set()


WORDS = "westerns horror comedies enough done over no not any more from to for the i want swap instead , . but".split()


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_no_order_of_such_words_breaks_the_grammar_or_drops_what_is_not_named(words: list[str]) -> None:
    memory = held("films", ["westerns", "no horror", "french films"])
    parsed = read_exact(" ".join(words), context("films", memory))
    french = next(one.id for one in memory if one.facet == "country")
    assert not any(change.op == "retract" and change.target == french for change in parsed.changes)


def test_what_is_exchanged_without_having_been_wished_for_is_shown_less() -> None:
    parsed = read_exact("swap the westerns for comedies", context())
    assert [short(change) for change in parsed.changes] == [
        "avoid prefer genre is Western",
        "want prefer genre is Comedy",
    ]


def test_let_me_see_is_a_wish() -> None:
    assert [short(change) for change in read_exact("let me see westerns", context()).changes] == [
        "want prefer genre is Western"
    ]


def test_a_comparison_counts_those_shown_whose_length_is_known_and_says_so() -> None:
    length = context().snapshot.numbers["minutes"].amounts
    lacks = context().snapshot.item_ids[int(np.flatnonzero(np.isnan(length))[0])]
    alone = read_exact("shorter than these", context(slate=SLATE[:3]))
    parsed = read_exact("shorter than these", context(slate=(*SLATE[:3], lacks)))
    assert parsed.changes == alone.changes
    assert any("is not known" in notice for notice in parsed.notices)


def test_who_plays_in_it_may_not_matter() -> None:
    assert after(["with Tom Hanks"], "who plays in it is irrelevant") == set()


def test_what_follows_a_fresh_start_is_read_without_a_memory() -> None:
    assert after(["westerns"], "forget everything I said. a comedy, no westerns") == {
        "want genre comedy", "avoid genre westerns",
    }  # fmt: skip
