"""Tokens a second of `intently understand` on the embedded model, beside the raw server's on the same prompts.

The batch runs on people of the demo films, drawn by the seed, in a copy of the store. Then the calls that it made are
sent to the same server again by a plain HTTP client, in the same order, to the same slots, as many at once; the slots
are emptied before either. Tokens are those that were read anew and those that were written.

    python benchmarks/bench_understand.py --home HOME --people 4 --in-flight 1
"""

import argparse
import json
import os
import platform
import shutil
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intently.config import load_config
from intently.engine import Engine, Services
from intently.engine.store import ensure_demo
from intently.evaluate.commit import commit
from intently.language import Budget, Model
from intently.language.lanes import Turn
from intently.language.local import EmbeddedServer
from intently.language.wire import Completion, Endpoint, OpenAIWire, Request

STORE = "films"


class Recorder(OpenAIWire):
    """The wire, which notes what it sends and to which slot."""

    def __init__(self, server: EmbeddedServer) -> None:
        super().__init__(server.endpoint, server.status, server.stop)
        self.sent: list[tuple[int, Request]] = []

    def complete(self, request: Request, turn: Turn) -> Completion:
        done = super().complete(request, turn)
        if turn.slot is not None:
            self.sent.append((1 + turn.slot, request))
        return done


@dataclass(frozen=True)
class Measured:
    name: str
    calls: int
    tokens_new: int
    tokens_reused: int
    tokens_out: int
    seconds: float

    @property
    def speed(self) -> float:
        return (self.tokens_new + self.tokens_out) / self.seconds


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        ensure_demo(load_config(env={}, home=arguments.home), STORE)
        shutil.copytree(arguments.home / STORE, home / STORE)
        (home / "models").symlink_to((arguments.home / "models").resolve())
        both = _measure(arguments, home)
    print(f"{arguments.people} people, pipeline {arguments.pipeline}, {arguments.in_flight} in flight, {_place()}")
    print(f"{'method':24} {'calls':>5} {'new':>7} {'reused':>7} {'out':>6} {'seconds':>8} {'tokens/s':>9}   vs raw")
    raw = both[-1]
    for one in both:
        counts = f"{one.calls:5} {one.tokens_new:7,} {one.tokens_reused:7,} {one.tokens_out:6,} {one.seconds:8.1f}"
        print(f"{one.name:24} {counts} {one.speed:9.1f} {one.speed / raw.speed:8.2f}x")
    rows = [vars(one) | {"speed": round(one.speed, 2)} for one in both]
    print(json.dumps({"benchmark": "understand", "commit": commit(), "in_flight": arguments.in_flight, "rows": rows}))


def _measure(arguments: argparse.Namespace, home: Path) -> list[Measured]:
    language = {"in_flight": arguments.in_flight, "context_tokens": arguments.context, "file": arguments.file}
    config = load_config(env={}, home=home, language=language, understand={"pipeline": arguments.pipeline})
    server = EmbeddedServer(config.language, home, fetch=False)
    server.start()
    wire = Recorder(server)
    model = Model(wire)
    if not model.wait_ready(180):
        raise SystemExit(f"the model does not start: {model.status().text}")
    try:
        with Services(config, model=model) as services, Engine(STORE, config=config, services=services) as engine:
            plan = engine.population.plan(sample=arguments.people, seed=arguments.seed)
            model.forget()
            budget = Budget()
            report = engine.population.run(plan, budget)
        spent = budget.spent
        assert not report.failed, report.faults
        batch = Measured("intently understand", spent.calls, spent.tokens_new, spent.tokens_reused, spent.tokens_out,
                         spent.seconds)  # fmt: skip
        model.forget()
        endpoint = server.endpoint()
        assert endpoint is not None
        return [batch, _raw(endpoint, wire.sent)]
    finally:
        model.close()


def _raw(endpoint: Endpoint, sent: list[tuple[int, Request]]) -> Measured:
    """The same calls by a plain client: a thread a slot, each call as soon as the one before has ended."""
    answers: list[dict[str, Any]] = []

    def replay(slot: int) -> None:
        for place, request in sent:
            if place == slot:
                answers.append(_post(endpoint, slot, request))

    threads = [threading.Thread(target=replay, args=(slot,)) for slot in sorted({slot for slot, _ in sent})]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    usages = [answer["timings"] for answer in answers]
    new, reused, out = (sum(int(usage.get(name, 0)) for usage in usages) for name in
                        ("prompt_n", "cache_n", "predicted_n"))  # fmt: skip
    return Measured("raw server", len(answers), new, reused, out, seconds)


def _post(endpoint: Endpoint, slot: int, request: Request) -> dict[str, Any]:
    body = {
        "messages": [{"role": message.role, "content": message.text} for message in request.prompt.messages],
        "max_tokens": request.max_tokens, "temperature": 0.0, "seed": request.seed, "id_slot": slot,
        "cache_prompt": True, "grammar": request.shape.grammar if request.shape else "",
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {endpoint.key}", "Content-Type": "application/json"}
    asked = urllib.request.Request(endpoint.url + "/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(asked, timeout=600) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="a home with the demo films and the model's files")
    parser.add_argument("--file", default="", help="another GGUF than the default model")
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--pipeline", default="v2")
    parser.add_argument("--in-flight", type=int, default=1, help="calls of the batch at once")
    parser.add_argument("--context", type=int, default=8192, help="tokens of the server's memory, all slots together")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _place() -> str:
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    return f"{cores} cores, {platform.machine()}, load {load:.1f} at the end, commit {commit()}"


if __name__ == "__main__":
    main()
