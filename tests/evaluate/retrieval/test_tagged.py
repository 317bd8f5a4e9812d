"""The cognitive channel as a row and among the fused sources: tags of what is visible, found by text vectors."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from intently.config import RetrieveConfig, load_config
from intently.errors import BadRequest
from intently.evaluate.pack import Pack
from intently.evaluate.retrieval import fused
from intently.evaluate.retrieval.folds import Walk, folds_of
from intently.evaluate.retrieval.fused import FusedSources
from intently.evaluate.retrieval.methods import TAGGED, lack_of, methods_of
from intently.evaluate.retrieval.run import Asked, evaluate_set
from intently.evaluate.retrieval.sets import RetrievalSet
from intently.evaluate.retrieval.tagged import FacetTagger, TagRow
from intently.retrieve.columns import Log
from tests.evaluate.retrieval.worlds import ring_pack
from tests.evaluate.understanding.worlds import EACH, PEOPLE, encode, tiny_ground

CONFIG, RETRIEVE = load_config(), RetrieveConfig()
LATER = time.monotonic() + 3600


def kinds_pack(log: Log | None = None) -> Pack:
    """People who keep to two of four kinds of things."""
    ground = tiny_ground()
    log = log or ground.log
    return Pack("tiny", ground.spec, ground.snapshot, log, tuple(map(str, range(len(log)))), ground.user_ids, "0" * 64)


def shown(pack: Pack, protocol: str = "llo") -> list[tuple[set[int], set[int]]]:
    """The kinds of each person's history and of the first places of the row `tags`."""
    fold = folds_of(pack, protocol, 30.0)[-1]
    ranker = TagRow(FacetTagger(encode)).fit(fold)
    moments = Walk(pack, RETRIEVE, 0).moments(fold)
    return [
        (set((moment.request.history.rows // EACH).tolist()), set((ranker.rank(moment, 5) // EACH).tolist()))
        for moment in moments
    ]


def test_tags_find_new_things_of_the_kinds_that_a_person_liked():
    found = shown(kinds_pack())
    assert len(found) == PEOPLE
    assert all(kinds and kinds <= own for own, kinds in found)


def test_a_person_who_liked_nothing_has_no_tags():
    log = tiny_ground().log
    assert all(not kinds for _, kinds in shown(kinds_pack(replace(log, liked=np.zeros(len(log), np.bool_)))))


def test_each_text_is_encoded_once():
    asked: list[str] = []

    def counting(texts):
        asked.extend(texts)
        return encode(texts)

    (fold,) = folds_of(kinds_pack(), "llo", 1.0)
    tagger = FacetTagger(counting)
    for _ in range(2):
        TagRow(tagger).fit(fold)
    assert sorted(asked) == sorted(set(asked))
    assert asked


@pytest.mark.parametrize("row", ["tags", "fused-tags"])
def test_under_time_nothing_later_than_the_target_changes_any_rank(tmp_path, row):
    log = tiny_ground().log
    first = min(case.position for case in folds_of(kinds_pack(), "time", 2.0)[-1].cases)
    rows = log.rows.copy()
    rows[first + 1 :] = (rows[first + 1 :] + 17) % (4 * EACH)
    found = []
    for name, pack in (("a", kinds_pack()), ("b", kinds_pack(replace(log, rows=rows)))):
        opened, asked = RetrievalSet("tiny", pack, True), Asked(rows=(row,), protocol="time", refit_days=2)
        evaluate_set(asked, opened, tmp_path / name, CONFIG, LATER, encode=encode)
        files = sorted((tmp_path / name).glob(f"retrieval-tiny-time-*-{row}-*.json"))
        found.append({u: r for file in files for u, r in json.loads(file.read_text("utf-8"))["slates"].items()})
    user = str(int(log.users[first]))
    assert found[0][user]["rows"] == found[1][user]["rows"] != []
    assert found[0] != found[1]


@pytest.mark.parametrize("protocol", ["llo", "time"])
def test_the_fused_sources_take_the_tags_as_one_more_and_learn_their_weight(monkeypatch, protocol):
    monkeypatch.setattr(fused, "LEAST", 5)
    monkeypatch.setattr("intently.retrieve.weights.LEAST", 5)
    pack = kinds_pack()
    fold = folds_of(pack, protocol, 2.0)[-1]
    ranker = FusedSources(RETRIEVE, tagger=FacetTagger(encode)).fit(fold)
    moment = next(Walk(pack, RETRIEVE, 0).moments(fold))
    assert [source.name for source in ranker.sources(moment)] == list(ranker.weights)
    assert ranker.weights["tags"] > 0
    assert "tags" not in FusedSources(RETRIEVE).fit(fold).weights


def test_without_an_encoder_the_rows_with_tags_are_left_out_or_refused_by_name():
    named = {method.name for method in methods_of((), CONFIG, ())}
    assert "fused" in named
    assert not set(TAGGED) & named
    with pytest.raises(BadRequest, match="text encoder"):
        methods_of(("tags",), CONFIG, ())
    assert {"tags", "fused-tags"} <= {method.name for method in methods_of((), CONFIG, (), FacetTagger(encode))}


def test_where_no_facet_says_what_an_item_is_there_are_no_tags():
    assert "no facet says" in lack_of("fused-tags", ring_pack(), "llo")
    assert lack_of("tags", kinds_pack(), "time") == ""
