"""The labelling page over the real app: who may, what is shown and what is not, and that no answer is ever lost."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from intently.config import Config
from intently.engine import Engine
from intently.judge.queue import drawn, mirrored
from intently.judge.shown import Shown, subject_row
from intently.nouns import Event
from intently.serve import create_app
from intently.serve.keys import load_keys

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "canary-of-the-system"
BATCHES = iter(range(1000))


def pairs(engine: Engine, count: int = 2, raters: int = 1) -> str:
    """A round of pairs of its own; its name."""
    batch = f"round-{next(BATCHES)}"
    rows = [
        subject_row(
            "pair",
            Shown(sides=(f"First {batch} {n}\nFilm 2", f"Second {batch} {n}\nFilm 3"), facts=(("History", "Film 0"),)),
            batch=batch, time=NOW, origin={"a": SECRET, "b": f"{SECRET}-2"}, raters=raters,
        )
        for n in range(count)
    ]  # fmt: skip
    engine.store.journal.labels.put_subjects(rows)
    return batch


def fields_of(html: str) -> dict[str, str]:
    """The hidden fields of the form that answers."""
    form = html[html.index('id="ask"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


@pytest.fixture
def sit(engine: Engine, config: Config) -> Iterator[Callable[[str], TestClient]]:
    """A browser of its own for a rater of that name."""
    opened: list[TestClient] = []

    def sit(name: str) -> TestClient:
        client = TestClient(create_app({"tiny": engine}, config), base_url="http://127.0.0.1:8000")
        opened.append(client)
        assert client.post("/label/rater", data={"name": name}, follow_redirects=False).status_code == 303
        return client

    yield sit
    for client in opened:
        client.close()


def test_an_answer_is_kept_and_the_next_question_comes_after_a_reload_too(engine, sit) -> None:
    batch, ann = pairs(engine), sit("Ann")
    first = ann.get("/label/rate", params={"batch": batch, "task": "pair"}).text
    assert "First" in first
    assert "repeat itself?" in first
    asked = fields_of(first)
    done = ann.post("/label/answer", data={**asked, "value": "little", "note": "two of a kind"})
    again = ann.get("/label/rate", params={"batch": batch, "task": "pair"}).text
    assert fields_of(done.text) == fields_of(again) != asked
    (kept,) = engine.store.journal.labels.labels(batch=batch)
    assert (kept.rater, kept.by, kept.value, kept.note) == ("Ann", "person", "little", "two of a kind")
    assert (kept.criterion, kept.version) == (asked["criterion"], asked["version"])


def test_undo_takes_the_last_answer_back_and_asks_it_again(engine, sit) -> None:
    batch, ann = pairs(engine), sit("Ann")
    where = {"batch": batch, "task": "pair"}
    asked = fields_of(ann.get("/label/rate", params=where).text)
    ann.post("/label/answer", data={**asked, "value": "no"})
    back = ann.post("/label/undo", data=where, headers={"HX-Request": "true"})
    assert "Taken back" in back.text
    assert fields_of(back.text) == asked
    assert engine.store.journal.labels.labels(batch=batch) == []
    assert "nothing of yours" in ann.post("/label/undo", data=where, headers={"HX-Request": "true"}).text


def test_no_page_of_a_rater_names_a_system_or_another_raters_answer(engine, sit) -> None:
    batch, ann, bob = pairs(engine, raters=2), sit("Ann"), sit("Bob")
    where = {"batch": batch, "task": "pair"}
    asked = fields_of(ann.get("/label/rate", params=where).text)
    ann.post("/label/answer", data={**asked, "value": "clearly", "note": "hint-of-ann"})
    for page in (bob.get("/label/rate", params=where), bob.get("/label"), ann.get("/label/rate", params=where)):
        assert SECRET not in page.text
        assert "hint-of-ann" not in page.text
    assert fields_of(bob.get("/label/rate", params=where).text) == asked


def test_with_one_rater_wanted_the_second_gets_what_the_first_has_not_answered(engine, sit) -> None:
    batch, ann, bob = pairs(engine, raters=1), sit("Ann"), sit("Bob")
    where = {"batch": batch, "task": "pair"}
    asked = fields_of(ann.get("/label/rate", params=where).text)
    ann.post("/label/answer", data={**asked, "value": "no"})
    assert fields_of(bob.get("/label/rate", params=where).text) != asked


def test_the_left_key_means_the_feed_that_stands_on_the_left(engine, sit) -> None:
    batch, raters = pairs(engine, count=1, raters=9), [f"Rater {n}" for n in range(8)]
    (subject,) = drawn(engine.store.journal.labels.subjects(batch=batch))
    assert len({mirrored(subject, rater) for rater in raters}) == 2
    for name in raters:
        client = sit(name)
        html = client.get("/label/rate", params={"batch": batch, "task": "pair"}).text
        while 'value="more"' not in html:
            value = re.search(r'name="value" value="(\w+)" data-key="1"', html)
            assert value is not None
            html = client.post("/label/answer", data={**fields_of(html), "value": value[1]}).text
        left = "b" if mirrored(subject, name) else "a"
        assert re.search(r'value="(\w)" data-key="1"', html)[1] == left
        assert (html.index("Second") < html.index("First")) == (left == "b")


def test_everything_answered_is_said_and_thanked(engine, sit) -> None:
    batch, ann = pairs(engine, count=1), sit("Ann")
    html = ann.get("/label/rate", params={"batch": batch, "task": "pair"}).text
    for _ in range(7):
        html = ann.post("/label/answer", data={**fields_of(html), "value": "unsure"}).text
    assert "Nothing is left for you here" in html
    assert len(engine.store.journal.labels.labels(batch=batch)) == 7


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"value": "splendid"}, 422, "is no answer to it; there are no, little, clearly and unsure"),
        ({"version": "0" * 12}, 422, "has changed since it was shown"),
        ({"subject_id": "gone"}, 404, "it was erased meanwhile"),
        ({"value": "x" * 65}, 422, "value"),
    ],
)
def test_an_answer_that_cannot_be_kept_is_refused_in_words(engine, sit, changes, status, words) -> None:
    batch, ann = pairs(engine), sit("Ann")
    asked = fields_of(ann.get("/label/rate", params={"batch": batch, "task": "pair"}).text)
    refused = ann.post("/label/answer", data={**asked, "value": "no", **changes})
    assert (refused.status_code, words in refused.text) == (status, True)
    assert engine.store.journal.labels.labels(batch=batch) == []


@pytest.mark.parametrize("name", ["model: gpt", "Model 7", " ", "x" * 61])
def test_nobody_rates_under_a_name_of_models_or_without_one(engine, client, name: str) -> None:
    assert client.post("/label/rater", data={"name": name}).status_code == 422


def test_nobody_rates_without_a_name(engine, config) -> None:
    batch = pairs(engine)
    with TestClient(create_app({"tiny": engine}, config), base_url="http://127.0.0.1:8000") as nobody:
        page = nobody.get("/label/rate", params={"batch": batch, "task": "pair"}, follow_redirects=False)
        assert (page.status_code, page.headers["location"]) == (303, "/label?store=tiny")
        assert "Who are you?" in nobody.get("/label").text


@pytest.mark.parametrize(("scope", "status"), [("admin", 200), ("shop", 200), ("user:ann", 403)])
def test_labelling_needs_a_key_of_the_shop(engine, config, scope: str, status: int) -> None:
    secret = f"{scope:x<20}"
    app = create_app({"tiny": engine}, config, load_keys({"INTENTLY_KEYS": f"{scope}={secret}"}))
    headers = {"Authorization": f"Bearer {secret}"}
    with TestClient(app, base_url="http://127.0.0.1:8000", headers=headers) as client:
        assert client.get("/label").status_code == status
        assert client.get("/label/rate", params={"batch": "b", "task": "pair"}, follow_redirects=False).status_code in (
            (303,) if status == 200 else (403,)
        )
        assert client.post("/label/rater", data={"name": "Ann"}, follow_redirects=False).status_code in (303, status)


def test_what_is_judged_is_text_on_the_page(engine, sit) -> None:
    shown = Shown(sides=("<script>alert(1)</script>", "{left} fine"), facts=(("<b>x</b>", "y"),))
    engine.store.journal.labels.put_subjects([subject_row("pair", shown, batch="hostile", time=NOW)])
    html = sit("Ann").get("/label/rate", params={"batch": "hostile", "task": "pair"}).text
    assert "<script>alert" not in html
    assert "{left} fine" in html


def test_nothing_is_drawn_of_whom_both_feeds_are_the_same(engine) -> None:
    engine.record([Event(user_id="rita", kind="favourite", item_id=f"f{n}", time=NOW) for n in (0, 4, 8, 12, 3)])
    assert engine.labelling.draw("same", "pair", 5) == 0  # this store has no vectors by which films are alike
    assert engine.store.journal.labels.subjects(batch="same") == []
