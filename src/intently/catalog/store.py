"""A snapshot on disk: a folder of .npy files and JSON lists, with manifest.json written last, read memory-mapped.

A folder without a manifest is one whose writing was cut off: it does not open, and the next save replaces it.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from intently.catalog.arrays import NumberFacet, Snapshot, TermFacet, frozen
from intently.catalog.text_index import TextIndex
from intently.errors import StoreError

__all__ = ["open_snapshot", "save_snapshot"]

FORMAT = "intently.snapshot"
VERSION = 2  # 1 had no words of texts: it is built again
MANIFEST = "manifest.json"
MEND = "Remove the folder; the next start builds it again from the journal."


def save_snapshot(snapshot: Snapshot, folder: Path) -> None:
    """Write the snapshot beside `folder`, then put it in its place; what was there before goes.

    Who has the former one open keeps reading it (its files stay until they are closed). Raises StoreError.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _write(snapshot, fresh)
            _put_in_place(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise StoreError(
            f"{folder}: the snapshot cannot be written: {error}. Check the disk and its rights."
        ) from error


def open_snapshot(folder: Path) -> Snapshot:
    """The snapshot in the folder, its arrays memory-mapped. Raises StoreError when it is absent, cut off or foreign."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        _check(manifest, folder)
        return _read(manifest, folder)
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(f"{folder}: no snapshot can be read here ({error}). {MEND}") from error


def _write(snapshot: Snapshot, folder: Path) -> None:
    for name, array in _arrays(snapshot):
        np.save(folder / f"{name}.npy", array)
    for name, strings in _strings(snapshot):
        (folder / f"{name}.json").write_text(json.dumps(strings), "utf-8")
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "snapshot": snapshot.version,
        "items": len(snapshot),
        "dim": int(snapshot.vectors.shape[1]),
        "terms": list(snapshot.terms),
        "numbers": list(snapshot.numbers),
        "text": {
            "language": snapshot.text.language,
            "size": snapshot.text.size,
            "mean_length": snapshot.text.mean_length,
            "patched": [[row, dict(terms)] for row, terms in snapshot.text.patched.items()],
        },
    }
    with (folder / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _put_in_place(fresh: Path, folder: Path) -> None:
    old = None
    if folder.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
        folder.rename(old / "snapshot")
    fresh.rename(folder)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _arrays(snapshot: Snapshot) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    yield "available", snapshot.available
    yield "encoded", snapshot.encoded
    yield "text_hashes", snapshot.text_hashes
    yield "vectors", snapshot.vectors
    yield "own", snapshot.own
    yield "text-starts", snapshot.text.starts
    yield "text-rows", snapshot.text.rows
    yield "text-weights", snapshot.text.weights
    for name, number in snapshot.numbers.items():
        yield f"number-{name}", number.amounts
    for name, term in snapshot.terms.items():
        yield f"term-{name}-starts", term.starts
        yield f"term-{name}-rows", term.rows
        yield f"term-{name}-item_starts", term.item_starts
        yield f"term-{name}-item_values", term.item_values


def _strings(snapshot: Snapshot) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "item_ids", snapshot.item_ids
    yield "titles", snapshot.titles
    yield "text-vocabulary", snapshot.text.vocabulary
    for name, term in snapshot.terms.items():
        yield f"term-{name}-values", term.values


def _check(manifest: Mapping[str, Any], folder: Path) -> None:
    if manifest["format"] != FORMAT:
        raise ValueError(f"its format is {manifest['format']!r}, not {FORMAT!r}")
    if manifest["version"] > VERSION:
        raise StoreError(f"{folder}: written by a newer intently (version {manifest['version']}). Upgrade intently.")
    if manifest["version"] < VERSION:
        raise ValueError("it is of an earlier intently, without the words of the texts")


def _read(manifest: Mapping[str, Any], folder: Path) -> Snapshot:
    snapshot = Snapshot(
        version=manifest["snapshot"],
        item_ids=_read_strings(folder, "item_ids"),
        titles=_read_strings(folder, "titles"),
        text_hashes=_map(folder, "text_hashes"),
        available=_map(folder, "available"),
        terms={name: _read_term(folder, name) for name in manifest["terms"]},
        numbers={name: NumberFacet(_map(folder, f"number-{name}")) for name in manifest["numbers"]},
        vectors=_map(folder, "vectors"),
        encoded=_map(folder, "encoded"),
        text=_read_text(manifest["text"], folder),
        own=_map(folder, "own"),
    )
    if any(len(part) != manifest["items"] for part in (snapshot.item_ids, snapshot.titles, snapshot.vectors)):
        raise ValueError(f"its files do not hold {manifest['items']} items")
    return snapshot


def _read_text(entry: Mapping[str, Any], folder: Path) -> TextIndex:
    return TextIndex(
        language=entry["language"],
        vocabulary=_read_strings(folder, "text-vocabulary"),
        starts=_map(folder, "text-starts"),
        rows=_map(folder, "text-rows"),
        weights=_map(folder, "text-weights"),
        size=entry["size"],
        mean_length=entry["mean_length"],
        patched={row: terms for row, terms in entry["patched"]},
    )


def _read_term(folder: Path, name: str) -> TermFacet:
    parts = {part: _map(folder, f"term-{name}-{part}") for part in ("starts", "rows", "item_starts", "item_values")}
    return TermFacet(values=_read_strings(folder, f"term-{name}-values"), **parts)


def _read_strings(folder: Path, name: str) -> tuple[str, ...]:
    return tuple(json.loads((folder / f"{name}.json").read_text("utf-8")))


def _map(folder: Path, name: str) -> npt.NDArray[Any]:
    path = folder / f"{name}.npy"
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    return frozen(np.load(path, allow_pickle=False)) if mapped.size == 0 else np.asarray(mapped)
