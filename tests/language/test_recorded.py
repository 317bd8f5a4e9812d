"""True answers of the default model, recorded: what they are read as, and how many are right."""

import json

import pytest

from intently.config import LanguageConfig
from intently.language import Model, ask_reading
from intently.language.fetch import DEFAULT_MODEL, digest_of
from tests.language import readings

RECORDED = json.loads(readings.RECORDED.read_text("utf-8"))["answers"]
BARS = {"commands": 0.8, "heldout": 0.6}  # of the readings are right; recorded: 31 of 38 and 12 of 20


def _answer(case: dict) -> str:
    found = RECORDED.get(readings.key_of(case))
    if found is None:
        pytest.fail(
            f"no recorded answer to {case['command']!r}: the prompt, its examples, the grammar or the limits changed. "
            "Look at `git diff src/intently/language/prompts`, then record again: python -m tests.language.readings"
        )
    return found["answer"]


@pytest.mark.parametrize("name", ["commands", "heldout"])
def test_the_recorded_readings_are_as_good_as_they_were(name):
    cases = readings.cases(name)
    right = [readings.is_right(readings.read_recorded(case, _answer(case)), case) for case in cases]
    assert sum(right) / len(cases) >= BARS[name]


@pytest.mark.parametrize(
    "case", readings.cases("commands") + readings.cases("heldout"), ids=lambda case: case["command"][:30]
)
def test_every_recorded_answer_is_read_without_a_fault(case):
    lines = readings.read_recorded(case, _answer(case))
    assert len(lines) <= 6
    assert all(line.text or line.sign in "=~" for line in lines)


def test_a_reading_with_a_line_too_much_or_too_few_is_not_right():
    case = {"command": "no horror, funny", "right": ["- horror", "+ funny"]}
    assert readings.is_right(readings.read_recorded(case, "- horror\n+ funny"), case)
    assert not readings.is_right(readings.read_recorded(case, "- horror"), case)
    assert not readings.is_right(readings.read_recorded(case, "+ horror\n+ funny"), case)
    assert not readings.is_right(readings.read_recorded(case, "="), case)


@pytest.mark.real
@pytest.mark.llama
@pytest.mark.xdist_group("llama")
def test_the_default_model_reads_most_commands_right(model: Model, settings: LanguageConfig, gguf):
    if digest_of(gguf, gguf.parent) != DEFAULT_MODEL.sha256:
        pytest.skip(f"{gguf} is not the default model; run intently model get, or set INTENTLY_TEST_GGUF to it")
    right = 0
    for case in (cases := readings.cases("heldout")):
        wishes, slate = readings.asked(case)
        right += readings.is_right(ask_reading(model, case["command"], wishes, slate, timeout_seconds=120).value, case)
    assert right / len(cases) >= BARS["heldout"]
