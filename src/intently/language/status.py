"""What the page and the command line say about the model."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["ModelState", "ModelStatus"]

ModelState = Literal["absent", "fetching", "starting", "ready", "down", "off"]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """`text` is for people, without "language model:" before it. Bytes are of the file being fetched, else 0."""

    state: ModelState
    text: str
    done_bytes: int = 0
    total_bytes: int = 0

    @classmethod
    def fetching(cls, done: int, total: int) -> "ModelStatus":
        share = int(100 * done / total) if total else 0
        return cls("fetching", f"{share}% of {total / 1e9:.1f} GB", done, total)
