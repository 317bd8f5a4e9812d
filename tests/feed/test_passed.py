"""What was shown and passed over counts for less, and only once somebody has said something."""

from datetime import timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from intently.config import Config, FeedConfig
from intently.feed.passed import passed_over
from intently.feed.replay import replay
from intently.feed.request import recommend
from tests.feed.worlds import NOW, ask, film, make_world, prefer


def at(minutes: float):
    return NOW + timedelta(minutes=minutes)


def slate(minutes: float, *ids: str) -> SimpleNamespace:
    return SimpleNamespace(time=at(minutes), item_ids=ids)


def test_what_was_touched_after_it_was_shown_is_not_passed_over() -> None:
    slates = [slate(0, "a", "b", "c"), slate(5, "c")]
    assert passed_over(slates, {"a": at(1), "b": at(-60), "c": at(3)}) == {"b": 1, "c": 1}


@given(st.lists(st.tuples(st.integers(0, 300), st.lists(st.sampled_from("abcde"))), max_size=8))
def test_every_count_is_the_slates_that_showed_the_item(shown) -> None:
    found = passed_over([slate(minutes, *ids) for minutes, ids in shown], {})
    want = {i: sum(i in ids for _, ids in shown) for i in "abcde"}
    assert found == {i: times for i, times in want.items() if times}


def films(count: int = 12):
    return [film(f"f{n:02}", ["Comedy"] if n % 2 else ["Drama"], year=1990 + n) for n in range(count)]


def world_with(passed: float):
    log = [(user, f"f{n:02}", float(n + 1)) for n in range(12) for user in range(12 - n)]
    return make_world(films(), None, log, config=Config(feed=FeedConfig(passed=passed, diversity=0)))


def ids(world, **request) -> list[str]:
    return list(recommend(world, ask(**request)).ranked)


def test_what_was_passed_over_falls_among_what_meets_the_same_wishes_and_all_else_keeps_its_order() -> None:
    world = world_with(0.9)
    comedy = prefer("p", "genre", "is", ["Comedy"], command_id="c")
    before = ids(world, preferences=(comedy,))
    gone = {before[0]: 1, before[1]: 2}
    after = ids(world, preferences=(comedy,), passed=gone)
    assert [item for item in after if item not in gone] == [item for item in before if item not in gone]
    assert not set(after[:3]) & set(gone)
    assert set(after[:6]) == set(before[:6])  # the comedies
    assert after.index(before[0]) < after.index(before[1])  # shown once against shown twice


def test_the_setting_switches_it_off_and_a_replay_needs_no_snapshot() -> None:
    gone = {"f00": 1}
    assert ids(world_with(0.0), passed=gone) == ids(world_with(0.0))
    world = world_with(0.9)
    done = recommend(world, ask(passed=gone))
    assert done.ranked[0] != "f00"
    trace = done.trace.to_json()
    assert trace["request"]["passed"] == gone
    assert replay(world, trace).same
    assert replay(world, trace, from_sources=True).same
