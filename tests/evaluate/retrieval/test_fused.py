"""The fused row: which sources take part, where its weights come from, and what is said of it beside the channels."""

import time
from dataclasses import replace

import numpy as np
import pytest

from intently.catalog.snapshot import build_snapshot
from intently.config import RetrieveConfig, load_config
from intently.evaluate.metrics import Interval
from intently.evaluate.retrieval import fused
from intently.evaluate.retrieval.folds import Walk, folds_of, rehearsal_of
from intently.evaluate.retrieval.fused import FusedRanker, FusedSources
from intently.evaluate.retrieval.methods import lack_of
from intently.evaluate.retrieval.report import Beyond, Lead, ModelRow, remarks
from intently.evaluate.retrieval.run import Asked, evaluate_set
from intently.evaluate.retrieval.slates import GROUPS
from intently.evaluate.retrieval.tables import GROUP_NAMES
from intently.evaluate.retrieval.verdicts import verdicts_of
from tests.evaluate.retrieval.worlds import PEOPLE, ring_pack, ring_set

CONFIG = RetrieveConfig()
LATER = time.monotonic() + 3600


def names_of(protocol: str) -> list[str]:
    fold = folds_of(ring_pack(), protocol, 2.0)[-1]
    moment = next(Walk(fold.pack, CONFIG, 0).moments(fold))
    return [source.name for source in FusedRanker(fold, CONFIG, {}).sources(moment)]


def test_under_llo_no_source_takes_part_that_reads_the_time_of_others():
    assert names_of("llo") == ["lasting", "neighbours", "semantic"]
    assert names_of("time") == ["popularity", "trend", "fresh", "lasting", "neighbours", "semantic"]


def test_the_rehearsal_hides_what_the_fold_hides_and_one_event_more_of_each_person_it_asks():
    (fold,) = folds_of(ring_pack(), "llo", 1.0)
    rehearsal = rehearsal_of(fold, 10, seed=3)
    assert len(rehearsal.cases) == 10
    assert len(rehearsal.visible) == len(fold.visible) - 10
    hidden = {position for case in fold.cases for position in case.events}
    assert not hidden & {position for case in rehearsal.cases for position in (*case.events, *case.own)}
    assert rehearsal.cases == rehearsal_of(fold, 10, seed=3).cases


def test_weights_are_learnt_from_the_rehearsal_alone_and_lead_to_the_source_that_is_right(monkeypatch):
    monkeypatch.setattr(fused, "LEAST", 20)
    (fold,) = folds_of(ring_pack(), "llo", 1.0)
    ranker = FusedSources(CONFIG).fit(fold)
    assert sum(ranker.weights.values()) == pytest.approx(1, abs=1e-3)
    assert max(ranker.weights, key=ranker.weights.__getitem__) == "neighbours"  # on a ring nothing else knows anything


def test_with_too_few_examples_all_sources_weigh_the_same():
    (fold,) = folds_of(ring_pack(), "llo", 1.0)  # 40 people
    assert FusedSources(CONFIG).fit(fold).weights == {}


def test_the_targets_say_nothing_for_the_weights(monkeypatch):
    monkeypatch.setattr(fused, "LEAST", 20)
    (fold,) = folds_of(ring_pack(), "llo", 1.0)
    rows = fold.pack.log.rows.copy()
    rows[[case.position for case in fold.cases]] = 0
    (changed,) = folds_of(ring_pack(replace(fold.pack.log, rows=rows)), "llo", 1.0)
    assert FusedSources(CONFIG).fit(fold).weights == FusedSources(CONFIG).fit(changed).weights


def test_rows_that_a_set_has_no_ground_for_are_left_out_with_the_reason(tmp_path):
    asked = Asked(rows=("trend", "repeats", "fused"), refit_days=2)
    llo, timed = evaluate_set(asked, ring_set(), tmp_path, load_config(), LATER)
    assert [row.name for row in llo.rows] == ["popularity", "fused"]
    assert [row.name for row in timed.rows] == ["popularity", "trend", "fused"]
    assert any("repeats: nothing comes back" in line for line in remarks(timed))
    assert any("trend: reads the time" in line for line in remarks(llo))
    assert len(timed.taken) == GROUPS == len(GROUP_NAMES)


