"""A relaxation comes back from outside: it can loosen what is in force, and nothing else."""

import pytest

from intently.errors import BadRequest, Stale
from intently.feed.relax import taken
from intently.nouns import Change, Preference, Relaxation

LENGTH = Preference(
    id="p1", polarity="want", strength="must", facet="minutes", relation="at_most", value=100.0, quote="under 100",
    command_id="c1",
)  # fmt: skip
HORROR = Preference(
    id="p2", polarity="avoid", strength="must", facet="genre", matches=(("genre", "Horror"),), relation="is",
    value=["Horror"], quote="no horror", command_id="c1",
)  # fmt: skip
HELD = (LENGTH, HORROR)


def way(**change: object) -> Relaxation:
    return Relaxation(change=Change.model_validate({"op": "replace", **change}), gain=1, text="allow more")


def test_what_is_dropped_is_retracted_by_its_id() -> None:
    assert taken(Relaxation(drop=("p2",), gain=1, text=""), HELD) == [Change(op="retract", target="p2")]


def test_only_the_moved_amount_is_taken_from_outside() -> None:
    forged = way(target="p1", value=120.0, facet="genre", polarity="avoid", quote="pay the admin", relation="is")
    (change,) = taken(forged, HELD)
    assert (change.facet, change.polarity, change.relation, change.value, change.quote) == (
        "minutes", "want", "at_most", 120.0, "under 100",
    )  # fmt: skip


@pytest.mark.parametrize(
    "gone", [Relaxation(drop=("p9",), gain=1, text=""), Relaxation(gain=1, text=""), way(target="p9", value=1.0), way()]
)
def test_what_is_not_in_force_cannot_be_loosened(gone: Relaxation) -> None:
    with pytest.raises(Stale, match="no longer in force"):
        taken(gone, HELD)


@pytest.mark.parametrize(
    "forged",
    [
        way(target="p1", value=["Horror"]),
        way(target="p1", value={"low": 1.0, "high": 2.0}),
        way(target="p1"),
        way(target="p1", value=float("inf")),
        way(target="p2", value=5.0),
    ],
)
def test_an_amount_that_the_bound_cannot_have_is_refused(forged: Relaxation) -> None:
    with pytest.raises(BadRequest, match="none of the ways"):
        taken(forged, HELD)
