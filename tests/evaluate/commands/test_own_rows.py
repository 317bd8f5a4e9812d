"""Our own rows with parts of the product switched off: what is off is off, in the engine that they play through."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from intently.config import load_config
from intently.engine import Engine
from intently.errors import BadRequest, ModelTimeout
from intently.evaluate.commands.baselines import learned
from intently.evaluate.commands.case import Case, Ground, Shown
from intently.evaluate.commands.rows import DEFAULT_ROWS, ROWS, make_rows
from intently.evaluate.commands.systems import OURS
from intently.feed.planners import ModelPlanner
from intently.feed.tools.intent import LearnedIntent, MeanOfHistory
from intently.language import ScriptedModel
from intently.retrieve.tower_files import TowerCard, save_tower
from tests.evaluate.commands.conftest import NOTHING
from tests.retrieve.worlds import intent_tower_of


def _ground_with(model: ScriptedModel, ground: Ground, home: Path) -> tuple[Ground, Engine]:
    engine = Engine("films", config=load_config(home=home), model=model)
    return replace(ground, engine=engine, home=home), engine


@pytest.fixture
def home(imported: Callable[[str], Path], tmp_path: Path) -> Path:
    shutil.copytree(imported("films") / "films", tmp_path / "films")
    return tmp_path


def _said(shown: Shown) -> list[tuple[str, str]]:
    return [(change["polarity"], change["quote"]) for change in shown.changes]


def test_collaborative_only_has_neither_the_meaning_nor_the_words_of_a_wish(film_ground: Ground, film_case: Case):
    row = OURS["collaborative-only"]()
    conversation = row.start(film_ground, film_case)
    world = conversation.engine.worlds.current.world  # type: ignore[attr-defined]
    assert world.encode is None
    nothing = np.zeros(0, np.float32)
    assert not len(world.words.find("submarine", nothing).rows)
    product = film_ground.engine.worlds.current.world
    assert len(product.words.find("submarine", nothing).rows)
    before = conversation.open()
    assert conversation.say("something with a submarine", NOTHING).item_ids == before.item_ids
    row.close()


def test_no_attention_reads_the_mean_of_the_history(film_ground: Ground, film_case: Case):
    row = OURS["no-attention"]()
    conversation = row.start(film_ground, film_case)
    assert conversation.engine.worlds.current.world.intent == MeanOfHistory()  # type: ignore[attr-defined]
    row.close()


def test_ours_intent_reads_the_history_by_the_intent_aware_tower(
    film_ground: Ground, film_case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(learned, "_folder", lambda ground, kind: tmp_path / kind)
    ids = film_ground.engine.worlds.current.world.snapshot.item_ids
    tower = replace(intent_tower_of(len(ids), wide=384).tower, item_ids=ids)
    card = TowerCard(
        heads=2, data="", seed=0, commit="", settings={}, metrics={}, people=0, events=0, epochs=0, seconds=0
    )
    save_tower(tower, card, tmp_path / "intent" / "tower")
    row = OURS["ours-intent"]()
    conversation = row.start(film_ground, film_case)
    reader = conversation.engine.worlds.current.world.intent  # type: ignore[attr-defined]
    assert isinstance(reader, LearnedIntent)
    assert reader.known.all()
    assert conversation.open().item_ids != OURS["ours"]().start(film_ground, film_case).open().item_ids
    row.close()


def test_rows_that_ask_the_model_need_it():
    for name in ("planner-model", "model-only"):
        assert name in ROWS
        assert name not in DEFAULT_ROWS
        with pytest.raises(BadRequest, match="--model"):
            make_rows((name,), model=False)


def test_planned_by_the_model_plays_with_the_models_planner(film_ground: Ground, film_case: Case, home: Path):
    ground, engine = _ground_with(ScriptedModel([]), film_ground, home)
    row = OURS["planner-model"]()
    with engine:
        conversation = row.start(ground, film_case)
        assert isinstance(conversation.engine.worlds.current.world.planner, ModelPlanner)  # type: ignore[attr-defined]
        row.close()


def test_model_only_asks_the_model_for_what_the_grammar_could_read(film_ground: Ground, film_case: Case, home: Path):
    model = ScriptedModel(["+ western", "- western\n+ comedies", "x 1"])
    ground, engine = _ground_with(model, film_ground, home)
    with engine:
        conversation = OURS["model-only"]().start(ground, film_case)
        conversation.open()
        first = conversation.say("show me a western", NOTHING)
        assert (first.by, _said(first)) == ("model", [("want", "western")])
        second = conversation.say("no western, comedies", NOTHING)
        assert _said(second) == [("avoid", "western"), ("want", "comedies")]
        assert not any("Western" in ground.rows[item_id]["genres"] for item_id in second.item_ids)
        held = engine.memory(film_case.user_id, client=conversation.client).preferences  # type: ignore[attr-defined]
        conversation.say("forget the western", NOTHING)
        left = engine.memory(film_case.user_id, client=conversation.client).preferences  # type: ignore[attr-defined]
        assert len(left) == len(held) - 1
    assert len(model.prompts) == 3


def test_model_only_changes_nothing_when_the_model_does_not_answer(film_ground: Ground, film_case: Case, home: Path):
    ground, engine = _ground_with(ScriptedModel([ModelTimeout("slow")]), film_ground, home)
    with engine:
        conversation = OURS["model-only"]().start(ground, film_case)
        before = conversation.open()
        after = conversation.say("a western", NOTHING)
    assert after.failed == "slow"
    assert after.item_ids == before.item_ids
