"""Times a command from its text to the new memory: by the grammar and by the embedded model (docs/results/commands.md).

    python benchmarks/bench_commands.py [--n 1000] [--model] [--limit 58] [--home FOLDER]

Grammar: reading, merging and the journal's commit; beside it the whole `Engine.say` with the next feed. Model: the
commands of tests/language, each typed some seconds after a slate was shown, whose prefix is prefilled meanwhile as the
page does; first alone, then while a batch of long questions runs; cold is the first reading of a new home. `--home`
holds the model's files (`intently model get`). The last line is one JSON object; a row with a bar has `bar_ratio`,
measured over the bar, and meets it at 1 or less.
"""

import argparse
import json
import os
import platform
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from intently import Engine
from intently.config import Config, load_config
from intently.errors import ModelError
from intently.evaluate.commit import commit
from intently.language import MemoryCalls, Message, Model, Prompt, ask_reading, open_model, reading_prompt
from intently.language.answer import Lines
from intently.nouns import CallRow, Command, Slate

BARS = {"grammar_ms": 20.0, "model_s": 3.0, "tokens_new": 40.0, "tokens_out": 36.0}
GRAMMAR = {
    "films": (
        "no horror please, something funny from the 90s under 100 minutes", "forget the running time",
        "more like the second one but newer", "only comedies", "nothing before 1980", "around two hours", "less drama",
        "undo", "hi! I'm in the mood for a French crime film, I loved Heat and Fargo, but no more than 2 hours please",
        "why are these all thrillers? show me something else", "actually a western instead", "start over",
    ),
    "shop": (
        "under £5, nothing for Christmas, something blue", "cheaper than these", "around £3", "no mugs", "undo",
        "I need a present made of glass, red or pink, between 2 and 8 pounds", "something else", "start over",
    ),
}  # fmt: skip
LOOKS_SECONDS = 6.0  # that a person looks at a slate before typing
READINGS = Path(__file__).parent.parent / "tests" / "language"
HARD: list[dict[str, Any]] = [
    case
    for name in ("commands", "heldout")
    for case in json.loads((READINGS / f"{name}.json").read_text("utf-8"))
    if "wishes" not in case
]
SLATE = (
    "Northern Lights", "The Piano", "Speed", "Groundhog Day", "Fargo", "The Rock", "Babe", "Heat", "Alien", "Big",
)  # fmt: skip


def main() -> None:
    arguments = _arguments()
    rows: list[dict[str, Any]] = []
    print(_place())
    with tempfile.TemporaryDirectory() as folder:
        for store, commands in GRAMMAR.items():
            rows += _grammar_rows(store, commands, arguments.n, Path(folder))
        if arguments.model:
            rows += _model_rows(arguments.limit, load_config(home=arguments.home or Path(folder) / "model"))
    print(json.dumps({"benchmark": "commands", "commit": commit(), "rows": rows}))


def _grammar_rows(store: str, commands: Sequence[str], n: int, folder: Path) -> list[dict[str, Any]]:
    """`n` commands, each person saying all of them in turn."""
    read: list[float] = []
    whole: list[float] = []
    with Engine(store, config=load_config(home=folder), model=False) as engine:
        for turn in range(n + 2 * len(commands)):
            user, text = f"bench-{turn // len(commands)}", commands[turn % len(commands)]
            shown = engine.feed(user, client="bench")
            read.append(_milliseconds(partial(_remember, engine, user, text, shown)))
            whole.append(_milliseconds(partial(engine.say, f"said-{user}", text, client="bench", model=False)))
    first = 2 * len(commands)  # warm-up
    rows = [
        _row(f"read and remembered by the grammar, {store}", np.array(read[first:]), "ms", BARS["grammar_ms"]),
        _row(f"said, with the next feed, {store}", np.array(whole[first:]), "ms", None),
    ]
    return rows


def _remember(engine: Engine, user: str, text: str, shown: Slate) -> None:
    now = datetime.now(UTC)
    memory = engine.memory(user, client="bench").preferences
    parsed = engine.parse(text, memory, [(item.item_id, item.title) for item in shown.items], model=False)
    command = Command(
        command_id=uuid.uuid4().hex, user_id=user, client="bench", text=text, feed_id=shown.feed_id, time=now
    )
    engine.feeds.memory.apply(command, parsed.changes)


