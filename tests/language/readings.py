"""Commands with their right readings, how a reading is scored, and the recorded answers of the default model.

`commands.json`: prompt and examples were tuned on these. `heldout.json`: written before the last change of the prompt
and never tuned on. A reading is right when every expected line is there (sign, and all the words), and no other line.

Record again, with the default model in the model cache:  python -m tests.language.readings
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intently.config import load_config
from intently.language import Line, MemoryCalls, Model, Wish, ask_reading, open_model, reading_prompt
from intently.language.answer import lines_shape, read_lines
from intently.language.calls import call_hash
from intently.language.fetch import DEFAULT_MODEL
from intently.language.reading import MAX_TOKENS, keep_quoted

HERE = Path(__file__).parent
RECORDED = HERE / "recorded" / "reading.json"
SLATE = ("Northern Lights", "The Piano", "Speed", "Groundhog Day", "Fargo", "The Rock", "Babe")
SLACK = 3  # words that a quote may have beyond the expected ones


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    return found


def asked(case: dict[str, Any]) -> tuple[list[Wish], Sequence[str]]:
    """Wishes and slate of a case."""
    parts = [wish.split(": ", 1) for wish in case.get("wishes", [])]
    wishes = [Wish(str(n), polarity == "avoid", text) for n, (polarity, text) in enumerate(parts, start=1)]
    return wishes, case.get("slate", SLATE)


def key_of(case: dict[str, Any]) -> str:
    """The hash of the request that this case makes of the default model."""
    wishes, slate = asked(case)
    prompt = reading_prompt(case["command"], wishes, slate)
    shape = lines_shape(case["command"], tuple(wish.preference_id for wish in wishes))
    return call_hash(prompt, shape, DEFAULT_MODEL.sha256, MAX_TOKENS, 0)


def read_recorded(case: dict[str, Any], answer: str) -> tuple[Line, ...]:
    ids = {wish.preference_id: wish.preference_id for wish in asked(case)[0]}
    return keep_quoted(read_lines(answer), case["command"], ids)


def is_right(lines: Sequence[Line], case: dict[str, Any]) -> bool:
    return any(
        len(lines) == len(wanted) and all(any(_fits(line, one) for line in lines) for one in wanted)
        for wanted in [case["right"], *case.get("or", [])]
    )


def _fits(line: Line, wanted: str) -> bool:
    sign, _, text = wanted.partition(" ")
    said, expected = re.findall(r"\w+", line.text.lower()), re.findall(r"\w+", text.lower())
    return line.sign == sign and set(expected) <= set(said) and len(said) <= len(expected) + SLACK


def record(model: Model) -> None:
    """Ask the real model each case and keep its answers by the hash of the request."""
    calls = MemoryCalls()
    model = model.with_calls(calls)
    kept: dict[str, Any] = {}
    seconds: list[float] = []
    for name in ("commands", "heldout"):
        right = 0
        for case in cases(name):
            wishes, slate = asked(case)
            answer = ask_reading(model, case["command"], wishes, slate, timeout_seconds=120)
            row = calls.find_call(answer.call_hash)
            assert row is not None
            kept[key_of(case)] = {"command": case["command"], "answer": row.answer}
            right += is_right(answer.value, case)
            if slate is SLATE and not wishes:
                seconds.append(answer.seconds)
            shown = [f"{line.sign} {line.text}" for line in answer.value]
            print(
                f"{'right' if is_right(answer.value, case) else 'WRONG'}  {case['command']}  {shown}", file=sys.stderr
            )
        print(f"{name}: {right} of {len(cases(name))} right", file=sys.stderr)
    seconds.sort()
    print(
        f"warm seconds: p50 {seconds[len(seconds) // 2]:.2f} p95 {seconds[int(len(seconds) * 0.95)]:.2f}",
        file=sys.stderr,
    )
    RECORDED.parent.mkdir(exist_ok=True)
    body = {"format": "intently.recorded", "version": 1, "model": DEFAULT_MODEL.name, "answers": kept}
    RECORDED.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    default = open_model(load_config())
    if not default.wait_ready(120):
        sys.exit(f"no model: {default.status().text}")
    default.warm(reading_prompt(None, (), ()))
    ask_reading(default, "hello", (), SLATE, timeout_seconds=300)
    record(default)
    default.close()
