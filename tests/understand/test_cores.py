"""Long titles shortened by the model: asked once, kept by item and prompt, with no word that the title lacks."""

from pathlib import Path

import numpy as np
import pytest

from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.config import Config, load_config
from intently.errors import BudgetSpent, ModelTimeout
from intently.journal import Journal, open_journal
from intently.language import Budget, ScriptedModel
from intently.nouns import Item
from intently.understand.compress import shortened
from intently.understand.cores import ask_cores, cores_of, estimate_cores
from tests.understand.worlds import spec

MUG = "Harrow Enamel Mug Set of 4, 12 oz Camping Coffee Cups, Lightweight Gift for Men and Women"
LAMP = "Desk Lamp, Dimmable LED, Swing Arm, Clamp, Touch Control, Eye Caring, for Home, Office and Workshop"


def _snapshot(*titles: str) -> Snapshot:
    items = [Item(item_id=str(n), title=title, facets={"kind": ("plain",)}) for n, title in enumerate(titles)]
    return build_snapshot(spec(), items, np.zeros((len(items), 0), np.float32), "v1")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load_config(env={}, home=tmp_path, understand={"long_titles": "model"})


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return open_journal("", tmp_path)


def _ask(
    model: ScriptedModel, journal: Journal, config: Config, snapshot: Snapshot, budget: Budget | None = None
) -> int:
    return ask_cores(snapshot.item_ids, journal=journal, model=model, snapshot=snapshot, config=config, budget=budget)


def test_only_long_titles_are_asked_for_and_each_once(journal, config):
    snapshot = _snapshot("Heat", MUG, LAMP)
    model = ScriptedModel(["Harrow Enamel Mug Camping", "Desk Lamp Clamp"])
    assert _ask(model, journal, config, snapshot) == 2
    assert _ask(model, journal, config, snapshot) == 0
    kept = cores_of(snapshot.item_ids, journal=journal, snapshot=snapshot, config=config)
    assert kept == {"1": "Harrow Enamel Mug Camping", "2": "Desk Lamp Clamp"}


def test_a_restart_keeps_the_answers_and_a_kill_loses_those_in_flight_alone(journal, config):
    snapshot = _snapshot(MUG, LAMP)
    with pytest.raises(ModelTimeout):
        _ask(
            ScriptedModel(["Harrow Enamel Mug", ModelTimeout("too slow"), ModelTimeout("too slow")]),
            journal,
            config,
            snapshot,
        )
    journal.close()
    again = open_journal("", config.home)
    assert _ask(ScriptedModel(["Desk Lamp Dimmable"]), again, config, snapshot) == 1
    assert cores_of(["0", "1"], journal=again, snapshot=snapshot, config=config) == {
        "0": "Harrow Enamel Mug",
        "1": "Desk Lamp Dimmable",
    }


def test_an_item_that_changed_is_asked_for_again_and_its_old_core_is_not_used(journal, config):
    _ask(ScriptedModel(["Harrow Enamel Mug"]), journal, config, _snapshot(MUG))
    changed = _snapshot(MUG.replace("Enamel", "Steel"))
    assert cores_of(["0"], journal=journal, snapshot=changed, config=config) == {}
    assert _ask(ScriptedModel(["Harrow Steel Mug"]), journal, config, changed) == 1
    assert cores_of(["0"], journal=journal, snapshot=changed, config=config) == {"0": "Harrow Steel Mug"}


def test_another_prompt_asks_again(journal, config):
    snapshot = _snapshot(MUG)
    _ask(ScriptedModel(["Harrow Enamel Mug"]), journal, config, snapshot)
    own = config.home / "prompts" / "core.jinja"
    own.parent.mkdir()
    own.write_text('{{ turn("user") }}\nAt most {{ words }} words of {{ title }}')
    assert cores_of(["0"], journal=journal, snapshot=snapshot, config=config) == {}
    assert _ask(ScriptedModel(["Enamel Mug"]), journal, config, snapshot) == 1


def test_words_that_the_title_lacks_are_refused_and_the_title_stays_cut(journal, config):
    snapshot = _snapshot(MUG)
    model = ScriptedModel(["Harrow Porcelain Mug", "Finest Enamel Mug"])
    assert _ask(model, journal, config, snapshot) == 1
    assert "Harrow Porcelain Mug" in model.prompts[1].text
    assert cores_of(["0"], journal=journal, snapshot=snapshot, config=config) == {"0": shortened(MUG)}
    assert [(row.user_id, row.stage) for row in journal.failures()] == [(None, "compress")]
    assert _ask(ScriptedModel(), journal, config, snapshot) == 0


def test_an_answer_of_more_words_than_the_limit_is_refused(journal, config):
    long = "Harrow Enamel Mug Set of 4 12 oz Camping Coffee Cups"
    snapshot = _snapshot(MUG)
    assert _ask(ScriptedModel([long, long]), journal, config, snapshot) == 1
    assert cores_of(["0"], journal=journal, snapshot=snapshot, config=config) == {"0": shortened(MUG)}


def test_a_spent_budget_stops_before_the_call_that_would_not_fit(journal, config):
    with pytest.raises(BudgetSpent):
        _ask(ScriptedModel(), journal, config, _snapshot(MUG), Budget(tokens=10))


def test_the_estimate_counts_what_is_not_known_yet(journal, config):
    snapshot = _snapshot(MUG, LAMP, "Heat")
    model = ScriptedModel(["Harrow Enamel Mug"])
    at_hand = {"journal": journal, "model": model, "snapshot": snapshot, "config": config}
    assert estimate_cores(snapshot.item_ids, **at_hand).calls == 2
    ask_cores(["0"], **at_hand)
    assert estimate_cores(snapshot.item_ids, **at_hand).calls == 1