def test_rows_of_words_and_meaning_are_left_out_where_items_have_neither():
    pack = ring_pack()
    bare = build_snapshot(pack.spec, [], np.zeros((0, 8), np.float32), "v0")
    assert "no words" in lack_of("bm25", replace(pack, snapshot=bare), "llo")
    assert "no item has a text vector" in lack_of("semantic", replace(pack, snapshot=bare), "llo")
    assert lack_of("bm25", pack, "llo") == lack_of("semantic", pack, "time") == ""


def test_every_row_tells_how_far_the_fused_one_is_ahead_of_it(tmp_path):
    (table,) = evaluate_set(
        Asked(rows=("item-knn", "fused"), protocol="llo"), ring_set(), tmp_path, load_config(), LATER
    )
    lead = table.row("popularity").lead("fused")
    assert lead is not None
    ahead = table.row("fused").ndcg10.mean - table.row("popularity").ndcg10.mean
    assert lead.ndcg10.mean == pytest.approx(ahead)
    assert table.row("fused").lead("fused") is None
    assert table.row("popularity").beyond.unserved == 0
    assert sum(group.shown.mean for group in table.row("fused").beyond.exposure.groups) == pytest.approx(1)
    assert table.n == PEOPLE


ZERO = Interval(0.0, 0.0, 0.0)


def row(name: str, *leads: Lead) -> ModelRow:
    return ModelRow(name, name, ZERO, ZERO, ZERO, ZERO, leads, Beyond(ZERO, ZERO, ZERO, ZERO, None, 0.0), 0.0, 0.0)  # type: ignore[arg-type]


def lead(low: float, hits: float = 0.0, more: float = 1.0, leader: str = "fused") -> Lead:
    return Lead(leader, Interval(low + 0.01, low, low + 0.02), Interval(hits + 0.01, hits, hits + 0.02),
                Interval(more, more - 0.5, more + 0.5), Interval(0.1, -0.1, 0.3))  # fmt: skip


def test_above_every_single_channel_is_said_only_when_every_interval_lies_above_zero():
    (said,) = verdicts_of([row("popularity", lead(0.02)), row("item-knn", lead(0.001)), row("fused")])
    assert "above every single channel; the nearest is item-knn +0.011" in said
    (said,) = verdicts_of([row("popularity", lead(0.02)), row("item-knn", lead(-0.001)), row("fused")])
    assert "not shown above item-knn" in said


def test_a_baseline_that_is_no_channel_says_nothing_for_or_against():
    (said,) = verdicts_of([row("popularity", lead(0.02)), row("ease", lead(-0.2)), row("fused")])
    assert "above every single channel" in said
    assert verdicts_of([row("popularity"), row("ease")]) == []


def test_beside_the_tower_alone_variety_novelty_and_hit_rate_are_judged_each():
    _, said = verdicts_of([row("sasrec", lead(0.01, hits=-0.02)), row("fused")])
    assert "distinct categories +1.000 [+0.500, +1.500] (shown)" in said
    assert "novelty in bits +0.100 [-0.100, +0.300] (not shown)" in said
    assert "HR@10 no lower" in said
    _, said = verdicts_of([row("sasrec", lead(0.01, hits=-0.04)), row("fused")])
    assert "HR@10 not shown to be no lower" in said


def test_what_tags_add_to_the_other_sources_is_said_beside_them():
    added = lead(-0.001, more=0.6, leader="fused-tags")
    rows = [row("tags", lead(0.05, leader="fused-tags")), row("fused", added), row("fused-tags")]
    over, beside = verdicts_of(rows)
    assert "above every single channel; the nearest is tags" in over
    assert beside.startswith("fused-tags beside fused: NDCG@10 +0.009")
    assert "distinct categories +0.600 [+0.100, +1.100] (shown)" in beside
