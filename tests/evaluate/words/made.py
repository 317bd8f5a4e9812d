"""Made-up sets in the form of the real ones, and a tiny catalogue of films. No sentence here is of any data set."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from intently.evaluate.words.grounds import Ground, declared
from intently.nouns import Item

TOML = """
format = "intently.catalog"
version = 1
name = "Tiny films"
noun = "film"
nouns = "films"
[items]
file = "none.jsonl"
id = "id"
title = "title"
[facets.genre]
kind = "term"
column = "genre"
many = true
[facets.genre.aliases]
funny = ["Comedy"]
[facets.genre.narrower]
Horror = ["style:slasher"]
[facets.style]
kind = "term"
column = "style"
many = true
[facets.person]
kind = "term"
column = "person"
many = true
[facets.year]
kind = "date"
column = "year"
unit = "year"
bare = true
more = ["newer"]
less = ["older"]
highest = ["new"]
lowest = ["old"]
"""
FILMS = [
    ("1", "Copper Moon", 1985, ("Comedy",), (), "Ada Brook"),
    ("2", "The Glass Pier", 1996, ("Horror",), ("slasher",), "Ned Quill"),
    ("3", "Harbour Lights", 2004, ("Drama",), (), "Ada Brook"),
    ("4", "Harbour Lights", 2016, ("Drama",), (), "Ned Quill"),
]


def films() -> Ground:
    return declared(
        TOML,
        [
            Item(item_id=i, title=t, facets={"year": float(y), "genre": g, "style": s, "person": (p,)})
            for i, t, y, g, s, p in FILMS
        ],
        None,
        "tiny",
    )


def write(folder: Path, name: str, rows: Sequence[Mapping[str, Any]], file: str = "turns") -> Path:
    """One Parquet file of the set; returns the folder that holds the sets."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    pl.DataFrame(list(rows)).write_parquet(folder / name / f"{file}.parquet")
    return folder


def dialogue(texts: Sequence[tuple[str, str]], conv_id: str = "7", **more: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of one dialogue: (role, text) in order, with the other columns by name."""
    return [
        {"conv_id": conv_id, "turn": at, "role": role, "text": text} | {name: held[at] for name, held in more.items()}
        for at, (role, text) in enumerate(texts)
    ]
