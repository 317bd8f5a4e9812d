"""Items' own vectors (of images, say): read, checked, kept, and used where somebody wants more like an item."""

import json

import numpy as np
import pytest

from intently.catalog.load import ItemReader
from intently.catalog.schema import parse_spec
from intently.catalog.snapshot import build_snapshot, open_snapshot, save_snapshot, with_item
from intently.config import Config, FeedConfig, RetrieveConfig
from intently.errors import DataError
from intently.feed.replay import replay
from intently.feed.request import recommend
from tests.feed.worlds import TOML, ask, film, make_world, prefer, tiny_spec

LEFT, RIGHT = (1.0, 0.0, 0.0), (0.0, 2.0, 0.0)
LIKE_A = prefer("p1", None, "like", {"item_id": "a"}, quote="like the first one")


def with_own(item_id, vector=None):
    return film(item_id).model_copy(update={"vector": vector})


def shown(world, *wishes, **fields):
    return [item.item_id for item in recommend(world, ask(preferences=wishes, **fields)).slate.items]


def world_of(*items, **config):
    return make_world(list(items), np.ones((len(items), 4)), config=Config(feed=FeedConfig(diversity=0), **config))


def test_like_an_item_is_like_it_by_the_items_own_vectors_too():
    world = world_of(with_own("a", LEFT), with_own("b", RIGHT), with_own("c"), with_own("d", (0.9, 0.1, 0.0)))
    assert shown(world, LIKE_A)[0] == "d"
    assert shown(world, LIKE_A) == ["d", "c", "b"]  # c has none, and is as alike as the average


def test_unlike_an_item_is_unlike_it_by_them_too():
    world = world_of(with_own("a", LEFT), with_own("b", RIGHT), with_own("c", (0.9, 0.1, 0.0)))
    avoid = prefer("p1", None, "like", {"item_id": "a"}, polarity="avoid", quote="not like the first one")
    order = shown(world, avoid)
    assert order.index("b") < order.index("c")


def test_an_item_without_one_is_compared_by_text_as_before():
    plain = world_of(*(film(item_id) for item_id in "abcd"))
    mixed = world_of(with_own("a"), with_own("b", LEFT), with_own("c"), with_own("d", RIGHT))
    assert shown(plain, LIKE_A) == shown(mixed, LIKE_A)


def test_the_sources_bring_what_looks_alike_however_unpopular():
    items = [with_own("a", LEFT), *(with_own(f"f{n:03}", RIGHT) for n in range(400)), with_own("z", LEFT)]
    world = make_world(
        items, 1 + np.random.default_rng(1).normal(scale=0.1, size=(402, 4)),
        [(n % 7, f"f{n:03}", 1.0) for n in range(300)], config=Config(retrieve=RetrieveConfig(candidates=20)),
    )  # fmt: skip
    assert "z" in recommend(world, ask(preferences=(LIKE_A,))).ranked


def test_a_slate_by_own_vectors_replays_bit_for_bit():
    world = world_of(with_own("a", LEFT), with_own("b", RIGHT), with_own("c"), with_own("d", LEFT))
    trace = json.loads(json.dumps(recommend(world, ask(preferences=(LIKE_A,))).trace.to_json()))
    assert {"own:p1", "owned"} <= set(trace["measured"])
    assert replay(world, trace).same


def test_vectors_are_kept_at_length_one_changed_and_opened_again(tmp_path):
    snapshot = build_snapshot(tiny_spec(), [with_own("a", LEFT), with_own("b")], None, "v1")
    assert snapshot.own.tolist() == [[1, 0, 0], [0, 0, 0]]
    changed = with_item(with_item(snapshot, tiny_spec(), with_own("b", RIGHT)), tiny_spec(), with_own("c", (0, 0, 5.0)))
    assert changed.own.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert with_item(changed, tiny_spec(), with_own("a")).own.tolist()[0] == [0, 0, 0]
    first = with_item(build_snapshot(tiny_spec(), [film("a")], None, "v1"), tiny_spec(), with_own("b", LEFT))
    assert first.own.tolist() == [[0, 0, 0], [1, 0, 0]]
    save_snapshot(changed, tmp_path / "s")
    assert open_snapshot(tmp_path / "s").own.tolist() == changed.own.tolist()


@pytest.mark.parametrize("vector", [(1.0, 0.0), (0.0, 0.0, 0.0)])
def test_a_vector_of_another_length_or_of_zeros_is_refused_with_the_item_and_the_mend(vector):
    snapshot = build_snapshot(tiny_spec(), [with_own("a", LEFT)], None, "v1")
    with pytest.raises(DataError, match="item 'b': its vector has"):
        with_item(snapshot, tiny_spec(), with_own("b", vector))
    with pytest.raises(DataError, match="item 'b'"):
        build_snapshot(tiny_spec(), [with_own("a", LEFT), with_own("b", vector)], None, "v1")


def test_a_column_of_vectors_is_read_and_a_row_of_another_length_is_named():
    reader = ItemReader(
        parse_spec(TOML.replace('title = "title"', 'title = "title"\nvector = "image"', 1), "tiny.toml")
    )
    assert "image" in reader.columns
    row = {"id": "a", "title": "A", "image": "[0.5, 1, 2]"}
    assert reader.item(row).vector == (0.5, 1.0, 2.0)
    assert reader.item({**row, "image": None}).vector is None
    with pytest.raises(DataError, match="`image` is '2 numbers', where the vectors before it have 3"):
        reader.item({**row, "image": [1, 2]})
    with pytest.raises(DataError, match="not a list"):
        reader.item({**row, "image": "red"})
