"""LLO and TIME on a tiny set: who is asked, what may be learnt from, and that a run that was cut off goes on."""

import json
import time

import numpy as np
import pytest

from intently.config import load_config
from intently.errors import BadRequest, DataError, NotFound
from intently.evaluate.retrieval.folds import folds_of
from intently.evaluate.retrieval.report import RetrievalReport
from intently.evaluate.retrieval.run import Asked, evaluate_set, run_retrieval_evaluation
from intently.evaluate.retrieval.sets import RetrievalSet, open_set
from intently.evaluate.retrieval.write import markdown
from tests.evaluate.retrieval.worlds import DAY, PEOPLE, STEPS, changed_after, ring_log, ring_pack, ring_set

CONFIG = load_config()
PLAIN = ("popularity", "item-knn", "semantic", "ease", "bm25", "fused")
LATER = time.monotonic() + 3600


def tables(tmp_path, opened=None, deadline=LATER, **asked):
    wanted = Asked(**{"rows": PLAIN, "refit_days": 2, **asked})
    return evaluate_set(wanted, opened or ring_set(), tmp_path, CONFIG, deadline)


def ranks(tmp_path, row="ease"):
    files = sorted(tmp_path.glob(f"retrieval-ring-time-*-{row}-*.json"))
    return {user: found for file in files for user, found in json.loads(file.read_text("utf-8"))["ranks"].items()}


def test_under_time_a_model_learns_from_nothing_at_or_after_the_refit_before_its_people():
    folds = folds_of(ring_pack(), "time", 2.0)
    assert len(folds) > 0
    for fold in folds:
        assert all(case.position >= fold.first for case in fold.cases)
        assert len(fold.visible) == fold.first
        assert all(case.time - fold.visible.times.max(initial=0) < 3 * DAY for case in fold.cases)
    assert sum(len(fold.cases) for fold in folds) == PEOPLE


@pytest.mark.parametrize("row", [*PLAIN, "trend", "fresh", "lasting"])
def test_under_time_nothing_later_than_the_target_changes_any_rank(tmp_path, row):
    cut = PEOPLE * (STEPS - 1) + 5  # the targets of the first five people have passed
    tables(tmp_path / "a", protocol="time", rows=(row,))
    changed = RetrievalSet("ring", ring_pack(changed_after(ring_log(), cut)), True)
    tables(tmp_path / "b", changed, protocol="time", rows=(row,))
    before, after = ranks(tmp_path / "a", row), ranks(tmp_path / "b", row)
    assert len(before) == PEOPLE
    assert all(before[str(user)] == after[str(user)] for user in range(5))


def test_llo_learns_from_everything_but_the_targets():
    (fold,) = folds_of(ring_pack(), "llo", 1.0)
    assert len(fold.visible) == PEOPLE * (STEPS - 1)
    assert fold.visible.times.max() > min(case.time for case in fold.cases) - DAY


def test_tables_of_llo_and_time_stand_apart_with_every_row_over_all_people(tmp_path):
    llo, timed = tables(tmp_path)
    assert (llo.protocol, timed.protocol) == ("llo", "time")
    for table in (llo, timed):
        assert table.n == PEOPLE
        assert tuple(row.name for row in table.rows) == PLAIN
        assert table.row("popularity").gain.mean == 0
        assert table.row("item-knn").hr10.mean > table.row("popularity").hr10.mean  # a ring has no popular item
    text = markdown(RetrievalReport(0, "c0ffee", (llo, timed), 1.0))
    assert text.count("| EASE |") == 6  # what is found, what slates are like, and exposure, twice


def test_a_run_that_was_cut_off_says_which_rows_lack_folds_and_goes_on(tmp_path):
    (cut,) = tables(tmp_path / "cut", protocol="llo", deadline=0.0)
    assert cut.unfinished == PLAIN
    assert cut.rows == ()
    (done,) = tables(tmp_path / "cut", protocol="llo")
    (whole,) = tables(tmp_path / "whole", protocol="llo")
    assert not done.unfinished
    assert [(row.hr10, row.ndcg10, row.mrr) for row in done.rows] == [(r.hr10, r.ndcg10, r.mrr) for r in whole.rows]
    (again,) = tables(tmp_path / "whole", protocol="llo", deadline=0.0)
    reports = [RetrievalReport(0, "c0ffee", (table,), 1.0).json() for table in (again, whole)]
    assert reports[0] == reports[1]  # nothing is asked again, the seconds are those of the first run


def test_a_set_without_times_is_asked_under_llo_alone(tmp_path):
    (llo,) = tables(tmp_path, ring_set(timed=False))
    assert llo.protocol == "llo"
    with pytest.raises(BadRequest, match="--protocol llo"):
        tables(tmp_path, ring_set(timed=False), protocol="time")


def test_what_is_unknown_is_refused_with_what_is_known(tmp_path):
    with pytest.raises(BadRequest, match="popularity, trend"):
        run_retrieval_evaluation(Asked(rows=("slim",)), tmp_path, CONFIG)
    with pytest.raises(BadRequest, match="llo, time or both"):
        tables(tmp_path, protocol="random")
    with pytest.raises(NotFound, match="movies-ml1m"):
        open_set("movies-ml20m", None, CONFIG)
    with pytest.raises(BadRequest, match="--data"):
        open_set("movies-ml1m", None, CONFIG)
    with pytest.raises(DataError, match=r"items\.parquet"):
        open_set("movies-ml1m", tmp_path, CONFIG)


def test_a_set_by_position_is_read_in_the_order_of_each_person(tmp_path):
    import polars as pl

    folder = tmp_path / "movies-ml1m"
    folder.mkdir()
    blank = {"plot": "", "description": "", "genres": ["Drama"], "tags": ["noir"], "directors": ["A"], "cast": ["B"]}
    pl.DataFrame([{"item_id": n, "title": f"Film {n}", **blank} for n in range(4)]).write_parquet(
        folder / "items.parquet"
    )
    events = [(7, 2, 1), (7, 0, 0), (9, 3, 0), (7, 1, 2), (9, 2, 1)]
    pl.DataFrame(events, schema=["user_id", "item_id", "position"], orient="row").write_parquet(
        folder / "interactions.parquet"
    )
    config = load_config(home=tmp_path)
    with pytest.raises(BadRequest, match="need the text encoder"):  # which this home has not
        open_set("movies-ml1m", tmp_path, config)
    opened = open_set("movies-ml1m", tmp_path, config, encode=False)
    log = opened.pack.log
    own = {opened.pack.user_ids[user]: log.rows[log.users == user].tolist() for user in np.unique(log.users)}
    assert own == {"7": [0, 2, 1], "9": [3, 2]}
    assert not opened.timed
