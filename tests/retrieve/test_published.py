"""Versions of a tower on disk: the contract of publishing, going back, and what is left when a publisher is killed."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from intently.errors import NotFound, StoreError
from intently.retrieve.published import KEPT, GateCard, open_version, publish, roll_back, serving, versions
from tests.learn.worlds import card_of, walker
from tests.retrieve.worlds import tower_of

GATE = GateCard(
    cut=1.0, asked_from=1.0, data="1" * 64, seed=0, rival="item-kNN", people=60, ndcg10=0.3, hr10=0.5,
    rival_ndcg10=0.2, rival_hr10=0.4, lead=(0.1, 0.05, 0.15), weights={"sequence": 0.6, "popularity": 0.4},
    made="2026-05-01T00:00:00+00:00",
)  # fmt: skip
FOREVER = """
import sys
from pathlib import Path
from intently.retrieve.published import open_version, publish
folder = Path(sys.argv[1])
read = open_version(folder, int(sys.argv[2]))
print("begun", flush=True)
while True:
    publish(folder, read.tower, read.card, read.gate)
"""


def test_what_is_published_serves_and_is_read_back_whole(tmp_path):
    tower = walker()
    assert publish(tmp_path / "towers", tower, card_of(), GATE, '{"epoch": 1}\n') == 1
    assert serving(tmp_path / "towers").version == 1
    read = open_version(tmp_path / "towers", 1)
    assert (read.card, read.gate, read.tower.item_ids) == (card_of(), GATE, tower.item_ids)
    assert all((read.tower.arrays[name] == values).all() for name, values in tower.arrays.items())
    assert (tmp_path / "towers" / "0001" / "curve.jsonl").read_text("utf-8") == '{"epoch": 1}\n'


def test_going_back_leads_through_what_served_to_nothing(tmp_path):
    for _ in range(3):
        publish(tmp_path, walker(), card_of(), GATE)
    assert [roll_back(tmp_path), roll_back(tmp_path), roll_back(tmp_path)] == [2, 1, None]
    assert serving(tmp_path) is None
    with pytest.raises(NotFound, match="intently learn"):
        roll_back(tmp_path)


def test_a_version_that_was_gone_back_from_is_not_gone_back_to_and_its_number_is_not_used_again(tmp_path):
    publish(tmp_path, walker(), card_of(), GATE)
    publish(tmp_path, walker(), card_of(), GATE)
    assert roll_back(tmp_path) == 1
    assert publish(tmp_path, walker(), card_of(), GATE) == 3
    assert roll_back(tmp_path) == 1


def test_old_versions_go(tmp_path):
    for _ in range(KEPT + 3):
        publish(tmp_path, walker(), card_of(), GATE)
    assert versions(tmp_path) == list(range(4, KEPT + 4))
    assert serving(tmp_path).before == tuple(range(4, KEPT + 3))


def test_a_publisher_that_is_killed_anywhere_leaves_a_whole_version_serving(tmp_path):
    folder = tmp_path / "towers"
    publish(folder, tower_of(400, dim=64), card_of(), GATE)
    served = [1]
    for pause in np.random.default_rng(0).uniform(0.02, 0.2, 3):
        command = [sys.executable, "-c", FOREVER, str(folder), str(served[-1])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout.readline() == "begun\n"
            time.sleep(pause)
            child.send_signal(signal.SIGKILL)
        now = serving(folder)
        assert open_version(folder, now.version).source(tuple(f"i{n}" for n in range(400))).known.all()
        served.append(now.version)
    assert served == sorted(served)
    assert served[-1] > 1
    assert publish(folder, walker(), card_of(), GATE) > served[-1]


def test_a_tower_of_other_items_is_refused_and_one_that_lost_some_is_not(tmp_path):
    publish(tmp_path, walker(), card_of(), GATE)
    published = open_version(tmp_path, 1)
    ids = published.tower.item_ids
    assert published.source(("new", *ids[:12])).known.tolist() == [False] + [True] * 12
    with pytest.raises(StoreError, match=r"other items: 11 of its 24 .* intently learn"):
        published.source((*ids[:11], *(f"other{n}" for n in range(50))))


@pytest.mark.parametrize("name", ["gate.json", "card.json", "items.json", "weights.safetensors"])
def test_a_damaged_file_is_said_with_its_mend(tmp_path, name):
    publish(tmp_path, walker(), card_of(), GATE)
    file = tmp_path / "0001" / name
    file.write_bytes(file.read_bytes()[:10])
    with pytest.raises(StoreError, match=r"(?s)0001.*(Train|intently learn)"):
        open_version(tmp_path, 1)


def test_a_damaged_pointer_is_said_with_its_mend(tmp_path):
    publish(tmp_path, walker(), card_of(), GATE)
    (tmp_path / "serving.json").write_text("{", "utf-8")
    with pytest.raises(StoreError, match=r"Remove it.*intently learn"):
        serving(tmp_path)
