"""`intently learn` as people run it: it trains, is killed, goes on, and publishes what beats item-kNN."""

import json
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

pytest.importorskip("torch", reason="torch is not installed: pip install 'intently[train]'")

from intently.cli import app
from intently.errors import DataError, NotFound
from tests.learn.worlds import PEOPLE, STORE, ring_store

SETTINGS = "dim = 16\nhidden = 32\nlength = 6\nbatch = 16\nepochs = 30\npatience = 30\nrate = 3e-3\nheld = 40\n"
PATIENCE = 250.0  # seconds, on a busy machine


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ring")
    (folder / "tower.toml").write_text(SETTINGS, "utf-8")
    return ring_store(folder)


def arguments(config, *more):
    return ["learn", "--store", STORE, "--home", str(config.home), *more]


def learn(config, *more):
    return CliRunner().invoke(app, arguments(config, *more))


def test_a_training_that_is_killed_goes_on_and_what_beats_item_knn_serves(config):
    settings = ["--settings", str(config.home.parent / "tower.toml")]
    curve = config.home / STORE / "learn" / "curve.jsonl"
    command = [sys.executable, "-m", "intently", *arguments(config, *settings)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as killed:
        deadline = time.monotonic() + PATIENCE
        while not curve.exists() and killed.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        killed.send_signal(signal.SIGKILL)
    epochs = len(curve.read_text("utf-8").splitlines())
    assert 0 < epochs < 30

    done = learn(config, *settings, "--json")
    assert done.exit_code == 0, done.stderr
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
    assert isinstance(learn(config, "--rollback").exception, NotFound)


def test_a_model_that_is_no_better_is_refused_with_its_numbers_and_more_minutes_go_on(config):
    (file := config.home.parent / "short.toml").write_text("epochs = 1\n", "utf-8")
    done = learn(config, "--settings", str(file))
    assert done.exit_code == 1, done.stderr
    assert done.stdout.startswith("not published: NDCG@10 ")
    assert "of item-kNN on 80 people" in done.stdout
    assert "\nepoch 1: " in done.stderr
    assert json.loads(learn(config, "--list", "--json").stdout)["serving"] is None
    assert "epoch" not in learn(config, "--settings", str(file), "--minutes", "16").stderr  # it is there already


def test_too_little_to_learn_from_is_said(tmp_path):
    done = learn(ring_store(tmp_path, days=2))
    assert isinstance(done.exception, DataError)
    assert "136 events older than the newest" in str(done.exception)
    assert "it takes 200" in str(done.exception)
