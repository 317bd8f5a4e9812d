"""The user, item and tag towers as rows: one training for three of them, nothing later is learnt from, new items."""

import json
import time

import numpy as np
import pytest

from intently.config import load_config
from intently.errors import BadRequest, DataError
from intently.evaluate.retrieval.cold import ColdReport, cold_fold, cold_table
from intently.evaluate.retrieval.folds import folds_of
from intently.evaluate.retrieval.run import Asked, evaluate_set, trainer_of
from intently.evaluate.retrieval.sets import SETS, RetrievalSet
from intently.evaluate.retrieval.tagged import FacetTagger
from intently.evaluate.retrieval.towers import TAG_TOWERS, TagTowerRow, read_tag_settings
from intently.retrieve.tower_files import open_tag_towers
from tests.evaluate.retrieval.test_tagged import kinds_pack
from tests.evaluate.retrieval.worlds import ring_set
from tests.evaluate.understanding.worlds import DAYS, EACH, encode, tiny_ground

pytest.importorskip("torch", reason="torch is not installed: pip install 'intently[train]'")

CONFIG = load_config()
MANY = tiny_ground(
    events=sorted(
        ((user, (user + day % 2) % 4 * EACH + (day // 2 + user // 4) % EACH, day + user / 100)
         for user in range(24) for day in range(DAYS)),
        key=lambda event: event[2],
    )
)  # fmt: skip


def many() -> RetrievalSet:
    """Two dozen people, each of whom takes things of two kinds in turns."""
    pack = kinds_pack(MANY.log)
    return RetrievalSet("tiny", type(pack)(**{**vars(pack), "user_ids": MANY.user_ids}), True, "kind")


def asked(tmp_path, epochs: int = 6, rows=("semantic", *TAG_TOWERS), **more) -> Asked:
    file = tmp_path / "tag_towers.toml"
    told = "dim = 16\nwidth = 8\nhidden = 16\nbatch = 16\nrate = 1e-2\nnegatives = 0\nheld = 6\npatience = 50\n"
    file.write_text(f"{told}epochs = {epochs}\n", "utf-8")
    return Asked(rows=rows, tag_towers=file, protocol=more.pop("protocol", "llo"), **more)


def test_one_training_answers_for_the_history_the_tags_and_both(tmp_path):
    (table,) = evaluate_set(asked(tmp_path), many(), tmp_path, CONFIG, time.monotonic() + 600, encode=encode)
    assert not table.unfinished
    assert {row.name for row in table.rows} == {"popularity", "semantic", *TAG_TOWERS}
    assert table.row("towers").fit_seconds == table.row("towers-fused").fit_seconds > 0
    (folder,) = (tmp_path / "towers").glob("tags-*")
    towers, card = open_tag_towers(folder / "towers")
    assert 0 <= card.metrics["beta"] <= 1
    assert towers.form.behaviours == ("newest", "liked")
    assert table.row("towers").hr10.mean > 0.5  # of 40 things, of which a person has eleven


def test_a_training_that_the_budget_cut_off_is_said_and_goes_on(tmp_path):
    wanted, said = asked(tmp_path, 3), []
    (cut,) = evaluate_set(wanted, many(), tmp_path, CONFIG, time.monotonic(), said.append, encode)
    assert {"towers", "towers-fused"} <= set(cut.unfinished)
    (done,) = evaluate_set(wanted, many(), tmp_path, CONFIG, time.monotonic() + 600, encode=encode)
    assert not done.unfinished
    (curve,) = (tmp_path / "towers").glob("*/curve.jsonl")
    assert [json.loads(line)["epoch"] for line in curve.read_text("utf-8").splitlines()] == [1, 2, 3]


def test_under_time_the_towers_learn_from_what_came_before_their_people(tmp_path):
    trainer = trainer_of(asked(tmp_path, 1), tmp_path, time.monotonic() + 600, print, FacetTagger(encode))
    opened = many()
    for fold in folds_of(opened.pack, "time", 3.0):
        ranker = TagTowerRow(trainer, "towers").fit(fold)
        if ranker.source is None:
            assert len(fold.visible) < 200
            continue
        known = set(ranker.source.towers.form.vocabulary.item_ids)
        assert known <= {opened.pack.snapshot.item_ids[row] for row in fold.visible.rows.tolist()}


def test_items_that_nobody_took_are_found_by_what_they_are(tmp_path):
    opened = many()
    trainer = trainer_of(asked(tmp_path, 12), tmp_path, time.monotonic() + 600, print, FacetTagger(encode))
    table = cold_table(opened, trainer, CONFIG.retrieve, 0)
    fold, new = cold_fold(opened, 0)
    assert new.sum() == table.new == 8
    assert not new[fold.visible.rows].any()
    assert table.n == len(fold.cases) > 0
    by_name = {row.name: row for row in table.rows}
    assert set(by_name) == {*TAG_TOWERS, "semantic"}
    assert by_name["towers-tags"].among_all[1].mean == 1.0  # 200 places hold the whole catalogue
    text = ColdReport(0, "c0ffee", (table,), 1.0).markdown()
    assert "recall@50 among new" in text
    assert "8 of 40 items are new" in text


def test_the_settings_of_every_set_can_be_read_and_bad_ones_are_refused(tmp_path):
    for path in SETS.glob("*/tag_towers.toml"):
        assert read_tag_settings(path.parent.name).alpha == 0.5
    assert read_tag_settings("demo-movies").unread == ("rating",)  # the mean over later ratings too
    (tmp_path / "bad.toml").write_text("alphas = 1\n", "utf-8")
    with pytest.raises(DataError, match="alphas"):
        read_tag_settings("ring", tmp_path / "bad.toml")


def test_without_an_encoder_or_facets_the_rows_are_refused_or_left_out(tmp_path):
    with pytest.raises(BadRequest, match="intently model get"):
        evaluate_set(asked(tmp_path), ring_set(), tmp_path, CONFIG, time.monotonic() + 60)
    (table,) = evaluate_set(
        asked(tmp_path), ring_set(), tmp_path, CONFIG, time.monotonic() + 60, encode=lambda texts: np.zeros((0, 8))
    )
    assert sum("no facet says what kind" in reason for reason in table.left_out) == len(TAG_TOWERS)
