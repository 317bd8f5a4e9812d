"""How it was inferred, on a real store with a scripted model; and what is not them is gone from all that they see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from intently.config import Config, load_config
from intently.engine import Engine, Services
from intently.engine.store import import_store
from intently.errors import BadRequest, NotFound
from intently.language import Estimate, Listing, Message, Prompt
from intently.language.fake import ScriptedModel
from intently.nouns import Event, Interest, Tag
from intently.understand import PIPELINES, Progress, Reasoned, Run
from intently.understand.run import Past, Tell
from tests.serve.conftest import TOML

FIRST = (
    "1,2: village comedies: funny village fete; postman in love\n"
    "3,4: haunted inns: cursed old inn; landlord with secrets"
)
THEN = (
    "1,3: haunted old inns: spooky cellar night; ghost at breakfast\n"
    "2,5: sunny comedies: cursed old inn; beach holiday farce"
)


@dataclass(frozen=True)
class OneCall:
    """A pipeline of one call that refuses nothing: what it is answered is what is understood."""

    name: str = "one-call"
    rules: int = 1

    def reason(self, run: Run, tell: Tell) -> Reasoned:
        prompt = self._prompt(run)

        def ask() -> tuple[dict[str, Any], str]:
            line = Listing(r"[0-9,]+: .+: .+", 2, 2, "items: interest: tags")
            answer = run.model.ask_list(prompt, line, user_id=run.user_id, max_tokens=90, timeout_seconds=9)
            return {"lines": list(answer.value)}, answer.call_hash

        parts = [line.split(": ") for line in run.once("all", prompt, ask)["lines"]]
        events = {str(item.number): item.event_ids for item in run.behaviour.items}
        interests = tuple(
            Interest(interest_id=f"i-{text}", text=text, evidence=tuple(e for n in of.split(",") for e in events[n]))
            for of, text, _ in parts
        )
        tags = tuple(
            Tag(tag_id=f"t-{tag}", text=tag, interest_id=f"i-{text}")
            for _, text, tags in parts for tag in tags.split("; ")
        )  # fmt: skip
        tell(Progress(run.user_id, "tags", "named", interests, tags))
        return Reasoned(interests, tags)

    def estimate(self, run: Run) -> Estimate:
        return run.model.estimate([self._prompt(run)], 90)

    def asks(self, run: Run) -> Sequence[str]:
        return ("all",)

    def told(self, past: Past) -> str:
        return past.behaviour.text

    def _prompt(self, run: Run) -> Prompt:
        return Prompt("one-call", "v1", (Message("user", run.behaviour.text),))


class ByWord:
    """An encoder of known vectors: inns on one axis, comedy on another."""

    digest, dim = "words", 3

    def encode(self, texts):
        rows = [[float("inn" in t.casefold()), float("ome" in t.casefold()), 0.1] for t in texts]
        return (np.array(rows, np.float32).T / np.linalg.norm(rows, axis=1)).T.astype(np.float32)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Twenty-four films, of which every fourth is at an inn; ann rated six of them well, a day apart."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "catalog.toml").write_text(TOML, "utf-8")
    words = ("Comedy", "Horror at the inn", "Drama", "Western")
    rows = "\n".join(f"f{n},{words[n % 4]} {n},About {n},{words[n % 4].split()[0]},90" for n in range(24))
    (folder / "items.csv").write_text(f"id,title,text,genre,minutes\n{rows}\n", "utf-8")
    (folder / "events.csv").write_text("user,item,time,value\nben,f9,1700000000,8\n", "utf-8")
    config: Config = load_config(env={}, home=tmp_path / "home", understand={"pipeline": "one-call"})
    monkeypatch.setitem(PIPELINES, "one-call", OneCall)
    import_store(config, "tiny", folder / "catalog.toml")
    with Services(config, model=ScriptedModel([FIRST, THEN])) as services:
        services._arrived(ByWord())  # as when its files have come
        with Engine("tiny", config=config, services=services) as opened:
            for item in opened.store.journal.items():
                opened.put_item(item)
            bare = [opened.item(item_id) for item_id in opened.worlds.missing_items()]
            opened.worlds.put_vectors(bare, ByWord().encode([item.title for item in bare]))
            opened.record([_rated(n) for n in range(6)])
            yield opened


def _rated(n: int, days_ago: float | None = None) -> Event:
    time = datetime.now(UTC) - timedelta(days=20 - n if days_ago is None else days_ago)
    return Event(user_id="ann", kind="rating", item_id=f"f{n}", value=9, time=time)


def texts_of(engine: Engine) -> list[str]:
    known = engine.understanding("ann")
    assert known is not None
    return [*(one.text for one in known.interests), *(one.text for one in known.tags)]


def test_the_trace_leads_from_events_over_an_interest_and_its_tags_to_items(engine):
    engine.understand("ann")
    inferred = engine.inferred("ann")
    strand = next(one for one in inferred.strands if one.text == "haunted inns")
    known = {event.event_id for event in engine.store.journal.events_of("ann")}
    assert {did.event_id for did in strand.did} <= known
    assert all(did.title == engine.item(did.item_id).title for did in strand.did)
    inn = next(want for want in strand.wants if want.text == "cursed old inn")
    assert [item.title for item in inn.items[:4]] == [f"Horror at the inn {n}" for n in (1, 5, 9, 13)]
    assert inn.found == 6
    assert [(call.prompt, call.tokens_out > 0) for call in inferred.asked] == [("one-call", True)]


def test_what_the_feed_shows_because_of_a_tag_has_its_place_and_its_reason_in_the_trace(engine):
    engine.understand("ann")
    feed = engine.feed("ann", limit=24)
    because = {(tag, item.item_id): (item.position, item.reason.text) for item in feed.items
               for kind, tag in item.reason.evidence if kind == "tag"}  # fmt: skip
    traced = {
        (want.tag_id, item.item_id): (item.position, item.reason)
        for strand in engine.inferred("ann").strands for want in strand.wants for item in want.items if item.position
    }  # fmt: skip
    assert traced == because != {}


def test_a_trace_makes_no_slate_that_is_kept(engine):
    engine.understand("ann")
    before = engine.store.journal.last_slate("ann", "api")
    engine.inferred("ann")
    assert engine.store.journal.last_slate("ann", "api") == before


def test_an_interest_that_is_not_them_is_gone_at_once_from_everything_and_can_be_taken_back(engine):
    engine.understand("ann")
    before, feed = texts_of(engine), engine.feed("ann", limit=24)
    strand = next(one for one in engine.inferred("ann").strands if one.text == "haunted inns")
    (disowned,) = engine.disown("ann", "interest", strand.strand_id)
    assert texts_of(engine) == ["village comedies", "funny village fete", "postman in love"]
    tags = {tag for item in engine.feed("ann", limit=24).items for kind, tag in item.reason.evidence if kind == "tag"}
    assert not tags & {want.tag_id for want in strand.wants}
    assert engine.trace(engine.feed("ann").feed_id)["request"]["tags"] == [
        tag.model_dump(mode="json") for tag in engine.understanding("ann").tags
    ]
    assert engine.reclaim("ann", disowned.disowned_id) == ()
    assert texts_of(engine) == before
    assert [item.item_id for item in engine.feed("ann", limit=24).items] == [item.item_id for item in feed.items]


def test_it_stays_gone_after_the_next_understanding_in_other_words_and_by_its_tags(engine):
    engine.understand("ann")
    strand = next(one for one in engine.inferred("ann").strands if one.text == "haunted inns")
    engine.disown("ann", "interest", strand.strand_id)
    engine.record([_rated(7, days_ago=0)])
    steps = []
    row = engine.understand("ann", progress=steps.append)
    assert texts_of(engine) == ["sunny comedies", "beach holiday farce"]
    assert [tag.text for tag in row.tags] == ["beach holiday farce"]
    assert not {"haunted old inns", "cursed old inn"} & {
        one.text for step in steps for one in (*step.interests, *step.tags)
    }
    left = [one.text for one in engine.inferred("ann").left if one.stage == "you"]
    assert left[0] == "'haunted old inns': you said that 'haunted inns' is not you"


def test_what_is_not_them_is_no_demand_that_the_catalogue_fails(engine):
    row = engine.understand("ann")
    lost = tuple(tag.model_copy(update={"found": 0, "best_similarity": 0.1}) for tag in row.tags)
    engine.store.journal.put_understanding(replace(row, tags=lost, time=datetime.now(UTC)))
    before = {text for one in engine.unmet() for text in one.wordings}
    engine.disown("ann", "interest", engine.understanding("ann").interests[1].interest_id)
    assert before - {text for one in engine.unmet() for text in one.wordings} == {
        "cursed old inn",
        "landlord with secrets",
    }


def test_a_want_that_the_arbiter_left_out_is_reported_until_its_interest_is_not_them(engine):
    row = engine.understand("ann")
    interest = row.interests[1].interest_id
    want = Tag(tag_id="t-x", text="haunted lighthouse", interest_id=interest, best_similarity=0.2)
    notes = {**row.notes, "unmet": [want.model_dump(mode="json")]}
    engine.store.journal.put_understanding(replace(row, notes=notes, time=datetime.now(UTC)))
    assert "haunted lighthouse" in [one.text for one in engine.unmet()]
    assert "haunted lighthouse" not in [tag.text for tag in engine.understanding("ann").tags]
    engine.disown("ann", "interest", interest)
    assert "haunted lighthouse" not in [one.text for one in engine.unmet()]


def test_as_of_a_moment_before_it_was_disowned_it_was_still_there(engine):
    engine.understand("ann")
    moment = datetime.now(UTC)
    engine.disown("ann", "tag", engine.understanding("ann").tags[0].tag_id)
    assert len(engine.understanding("ann").tags) == 3
    assert sum(len(strand.wants) for strand in engine.inferred("ann", as_of=moment).strands) == 4


def test_what_is_disowned_is_exported_and_erased(engine):
    engine.understand("ann")
    engine.disown("ann", "interest", engine.understanding("ann").interests[0].interest_id)
    kept = [event for event in engine.export("ann")["events"] if event["kind"] == "disown"]
    assert [event["query"] for event in kept] == ["village comedies"]
    engine.erase("ann")
    assert engine.disowned("ann") == ()
    assert engine.inferred("ann").time is None


@pytest.mark.parametrize(("kind", "inferred_id", "error"), [("interest", "nope", NotFound), ("mood", "x", BadRequest)])
def test_what_is_not_in_force_cannot_be_disowned(engine, kind, inferred_id, error):
    engine.understand("ann")
    with pytest.raises(error):
        engine.disown("ann", kind, inferred_id)
    with pytest.raises(NotFound):
        engine.reclaim("ann", "d-000000000000")


def test_the_text_of_a_call_is_what_was_read_and_answered_and_nobody_elses(engine):
    engine.understand("ann")
    call = engine.inferred("ann").asked[0]
    text = engine.call_text("ann", call.call_hash[:12])
    assert text.answer == FIRST
    assert "Horror at the inn 5" in text.history
    with pytest.raises(NotFound):
        engine.call_text("ben", call.call_hash)


def test_a_provider_of_cues_that_fails_is_one_row_however_often_it_is_asked(engine, tmp_path):
    config = load_config(env={}, home=tmp_path / "home", environment={"weather": str(tmp_path / "gone.json")})
    with Engine("tiny", config=config, model=False) as other:
        assert other.understander.cues() == other.understander.cues()
        rows = [row for row in other.store.journal.failures() if row.stage == "environment: weather"]
    assert [(row.error_type, row.user_id) for row in rows] == [("FetchError", None)]
