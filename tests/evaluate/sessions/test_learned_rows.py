"""Sequence models as rows of the sessions: trained once on the ground's log, and lent to a row of ours."""

from pathlib import Path

import pytest

from intently.config import Config
from intently.errors import BadRequest
from intently.evaluate.commands.baselines import learned
from intently.evaluate.commands.run import Asked, run_commands_evaluation
from intently.learn.settings import TowerSettings


def test_a_row_that_needs_training_says_how_to_install_it(
    ground_config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learned, "can_train", lambda: False)
    monkeypatch.setattr(learned, "_folder", lambda ground, kind: tmp_path / kind)
    with pytest.raises(BadRequest, match=r"pip install 'intently\[train\]'"):
        run_commands_evaluation(Asked(rows=("sasrec",), sessions=1), tmp_path, ground_config)


def test_a_tower_is_trained_once_and_shows_unseen_items_to_everybody(
    ground_config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="torch is not installed: scripts/train-packages.sh")
    small = TowerSettings(dim=8, blocks=1, heads=1, hidden=8, length=10, epochs=2)
    monkeypatch.setattr(learned, "read_settings", lambda name: small)
    monkeypatch.setattr(learned, "_folder", lambda ground, kind: tmp_path / kind)
    asked = Asked(scenarios=("MR",), rows=("sasrec", "bert4rec", "ours-sequence"), sessions=3, seed=3)
    table = run_commands_evaluation(asked, tmp_path / "out", ground_config).tables[0]
    trained = sorted(path.parent.name for path in tmp_path.glob("*/curve.jsonl"))
    assert trained == ["bert4rec", "sasrec"]
    for sessions in (table.rows["sasrec"], table.rows["bert4rec"]):
        shown = [one.rounds[0].item_ids for one in sessions]
        assert all(len(set(ids)) == 10 for ids in shown)
        assert len(set(shown)) > 1  # people differ
        assert all(one.rounds[0].item_ids == last.item_ids for one in sessions for last in one.rounds)
    before = [path.stat().st_mtime_ns for path in sorted(tmp_path.glob("*/tower/*"))]
    again = run_commands_evaluation(asked, tmp_path / "again", ground_config).tables[0]
    assert [path.stat().st_mtime_ns for path in sorted(tmp_path.glob("*/tower/*"))] == before
    assert [one.rounds[0].item_ids for one in again.rows["sasrec"]] == [
        one.rounds[0].item_ids for one in table.rows["sasrec"]
    ]
