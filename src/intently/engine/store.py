"""A store: one catalogue with its journal, in one folder of the home. Opening, importing, and the demo packs.

An import is idempotent: items and events carry ids, so an import that was killed is simply run again, and what was
acknowledged is neither lost nor doubled. `import_hash` is written last and makes a finished import a no-op.
"""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

from intently import data
from intently.catalog.load import LoadReport, event_times, read_events, read_items
from intently.catalog.schema import CatalogSpec, load_spec
from intently.config import Config
from intently.errors import BadRequest, DataError, NotFound
from intently.journal import Journal, open_journal
from intently.nouns import Event

__all__ = ["DEMO_STORES", "Imported", "Store", "check_store_name", "demo_pack", "import_store", "open_store", "stores"]

T = TypeVar("T")
DEMO_STORES = ("films", "shop")
NOT_STORES = {"models", "cache", "run", "prompts"}
CHUNK = 5000  # rows of one transaction: what a kill can cost
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Store:
    name: str
    folder: Path
    spec: CatalogSpec
    journal: Journal


@dataclass(frozen=True, slots=True)
class Imported:
    store: str
    items: LoadReport
    events: LoadReport | None
    new_events: int
    repeated: bool  # the same files had been imported before: nothing was done
    shift_weeks: int  # added to event times, see SEMANTICS 6


def check_store_name(name: str) -> str:
    """Return the name, or raise BadRequest: it becomes a folder."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name) or name in NOT_STORES:
        raise BadRequest(
            f"{name!r} cannot name a store: use up to 64 of a-z, 0-9, '-' and '_', and none of {NOT_STORES}"
        )
    return name


def demo_pack(name: str) -> Path | None:
    """The catalogue's TOML of a demo that ships in the package."""
    path = Path(str(data.__path__[0])) / name / "catalog.toml"
    return path if name in DEMO_STORES else None


def stores(config: Config) -> list[str]:
    """Names of the stores in this home, sorted."""
    return sorted(path.parent.name for path in config.home.glob("*/catalog.toml"))


def open_store(config: Config, name: str) -> Store:
    """Open a store that has been imported. Raises NotFound with the mend."""
    folder = config.store_folder(check_store_name(name))
    if not (folder / "catalog.toml").is_file():
        known = ", ".join(stores(config)) or "none yet"
        raise NotFound(
            f"there is no store {name!r} in {config.home} (there: {known}). Make it: intently import FILE.toml"
        )
    return Store(name, folder, load_spec(folder / "catalog.toml"), _journal(config, name))


def is_imported(config: Config, name: str, toml: Path) -> bool:
    """Whether exactly these files were imported to the end."""
    folder = config.store_folder(name)
    if not (folder / "catalog.toml").is_file():
        return False
    journal = _journal(config, name)
    try:
        return journal.get_meta("import_hash") == _hash_of(load_spec(toml), toml)
    finally:
        journal.close()


def import_store(
    config: Config,
    name: str,
    toml: Path,
    *,
    drop_bad_rows: bool = False,
    progress: Callable[[str, int], None] = lambda what, rows: None,
) -> Imported:
    """Read the catalogue's files into the store's journal. `progress(what, rows so far)`.

    Raises DataError for a bad row (file, line, field, mend) unless `drop_bad_rows`, which counts them.
    """
    spec = load_spec(toml)
    folder = config.store_folder(check_store_name(name))
    folder.mkdir(parents=True, exist_ok=True)
    journal = _journal(config, name)
    try:
        digest = _hash_of(spec, toml)
        weeks = int(journal.get_meta("shift_weeks") or 0)
        if journal.get_meta("import_hash") == digest and (folder / "catalog.toml").is_file():
            return Imported(name, LoadReport(), None, 0, True, weeks)
        items = LoadReport()
        for chunk in _chunks(read_items(spec, toml.parent, drop_bad_rows=drop_bad_rows, report=items)):
            journal.put_items(chunk)
            progress("items", items.kept)
        new, events = 0, LoadReport()
        if spec.events is not None:
            weeks = _shift_weeks(journal, spec, toml.parent, drop_bad_rows)
            rows = read_events(spec, toml.parent, drop_bad_rows=drop_bad_rows, report=events)
            for some in _chunks(_shifted(rows, weeks)):
                new += journal.append(some).new
                progress("events", events.kept)
        (folder / "catalog.toml").write_text(toml.read_text("utf-8"), "utf-8")
        journal.set_meta("import_hash", digest)
        return Imported(name, items, events if spec.events else None, new, False, weeks)
    finally:
        journal.close()


def ensure_demo(config: Config, name: str, say: Callable[[str], None] = lambda text: None) -> None:
    """Import a demo store if these files were not imported to the end; any other store is left alone."""
    toml = demo_pack(name)
    if toml is None or is_imported(config, name, toml):
        return
    say(f"importing the demo {name} ...")
    import_in_child(config, name, toml)


def import_in_child(config: Config, name: str, toml: Path, *, quiet: bool = True) -> None:
    """Import in a process of its own, which dies with this one: readers and index builders stay out of the server's
    memory. Raises DataError with what the child said."""
    command = [sys.executable, "-m", "intently", "import", str(toml), "--store", name, "--die-with-parent"]
    env_home = {"INTENTLY_HOME": str(config.home)}
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE if quiet else None,
        env={**os.environ, **env_home}, text=True,
    )  # fmt: skip
    assert child.stdin is not None
    said = child.stderr.read() if child.stderr else ""
    code = child.wait()
    child.stdin.close()
    if code:
        raise DataError(said.strip() or f"the import of {name!r} ended with {code}; see above")


def _journal(config: Config, name: str) -> Journal:
    folder = config.store_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    return open_journal(config.journal.url.replace("{store}", name), folder)


def _hash_of(spec: CatalogSpec, toml: Path) -> str:
    digest = hashlib.sha256(toml.read_bytes())
    for name in (spec.items.file, spec.events.file if spec.events else None):
        path = toml.parent / name if name else None
        if path is not None and path.is_file():
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _shift_weeks(journal: Journal, spec: CatalogSpec, folder: Path, drop_bad_rows: bool) -> int:
    """Whole weeks to add to event times; fixed by the first import, so that a repeated one makes the same events."""
    if not spec.shift_to_now:
        return 0
    kept = journal.get_meta("shift_weeks")
    if kept is not None:
        return int(kept)
    last = max(event_times(spec, folder, drop_bad_rows=drop_bad_rows), default=None)
    weeks = 0 if last is None else max(0, (datetime.now(UTC) - last) // WEEK)
    journal.set_meta("shift_weeks", str(weeks))
    return weeks


def _shifted(events: Iterator[Event], weeks: int) -> Iterator[Event]:
    """The events moved by whole weeks. Their ids stay those of the file's own times, so they stay the same events."""
    if not weeks:
        yield from events
        return
    for event in events:
        yield event.model_copy(update={"time": event.time + weeks * WEEK})


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
