"""What HTTP does, `Engine` does: each route has a method, typed and documented, and docs/api.md runs it."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import pytest

from intently.config import Config
from intently.engine import Engine
from intently.serve import create_app

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
PERSON, ITEM = "/v1/users/{user_id}", "/v1/items/{item_id}"
MEMORY = f"{PERSON}/memory"
METHODS = {
    ("GET", f"{PERSON}/feed"): "feed",
    ("POST", f"{PERSON}/rank"): "rank",
    ("GET", f"{PERSON}/why-not/{{item_id}}"): "why_not",
    ("POST", f"{PERSON}/commands"): "say",
    ("GET", f"{PERSON}/commands"): "commands",
    ("GET", MEMORY): "memory",
    ("DELETE", MEMORY): "reset",
    ("GET", f"{MEMORY}/versions"): "memory_versions",
    ("GET", f"{MEMORY}/versions/{{number}}"): "memory_version",
    ("POST", f"{MEMORY}/versions/{{number}}/restore"): "restore",
    ("GET", f"{MEMORY}/proposals"): "proposals",
    ("POST", f"{MEMORY}/proposals/{{proposal_id}}/accept"): "accept",
    ("POST", f"{MEMORY}/proposals/{{proposal_id}}/dismiss"): "dismiss",
    ("GET", f"{MEMORY}/{{preference_id}}"): "preference",
    ("PATCH", f"{MEMORY}/{{preference_id}}"): "revise",
    ("DELETE", f"{MEMORY}/{{preference_id}}"): "drop",
    ("POST", f"{MEMORY}/relax"): "relax",
    ("POST", f"{PERSON}/undo"): "undo",
    ("GET", f"{PERSON}/understanding"): "understanding",
    ("POST", f"{PERSON}/understanding"): "start_understanding",
    ("GET", f"{PERSON}/understanding/trace"): "inferred",
    ("GET", f"{PERSON}/understanding/calls/{{call_hash}}"): "call_text",
    ("GET", f"{PERSON}/understanding/disowned"): "disowned",
    ("POST", f"{PERSON}/understanding/disowned"): "disown",
    ("DELETE", f"{PERSON}/understanding/disowned/{{disowned_id}}"): "reclaim",
    ("POST", f"{PERSON}/merge"): "merge",
    ("GET", f"{PERSON}/export"): "export",
    ("DELETE", PERSON): "erase",
    ("GET", ITEM): "item",
    ("PUT", ITEM): "put_item",
    ("PATCH", ITEM): "patch_item",
    ("DELETE", ITEM): "delete_item",
    ("PATCH", "/v1/items"): "patch_items",
    ("GET", f"{ITEM}/similar"): "similar",
    ("POST", "/v1/events"): "record",
    ("GET", "/v1/feeds/{feed_id}/trace"): "trace",
    ("GET", "/v1/reports/unmet"): "unmet",
    ("GET", "/health"): "health",
}
OF_THE_SERVER_ALONE = {("GET", "/metrics")}  # counters of its requests


def test_every_route_has_a_method_and_every_method_named_here_a_route() -> None:
    paths = create_app({}, Config()).openapi()["paths"]
    routes = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert routes - OF_THE_SERVER_ALONE == set(METHODS)


@pytest.mark.parametrize("name", sorted(set(METHODS.values())))
def test_a_method_is_documented_and_wholly_typed(name: str) -> None:
    method = getattr(Engine, name)
    assert (method.__doc__ or "").strip()
    hints = get_type_hints(method)
    assert set(hints) == {*inspect.signature(method).parameters, "return"} - {"self"}


@pytest.mark.parametrize("name", sorted(set(METHODS.values())))
def test_the_page_shows_each_method_in_a_block(name: str) -> None:
    assert re.search(rf"engine\.{name}\(", "".join(python_blocks()))
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize(
    ("route", "name"),
    [(route, name) for route, name in METHODS.items() if route[1].startswith((PERSON, ITEM)) and route[0] == "POST"],
)
def test_what_a_route_takes_its_method_takes(route: tuple[str, str], name: str) -> None:
    """Fields of a body and of the query have parameters of the same name; a body that is one noun is one parameter."""
    app = create_app({}, Config()).openapi()
    operation = app["paths"][route[1]][route[0].lower()]
    given = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] != "header"}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    reference = body.get("$ref") or next((part["$ref"] for part in body.get("anyOf", ()) if "$ref" in part), "")
    if reference:
        given |= set(app["components"]["schemas"][reference.rsplit("/", 1)[1]]["properties"])
    named = {"number": "number", "source": "source"} | {name: name for name in given}
    taken = set(inspect.signature(getattr(Engine, name)).parameters)
    renamed = {"user_id"} if name == "merge" else set()  # of a merge it is the target
    ignored = {"store"} | ({"version"} if name == "dismiss" else set())  # the engine is of one store
    assert {named[name] for name in given} - ignored - renamed <= taken


def python_blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_blocks_of_the_page_are_one_program_that_runs(
    demo_config: Callable[..., Config], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INTENTLY_HOME", str(demo_config("films").home))
    monkeypatch.setenv("INTENTLY_LANGUAGE_ENABLED", "false")
    names: dict[str, object] = {}
    try:
        for number, block in enumerate(python_blocks(), 1):
            exec(compile(block, f"docs/api.md, block {number}", "exec"), names)
    finally:
        engine = names.get("engine")
        if isinstance(engine, Engine):
            engine.close()
    assert "True" in capsys.readouterr().out.splitlines()  # the restored version is the first one
