"""Categories, and the model that maps a tag to one."""

import numpy as np
import pytest

from intently.errors import BadRequest, DataError, NotFound
from intently.evaluate.understanding.categories import categories_of
from intently.evaluate.understanding.clusters import cluster
from intently.evaluate.understanding.mapping import WAYS, fit_mapper
from intently.evaluate.understanding.source import SETS, SetSource, folder_of, open_set_source, set_names
from tests.evaluate.understanding.worlds import KINDS, encode, tiny_ground


def blobs(seed: int = 0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(5, 16))
    of = np.repeat(np.arange(5), [9, 8, 7, 6, 5])
    vectors = (centres[of] + 0.1 * rng.normal(size=(35, 16))).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), of


def test_clusters_are_found_where_there_are_some_and_numbered_by_size():
    vectors, of = blobs()
    assert cluster(vectors, 5, seed=0).tolist() == of.tolist()


def test_one_seed_gives_one_clustering():
    vectors = encode([f"word{n} word{n % 7} word{n % 5}" for n in range(60)])
    assert cluster(vectors, 12, seed=3).tolist() == cluster(vectors, 12, seed=3).tolist()
    assert set(cluster(vectors, 12, seed=3).tolist()) == set(range(12))


@pytest.mark.parametrize("way", WAYS)
def test_every_way_learns_what_can_be_learnt(way):
    vectors, of = blobs()
    scores = WAYS[way](vectors[::2], of[::2], 5)
    assert scores(vectors[1::2]).argmax(axis=1).tolist() == of[1::2].tolist()


def test_a_tag_is_of_the_category_whose_items_share_its_words():
    phi = fit_mapper(tiny_ground())
    assert phi.accuracy[phi.way].first["title"] == 1.0
    numbers = phi.categories(encode(["slow gardens", "tall ships"]))
    assert [KINDS[number] for number in numbers] == ["gardens", "ships"]


def test_a_tag_is_of_the_best_category_among_those_that_are_allowed():
    phi = fit_mapper(tiny_ground())
    allowed = np.array([kind != "gardens" for kind in KINDS])
    assert phi.categories(encode(["slow gardens and robots"]), allowed) == (KINDS.index("robots"),)


def test_the_published_categories_of_the_films_are_300_and_of_every_film():
    head = (SETS / "demo-movies" / "categories.csv").read_text("utf-8").splitlines()
    numbers = [int(line.rsplit(",", 1)[1]) for line in head[2:]]
    assert len(numbers) == 3313
    assert set(numbers) == set(range(300))


def test_a_published_file_that_lacks_an_item_is_an_error_that_names_it(tmp_path):
    ground = tiny_ground()
    (tmp_path / "categories.csv").write_text("# made\nitem_id,category\nships-0,0\n")
    with pytest.raises(DataError, match="ships-1"):
        categories_of(SetSource(categories="clusters"), tmp_path, ground.snapshot, ground.items)


def test_an_unknown_set_lists_those_that_there_are_and_a_private_one_asks_for_its_folder():
    with pytest.raises(NotFound, match="demo-movies"):
        open_set_source("nothing")
    for name in (name for name in set_names() if not open_set_source(name).demo):
        with pytest.raises(BadRequest, match="--data"):
            folder_of(name, open_set_source(name), None)
