"""Tags as a catalogue stores them: made before the last visible order, of that person alone, and kept."""

import re
from pathlib import Path

import numpy as np
import pytest

from intently.config import RetrieveConfig, load_config
from intently.errors import AnswerInvalid, BadRequest, BudgetSpent, ModelUnavailable
from intently.evaluate.pack import Pack
from intently.evaluate.retrieval.folds import Fold, Walk, asking, folds_of, rehearsal_of
from intently.evaluate.retrieval.fused import FusedSources
from intently.evaluate.retrieval.methods import STORED, lack_of
from intently.evaluate.retrieval.run import Asked, run_retrieval_evaluation
from intently.evaluate.retrieval.stored import StoredTags, people_of
from intently.evaluate.retrieval.tagged import TagRow
from intently.language import ScriptedModel
from tests.evaluate.understanding.worlds import DAYS, KINDS, PEOPLE, encode, tiny_ground

MOODS = ("calm", "bright", "lonely", "tiny", "wooden", "clever", "frozen", "secret")
ANSWER = "\n".join([f"{mood} {kind}" for mood in MOODS for kind in KINDS][:30])  # one line a tag


def tiny_pack() -> Pack:
    ground = tiny_ground()
    groups = tuple(map(str, range(len(ground.log))))
    return Pack("tiny", ground.spec, ground.snapshot, ground.log, groups, ground.user_ids, "0" * 64)


def tags(out: Path, script: list[str] | None, **settings: object) -> StoredTags:
    model = None if script is None else ScriptedModel(script)
    ground = tiny_ground()
    return StoredTags(
        encode, lambda name: ground, out, load_config(home=out), model, pipeline="one-prompt", **settings
    )  # fmt: skip


def fold_of(pack: Pack, people: int) -> Fold:
    return asking(folds_of(pack, "llo", 1.0), people_of(pack, people, 0, stored=True))[0]


def test_a_smaller_draw_is_part_of_a_larger_one_and_hides_the_last_of_everybody():
    pack = tiny_pack()
    few, more = (people_of(pack, people, 0, stored=True) for people in (3, 6))
    assert len(few) == 3
    assert few < more
    fold = fold_of(pack, 3)
    assert {case.user for case in fold.cases} == few
    assert len(fold.visible) == len(pack.log) - PEOPLE
    rehearsal = rehearsal_of(fold, 400, 0)
    assert {case.user for case in rehearsal.cases} == few
    assert len(rehearsal.visible) == len(pack.log) - PEOPLE - len(few)


def test_nothing_from_the_last_visible_event_on_is_told(tmp_path):
    """A prompt names what its person took before their last two events, and nothing else: nobody takes a thing twice.
    People who took the same are asked for once."""
    pack = tiny_pack()
    fold = fold_of(pack, 4)
    stored = tags(tmp_path, [ANSWER] * 4)
    stored.prepare(fold)
    titles = pack.snapshot.titles
    asked = [" ".join(message.text for message in prompt.messages) for prompt in stored.model.prompts]
    told = {frozenset(title for title in titles if re.search(rf"\b{title}\b", text)) for text in asked}
    own = [pack.log.rows[pack.log.users == case.user].tolist() for case in fold.cases]
    assert all(len(rows) == DAYS for rows in own)
    assert told == {frozenset(titles[row] for row in rows[:-2]) for rows in own}


def test_the_row_finds_by_the_tags_and_a_second_run_asks_nothing(tmp_path):
    pack = tiny_pack()
    fold = fold_of(pack, 3)
    found = []
    for script in ([ANSWER] * 3, None):
        ranker = TagRow(tags(tmp_path, script), "stored").fit(fold)
        found.append([ranker.rank(moment, 5).tolist() for moment in Walk(pack, RetrieveConfig(), 0).moments(fold)])
    assert found[0] == found[1]
    assert all(found[0])


def test_the_weights_of_the_fused_row_are_learnt_on_the_people_who_have_tags(tmp_path, monkeypatch):
    pack = tiny_pack()
    stored = tags(tmp_path, [ANSWER] * 4)
    monkeypatch.setattr("intently.evaluate.retrieval.fused.LEAST", 3)
    row = FusedSources(RetrieveConfig(), 0, None, stored)
    assert (row.name, row.title) == ("fused-v2", "fused sources with stored tags")
    ranker = row.fit(fold_of(pack, 4))
    assert set(ranker.weights) == {"lasting", "neighbours", "semantic", "tags"}
    assert sum(ranker.weights.values()) == pytest.approx(1.0)


def test_without_a_model_or_time_it_says_so(tmp_path):
    fold = fold_of(tiny_pack(), 2)
    with pytest.raises(ModelUnavailable, match="--model"):
        tags(tmp_path, None).prepare(fold)
    with pytest.raises(BudgetSpent, match="run again"):
        tags(tmp_path, [ANSWER] * 2, deadline=-np.inf).prepare(fold)


def test_what_cannot_be_made_is_refused_before_anything_is_read(tmp_path):
    assert lack_of("tags-v2", tiny_pack(), "time")
    for people in (None, 99):
        with pytest.raises(BadRequest, match="--people"):
            run_retrieval_evaluation(Asked(rows=STORED, people=people), tmp_path)
    with pytest.raises(BadRequest, match="movies-ml100k cannot"):
        run_retrieval_evaluation(Asked(sets=("movies-ml100k",), rows=STORED, people=200), tmp_path)


def test_a_pipeline_that_fails_leaves_the_person_without_tags_and_says_so(tmp_path):
    pack, said = tiny_pack(), []
    fold = fold_of(pack, 3)
    failing = [AnswerInvalid("nothing of use")] * 9
    ranker = TagRow(tags(tmp_path, failing, say=said.append), "stored").fit(fold)
    assert sum("has no tags" in line for line in said) == 3
    assert all(not len(ranker.rank(moment, 5)) for moment in Walk(pack, RetrieveConfig(), 0).moments(fold))


def test_under_time_folds_without_anybody_to_ask_are_left_out():
    pack = tiny_pack()
    folds = asking(folds_of(pack, "time", 0.002), people_of(pack, 2, 0, stored=False))
    assert sum(len(fold.cases) for fold in folds) == 2
    assert all(fold.cases for fold in folds)
