"""A batch that is killed again and again asks twice only what was in flight, and ends where one left alone ends."""

import random
import shutil
from pathlib import Path

import pytest

from intently.config import load_config
from intently.engine.population import BEGUN
from intently.engine.store import open_store
from tests.stand_in import StandIn
from tests.understand.population_world import (
    NAME,
    batch_command,
    environment,
    kept_rows,
    kill_batch,
    make_store,
    run_batch,
    understandings,
)

IN_FLIGHT = 4


@pytest.mark.parametrize(("pipeline", "people", "kills"), [("v2", 60, 5), ("routes", 12, 1), ("v1", 12, 1)])
def test_a_batch_killed_at_random_moments_ends_like_one_that_was_not(
    tmp_path: Path, pipeline: str, people: int, kills: int
) -> None:
    config = make_store(tmp_path / "killed", people)
    shutil.copytree(tmp_path / "killed", tmp_path / "calm")
    command = batch_command("--all", "--store", NAME)
    draw = random.Random()
    more = {"INTENTLY_UNDERSTAND_PIPELINE": pipeline}
    with StandIn(delay=0.02) as stand_in:
        env = environment(tmp_path / "killed", stand_in.url, IN_FLIGHT, **more)
        moments = [
            (answers, draw.uniform(0, 0.05))
            for answers in sorted(draw.sample(range(1, _least_calls(pipeline, people)), kills))
        ]
        kill_batch(command, env, stand_in, moments)
        calm = _same_moment(tmp_path)
        report = run_batch(command, env)
        assert report["left"] == 0
        asked = stand_in.forget()
        report = run_batch(command, environment(tmp_path / "calm", stand_in.url, IN_FLIGHT, **more))
        needed = stand_in.forget()
    assert sorted(report["understood"]) == [f"p{n:03}" for n in range(people)]
    assert understandings(config) == understandings(calm)
    assert set(needed.values()) == {1}
    assert set(asked) == set(needed)
    assert asked.total() - needed.total() <= IN_FLIGHT * kills  # those that were in flight at a kill
    assert kept_rows(config) == kept_rows(calm) == (people, needed.total(), 0)


def _least_calls(pipeline: str, people: int) -> int:
    """Answers after which a batch has surely not ended: of v1 one a person, where no interest stands."""
    return people * {"v1": 1, "v2": 2, "routes": 4}[pipeline] - IN_FLIGHT


def _same_moment(folder: Path):
    """The settings of the home that was left alone; its batch is told the moment at which the other one began."""
    killed, calm = (load_config(env={}, home=folder / name) for name in ("killed", "calm"))
    one, other = open_store(killed, NAME).journal, open_store(calm, NAME).journal
    other.set_meta(BEGUN, one.get_meta(BEGUN) or "")
    one.close()
    other.close()
    return calm
