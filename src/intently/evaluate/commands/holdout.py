"""What is taken out of a log before a ground is imported: of sampled people the last two items that they liked.

Every event of the person with such an item goes, or the item would still be seen. The rest of the file stays as it is,
in its order and at its times.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from intently.evaluate.commands.source import Source

__all__ = ["PEOPLE", "Holdout", "hold_out", "read_log"]

PEOPLE = 800  # sampled; more than play, since not every target has enough to say about it
LIKED_LEAST = 4  # liked items of a person: two are targets, two tell the taste
SEED = 20


@dataclass(frozen=True)
class Holdout:
    """`targets`: the last but one and the last liked item of each sampled person; `log`: the events that stay, with
    the columns user, item, time (seconds) and liked."""

    targets: Mapping[str, tuple[str, str]]
    log: pl.DataFrame
    kept: pl.DataFrame  # the file's own columns, for the import


def read_log(source: Source, folder: Path) -> pl.DataFrame:
    """The events of the file with their own columns and user, item, time in seconds, liked, in order of the file."""
    path = folder / source.events
    raw = pl.read_parquet(path) if path.name.endswith(".parquet") else pl.read_csv(path)
    scale = 1000.0 if source.time_unit == "milliseconds" else 1.0
    return raw.with_columns(
        pl.col(source.user).cast(pl.String).alias("~user"),
        pl.col(source.item).cast(pl.String).alias("~item"),
        (pl.col(source.time).cast(pl.Float64) / scale).alias("~time"),
        (pl.col(source.value) >= source.liked_from).alias("~liked"),
    )


def hold_out(source: Source, folder: Path, known: frozenset[str]) -> Holdout:
    """Choose people and targets, and take their events out. `known`: items of the catalogue that have a title."""
    log = read_log(source, folder)
    ordered = log.filter(pl.col("~liked") & pl.col("~item").is_in(list(known))).sort("~time", maintain_order=True)
    last = ordered.unique(["~user", "~item"], keep="last", maintain_order=True)
    liked = last.group_by("~user", maintain_order=True).agg(pl.col("~item")).filter(
        pl.col("~item").list.len() >= LIKED_LEAST
    )  # fmt: skip
    rows = sorted(liked.iter_rows())
    chosen = np.random.default_rng(SEED).permutation(len(rows))[:PEOPLE]
    targets = {rows[at][0]: (rows[at][1][-2], rows[at][1][-1]) for at in sorted(chosen.tolist())}
    gone = pl.DataFrame(
        [(user, item) for user, pair in targets.items() for item in pair], schema=["~user", "~item"], orient="row"
    )
    kept = log.join(gone, on=["~user", "~item"], how="anti", maintain_order="left")
    own = [name for name in kept.columns if not name.startswith("~")]
    renamed = {f"~{name}": name for name in ("user", "item", "time", "liked")}
    return Holdout(targets, kept.select(list(renamed)).rename(renamed), kept.select(own))
