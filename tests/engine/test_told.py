"""The history beside a call is the text that stood in its prompt, or why it cannot be shown: never another text."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intently.config import Config
from intently.engine import CallText, Engine
from intently.language import Prompt
from intently.language.prompt import quote
from intently.understand.pipelines import ABLATIONS, PIPELINES
from tests.engine.inferred_world import make_films, opened, rated

LISTS = [name for name in (*PIPELINES, *ABLATIONS) if name != "v1"]
SETTINGS = {"personas": 2, "tags": 4}


def _config(tmp_path: Path, pipeline: str) -> Config:
    return make_films(tmp_path / "files", pipeline=pipeline, **SETTINGS)


def _text(engine: Engine) -> CallText:
    return engine.call_text("ann", engine.inferred("ann").asked[0].call_hash)


def _stands_in(prompt: Prompt, history: str) -> list[bool]:
    """Of each line, whether it stands as quoted data in what the person is told of."""
    return [quote(line, 8000) in prompt.messages[-1].text for line in history.splitlines()]


@pytest.mark.parametrize("pipeline", LISTS)
def test_every_line_that_is_shown_stood_in_the_prompt_that_was_sent(tmp_path: Path, pipeline: str) -> None:
    with opened(_config(tmp_path, pipeline)) as (engine, model):
        engine.understand("ann")
        text = _text(engine)
        asked = model.prompts[0]
    assert text.missing == ""
    assert text.history.count("Picture") == 7
    assert set(_stands_in(asked, text.history)) == {True}
    lines = [line for line in asked.messages[-1].text.splitlines() if "Picture" in line and "Shared by" not in line]
    assert len(lines) == len(text.history.splitlines())  # nothing of the history was told beside it


def test_two_pipelines_that_read_other_texts_show_other_texts(tmp_path: Path) -> None:
    shown = []
    for pipeline in ("v2", "one-prompt"):
        (tmp_path / pipeline).mkdir()
        with opened(_config(tmp_path / pipeline, pipeline)) as (engine, _):
            engine.understand("ann")
            shown.append(_text(engine).history.splitlines())
    assert "Sea | Picture 2; Picture 1; Picture 0" in shown[0]
    assert f"{datetime.now(UTC) - timedelta(days=14):%Y-%m-%d} liked | Picture 6" in shown[1]


def _a_late_event(engine: Engine) -> None:
    engine.record([rated(7, days_ago=3)])


def _no_such_pipeline(engine: Engine) -> None:
    row = engine.store.journal.understanding("ann")
    engine.store.journal.put_understanding(replace(row, pipeline="v0", time=datetime.now(UTC)))


def _no_mark(engine: Engine) -> None:
    row = engine.store.journal.understanding("ann")
    notes = {name: value for name, value in row.notes.items() if name != "told"}
    engine.store.journal.put_understanding(replace(row, notes=notes, time=datetime.now(UTC)))


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (_a_late_event, "have changed since"),
        (_no_such_pipeline, "'v0', which is not there"),
        (_no_mark, "without a mark"),
    ],
)
def test_what_cannot_be_shown_as_it_was_is_not_shown_and_says_why(
    tmp_path: Path, happens: Callable[[Engine], None], said: str
) -> None:
    with opened(_config(tmp_path, "one-prompt")) as (engine, _):
        engine.understand("ann")
        happens(engine)
        text = _text(engine)
    assert text.history == ""
    assert said in text.missing
    assert text.answer == "polar voyage\nlighthouse crew"


def test_what_was_done_since_changes_nothing_of_what_was_told(tmp_path: Path) -> None:
    with opened(_config(tmp_path, "v2")) as (engine, _):
        engine.understand("ann")
        before = _text(engine)
        engine.record([rated(7)])
        assert _text(engine) == before


def test_other_settings_than_those_in_force_then_are_told_and_no_other_text_is_shown(tmp_path: Path) -> None:
    config = _config(tmp_path, "v2")
    with opened(config) as (engine, _):
        engine.understand("ann")
    shorter = config.model_copy(update={"understand": config.understand.model_copy(update={"digest_tokens": 12})})
    with opened(shorter) as (engine, _):
        text = _text(engine)
    assert (text.history, "settings have changed" in text.missing) == ("", True)
