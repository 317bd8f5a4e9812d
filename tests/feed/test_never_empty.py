"""However wishes and musts fight, a slate is as full as what qualifies allows; only musts take items out."""

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.config import Config, RetrieveConfig
from intently.feed.eligibility import select_eligible
from intently.feed.request import recommend
from tests.feed.worlds import ask, film, make_world, prefer

GENRES = ["Comedy", "Drama", "Horror", "War"]
WORDS = st.sampled_from(["sad", "cosy", "space", "film 7", "zeppelins", "Film"])
POLARITY, STRENGTH = st.sampled_from(["want", "avoid"]), st.sampled_from(["must", "prefer"])


@cache
def world(candidates: int):
    rng = np.random.default_rng(4)
    items = [
        film(f"f{n:03}", GENRES[n % 4 : n % 4 + 1 + n % 2], year=None if n % 11 == 3 else 1960 + n % 60)
        for n in range(300)
    ]
    vectors = rng.normal(size=(300, 4))
    vectors[::13] = 0
    events = [(n % 9, f"f{n:03}", float(n % 40)) for n in range(0, 300, 3)]
    return make_world(items, vectors, events, config=Config(retrieve=RetrieveConfig(candidates=candidates)))


@st.composite
def preferences(draw):
    made = []
    for n in range(draw(st.integers(0, 7))):
        kind = draw(st.sampled_from(["genre", "bound", "like", "example"]))
        fields = {"polarity": draw(POLARITY), "strength": draw(STRENGTH), "command_id": f"c{n}"}
        if kind == "genre":
            made.append(prefer(f"p{n}", "genre", "is", draw(st.lists(st.sampled_from(GENRES), min_size=1)), **fields))
        elif kind == "bound":
            relation = draw(st.sampled_from(["at_most", "at_least"]))
            made.append(prefer(f"p{n}", "year", relation, float(draw(st.integers(1955, 2025))), command_id=f"c{n}",
                               strength=fields["strength"]))  # fmt: skip
        elif kind == "like":
            made.append(prefer(f"p{n}", None, "like", {"text": draw(WORDS)}, polarity=fields["polarity"]))
        else:
            made.append(prefer(f"p{n}", None, "like", {"item_id": f"f{draw(st.integers(0, 299)):03}"}))
    return tuple(made)


@settings(max_examples=60, deadline=None)
@given(preferences(), st.sampled_from([20, 500]), st.sampled_from([None, "trending", "new"]), st.booleans())
def test_a_slate_is_as_full_as_what_qualifies_allows(wishes, candidates, search, diversify):
    request = ask(preferences=wishes, search=search, diversify=diversify)
    eligible = select_eligible(world(candidates), request).allowed
    slate = recommend(world(candidates), request).slate
    assert len(slate.items) == min(request.limit, eligible.count)
    rows = [world(candidates).snapshot.row_of(item.item_id) for item in slate.items]
    assert eligible.mask[rows].all()
    assert len(set(rows)) == len(rows)
