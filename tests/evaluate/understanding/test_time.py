"""Protocol TIME: nothing at or after the cut is seen by anything."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from intently.config import load_config
from intently.evaluate.understanding.cases import NEXT, draw_cases
from intently.evaluate.understanding.floors import FLOORS, Past
from intently.evaluate.understanding.mapping import fit_mapper
from intently.evaluate.understanding.reasoning import PastJournal
from intently.journal.open import open_journal
from tests.evaluate.understanding.worlds import DAY, EACH, KINDS, tiny_ground

EVENTS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, len(KINDS) * EACH - 1), st.integers(0, 20)), min_size=1, max_size=120
)


@given(EVENTS)
def test_a_history_ends_before_its_cut_and_what_follows_is_new(events):
    ground = tiny_ground(events=sorted(((u, r, float(d)) for u, r, d in events), key=lambda event: event[2]))
    for case in draw_cases(ground):
        past = [ground.log.times[position] for position in case.own]
        assert max(past) < case.cut
        assert len(case.following) >= NEXT
        assert not set(case.following) & {int(ground.log.rows[position]) for position in case.own}
        assert (ground.log.times[: case.position] < case.cut).all()
        assert (ground.log.times[case.position :] >= case.cut).all()
        assert case.target == ground.categories.of[case.following[0]]


def test_a_smaller_draw_of_people_is_part_of_a_larger_one_and_both_are_in_order_of_time():
    ground = tiny_ground()
    few, more = draw_cases(ground, 3), draw_cases(ground, 6)
    assert {case.user_id for case in few} < {case.user_id for case in more}
    assert [case.cut for case in more] == sorted(case.cut for case in more)


def test_what_happens_after_a_cut_changes_nothing_that_a_floor_says():
    ground = tiny_ground()
    first = draw_cases(ground)[0]
    later = [
        (int(u), int(r), t / DAY) for u, r, t in zip(ground.log.users, ground.log.rows, ground.log.times, strict=True)
    ]
    changed = [event if event[2] * DAY < first.cut or event[0] == first.user else (event[0], 39 - event[1], event[2])
               for event in later]  # fmt: skip
    other = tiny_ground(events=changed)
    same = next(case for case in draw_cases(other) if case.user_id == first.user_id)
    assert same == first
    config = load_config().retrieve
    for row, find in FLOORS.items():
        one, two = (find(Past(world, fit_mapper(world), config, 0).at(first)) for world in (ground, other))
        assert one == two, row


def test_where_things_come_back_only_what_is_new_is_predicted():
    again = [(0, row, float(row)) for row in range(8)] + [(0, 0, 8.0), (0, 1, 9.0)]
    (case,) = draw_cases(tiny_ground("always", again))
    assert case.following == (3, 4, 5, 6, 7)


def test_a_journal_of_the_past_gives_nothing_after_its_cut_whatever_is_asked(tmp_path):
    ground = tiny_ground()
    journal = open_journal("", tmp_path)
    journal.append(ground.events(0, len(ground.log)))
    past = PastJournal.over(journal)
    past.cut = datetime.fromtimestamp(5 * DAY, UTC)
    assert max(event.time for event in past.events_of("u0", until=past.cut + timedelta(days=5))) <= past.cut
    assert past.event_columns({"rating"}).times.max() <= 5 * DAY
    assert past.last_event_time() == past.cut
    assert np.max(journal.event_columns({"rating"}).times) > 5 * DAY
    journal.close()
