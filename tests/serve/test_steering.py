"""The memory over HTTP: revisions, versions, proposals, previews; and what the Python API does the same."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from intently.config import Config
from intently.engine import Engine
from tests.serve.test_api import person, say


def memory_of(client: TestClient, user: str, name: str = "api") -> dict[str, object]:
    return dict(client.get(f"/v1/users/{user}/memory", params={"client": name}).json())


def revise(client: TestClient, user: str, preference_id: str, **body: object) -> dict[str, object]:
    answer = client.patch(f"/v1/users/{user}/memory/{preference_id}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_preference_kept_always_holds_for_every_client(client: TestClient) -> None:
    user = person()
    said = client.post(f"/v1/users/{user}/commands", json={"text": "no horror", "client": "phone"}).json()
    kept = said["memory"][0]["id"]
    assert memory_of(client, user, "web")["memory"] == []
    body = {"scope": "always", "client": "phone", "version": 1}
    assert client.patch(f"/v1/users/{user}/memory/{kept}", json=body).status_code == 200
    (held,) = memory_of(client, user, "web")["memory"]
    assert (held["id"], held["scope"]) == (kept, {"kind": "always", "until": None})


def test_tonight_ends_at_four_by_the_clock_of_the_zone(client: TestClient) -> None:
    user = person()
    kept = say(client, user, "no horror")["memory"][0]["id"]
    held = revise(client, user, kept, scope="tonight", zone="Asia/Tokyo")["memory"][0]
    until = datetime.fromisoformat(held["scope"]["until"])
    assert until > datetime.now(UTC)
    assert until.astimezone(UTC).hour == 19  # four in Tokyo


def test_a_must_becomes_a_wish_and_a_bound_moves(client: TestClient) -> None:
    user = person()
    kept = say(client, user, "under 100 minutes")["memory"][0]["id"]
    moved = revise(client, user, kept, value=80)["memory"][0]
    assert (moved["value"], moved["quote"], moved["strength"]) == (80, "at most 80 minutes", "must")
    feed = client.get(f"/v1/users/{user}/feed?limit=24").json()
    assert all(60 + 5 * int(item["item_id"][1:]) <= 80 for item in feed["items"])
    assert revise(client, user, kept, strength="prefer")["memory"][0]["strength"] == "prefer"
    assert len(client.get(f"/v1/users/{user}/feed?limit=24").json()["items"]) == 24


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"value": 80, "version": 7}, 409),
        ({}, 422),
        ({"value": {"low": 90, "high": 80}}, 422),
        ({"scope": "for ever"}, 422),
        ({"scope": "tonight", "zone": "Mars/Olympus"}, 422),
    ],
)
def test_a_bad_revision_is_refused_and_changes_nothing(client: TestClient, body: object, status: int) -> None:
    user = person()
    kept = say(client, user, "under 100 minutes")["memory"][0]["id"]
    answer = client.patch(f"/v1/users/{user}/memory/{kept}", json=body)
    assert answer.status_code == status, answer.text
    assert len(answer.json()["error"]["message"]) > 20
    assert memory_of(client, user)["version"] == 1


def test_forgetting_all_and_undo_take_the_version_that_was_seen(client: TestClient) -> None:
    user = person()
    say(client, user, "no horror")
    say(client, user, "under 100 minutes")
    assert client.delete(f"/v1/users/{user}/memory?version=1").status_code == 409
    assert client.post(f"/v1/users/{user}/undo", json={"version": 1}).status_code == 409
    assert memory_of(client, user)["version"] == 2
    assert client.delete(f"/v1/users/{user}/memory?version=2").json()["memory"] == []


def test_every_version_says_what_made_it_and_can_be_looked_at(client: TestClient) -> None:
    user = person()
    kept = say(client, user, "no horror")["memory"][0]["id"]
    say(client, user, "under 100 minutes")
    client.delete(f"/v1/users/{user}/memory/{kept}")
    client.post(f"/v1/users/{user}/undo")
    rows = client.get(f"/v1/users/{user}/memory/versions").json()
    assert [(row["version"], row["made_by"], row["text"]) for row in rows] == [
        (4, "undo", ""), (3, "delete", ""), (2, "command", "under 100 minutes"), (1, "command", "no horror"),
    ]  # fmt: skip
    assert len(client.get(f"/v1/users/{user}/memory/versions?limit=2").json()) == 2
    quotes = [
        [one["quote"] for one in client.get(f"/v1/users/{user}/memory/versions/{n}").json()["memory"]]
        for n in (1, 2, 3, 4)
    ]
    assert quotes == [
        ["horror"],
        ["horror", "under 100 minutes"],
        ["under 100 minutes"],
        ["horror", "under 100 minutes"],
    ]
    assert client.get(f"/v1/users/{user}/memory/versions/9").status_code == 404


def put_away(client: TestClient, user: str) -> None:
    shown = [{"user_id": user, "kind": "impression", "item_id": f"f{n}"} for n in range(12)]
    away = [{"user_id": user, "kind": "dislike", "item_id": f"f{n}"} for n in (1, 5, 9)]  # all the horror films of them
    assert client.post("/v1/events", json={"events": [*shown, *away]}).status_code == 200


def test_a_proposal_is_not_in_force_until_it_is_accepted_and_then_always(client: TestClient) -> None:
    user = person()
    put_away(client, user)
    (proposal,) = client.get(f"/v1/users/{user}/memory/proposals").json()["proposals"]
    assert proposal["text"] == "Less Horror?"
    assert memory_of(client, user) == {"version": 0, "memory": [], "notices": []}
    path = f"/v1/users/{user}/memory/proposals/{proposal['proposal_id']}"
    assert client.post(f"{path}/accept", json={"version": 5}).status_code == 409
    (held,) = client.post(f"{path}/accept", json={"version": 0}).json()["memory"]
    assert (held["polarity"], held["value"], held["scope"]["kind"]) == ("avoid", ["Horror"], "always")
    assert client.get(f"/v1/users/{user}/memory/proposals").json()["proposals"] == []
    assert client.get(f"/v1/users/{user}/memory/versions").json()[0]["made_by"] == "accept"


def test_a_dismissed_proposal_does_not_come_back(client: TestClient) -> None:
    user = person()
    put_away(client, user)
    (proposal,) = client.get(f"/v1/users/{user}/memory/proposals").json()["proposals"]
    path = f"/v1/users/{user}/memory/proposals/{proposal['proposal_id']}/dismiss"
    assert client.post(path).json()["proposals"] == []
    assert client.get(f"/v1/users/{user}/memory/proposals").json()["proposals"] == []
    assert client.post(path).status_code == 404
    assert memory_of(client, user)["version"] == 0
    assert client.get(f"/v1/users/{user}/export").json()["proposals"][0]["answer"] == "dismissed"


def journal_bytes(config: Config) -> dict[str, str]:
    """Digests of the database and of its log; the third file, -shm, holds locks and no data."""
    folder = Path(config.home) / "tiny"
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "journal.db", folder / "journal.db-wal")
    }


@pytest.mark.parametrize("sentence", ["under 100 minutes, something funny", "undo", "start over", "thanks", "cosy"])
def test_a_preview_says_what_would_change_and_leaves_the_journal_byte_for_byte(
    client: TestClient, engine: Engine, config: Config, sentence: str
) -> None:
    user = "preview-" + uuid4().hex[:6]
    say(client, user, "no horror")
    engine.feeds.traces.flush()
    before = journal_bytes(config)
    said = say(client, user, sentence, preview=True)
    engine.feeds.traces.flush()
    assert journal_bytes(config) == before
    assert said["would"] is not None


def test_a_preview_names_the_chips_and_items_that_would_come_and_go(client: TestClient) -> None:
    user = person()
    shown = [item["item_id"] for item in say(client, user, "no horror")["feed"]["items"]]
    seen = say(client, user, "under 100 minutes and forget horror", preview=True)
    would = seen["would"]
    assert [one["quote"] for one in would["come"]] == ["under 100 minutes"]
    assert [one["quote"] for one in would["go"]] == ["horror"]
    after = [item["item_id"] for item in seen["feed"]["items"]]
    assert [item["item_id"] for item in would["items_come"]] == [one for one in after if one not in shown]
    assert [item["item_id"] for item in would["items_leave"]] == [one for one in shown if one not in after]
    assert sum(seen["feed"]["removed"]["counts"].values()) == 15  # longer than 100 minutes
    done = say(client, user, "under 100 minutes and forget horror")
    assert done["would"] is None
    assert [one["quote"] for one in done["memory"]] == [one["quote"] for one in seen["memory"]]
    assert [item["item_id"] for item in done["feed"]["items"]] == after
