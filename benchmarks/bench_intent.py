"""Where the film that a person has in mind stands, by who reads the history in the light of the wish (`tools.intent`).

    python benchmarks/bench_intent.py [--sessions 150] [--seed 77] [--home FOLDER]

The cases are those of `intently evaluate commands --scenario MR` on the demo films; every reader is told all true
conditions at once, so that nothing but the order of what qualifies differs. Beside each reader: the share of targets
among the first ten, and how far the target's rank lies from that of the default, as the mean difference of log2 ranks
(below 0 is better) with its paired interval. A target outside the candidates counts as the last of 500. The towers are
trained where they are not there yet (extra `train`). The last line is one JSON object.
"""

import argparse
import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from intently.config import load_config
from intently.engine import Services
from intently.engine.feeds import Made
from intently.evaluate.commands.baselines.learned import reader_of, source_of
from intently.evaluate.commands.case import Case, Ground
from intently.evaluate.commands.draw import draw_cases
from intently.evaluate.commands.grounds import open_ground, prepare_ground
from intently.evaluate.commands.systems import preferences_of
from intently.evaluate.commit import commit
from intently.evaluate.metrics import paired_difference
from intently.feed.request import recommend
from intently.feed.tools.intent import IntentReader, LearnedIntent
from intently.feed.world import FeedRequest, World
from intently.retrieve.intent_tower import IntentTower
from intently.retrieve.request import Floats, Rows

GROUND = "demo-movies"
LAST = 500  # the rank of a target that is not among the candidates
DEFAULT = "attention, 0.25"


@dataclass(frozen=True)
class Unasked:
    """A learned reader that is told no wish: the plain sequence model on the same weights."""

    reader: LearnedIntent
    whole: bool = True

    def score(self, vectors: Floats, history: Rows, intents: Floats, candidates: Rows) -> Floats | None:
        return self.reader.score(vectors, history, intents[:0], candidates)


def main() -> None:
    arguments = _arguments()
    config = load_config(home=arguments.home)
    print(f"{platform.machine()}, {arguments.sessions} sessions, seed {arguments.seed}, commit {commit()}")
    with Services(config, model=False) as services:
        prepared = prepare_ground(GROUND, None, config, print)
        with open_ground(prepared, config, services) as ground:
            cases = draw_cases(prepared, ground, "MR", arguments.sessions, arguments.seed)
            ranks = {name: _ranks(world, ground, cases) for name, world in _worlds(ground)}
    rows = [_row(name, found, ranks[DEFAULT]) for name, found in ranks.items()]
    for row in rows:
        interval = f"{row['log2_rank']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
        print(f"{row['reader']:<40} {row['first_ten']:.3f}  {interval}", flush=True)
    print(json.dumps({"benchmark": "intent", "commit": commit(), "rows": rows}))


def _worlds(ground: Ground) -> Iterator[tuple[str, World]]:
    """The world as it is, and with other readers, each with its weight `feed.steer`."""
    sasrec, intent = source_of(ground, "sasrec"), reader_of(ground)
    plain = LearnedIntent(IntentTower(sasrec.tower), sasrec.known)
    readers: tuple[tuple[str, IntentReader | None, float], ...] = (
        (DEFAULT, None, 0.25),
        ("no reader", None, 0.0),
        ("SASRec, 0.25", Unasked(plain), 0.25),
        ("SASRec, 0.5", Unasked(plain), 0.5),
        ("intent-aware, told no wish, 0.25", Unasked(intent), 0.25),
        ("intent-aware, 0.25", intent, 0.25),
        ("intent-aware, 0.5", intent, 0.5),
        ("intent-aware, not flattened, 0.25", replace(intent, flat=1.0), 0.25),
        ("intent-aware, not flattened, 0.5", replace(intent, flat=1.0), 0.5),
    )
    world = ground.engine.worlds.at(ground.as_of)
    for name, reader, steer in readers:
        feed = world.config.feed.model_copy(update={"steer": steer})
        config = world.config.model_copy(update={"feed": feed})
        yield name, replace(world, intent=reader, config=config)


def _ranks(world: World, ground: Ground, cases: list[Case]) -> Floats:
    """(cases,) the rank of each target among what qualifies, from 1."""
    found = []
    for case in cases:
        ranked = recommend(world, _request(ground, case)).ranked
        target = case.goals[-1].target
        found.append(ranked.index(target) + 1 if target in ranked else LAST)
    return np.array(found, np.float32)


def _request(ground: Ground, case: Case) -> FeedRequest:
    """What the person has in mind, said at once by somebody who is understood."""
    goal, feeds = case.goals[-1], ground.engine.feeds
    made = Made(preferences_of(goal.conditions, ground.facets), 0, f"c{len(goal.conditions) - 1}")
    return feeds._request(case.user_id, client="bench", limit=10, moment=ground.as_of, made=made)


def _row(name: str, ranks: Floats, default: Floats) -> dict[str, str | float]:
    moved = paired_difference(np.log2(ranks).astype(np.float64), np.log2(default).astype(np.float64), seed=0)
    return {
        "reader": name, "first_ten": float((ranks <= 10).mean()), "log2_rank": moved.mean, "low": moved.low,
        "high": moved.high,
    }  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=150)
    parser.add_argument("--seed", type=int, default=77, help="no report draws its people with it")
    parser.add_argument("--home", type=Path, help="where imports, towers and the encoder are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
