"""`intently learn` as people run it: it trains, is killed, goes on, and publishes what beats item-kNN."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("torch", reason="torch is not installed: pip install 'intently[train]'")

from tests.learn.worlds import PEOPLE, STORE, ring_store

SETTINGS = "dim = 16\nhidden = 32\nlength = 6\nbatch = 16\nepochs = 30\npatience = 30\nrate = 3e-3\nheld = 40\n"
PATIENCE = 250.0  # seconds, on a busy machine


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ring")
    (folder / "tower.toml").write_text(SETTINGS, "utf-8")
    return ring_store(folder)


def command(config, *arguments):
    return [sys.executable, "-m", "intently", "learn", "--store", STORE, "--home", str(config.home), *arguments]


def learn(config, *arguments):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command(config, *arguments), capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False
    )


def test_a_training_that_is_killed_goes_on_and_what_beats_item_knn_serves(config):
    settings = ["--settings", str(config.home.parent / "tower.toml")]
    curve = config.home / STORE / "learn" / "curve.jsonl"
    with subprocess.Popen(command(config, *settings), stderr=subprocess.DEVNULL) as killed:
        deadline = time.monotonic() + PATIENCE
        while not curve.exists() and killed.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        killed.send_signal(signal.SIGKILL)
    epochs = len(curve.read_text("utf-8").splitlines())
    assert 0 < epochs < 30

    done = learn(config, *settings, "--json")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("epoch ")]
    assert int(lines[0].split()[1].rstrip(":")) > epochs
    learnt = json.loads(done.stdout)
    assert (learnt["version"], learnt["gate"]["rival"], learnt["gate"]["people"]) == (1, "item-kNN", PEOPLE)
    assert learnt["gate"]["lead"][1] > 0
    assert (learnt["card"]["seed"], len(learnt["card"]["data"]), len(learnt["gate"]["data"])) == (0, 64, 64)
    assert not curve.parent.exists()

    listed = json.loads(learn(config, "--list", "--json").stdout)
    assert (listed["serving"], [row["version"] for row in listed["versions"]]) == (1, [1])
    assert learn(config, "--rollback").stdout.splitlines()[-1] == f"no sequence model serves in {STORE}"
    again = learn(config, "--rollback")
    assert (again.returncode, "nothing to go back from" in again.stderr) == (3, True)


def test_a_model_that_is_no_better_is_refused_with_its_numbers_and_exit_code_1(config):
    done = learn(config, "--minutes", "0.01")  # large, and of one epoch
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("not published: NDCG@10 ")
    assert "of item-kNN on 80 people" in done.stdout
    assert json.loads(learn(config, "--list", "--json").stdout)["serving"] is None


def test_too_little_to_learn_from_is_said(tmp_path):
    config = ring_store(tmp_path, days=2)
    done = learn(config)
    assert done.returncode == 2
    assert "136 events older than the newest" in done.stderr
    assert "it takes 200" in done.stderr
