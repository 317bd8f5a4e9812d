"""Verbs about one person: what they see, what they say, what is exported and erased."""

import json
import sys
import time
from typing import Annotated, Any

import typer

from intently.cli.shown import (
    HomeOption,
    JsonOption,
    StoreOption,
    UserOption,
    open_engine,
    print_difference,
    print_json,
    print_memory,
    print_notices,
    print_slate,
)

__all__ = ["register"]

CLIENT = "cli"
Surface = Annotated[str, typer.Option(help="Where the feed is shown; kept with slate and trace.")]
NoModel = Annotated[bool, typer.Option("--no-model", help="Forbid the language model; the exact grammar answers.")]


def register(app: typer.Typer) -> None:
    for verb in (feed, say, parse, similar, replay, export, erase, merge):
        app.command()(verb)
    app.command("why-not")(why_not)


def feed(
    user: UserOption,
    store: StoreOption = "films",
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    cursor: Annotated[str | None, typer.Option(help="Of the page before.")] = None,
    surface: Surface = CLIENT,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show a person's feed."""
    with open_engine(store, home, model=False) as engine:
        slate = engine.feed(user, limit=limit, cursor=cursor, client=CLIENT, surface=surface)
        if json_out:
            print_json(slate)
        else:
            print_slate(slate, engine.memory(user, client=CLIENT).preferences)


def say(
    text: str,
    user: UserOption,
    store: StoreOption = "films",
    no_model: NoModel = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show what it would do; change nothing.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    surface: Surface = CLIENT,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Say something to the feed; the next feed obeys. `-` reads the sentence from standard input."""
    sentence = sys.stdin.read() if text == "-" else text
    with open_engine(store, home, model=not no_model) as engine:
        said = engine.say(
            user, sentence, client=CLIENT, model=not no_model, preview=preview, limit=limit, surface=surface
        )
        if json_out:
            print_json(said.as_json())
            return
        if said.difference is not None:
            print_difference(said.difference)
        print_memory(said.memory, said.memory_version)
        print_slate(said.feed, said.memory)
        print_notices(said.notices)


def parse(
    store: StoreOption = "films",
    no_model: NoModel = False,
    json_out: JsonOption = True,
    home: HomeOption = None,
) -> None:
    """Read commands as JSON lines from standard input and write their changes, a line each; nothing is stored.

    In: {"command": …, "memory": […]?, "slate": [{"item_id", "title"}]?}. Out: {"changes": […], "by", "seconds"}.
    """
    with open_engine(store, home, model=not no_model) as engine:
        for number, line in enumerate(sys.stdin, 1):
            if line.strip():
                sys.stdout.write(json.dumps(_parse_line(engine, line, number, not no_model), ensure_ascii=False) + "\n")
                sys.stdout.flush()


def _parse_line(engine: Any, line: str, number: int, model: bool) -> dict[str, Any]:
    from intently.errors import DataError

    started = time.perf_counter()
    try:
        parsed = engine.parse_json(line, model=model, where=f"line {number}")
    except DataError as error:
        return {"changes": [], "by": "none", "seconds": round(time.perf_counter() - started, 4), "error": str(error)}
    return {
        "changes": [change.model_dump(mode="json") for change in parsed.changes],
        "by": parsed.by,
        "seconds": round(time.perf_counter() - started, 4),
        "notices": list(parsed.notices),
    }


def why_not(
    item: str, user: UserOption, store: StoreOption = "films", json_out: JsonOption = False, home: HomeOption = None
) -> None:
    """Say why an item is not in a person's feed."""
    with open_engine(store, home, model=False) as engine:
        answer = engine.why_not(user, item, client=CLIENT)
        print_json(answer) if json_out else typer.echo(answer.text)


def similar(
    item: str,
    store: StoreOption = "films",
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show items like an item."""
    with open_engine(store, home, model=False) as engine:
        slate = engine.similar(item, limit=limit)
        print_json(slate) if json_out else print_slate(slate)


def replay(
    feed_id: str,
    store: StoreOption = "films",
    from_sources: Annotated[bool, typer.Option("--from-sources", help="Run the sources again too.")] = False,
    json_out: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make a slate again from its trace and say whether it is the same."""
    with open_engine(store, home, model=False) as engine:
        replayed = engine.replay(feed_id, from_sources=from_sources)
        if json_out:
            print_json(
                {"same": replayed.same, "differences": list(replayed.differences), "items": list(replayed.item_ids)}
            )
        else:
            typer.echo("the same slate" if replayed.same else "\n".join(replayed.differences))
        if not replayed.same:
            raise typer.Exit(1)


def export(user: UserOption, store: StoreOption = "films", home: HomeOption = None) -> None:
    """Print everything that is kept about a person, as JSON."""
    with open_engine(store, home, model=False) as engine:
        print_json(engine.export(user))


def erase(
    user: UserOption,
    store: StoreOption = "films",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeOption = None,
) -> None:
    """Delete everything that is kept about a person, and say what was deleted."""
    with open_engine(store, home, model=False) as engine:
        if not yes:
            typer.confirm(f"Delete everything about {user!r} in {store!r}?", abort=True, err=True)
        print_json(engine.erase(user))


def merge(source: str, target: str, store: StoreOption = "films", home: HomeOption = None) -> None:
    """Make an anonymous person's events and memory those of a known person."""
    with open_engine(store, home, model=False) as engine:
        print_json(engine.merge(source, target))
