"""TIME sees nothing later than the target, LLO sees other people's; a run that was cut off goes on."""

import json
from dataclasses import replace

import numpy as np
import pytest

from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import build_snapshot
from intently.config import load_config
from intently.errors import BadRequest, NotFound
from intently.evaluate.feed import evaluate_pack, run_feed_evaluation
from intently.evaluate.pack import Pack
from intently.evaluate.protocols import leave_last_out, time_ordered
from intently.evaluate.split import last_cases
from intently.nouns import Item
from intently.retrieve.columns import Log

N, PEOPLE, DAYS = 30, 15, 14
SPEC = CatalogSpec.model_validate(
    {"format": "intently.catalog", "version": 1, "name": "tiny", "repeat": "never", "liked_from": 3,
     "items": {"file": "i.csv", "id": "id", "title": "title"}}
)  # fmt: skip


def pack_of(log: Log, groups: list[str] | None = None) -> Pack:
    items = [Item(item_id=str(row), title=f"Item {row}") for row in range(N)]
    vectors = np.random.default_rng(1).normal(size=(N, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    snapshot = build_snapshot(SPEC, items, vectors, "v1")
    names = tuple(groups or map(str, range(len(log))))
    return Pack("tiny", SPEC, snapshot, log, names, tuple(f"u{n}" for n in range(PEOPLE)), "0" * 64)


def random_log(seed: int = 0) -> Log:
    rng = np.random.default_rng(seed)
    users = np.concatenate([np.arange(PEOPLE) for _ in range(DAYS)]).astype(np.int32)
    rows = np.concatenate([(np.arange(PEOPLE) * 7 + rng.permutation(N)[:PEOPLE]) % N for _ in range(DAYS)])
    times = np.repeat(np.arange(DAYS), PEOPLE) * 86_400.0 + np.tile(np.arange(PEOPLE), DAYS) * 60.0
    return Log(users, rows.astype(np.int32), times, np.ones(len(users), np.bool_))


PACK = pack_of(random_log())
CONFIG = load_config()


def test_the_last_event_of_everybody_is_predicted_from_those_before_it():
    cases = last_cases(PACK.log, PACK.groups)
    assert len(cases) == PEOPLE
    assert [case.position for case in cases] == list(range(PEOPLE * (DAYS - 1), PEOPLE * DAYS))
    assert all(len(case.own) == DAYS - 1 and max(case.own) < case.position for case in cases)


def test_a_whole_order_is_predicted_and_none_of_it_is_seen():
    log = Log(np.zeros(5, np.int32), np.array([1, 2, 3, 4, 4], np.int32), np.arange(5.0), np.ones(5, np.bool_))
    (case,) = last_cases(log, ["a", "a", "b", "b", "b"])
    assert (case.own, case.taken, case.events) == ((0, 1), (3, 4), (2, 3, 4))
    (second,) = last_cases(log, ["x", "a", "b", "b", "b"], nth=2)
    assert (second.own, second.taken) == ((0,), (2,))


def test_under_time_nothing_later_than_the_target_changes_any_rank():
    before = {outcome.user: outcome for outcome in time_ordered(PACK, CONFIG, 0)}
    cut = PEOPLE * (DAYS - 1) + 5  # the targets of the first five people have passed
    rows = PACK.log.rows.copy()
    rows[cut:] = (rows[cut:] + 11) % N
    changed = pack_of(replace(PACK.log, rows=rows))
    after = {outcome.user: outcome for outcome in time_ordered(changed, CONFIG, 0)}
    for user in range(5):
        assert after[user] == before[user]
    assert any(after[user] != before[user] for user in range(5, PEOPLE))


def test_llo_reads_other_peoples_later_events_but_nobodys_target():
    rows = PACK.log.rows.copy()
    rows[-1] = (rows[-1] + 11) % N  # a target: nobody may notice, but for the rank of that target itself
    changed = pack_of(replace(PACK.log, rows=rows))
    before = list(leave_last_out(PACK, CONFIG, 0))
    after = list(leave_last_out(changed, CONFIG, 0))
    assert before[:-1] == after[:-1]


def test_the_report_has_a_row_for_every_method_and_the_feed_is_among_them(tmp_path):
    report = evaluate_pack(PACK, CONFIG, "both", 5, 0, tmp_path)
    time, llo = report.tables
    assert {row.method for row in time.rows} >= {"popularity", "neighbours", "semantic", "fused", "feed"}
    assert {row.method for row in llo.rows} == {"lasting", "neighbours", "semantic", "plain-knn"}
    assert time.n == time.people == PEOPLE
    assert time.row("popularity").gain.mean == 0.0
    assert json.loads(json.dumps(report.json()))["store"] == "tiny"


def test_a_run_that_was_cut_off_goes_on_and_ends_where_an_uncut_one_does(tmp_path):
    first = evaluate_pack(PACK, CONFIG, "time", 0.0, 0, tmp_path / "cut")
    assert not first.tables[0].complete
    (file,) = (tmp_path / "cut").iterdir()
    file.write_text(file.read_text("utf-8") + '{"user": 14, "ranks"', "utf-8")  # killed while writing
    second = evaluate_pack(PACK, CONFIG, "time", 5, 0, tmp_path / "cut")
    whole = evaluate_pack(PACK, CONFIG, "time", 5, 0, tmp_path / "whole")
    assert second.tables == whole.tables


def test_an_unknown_protocol_or_demo_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(BadRequest, match="time, llo or both"):
        evaluate_pack(PACK, CONFIG, "random", 5, 0, tmp_path)
    with pytest.raises(NotFound, match="films and shop"):
        run_feed_evaluation("books", out=tmp_path)
