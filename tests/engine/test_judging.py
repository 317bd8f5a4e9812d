"""Judging what a store has made: subjects out of the journal, a sample, rows, and going on where it stopped."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from intently.config import load_config
from intently.engine.feeds import Feeds
from intently.engine.judging import Judging
from intently.engine.labelling import Labelling
from intently.engine.outputs import outputs_of
from intently.engine.services import Services
from intently.engine.store import Store
from intently.errors import BadRequest, ModelUnavailable
from intently.explain.liking import interest_key
from intently.journal import Journal, ReasonRow, UnderstandingRow, open_journal
from intently.judge.reward import reward_lines
from intently.language import Budget, ScriptedModel
from intently.nouns import Event, Interest, Item, Preference, Tag
from tests.journal.world import NOON, at, rated

PRAISE = json.dumps([["Yes", math.log(0.5)], ["No", math.log(0.5)]])  # acceptable throughout: one question a criterion


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal(f"sqlite:///{tmp_path}/journal.db", tmp_path)
    opened.put_items([
        Item(item_id="1", title="Winter Pension", text="A slow comedy.", facets={"genre": ("Comedy",), "year": 1989.0}),
        Item(item_id="2", title="The Rook's Gambit", text="Two masters meet.", facets={"genre": ("Comedy", "Drama")}),
    ])  # fmt: skip
    opened.append([rated("ann", "1")])
    event_id = opened.events_of("ann")[0].event_id
    interest = Interest(interest_id="i1", text="slow comedies about old friends", evidence=(event_id,))
    tags = (Tag(tag_id="t1", text="dry chess comedies", interest_id="i1"),
            Tag(tag_id="t2", text="seaside hotel dramas", interest_id="i1"),
            Tag(tag_id="t3", text="great movies", interest_id="i1"))  # fmt: skip
    opened.put_understanding(UnderstandingRow("ann", "hash", (interest,), tags, NOON))
    line = {"text": "Two old masters at the board, slow and dry.", "pieces": [["event", event_id, "Winter Pension"]],
            "interest": interest.text}  # fmt: skip
    opened.reasons.put(ReasonRow("ann", interest_key(interest.text), "2", "winter", "hash", NOON, at(60), line))
    held = Preference(id="p1", polarity="want", strength="prefer", facet=None, relation="like", value={"text": "chess"},
                      quote="about chess", command_id="c1")  # fmt: skip
    for feed_id, preferences in (("wished", [held.model_dump(mode="json")]), ("plain", [])):
        opened.put_slate(feed_id, "ann", "web", "feed", NOON, ["2", "1"])
        opened.put_trace(feed_id, "ann", NOON, {"request": {"preferences": preferences}})
    yield opened
    opened.close()


def judging(journal: Journal, tmp_path: Path, script: list[str]) -> tuple[Judging, ScriptedModel]:
    model = ScriptedModel(script)
    config = load_config(home=tmp_path)
    store = cast(Store, SimpleNamespace(journal=journal))
    return Judging(store, Services(config, model=model), config), model


def test_a_tag_is_judged_by_its_interest_and_the_titles_behind_it(journal: Journal):
    first = outputs_of(journal, "tag")[0]
    assert (first.text, first.user_id, first.subject_id) == ("dry chess comedies", "ann", "tag t1")
    assert first.facts == (("interest", "slow comedies about old friends"), ("history", "Winter Pension"))


def test_a_line_is_judged_by_the_item_the_interest_the_moment_and_its_evidence(journal: Journal):
    (line,) = outputs_of(journal, "reason")
    assert [name for name, _ in line.facts] == ["title", "item", "interest", "moment", "evidence"]
    assert dict(line.facts)["item"] == "The Rook's Gambit. genre: Comedy, Drama. Two masters meet."
    assert dict(line.facts)["interest"] == "slow comedies about old friends"


def test_only_slates_that_were_made_under_wishes_are_judged(journal: Journal):
    (slate,) = outputs_of(journal, "slate")
    assert slate.subject_id == "slate wished"
    assert slate.facts == (("wanted", "about chess"),)
    assert len(slate.text.splitlines()) == 2


def test_what_a_sample_came_to_is_kept_with_the_judges_version_and_erased_with_the_person(
    journal: Journal, tmp_path: Path
):
    judge, model = judging(journal, tmp_path, [PRAISE] * 8)
    plan = judge.plan("tag", 10)
    assert (plan.stored, len(plan.subjects), plan.estimate.calls) == (3, 3, 16)
    report = judge.run(plan)
    assert report.ranks == {"S": 0, "A": 2, "B": 1, "none": 0}
    assert report.good.value == pytest.approx(2 / 3)
    assert report.faults == {"it would fit anything": 1}
    assert len(model.prompts) == 8, "what code refuses is not asked"
    rows = journal.judgements.all(task="tag", version=plan.judge.version)
    assert sorted(row.rank for row in rows) == ["A", "A", "B"]
    assert journal.export("ann")["judgements"][0]["verdicts"]
    journal.erase("ann")
    assert journal.judgements.all() == []


def test_the_report_says_how_many_of_the_judged_lines_people_called_wrong(journal: Journal, tmp_path: Path):
    (line,) = outputs_of(journal, "reason")
    for user_id, said in (("ann", line.text), ("bob", line.text), ("ann", "another line")):
        journal.append([Event(user_id=user_id, kind="doubt", time=NOON, item_id="2", query=said)])
    judge, model = judging(journal, tmp_path, [PRAISE] * 5)
    plan = judge.plan("reason", 10)
    report = judge.run(plan)
    assert report.doubted == {report.outputs[0].rank: 1}
    assert report.outputs[0].doubts == 1, "the line is ann's; bob's doubt is of his own"
    assert "doubt" not in "".join(prompt.text for prompt in model.prompts)


def test_what_people_and_the_judge_graded_of_one_item_and_interest_is_one_group_each(journal: Journal, tmp_path: Path):
    (first,) = journal.reasons.newest(1)
    worse = {**first.body, "text": "great movies", "pieces": [["facet", "genre", "Comedy"]]}
    journal.reasons.put(replace(first, situation="late spring", body=worse))
    judge, _ = judging(journal, tmp_path, [PRAISE] * 5)
    judge.run(judge.plan("reason", 10))
    labelling = Labelling(cast(Store, SimpleNamespace(journal=journal)), cast(Feeds, None), tmp_path)
    labelling.draw("march", "reason", 10)
    version = next(one.version for one in labelling.questions("reason") if one.criterion == "overall")
    for one in outputs_of(journal, "reason"):
        labelling.answer("Eve", one.key, "overall", version, "B" if one.text == "great movies" else "S")
    people, model = (json.loads(line) for line in list(reward_lines(labelling.graded("reason")))[1:])
    assert (people["by"], people["ranks"]) == ("person", {"S": [first.body["text"]], "A": [], "B": ["great movies"]})
    assert (model["by"], model["ranks"]["B"], model["group"]) == ("model", ["great movies"], "ann")
    assert [name for name, _ in people["facts"]] == ["title", "item", "interest"]


def test_a_later_round_draws_what_no_earlier_one_has_and_says_when_nothing_is_left(journal: Journal, tmp_path: Path):
    labelling = Labelling(cast(Store, SimpleNamespace(journal=journal)), cast(Feeds, None), tmp_path)
    assert [labelling.draw(batch, "tag", 2) for batch in ("first", "second", "first")] == [2, 1, 0]
    rounds = [row.batch for row in journal.labels.subjects(task="tag")]
    assert sorted(rounds) == ["first", "first", "second"], "drawn again, a round stays as it is"
    with pytest.raises(BadRequest, match="nothing of tag is left to draw: all 3 stored outputs are in other rounds"):
        labelling.draw("third", "tag", 2)


def test_a_run_that_was_cut_off_goes_on_and_asks_nothing_twice(journal: Journal, tmp_path: Path):
    judge, _ = judging(journal, tmp_path, [PRAISE] * 4)
    cut = judge.run(judge.plan("tag", 10), Budget(tokens=900))
    assert cut.stopped
    assert cut.judged < 3
    again, model = judging(journal, tmp_path, [PRAISE] * 8)
    report = again.run(again.plan("tag", 10))
    assert (report.judged, report.stopped) == (3, "")
    asked = [prompt.text for prompt in model.prompts]
    assert len(asked) == len(set(asked)) <= 8
    over = judging(journal, tmp_path, [])[0]
    assert over.plan("tag", 10).estimate.calls == 0
    assert over.run(over.plan("tag", 10)).ranks == report.ranks


def test_a_larger_sample_holds_the_smaller_one(journal: Journal, tmp_path: Path):
    judge, _ = judging(journal, tmp_path, [])
    small, large = (judge.plan("tag", sample, seed=3).subjects for sample in (1, 3))
    assert small[0] in large


def test_what_cannot_be_judged_is_said_with_its_mend(journal: Journal, tmp_path: Path):
    judge, _ = judging(journal, tmp_path, [])
    with pytest.raises(BadRequest, match="tag, reason, slate"):
        judge.plan("poem", 10)
    with pytest.raises(BadRequest, match="agentic, one-shot"):
        judge.plan("tag", 10, judge="jury")
    config = load_config(home=tmp_path)
    off = Judging(cast(Store, SimpleNamespace(journal=journal)), Services(config, model=False), config)
    with pytest.raises(ModelUnavailable, match="intently model get"):
        off.plan("tag", 10)
    empty = open_journal(f"sqlite:///{tmp_path}/empty.db", tmp_path)
    with pytest.raises(BadRequest, match="intently understand"):
        judging(empty, tmp_path, [])[0].plan("tag", 10)
    empty.close()
