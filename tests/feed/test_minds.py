"""A change of mind that names nothing: what was wanted ends where something new of a kind is asked for in its place."""

import pytest

from tests.feed.test_turns import after

BEFORE = ["a comedy from the 90s", "no horror", "something about chess"]
REFUSED = "avoid genre horror"
HELD = {"want genre comedy", "want year from the 90s", REFUSED, "want style chess"}


def told(said: str) -> set[str]:
    """What is in force after the command, whichever way the catalogue reads chess."""
    return {"want style chess" if one.endswith(" chess") else one for one in after(BEFORE, said)}


@pytest.mark.parametrize(
    "said",
    [
        "I've changed my mind: a western please", "a change of heart, a western", "having second thoughts, a western",
        "come to think of it, a western", "I've reconsidered, give me a western", "you know what? a western",
        "let's switch gears. a western", "a better idea: a western", "my mood has changed, a western",
        "let's try something different, a western",
    ],
)  # fmt: skip
def test_with_something_new_beside_it_all_that_was_wanted_ends_and_refusals_stay(said: str) -> None:
    assert told(said) == {REFUSED, "want genre western"}


@pytest.mark.parametrize(
    "said",
    [
        "none of that, a western please", "enough of all that, a western", "skip all that, a western",
        "disregard the above. a western", "forget what I said, a western", "never mind, a western",
        "okay scrap it, a western", "that's not it, I want a western", "bad idea. a western",
    ],
)  # fmt: skip
def test_what_is_only_pointed_at_ends_and_what_comes_next_is_wanted(said: str) -> None:
    assert told(said) == {REFUSED, "want genre western"}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("on second thought, comedies from the 80s", {REFUSED, "want genre comedies", "want year from the 80s"}),
        ("I changed my mind about comedies, a western", HELD - {"want genre comedy"} | {"want genre western"}),
        ("I haven't changed my mind, and under 100 minutes", HELD | {"want minutes under 100 minutes"}),
        ("on second thought, under 100 minutes", HELD | {"want minutes under 100 minutes"}),
        ("on second thought, no war", HELD | {"avoid genre war"}),
        ("none of that please", HELD),
        ("ok but a western", HELD | {"want genre western"}),
        ("a western instead", HELD - {"want genre comedy"} | {"want genre western"}),
        ("forget everything, a western", {"want genre western"}),
    ],
)
def test_named_ends_bounds_refusals_and_refinements_end_no_more_than_they_say(said: str, left: set[str]) -> None:
    assert told(said) == left


def test_what_is_always_wanted_outlives_a_change_of_mind() -> None:
    assert "want country french" in after(["always french films", "a comedy"], "changed my mind, a western")
