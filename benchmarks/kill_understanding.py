"""Bar 4 of the understanding: a batch that is killed ten times ends like one that was not, and pays twice for no more
than was in flight at a kill.

The model is a real HTTP server that answers by the hash of the question after a real delay (tests/stand_in.py); the
batch is `intently understand --sample N` as people run it, on a copy of the demo films, killed with SIGKILL at random
moments. Then the same batch runs once more on another copy without being disturbed. Run from the repository's root:

    python -m benchmarks.kill_understanding --people 500 --kills 10 --home HOME
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.stand_in import StandIn
from tests.understand.population_world import (
    batch_command,
    environment,
    kept_rows,
    kill_batch,
    run_batch,
    understandings,
)

from intently.config import Config, load_config
from intently.engine.population import BEGUN
from intently.engine.store import ensure_demo, open_store
from intently.evaluate.commit import commit

STORE = "films"


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        homes = [_copy(arguments.home, Path(folder) / name) for name in ("killed", "calm")]
        row = _measure(arguments, *homes)
    print(f"{arguments.people} people, {row['calls_needed']} calls needed, {arguments.in_flight} in flight,")
    print(
        f"about {arguments.delay} s an answer, {arguments.kills} kills, seed {arguments.seed}, commit {row['commit']}"
    )
    print(f"rows of understanding equal: {row['equal']} ({row['understandings']} rows)")
    print(f"answered by the model: {row['answered']}; more than needed: {row['answered'] - row['calls_needed']}, "
          f"at most {row['in_flight_at_kills']} were in flight at the kills")  # fmt: skip
    print(f"calls kept and paid by the journal: {row['calls_kept']}")
    print(f"undisturbed: {row['calm_seconds']} s, {row['busy_share']} of the in-flight time was the model's")
    print(json.dumps(row))
    sys.exit(0 if row["equal"] and row["calls_kept"] == row["calls_needed"] else 1)


def _measure(arguments: argparse.Namespace, killed: Config, calm: Config) -> dict[str, object]:
    command = batch_command("--sample", str(arguments.people), "--store", STORE)
    draw = random.Random(arguments.seed)
    last = int(arguments.people * arguments.calls_each * 0.9)
    moments = [(answers, draw.uniform(0, 0.5)) for answers in sorted(draw.sample(range(1, last), arguments.kills))]
    more = {"INTENTLY_UNDERSTAND_PIPELINE": arguments.pipeline}
    with StandIn(delay=arguments.delay) as model:
        env = environment(killed.home, model.url, arguments.in_flight, **more)
        kill_batch(command, env, model, moments)
        _begin_alike(killed, calm)
        run_batch(command, env)
        asked = model.forget()
        started = time.monotonic()
        report = run_batch(command, environment(calm.home, model.url, arguments.in_flight, **more))
        seconds = time.monotonic() - started
        needed = model.forget()
    made = understandings(killed, STORE)
    assert set(needed.values()) == {1}, "the undisturbed run asked something twice"
    return {
        "commit": commit(), "pipeline": arguments.pipeline, "people": arguments.people, "kills": arguments.kills,
        "seed": arguments.seed, "in_flight": arguments.in_flight, "delay": arguments.delay,
        "equal": made == understandings(calm, STORE)
        and kept_rows(killed, STORE) == kept_rows(calm, STORE) and set(asked) == set(needed),
        "understandings": sum(map(len, made.values())), "calls_needed": needed.total(), "answered": asked.total(),
        "in_flight_at_kills": arguments.in_flight * arguments.kills, "calls_kept": kept_rows(killed, STORE)[1],
        "calm_seconds": round(seconds, 1), "failed": len(report["failed"]), "left": report["left"],
        "busy_share": round(needed.total() * arguments.delay / (arguments.in_flight * seconds), 2),
    }  # fmt: skip


def _copy(home: Path, to: Path) -> Config:
    """Settings of a home of its own: the demo's store and the text encoder, without a language model."""
    ensure_demo(load_config(env={}, home=home), STORE)
    shutil.copytree(home / STORE, to / STORE)
    for encoder in (home / "models").glob("encoder-*"):
        shutil.copytree(encoder, to / "models" / encoder.name)
    return load_config(env={}, home=to)


def _begin_alike(one: Config, other: Config) -> None:
    """Let the other home's batch be of the same moment as the one that was killed."""
    journals = open_store(one, STORE).journal, open_store(other, STORE).journal
    journals[1].set_meta(BEGUN, journals[0].get_meta(BEGUN) or "")
    for journal in journals:
        journal.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--in-flight", type=int, default=8)
    parser.add_argument("--delay", type=float, default=0.2, help="seconds of an answer, about")
    parser.add_argument("--pipeline", default="v2")
    parser.add_argument("--calls-each", type=float, default=3, help="calls of a person at least, to draw the moments")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--home", type=Path, required=True, help="a home with the demo films and the text encoder")
    return parser.parse_args()


if __name__ == "__main__":
    main()
