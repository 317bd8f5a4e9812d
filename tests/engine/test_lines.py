"""Stored lines on a real store: written in a batch, put under items, doubted, disowned, erased; none is waited for."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from intently.config import load_config
from intently.engine import Engine, Services
from intently.engine.fresh import FreshLines
from intently.engine.outputs import drawn_of, outputs_of, round_of
from intently.engine.store import import_store
from intently.engine.writing import LineJob, says_liked
from intently.errors import BadRequest, NotFound
from intently.explain.liking import Strand, wishes_key
from intently.journal import UnderstandingRow
from intently.language import Budget, ScriptedModel
from intently.nouns import Event, Interest, Slate, Tag
from tests.serve.conftest import TOML

STYLE = "for quiet guests; dry; scene; any"
NOW = datetime.now(UTC)


class ByWord:
    """An encoder of known vectors: inns on one axis, comedy on another."""

    digest, dim = "words", 3

    def encode(self, texts):
        rows = [[float("inn" in t.casefold()), float("ome" in t.casefold()), 0.1] for t in texts]
        return (np.array(rows, np.float32).T / np.linalg.norm(rows, axis=1)).T.astype(np.float32)


@pytest.fixture
def engine(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Twenty-four films, of which every fourth is at an inn; ann likes inns, bob does too.
    A test may add to the TOML."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "catalog.toml").write_text(TOML + getattr(request, "param", ""), "utf-8")
    words = ("Comedy", "Horror at the inn", "Drama", "Western")
    rows = "\n".join(
        f"f{n},{words[n % 4]} {n},A landlord hides letter {n} in the cellar,{words[n % 4].split()[0]},90"
        for n in range(24)
    )
    (folder / "items.csv").write_text(f"id,title,text,genre,minutes\n{rows}\n", "utf-8")
    (folder / "events.csv").write_text("user,item,time,value\nann,f1,1700000000,8\nbob,f5,1700000000,8\n", "utf-8")
    config = load_config(env={}, home=tmp_path / "home")
    import_store(config, "inns", folder / "catalog.toml")
    with Services(config, model=ScriptedModel()) as services:
        services._arrived(ByWord())  # as when its files have come
        with Engine("inns", config=config, services=services) as opened:
            items = [opened.item(one) for one in opened.worlds.missing_items()]
            opened.worlds.put_vectors(items, ByWord().encode([item.title for item in items]))
            for user in ("ann", "bob"):
                _understand(opened, user)
            yield opened


def _understand(engine: Engine, user: str, listed: bool = False) -> None:
    interest = Interest(interest_id="i1", text="haunted inns", evidence=("e1", "e2"), listed=listed)
    tag = Tag(tag_id="t1", text="haunted inn", interest_id="i1")
    engine.store.journal.put_understanding(UnderstandingRow(user, "h", (interest,), (tag,), NOW - timedelta(hours=1)))


def answer(engine: Engine, *lines: str) -> ScriptedModel:
    """From now on the model answers so: a style and two lines each time."""
    model = ScriptedModel([text for line in lines for text in (STYLE, f"{line}\n{line} for you")])
    engine.services._given = engine.services._model = model
    return model


def write(engine: Engine, *lines: str, people: tuple[str, ...] = ("ann",), items: int = 2) -> ScriptedModel:
    model = answer(engine, *lines)
    plan = engine.production.plan(people, items=items)
    assert engine.production.run(plan).failed == ()
    return model


def lines(slate: Slate) -> list[str]:
    return [item.reason.text for item in slate.items]


def test_a_batch_writes_the_nearest_pairs_and_the_feed_shows_them(engine: Engine) -> None:
    write(engine, "A landlord hides a letter in the cellar", "A landlord, a letter and a cellar")
    slate = engine.feed("ann", limit=24)
    found = [item for item in slate.items if "cellar" in item.reason.text]
    assert len(found) == 2
    assert all("inn" in item.title for item in found)
    assert not any("cellar" in text for text in lines(engine.feed("bob", limit=24)))


def test_a_line_says_liked_of_what_was_rated_so_alone(engine: Engine) -> None:
    for event_id, item_id, value in (("e1", "f5", 3.0), ("e2", "f9", 8.0)):
        done = Event(event_id=event_id, user_id="ann", item_id=item_id, kind="rating", value=value, time=NOW)
        engine.store.journal.append([done])
    write(engine, "You liked “Horror at the inn 5”, with a letter", "You liked “Horror at the inn 9”, with a letter")
    said = {str(row.body["text"]) for row in engine.store.journal.reasons.newest(9)}
    assert not any("inn 5" in text for text in said)
    assert "You liked “Horror at the inn 9”, with a letter" in said


@pytest.mark.parametrize(
    ("kind", "value", "liked_from", "liked"),
    [("rating", 8.0, 7.0, True), ("rating", 6.0, 7.0, False), ("rating", 8.0, None, False),
     ("rating", None, 7.0, False), ("purchase", None, None, True), ("favourite", None, 7.0, True),
     ("click", None, None, False), ("cart", None, None, False)],
)  # fmt: skip
def test_of_what_a_line_may_say_that_it_was_liked(kind, value, liked_from, liked) -> None:
    event = Event(event_id="e", user_id="ann", item_id="f", kind=kind, value=value, time=NOW)
    assert says_liked(event, liked_from) is liked


def test_a_stored_line_names_its_own_evidence_and_the_trace_still_knows_the_tag_that_brought_the_item(
    engine: Engine,
) -> None:
    brought = {item.item_id for item in engine.feed("ann", limit=24).items if ("tag", "t1") in item.reason.evidence}
    write(engine, "A landlord hides a letter in the cellar", items=1)
    slate = engine.feed("ann", limit=24)
    shown = next(item for item in slate.items if "cellar" in item.reason.text)
    assert shown.item_id in brought
    assert shown.reason.evidence == (("text", shown.item_id),)
    assert [one.kind for one in engine.why("ann", slate.feed_id, shown.item_id).grounds] == ["text"]
    want = next(want for strand in engine.inferred("ann").strands for want in strand.wants)
    in_feed = {item.item_id: item.reason for item in want.items if item.position}
    assert in_feed.keys() == brought
    assert in_feed[shown.item_id] == shown.reason.text


def test_a_second_batch_asks_nothing_that_holds_and_the_rest_of_one_that_stopped(engine: Engine) -> None:
    write(engine, "A landlord hides a letter in the cellar", items=1)
    plan = engine.production.plan(["ann"], items=2)
    assert (len(plan.jobs), plan.kept) == (1, 1)
    assert "1 lines for 1 people" in str(plan)
    answer(engine)
    report = engine.production.run(plan, Budget(tokens=1))
    assert report.left == 1
    assert "budget" in report.stopped
    write(engine, "The letter of a landlord in his cellar")
    assert engine.production.plan(["ann"], items=2).jobs == ()


def test_a_line_of_which_nothing_stands_leaves_the_template_and_is_not_asked_again(engine: Engine) -> None:
    before = lines(engine.feed("ann", limit=24))
    write(engine, "Dragons of fire", items=1)
    assert lines(engine.feed("ann", limit=24)) == before
    assert engine.production.plan(["ann"], items=1).jobs == ()


def test_a_line_holds_for_its_situation_alone_and_goes_when_the_item_changes(engine: Engine) -> None:
    write(engine, "A landlord hides a letter in the cellar", items=1)
    shown = next(item for item in engine.feed("ann", limit=24).items if "cellar" in item.reason.text)
    later = engine.feed("ann", limit=24, as_of=NOW + timedelta(days=40))
    assert not any("cellar" in text for text in lines(later))
    engine.patch_item(shown.item_id, {"facets": {"genre": ("Western",), "minutes": 91.0}})
    assert not any("cellar" in text for text in lines(engine.feed("ann", limit=24)))


def test_a_line_goes_with_the_interest_that_the_person_disowns(engine: Engine) -> None:
    write(engine, "A landlord hides a letter in the cellar", items=1)
    engine.disown("ann", "interest", "i1")
    assert not any("cellar" in text for text in lines(engine.feed("ann", limit=24)))


def test_a_doubted_line_is_an_event_and_is_not_said_again(engine: Engine) -> None:
    write(engine, "A landlord hides a letter in the cellar", items=1)
    slate = engine.feed("ann", limit=24)
    shown = next(item for item in slate.items if "cellar" in item.reason.text)
    why = engine.doubt("ann", slate.feed_id, shown.item_id)
    assert (why.interest, why.by) == ("haunted inns", "v2")
    assert "dry, as a scene" in why.style
    assert ("text", "A landlord hides letter 5 in the cellar") in [(one.kind, one.text) for one in why.grounds]
    (event,) = engine.store.journal.events_of("ann", kinds=("doubt",))
    assert (event.item_id, event.query, event.feed_id) == (shown.item_id, shown.reason.text, slate.feed_id)
    assert not any("cellar" in text for text in lines(engine.feed("ann", limit=24)))


def test_a_templates_line_says_why_too_and_can_be_doubted(engine: Engine) -> None:
    slate = engine.feed("ann", limit=24)
    shown = next(item for item in slate.items if ("tag", "t1") in item.reason.evidence)
    why = engine.doubt("ann", slate.feed_id, shown.item_id)
    assert (why.by, [one.text for one in why.grounds]) == ("template", ["haunted inn"])
    again = {item.item_id: item.reason.text for item in engine.feed("ann", limit=24).items}
    assert again[shown.item_id] == ""
    with pytest.raises(NotFound):
        engine.why("ann", "no such feed", shown.item_id)


def test_a_written_line_is_judged_by_the_interest_or_the_wishes_that_it_was_written_for(engine: Engine) -> None:
    write(engine, "A landlord hides a letter in the cellar", items=1)
    (line,) = outputs_of(engine.store.journal, "reason")
    facts = dict(line.facts)
    assert line.text == "A landlord hides a letter in the cellar"
    assert (facts["interest"], facts["title"]) == ("haunted inns", "Horror at the inn 5")
    told = "A landlord, a letter and a cellar"
    model = ScriptedModel([STYLE, f"{told}\n{told} for you"], engine.store.journal)
    job = LineJob("bob", "bob", Strand(wishes_key(["p1"]), ""), "f9", wishes=(("p1", "films at an inn"),))
    engine.writer.write(job, engine.writer.situation(NOW), NOW, model)
    wished = next(one for one in outputs_of(engine.store.journal, "reason") if one.user_id == "bob")
    assert [text for name, text in wished.facts if name in ("interest", "wanted")] == ["films at an inn"]
    assert line.system == wished.system == "v2 scripted"
    engine.labelling.draw("march", "reason", 2)
    systems = {row.subject_id: row.origin["system"] for row in engine.store.journal.labels.subjects()}
    assert systems == {line.key: "v2 scripted", wished.key: "v2 scripted"}
    assert {one.system for one in round_of(engine.store.journal, "reason", "march")} == {"v2 scripted"}


def test_a_doubted_line_is_drawn_first_for_people_and_says_so_in_its_origin_alone(engine: Engine) -> None:
    told = ("A landlord hides a letter in the cellar", "A landlord, a letter and a cellar", "The letter of a landlord")
    write(engine, *told, items=3)
    stored = outputs_of(engine.store.journal, "reason")
    assert len(stored) > 1
    last = drawn_of(stored, len(stored), 0)[-1]
    slate = engine.feed("ann", limit=24)
    shown = next(item for item in slate.items if item.reason.text == last.text)
    engine.doubt("ann", slate.feed_id, shown.item_id)
    doubts = {(one.key, one.user_id): one.doubts for one in outputs_of(engine.store.journal, "reason")}
    assert doubts == {(one.key, one.user_id): int(one == last) for one in stored}

    assert engine.labelling.draw("first", "reason", 1) == 1
    (row,) = engine.store.journal.labels.subjects(batch="first")
    assert (row.subject_id, row.origin["doubts"]) == (last.key, "1")
    assert "doubt" not in str(row.shown)
    assert "doubt" not in "".join(engine.labelling.export("first", blind=True))
    assert engine.labelling.draw("first", "reason", 1) == 0, "the same round again"
    assert engine.labelling.draw("second", "reason", 1) == 1, "a round does not spend its places on another's"
    engine.store.journal.reasons.prune(NOW + timedelta(days=400))
    assert [one.doubts for one in round_of(engine.store.journal, "reason", "first")] == [1], (
        "though it is stored no more"
    )


def test_no_feed_asks_a_model_for_its_reasons_whatever_the_table_holds(engine: Engine) -> None:
    """No line, lines of both people, one that is doubted, one whose item changed, all expired, their interest disowned:
    the model stands ready and would fail if it were asked."""
    engine.start_background()
    write_two = ("A landlord hides a letter in the cellar", "A landlord, a letter and a cellar")

    def doubt() -> None:
        slate = engine.feed("ann", limit=24)
        engine.doubt("ann", slate.feed_id, slate.items[0].item_id)

    acts = (
        lambda: None,
        lambda: write(engine, *write_two),
        doubt,
        lambda: engine.patch_item("f1", {"facets": {"genre": ("Western",), "minutes": 91.0}}),
        lambda: engine.say("ann", "no westerns", model=False),
        lambda: engine.disown("ann", "interest", "i1"),
    )
    for act in acts:
        act()
        model = answer(engine)
        assert model.ready()
        for user in ("ann", "bob", "nobody"):
            for moment in (None, NOW + timedelta(days=40)):
                first = engine.feed(user, limit=8, as_of=moment)
                assert len(lines(first)) == len(first.items) > 0
                engine.why(user, first.feed_id, first.items[0].item_id)
                if first.cursor:
                    assert engine.feed(user, cursor=first.cursor).items
        assert model.requests == []


def test_an_interest_that_several_share_has_one_line_that_is_nobodys(engine: Engine) -> None:
    for user in ("ann", "bob"):
        _understand(engine, user, listed=True)
    jobs = engine.production.plan(["ann", "bob"], items=2).jobs
    assert sorted(job.item_id for job in jobs) == ["f1", "f5", "f9"]  # f9 is offered to both
    told = (
        "A landlord hides a letter in the cellar",
        "In the cellar, a landlord",
        "The letter of a landlord, in the cellar",
    )
    write(engine, *told, people=("ann", "bob"))
    assert any("cellar" in text for text in lines(engine.feed("ann", limit=24)))
    assert any("cellar" in text for text in lines(engine.feed("bob", limit=24)))
    assert engine.erase("ann").counts["reasons"] == 0
    assert any("cellar" in text for text in lines(engine.feed("bob", limit=24)))


def test_a_persons_own_lines_are_exported_and_erased(engine: Engine) -> None:
    write(engine, "A landlord hides a letter in the cellar", items=1)
    assert engine.export("ann")["reasons"][0]["body"]["text"] == "A landlord hides a letter in the cellar"
    assert engine.erase("ann").counts["reasons"] == 1


def test_fresh_lines_are_written_for_what_is_shown_and_told_to_its_page(engine: Engine) -> None:
    answer(engine, *["A landlord hides a letter in the cellar"] * 6)
    engine.start_background()
    slate = engine.feed("ann", limit=24, client="page")
    with engine.broker.listen("ann") as told:
        engine.prefill("ann", "page", slate)
        deadline = time.monotonic() + 30
        bodies = []
        while len(bodies) < 1 and time.monotonic() < deadline:
            bodies += [one.body for one in [told.get(timeout=30)] if one.topic == "line"]
    assert bodies[0]["feed_id"] == slate.feed_id
    assert "cellar" in bodies[0]["text"]
    assert engine.why("ann", slate.feed_id, bodies[0]["item_id"], client="page").line == bodies[0]["text"]


def test_no_line_is_begun_while_a_person_has_the_model_and_the_rest_is_written_after(engine: Engine) -> None:
    told = ("A landlord hides a letter in the cellar", "In the cellar, a landlord", "A letter of the landlord, hidden")
    model = answer(engine, *told, *["A landlord hides a letter in the cellar"] * 6)
    engine.services.model(engine.store.journal)
    fresh = FreshLines(engine.store, engine.services, engine.broker, engine.feeds, engine.writer)
    fresh.ask("ann", "page", engine.feed("ann", limit=24, client="page"))
    person = ExitStack()

    def asks_after_the_first_line() -> bool:  # looked at before every line
        if len(model.requests) == 2 and not model.busy():
            person.enter_context(model._lanes.person(1))
        return False

    fresh.write(asks_after_the_first_line)
    assert len(model.requests) == 2  # a style and its lines
    fresh.write(lambda: False)
    assert len(model.requests) == 2
    person.close()
    fresh.write(lambda: False)
    assert len(model.requests) == 2 * 5  # six films are at an inn, of which ann knows one
    fresh.write(lambda: False)
    assert len(model.requests) == 2 * 5  # nothing is left of the slate


@pytest.mark.parametrize("engine", ["[reasons]\nwords = 7\n"], indirect=True)
def test_a_catalogue_says_how_long_its_lines_are(engine: Engine) -> None:
    assert engine.config.explain.words == 14
    model = write(engine, "A landlord hides a letter in the cellar", items=1)
    assert "7 words" in model.prompts[0].text
    assert "14 words" not in model.prompts[0].text


@pytest.mark.parametrize("engine", ['[reasons]\nlanguage = "fr"\n'], indirect=True)
def test_in_a_language_that_no_writer_knows_the_template_speaks_and_a_batch_says_why(engine: Engine) -> None:
    assert engine.store.spec.language == "en"
    assert not engine.writer.wanted
    assert any(lines(engine.feed("ann", limit=24)))
    with pytest.raises(BadRequest, match=r"in 'fr' \(`reasons.language` of its TOML"):
        engine.production.plan(["ann"], items=1)