class Rows(MemoryCalls):
    """Keeps every call's row, and answers none from a cache."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[CallRow] = []

    def put_call(self, row: CallRow) -> None:
        self.rows.append(row)

    def find_call(self, hash: str) -> CallRow | None:
        return None


def _model_rows(limit: int, config: Config) -> list[dict[str, Any]]:
    calls = Rows()
    model = open_model(config, calls)
    if not model.wait_ready(120):
        print(f"model: skipped, {model.status().text}")
        return [{"row": "command by the model", "skipped": model.status().text}]
    try:
        cold = _milliseconds(partial(_ask, model, HARD[0]["command"], 120.0)) / 1000
        _wait(model, 60.0)
        rows = [_row("first reading of a new home (cold)", np.array([cold]), "s", None)]
        rows += _timed(model, calls, "alone", limit)
        with _batch(model):
            rows += _timed(model, calls, "with a batch running", limit)
        return rows
    finally:
        model.close()


def _timed(model: Model, calls: Rows, how: str, limit: int) -> list[dict[str, Any]]:
    """Commands of all kinds, each under a slate that was prefilled."""
    seconds: list[float] = []
    kept: list[CallRow] = []
    for case in HARD[:limit]:
        model.prefill(reading_prompt(None, (), SLATE))
        time.sleep(0.05)
        _wait(model, LOOKS_SECONDS)
        calls.rows.clear()
        seconds.append(_milliseconds(partial(_ask, model, case["command"], 60.0)) / 1000)
        kept += [row for row in calls.rows if row.prompt == "reading" and row.outcome == "ok"]
    new = np.array([row.tokens_new for row in kept])
    out = np.array([row.tokens_out for row in kept])
    return [
        _row(f"read by the model, {how}", np.array(seconds), "s", BARS["model_s"]),
        _row(f"new prompt tokens, {how}", new, "tokens", BARS["tokens_new"]),
        _row(f"answered tokens, {how}", out, "tokens", BARS["tokens_out"]),
    ]


def _ask(model: Model, command: str, timeout_seconds: float) -> None:
    ask_reading(model, command, (), SLATE, timeout_seconds=timeout_seconds)


def _wait(model: Model, seconds: float) -> None:
    """Until the server is idle, at most so long."""
    until = time.monotonic() + seconds
    while model.busy() and time.monotonic() < until:
        time.sleep(0.02)


@contextmanager
def _batch(model: Model) -> Iterator[None]:
    """Long questions in the background lane until the block ends; they give way to people and are asked again."""
    stop = threading.Event()
    story = " ".join(f"2013-0{day % 9 + 1}-1{day % 9} rating | film number {day}" for day in range(120))

    def ask() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            prompt = Prompt("bench", "1", (Message("user", f"{number}. What does this person like?\n{story}"),))
            with suppress(ModelError):
                model.ask(prompt, Lines, lane="batch", max_tokens=200, timeout_seconds=120)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    time.sleep(2.0)
    try:
        yield
    finally:
        stop.set()


def _row(name: str, values: np.ndarray, unit: str, bar: float | None) -> dict[str, Any]:
    p50, p95 = (float(value) for value in np.percentile(values, (50, 95)))
    ratio = "" if bar is None else f"  bar {p95 / bar:.2f}"
    print(f"{name:48} n = {len(values):5}  p50 {p50:7.2f}  p95 {p95:7.2f} {unit}{ratio}", flush=True)
    row = {"row": name, "n": len(values), "unit": unit, "p50": round(p50, 3), "p95": round(p95, 3)}
    return row if bar is None else {**row, "bar_ratio": round(p95 / bar, 4)}


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=1000, help="commands of each demo, by the grammar")
    parser.add_argument("--model", action="store_true", help="time the embedded model too")
    parser.add_argument("--limit", type=int, default=1000, help="commands that are tried on the model")
    parser.add_argument("--home", type=Path, help="a home that holds the model's files")
    return parser.parse_args()


def _place() -> str:
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    return f"{cores} cores, {platform.machine()}, load {load:.1f} at the start, commit {commit()}"


if __name__ == "__main__":
    main()
