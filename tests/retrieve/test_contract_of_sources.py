"""One contract for every source: what it proposes is allowed, in order, and scored as anywhere else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.config import RetrieveConfig
from intently.retrieve.fusion import base_scores, fuse
from intently.retrieve.index import index_log
from intently.retrieve.request import Allowed, IntentQuery, RetrievalRequest, Retriever, TagQuery
from intently.retrieve.sequence import Sequence
from intently.retrieve.sources import sources_of
from tests.retrieve.towers_world import source_of, things, towers_of
from tests.retrieve.worlds import DAY, history_of, log_of, spec_of, tower_of, unit_rows

N = 40
RNG = np.random.default_rng(3)
LOG = log_of([(int(RNG.integers(12)), int(RNG.integers(N - 4)), day / 4) for day in range(300)])
VECTORS = unit_rows(N, 8)
TOWER, KNOWN = tower_of(N - 4).placed(
    [f"i{row}" for row in range(N)]
)  # the newest four items came after it was trained
THINGS = things(N, 8)
SOURCES = sources_of(
    spec_of("always"),
    VECTORS,
    index_log(N, LOG, spec_of(), RetrieveConfig()),
    RetrieveConfig(),
    Sequence(TOWER, KNOWN),
    tags=True,
    towers=source_of(towers_of(THINGS, codes=2), 0.6, THINGS),
)
NAMES = ("popularity", "trend", "fresh", "lasting", "neighbours", "semantic", "tags", "sequence", "towers", "repeats")


def source(name: str) -> Retriever:
    return next(one for one in SOURCES if one.name == name)


@st.composite
def requests(draw: st.DrawFn) -> RetrievalRequest:
    rows = draw(st.lists(st.integers(0, N - 1), max_size=8))
    tags = (TagQuery("t1", "quiet drama", VECTORS[draw(st.integers(0, N - 1))]),) if draw(st.booleans()) else ()
    wishes = (IntentQuery("p1", "cosy", VECTORS[5], draw(st.sampled_from([1.0, -0.5]))),) if draw(st.booleans()) else ()
    seeds = np.array(draw(st.lists(st.integers(0, N - 1), max_size=2)), np.int32)
    days = [60.0 + place for place in range(len(rows))]
    return RetrievalRequest("ann", 80 * DAY, history_of(rows, days), tags=tags, intents=wishes, seeds=seeds)


masks = st.lists(st.booleans(), min_size=N, max_size=N).map(lambda flags: Allowed(np.array(flags, np.bool_)))


def test_every_source_of_a_catalogue_is_under_this_contract():
    assert tuple(one.name for one in SOURCES) == NAMES


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(request_=requests(), allowed=masks, k=st.integers(1, N))
def test_a_source_proposes_allowed_rows_once_best_first_with_the_scores_it_gives_anywhere(name, request_, allowed, k):
    found = source(name).retrieve(request_, allowed, k)
    assert len(found.rows) == len(set(found.rows.tolist())) <= k
    assert allowed.mask[found.rows].all()
    assert np.isfinite(found.scores).all()
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    assert (np.diff(found.scores) <= 0).all()
    again = source(name).score(RetrievalRequest(**_fields(request_)), found.rows)
    assert np.abs(again - found.scores).max(initial=0.0) <= 2e-6


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(request_=requests(), allowed=masks, k=st.integers(1, N))
def test_no_allowed_row_that_is_left_out_beats_one_that_is_proposed(name, request_, allowed, k):
    found = source(name).retrieve(request_, allowed, k)
    left = np.setdiff1d(allowed.rows, found.rows)
    best_left = source(name).score(request_, left).max(initial=0.0)
    worst = found.scores.min(initial=1.0) if len(found.rows) == k else 0.0
    assert best_left <= worst + 2e-6


@settings(max_examples=30, deadline=None)
@given(request_=requests(), allowed=masks, k=st.integers(1, N))
def test_fusion_loses_no_allowed_item_invents_none_and_is_repeatable(request_, allowed, k):
    fused = fuse(request_, SOURCES, allowed, k)
    assert len(fused.rows) == min(k, allowed.count) == len(set(fused.rows.tolist()))
    assert allowed.mask[fused.rows].all()
    assert ((fused.base >= 0) & (fused.base <= 1)).all()
    again = fuse(RetrievalRequest(**_fields(request_)), SOURCES, allowed, k)
    assert again.rows.tolist() == fused.rows.tolist()


@settings(max_examples=30, deadline=None)
@given(request_=requests(), allowed=masks)
def test_the_base_score_of_a_row_does_not_depend_on_who_else_is_asked_about(request_, allowed):
    fused = fuse(request_, SOURCES, allowed, N)
    alone, parts = base_scores(request_, SOURCES, fused.rows[:1])
    assert np.abs(alone - fused.base[:1]).max(initial=0.0) <= 2e-6
    assert set(parts) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30, deadline=None)
@given(request_=requests(), row=st.integers(0, N - 1))
def test_evidence_names_only_what_the_request_holds(name, request_, row):
    known = {("event", event_id) for event_id in request_.history.event_ids}
    known |= {("tag", tag.tag_id) for tag in request_.tags}
    known |= {("wish", wish.preference_id) for wish in request_.intents}
    known |= {("item", str(seed)) for seed in request_.seeds}
    assert set(source(name).evidence(request_, row)) <= known


def _fields(request: RetrievalRequest) -> dict[str, object]:
    """Everything but the scratch: the same question asked anew."""
    names = ("user_id", "as_of", "history", "seed", "tags", "intents", "seeds", "dislikes")
    return {name: getattr(request, name) for name in names}
