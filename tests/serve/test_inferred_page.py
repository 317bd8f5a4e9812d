"""The page "how this was inferred" and its corrections, over the real app: what is shown, to whom, and what goes."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from intently.config import Config
from intently.engine import Engine
from intently.journal import UnderstandingRow
from intently.nouns import CallRow, Cue, Event, Interest, Persona, Tag
from intently.serve import create_app
from intently.serve.keys import load_keys
from tests.serve.test_api import person

HX = {"HX-Request": "true"}
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def infer(engine: Engine, user: str, role: str = "lover of quiet comedies") -> str:
    """Give the person two ratings and an understanding that rests on them; returns the hash of the call behind it."""
    events = [{"user_id": user, "kind": "rating", "item_id": f"f{n}", "value": 8, "time": NOW} for n in (0, 1)]
    made = [Event.model_validate(event) for event in events]
    engine.record(made)
    call_hash = hashlib.sha256(user.encode()).hexdigest()
    engine.store.journal.put_call(
        CallRow(call_hash, user, "agents", "v1", "small", "ok", f"answer for {user}", 40, 60, 9, 1.5, 0.0, NOW)
    )
    cue = Cue(cue_id="c", kind="season", text="late autumn", time=NOW, source="calendar", detail="since 1 November")
    persona = Persona(persona_id="p-1", role=role, evidence=tuple(e.event_id for e in made), cues=("c",))
    tags = tuple(
        Tag(tag_id=f"t-{n}", text=text, persona_id="p-1") for n, text in enumerate(("gentle farce", "tea shop"))
    )
    interest = Interest(interest_id="i-2", text="slow trains", evidence=(made[0].event_id,))
    notes = {"calls": [call_hash], "refused": [["planner", "'fun': it is too vague"]]}
    engine.store.journal.put_understanding(
        UnderstandingRow(user, "h", (interest,), tags, NOW, "v2", (persona,), (cue,), notes)
    )
    return call_hash


def page_of(client: TestClient, user: str) -> str:
    answer = client.get("/inferred", params={"user": user})
    assert answer.status_code == 200
    return answer.text


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_page_leads_from_what_was_done_over_sides_of_the_person_to_tags_and_the_calls_behind(
    engine, client
) -> None:
    user = person()
    infer(engine, user)
    words = words_of(page_of(client, user))
    told = ["lover of quiet comedies", "Film 0 rated 8", "Film 1 rated 8", "late autumn since 1 November",
            "gentle farce", "tea shop", "slow trains", "it is too vague", "agents v1 small 40 60 9 1.5"]  # fmt: skip
    places = [words.find(text) for text in told]
    assert -1 not in places, told[places.index(-1)]
    assert places[:6] == sorted(places[:6])


def test_the_page_says_who_named_a_strand_who_shares_it_and_who_checked_it(engine, client) -> None:
    user = person()
    infer(engine, user)
    row = engine.understanding(user)
    labels = {"spontaneous": "code", "strong": "model"}
    shared = row.interests[0].model_copy(update={"listed": True, "verdicts": labels, "valid_until": NOW})
    notes = {**row.notes, "personas_by_code": [row.personas[0].role]}
    engine.store.journal.put_understanding(replace(row, interests=(shared,), notes=notes, time=datetime.now(UTC)))
    words = words_of(page_of(client, user))
    assert "A side of you · named by code lover of quiet comedies" in words
    shown = "shared with other people · spontaneous (by code) · strong (by model) · holds until 20 Nov 2026"
    assert f"An interest · {shown} slow trains" in words


def test_without_an_understanding_the_page_says_so(client) -> None:
    assert "Nothing was inferred about you yet" in page_of(client, person())


def test_not_me_answers_htmx_with_the_trace_without_it_and_a_plain_form_with_the_page(engine, client) -> None:
    user = person()
    infer(engine, user)
    body = {"kind": "persona", "inferred_id": "p-1"}
    part = client.post(f"/page/disown?user={user}", data=body, headers=HX)
    assert part.headers["content-type"].startswith("text/html")
    assert '<hx-partial id="trace">' in part.text
    assert "Not me: gentle farce" not in part.text
    assert "Taken out: lover of quiet comedies" in part.text
    disowned = re.search(r'name="disowned_id" value="(d-[0-9a-f]+)"', part.text)
    assert disowned is not None
    back = client.post(f"/page/reclaim?user={user}", data={"disowned_id": disowned[1]}, follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, f"/inferred?store=tiny&user={user}")
    assert "Not me: gentle farce" in page_of(client, user)


def test_what_is_disowned_is_gone_from_the_page_of_the_feed_too(engine, client) -> None:
    user = person()
    infer(engine, user)
    assert "tea shop" in client.get("/", params={"user": user}).text
    client.post(f"/page/disown?user={user}", data={"kind": "tag", "inferred_id": "t-1"}, headers=HX)
    assert "tea shop" not in client.get("/", params={"user": user}).text


def test_the_api_traces_disowns_and_reclaims(engine, client) -> None:
    user = person()
    infer(engine, user)
    trace = client.get(f"/v1/users/{user}/understanding/trace").json()
    assert [(strand["kind"], len(strand["did"])) for strand in trace["strands"]] == [("persona", 2), ("interest", 1)]
    body = {"kind": "interest", "inferred_id": "i-2"}
    (kept,) = client.post(f"/v1/users/{user}/understanding/disowned", json=body).json()
    assert client.post(f"/v1/users/{user}/understanding/disowned", json=body).status_code == 404
    assert client.get(f"/v1/users/{user}/understanding").json()["interests"] == []
    assert client.delete(f"/v1/users/{user}/understanding/disowned/{kept['disowned_id']}").json() == []
    assert client.get(f"/v1/users/{user}/understanding").json()["interests"][0]["text"] == "slow trains"


def test_what_a_model_or_a_provider_writes_is_text_on_the_page(engine, client) -> None:
    user = person()
    infer(engine, user, role="<script>alert(1)</script> lover")
    assert "<script>alert" not in page_of(client, user)


@pytest.fixture
def keyed(engine: Engine, config: Config) -> Callable[[str], TestClient]:
    """A client with the key of a scope; people are `ann` and `eve`."""
    secrets = {scope: f"{scope:x<20}" for scope in ("admin", "shop", "user:ann", "user:eve")}
    keys = load_keys({"INTENTLY_KEYS": " ".join(f"{scope}={secret}" for scope, secret in secrets.items())})
    app = create_app({"tiny": engine}, config, keys)
    return lambda scope: TestClient(
        app, base_url="http://127.0.0.1:8000", headers={"Authorization": f"Bearer {secrets[scope]}"}
    )


@pytest.mark.parametrize(("scope", "status"), [("admin", 200), ("user:ann", 200), ("shop", 403), ("user:eve", 403)])
def test_the_texts_of_a_call_are_the_persons_own_and_an_admins(engine, keyed, scope: str, status: int) -> None:
    call_hash = infer(engine, "ann")
    with keyed(scope) as client:
        answer = client.get(f"/v1/users/ann/understanding/calls/{quote(call_hash)}")
        page = client.get("/inferred/call", params={"user": "ann", "call": call_hash})
    assert (answer.status_code, page.status_code) == (status, status)
    assert ("answer for ann" in page.text) == (status == 200)


def test_a_shop_sees_the_trace_without_links_to_the_texts(engine, keyed) -> None:
    infer(engine, "ann")
    with keyed("shop") as client:
        text = client.get("/inferred", params={"user": "ann"}).text
    assert "gentle farce" in text
    assert "/inferred/call" not in text
