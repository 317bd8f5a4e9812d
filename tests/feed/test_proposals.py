"""What is proposed, from what, and what is not: the two rules of `feed.proposals` on the demo films."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from intently.feed.proposals import Proposal, propose
from intently.nouns import Event, EventKind, Interest, Preference
from tests.feed.commands import NOW, catalogue
from tests.feed.test_memory_rules import few, said, term

SPEC, SNAPSHOT, GROUNDER = catalogue("films")
GENRES = SNAPSHOT.terms["genre"]


def films(genre: str, count: int, without: Sequence[str] = ()) -> list[str]:
    """Films of this genre alone, so that no other genre explains what happens to them."""
    rows = [row for row in GENRES.rows_of(genre).tolist() if GENRES.values_of(row) == (genre,)]
    ids = [SNAPSHOT.item_ids[row] for row in rows]
    return [item_id for item_id in ids if item_id not in without][:count]


HORROR, COMEDIES = films("Horror", 8), films("Comedy", 8)


def events(kind: EventKind, item_ids: Sequence[str], days: float = 1.0) -> list[Event]:
    return [Event(user_id="ann", kind=kind, item_id=item_id, time=NOW - timedelta(days=days)) for item_id in item_ids]


def proposed(
    happened: Sequence[Event],
    interests: Sequence[Interest] = (),
    memory: Sequence[Preference] = (),
    answered: Sequence[str] = (),
) -> list[Proposal]:
    found = propose(
        SPEC, SNAPSHOT, GROUNDER, events=happened, interests=interests, memory=memory, answered=answered, now=NOW
    )
    return list(found)


def about(found: Sequence[Proposal]) -> list[tuple[object, object]]:
    return [(proposal.change.polarity, proposal.change.value) for proposal in found]


PUT_AWAY = [*events("impression", [*HORROR[:4], *COMEDIES]), *events("dislike", HORROR[:3])]


def test_three_of_four_horror_films_put_away_propose_less_horror_and_say_so() -> None:
    (proposal,) = proposed(PUT_AWAY)
    assert proposal.text == "Less Horror?"
    assert "3 of the 4 films of “Horror”" in proposal.why
    assert proposal.evidence == tuple(sorted(HORROR[:3]))
    change = proposal.change
    assert (change.polarity, change.strength, change.facet, change.value) == ("avoid", "prefer", "genre", ["Horror"])
    assert change.scope is not None
    assert change.scope.kind == "always"
    assert len(change.matches) > 1  # and what is narrower


def test_two_put_away_propose_nothing_nor_three_of_seven() -> None:
    assert proposed([*events("impression", [*HORROR, *COMEDIES]), *events("hide", HORROR[:2])]) == []
    assert proposed([*events("impression", [*HORROR[:7], *COMEDIES]), *events("hide", HORROR[:3])]) == []


def test_who_puts_everything_away_is_not_told_that_it_is_horror() -> None:
    shown = [*HORROR[:4], *COMEDIES[:4]]
    assert proposed([*events("impression", shown), *events("dislike", [*HORROR[:3], *COMEDIES[:3]])]) == []


def test_a_liked_horror_film_speaks_against_less_horror() -> None:
    assert proposed([*PUT_AWAY, *events("favourite", [HORROR[7]])]) == []


def test_what_was_put_away_long_ago_counts_no_more() -> None:
    assert proposed([*events("impression", [*HORROR[:4], *COMEDIES], 40), *events("dislike", HORROR[:3], 40)]) == []


def test_an_interest_with_three_events_of_its_genre_proposes_more_of_it() -> None:
    rated = events("rating", COMEDIES[:4])
    interest = Interest(interest_id="i", text="light comedy films", evidence=tuple(one.event_id for one in rated))
    (proposal,) = proposed(rated, [interest])
    assert about([proposal]) == [("want", ["Comedy"])]
    assert "light comedy films" in proposal.why
    assert proposal.change.strength == "prefer"


def test_an_interest_whose_events_say_something_else_or_that_is_over_proposes_nothing() -> None:
    rated = events("rating", [*COMEDIES[:2], *HORROR[:4]])
    evidence = tuple(one.event_id for one in rated)
    assert proposed(rated, [Interest(interest_id="i", text="comedy", evidence=evidence)]) == []
    comedies = events("rating", COMEDIES[:4])
    over = Interest(
        interest_id="i", text="comedy", evidence=tuple(one.event_id for one in comedies), valid_until=NOW - timedelta(1)
    )
    assert proposed(comedies, [over]) == []


def test_what_was_answered_or_is_spoken_of_already_is_not_proposed() -> None:
    (proposal,) = proposed(PUT_AWAY)
    assert proposed(PUT_AWAY, answered=[proposal.proposal_id]) == []
    held = [entry.preference for entry in said([[term("want", "Horror")]]).entries]
    assert proposed(PUT_AWAY, memory=held) == []


KINDS = st.sampled_from(["impression", "hide", "dislike", "favourite", "view"])
HAPPENED = st.lists(st.tuples(KINDS, st.sampled_from([*HORROR, *COMEDIES])), max_size=40)


@few
@given(HAPPENED, st.randoms())
def test_a_proposal_rests_on_what_was_put_away_in_any_order(
    happened: list[tuple[EventKind, str]], random: Random
) -> None:
    told = [event for kind, item_id in happened for event in events(kind, [item_id])]
    found = proposed(told)
    away = {item_id for kind, item_id in happened if kind in ("hide", "dislike")}
    for proposal in found:
        assert len(proposal.evidence) >= 3
        assert set(proposal.evidence) <= away
    random.shuffle(told)
    assert proposed(told) == found
