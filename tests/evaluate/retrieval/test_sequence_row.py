"""The sequence tower as a row of the table: it reads the order, learns from nothing later, and resumes."""

import json
import time

import pytest

from intently.config import load_config
from intently.errors import BadRequest, DataError
from intently.evaluate.retrieval import methods
from intently.evaluate.retrieval.folds import asking, folds_of, rehearsal_of
from intently.evaluate.retrieval.run import Asked, evaluate_set
from intently.evaluate.retrieval.sequence import SequenceTower, read_settings
from intently.evaluate.retrieval.sets import SETS, RetrievalSet
from tests.evaluate.retrieval.worlds import PEOPLE, STEPS, N, changed_after, ring_log, ring_pack, ring_set

pytest.importorskip("torch", reason="torch is not installed: pip install 'intently[train]'")

CONFIG = load_config()


def asked(tmp_path, epochs: int, rows=("ease", "sasrec"), **more) -> Asked:
    file = tmp_path / "tower.toml"
    file.write_text(f"dim = 16\nhidden = 32\nlength = 6\nbatch = 16\nrate = 3e-3\nepochs = {epochs}\n", "utf-8")
    return Asked(rows=rows, tower=file, **more)


def test_the_tower_knows_which_way_people_walk_and_ease_does_not(tmp_path):
    wanted = asked(tmp_path, 15, ("ease", "sasrec", "bert4rec"), protocol="llo")
    (table,) = evaluate_set(wanted, ring_set(), tmp_path, CONFIG, time.monotonic() + 600)
    assert not table.unfinished
    assert table.row("sasrec").mrr.low > table.row("ease").mrr.high
    assert table.row("sasrec").fit_seconds > 0
    assert table.row("bert4rec").hr10.mean > table.row("popularity").hr10.mean


def test_under_time_the_tower_learns_from_nothing_later_than_its_people(tmp_path):
    cut = PEOPLE * (STEPS - 1) + 5  # the targets of the first five people have passed
    changed = RetrievalSet("ring", ring_pack(changed_after(ring_log(), cut)), True)
    found = []
    for name, opened in (("a", ring_set()), ("b", changed)):
        (tmp_path / name).mkdir()
        wanted = asked(tmp_path / name, 1, protocol="time", refit_days=2)
        evaluate_set(wanted, opened, tmp_path / name, CONFIG, time.monotonic() + 600)
        files = sorted((tmp_path / name).glob("retrieval-ring-time-*-sasrec-*.json"))
        found.append({u: r for file in files for u, r in json.loads(file.read_text("utf-8"))["ranks"].items()})
    assert len(found[0]) == PEOPLE
    assert all(found[0][str(user)] == found[1][str(user)] for user in range(5))


def test_a_training_that_the_budget_cut_off_is_said_and_goes_on(tmp_path):
    wanted = asked(tmp_path, 3, protocol="llo")
    said: list[str] = []
    (cut,) = evaluate_set(wanted, ring_set(), tmp_path / "cut", CONFIG, time.monotonic(), said.append)
    assert "sasrec" in cut.unfinished
    assert any("run again to go on" in line for line in said)
    (done,) = evaluate_set(wanted, ring_set(), tmp_path / "cut", CONFIG, time.monotonic() + 600)
    (whole,) = evaluate_set(wanted, ring_set(), tmp_path / "whole", CONFIG, time.monotonic() + 600)
    assert done.row("sasrec").ndcg10 == whole.row("sasrec").ndcg10
    (curve,) = (tmp_path / "cut" / "towers").glob("*/curve.jsonl")
    assert len(curve.read_text("utf-8").splitlines()) == 3
    card = json.loads((curve.parent / "tower" / "card.json").read_text("utf-8"))
    assert (card["settings"]["dim"], card["seed"], card["people"]) == (16, 0, PEOPLE)
    assert len(json.loads((curve.parent / "tower" / "items.json").read_text("utf-8"))) == N


def test_the_settings_of_every_set_can_be_read():
    for path in SETS.glob("*/tower.toml"):
        assert read_settings(path.parent.name).dim >= 64


def test_settings_that_are_wrong_are_refused(tmp_path):
    (tmp_path / "bad.toml").write_text("dims = 64\n", "utf-8")
    with pytest.raises(DataError, match="dims"):
        read_settings("ring", tmp_path / "bad.toml")
    (tmp_path / "bad.toml").write_text("dim = 64\nheads = 3\n", "utf-8")
    with pytest.raises(DataError, match="heads"):
        read_settings("ring", tmp_path / "bad.toml")


def test_without_torch_the_row_is_left_out_or_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(methods, "can_train", lambda: False)
    towers = [methods.SequenceTower(tmp_path), methods.SequenceTower(tmp_path, name="bert4rec")]
    named = [method.name for method in methods.methods_of((), CONFIG, towers)]
    assert "fused" in named
    assert not {"sasrec", "bert4rec", "fused-sequence"} & set(named)
    with pytest.raises(BadRequest, match=r"intently\[train\]"):
        methods.methods_of(("sasrec",), CONFIG, towers)
    with pytest.raises(BadRequest, match=r"intently\[train\]"):
        methods.methods_of(("fused-sequence",), CONFIG, towers)


@pytest.mark.parametrize("protocol", ["llo", "time"])
def test_the_fused_sources_take_the_tower_as_one_more_and_weigh_it_by_what_it_was_not_trained_on(tmp_path, protocol):
    wanted = asked(tmp_path, 4, ("item-knn", "sasrec", "fused-sequence"), protocol=protocol, refit_days=2)
    (table,) = evaluate_set(wanted, ring_set(), tmp_path, CONFIG, time.monotonic() + 600)
    assert not table.unfinished
    assert table.row("sasrec").lead("fused-sequence") is not None
    trainings = {folder.name.split("-ring-")[1].rsplit("-", 1)[0] for folder in (tmp_path / "towers").iterdir()}
    if protocol == "llo":
        assert trainings == {"llo-0"}  # of 40 people: too few examples, so no rehearsal is trained for weights
    else:
        assert all(name.startswith("time-") for name in trainings)


def test_two_rehearsals_that_hide_different_people_have_a_tower_each(tmp_path):
    """Weights are chosen by events that the tower was not trained on, whichever row asked first."""
    wanted = asked(tmp_path, 1)
    tower = SequenceTower(tmp_path / "towers", wanted.tower)
    (fold,) = folds_of(ring_pack(), "llo", 1.0)
    few = asking([fold], {case.user for case in fold.cases[:5]})[0]
    for one in (rehearsal_of(fold, 20, 0), rehearsal_of(few, 20, 0), rehearsal_of(fold, 20, 0)):
        tower.fit(one)
    assert len([*(tmp_path / "towers").iterdir()]) == 2
