"""The history that a model was told, shown again later: to the letter as it was, or not at all.

What was told is a function of the journal, the catalogue, the settings and the pipeline, and can be made again. But
events may have come late or gone, items and settings changed. So an understanding is kept with a mark of the text, and
a text is shown only where it has that mark.
"""

from dataclasses import dataclass

from intently.catalog.arrays import Snapshot
from intently.catalog.schema import CatalogSpec
from intently.config import Config
from intently.errors import BadRequest
from intently.journal import Journal, UnderstandingRow
from intently.understand.pipelines import Pipeline, make_pipeline
from intently.understand.run import Past, hash_of, past_of

__all__ = ["TOLD", "Told", "mark_of", "told_again"]

TOLD = "told"  # the note that holds the mark


@dataclass(frozen=True, slots=True)
class Told:
    """`text`: the history as the model was told it; or it is empty, and `missing` says why."""

    text: str = ""
    missing: str = ""


def mark_of(pipeline: Pipeline, past: Past) -> str:
    """The same for the same text alone."""
    return hash_of(pipeline.told(past))


def told_again(
    row: UnderstandingRow, *, journal: Journal, spec: CatalogSpec, snapshot: Snapshot, config: Config
) -> Told:
    """What the pipeline of an understanding told of the person's history then. Asks no model."""
    mark = row.notes.get(TOLD)
    if not mark:
        return Told(missing="This understanding was kept without a mark of the history that was told, so nothing shows "
                            "which text it was. The next understanding of this person will have one.")  # fmt: skip
    try:
        pipeline = make_pipeline(row.pipeline)
    except BadRequest:
        return Told(missing=f"It was told by the pipeline {row.pipeline!r}, which is not there any more.")
    past = past_of(row.user_id, journal=journal, spec=spec, snapshot=snapshot, config=config, as_of=row.time)
    if mark_of(pipeline, past) != mark:
        return Told(missing="The history cannot be shown as it was told: events, items or settings have changed since. "
                            "That of the next understanding can be.")  # fmt: skip
    return Told(pipeline.told(past))
