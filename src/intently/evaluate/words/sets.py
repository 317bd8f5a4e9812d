"""The sets by name, as their folders are called; without "requests-" and "labels-" too."""

from pathlib import Path

from intently.errors import BadRequest
from intently.evaluate.words.annotated import Annotated
from intently.evaluate.words.fashioniq import FashionIq
from intently.evaluate.words.iard import Iard
from intently.evaluate.words.inspired import Inspired
from intently.evaluate.words.musicintent import MusicIntent
from intently.evaluate.words.recipempr import RecipeMpr
from intently.evaluate.words.redial import Redial
from intently.evaluate.words.turns import WordSet

__all__ = ["SET_NAMES", "word_set"]

SET_NAMES = ("annotated", "iard", "redial", "inspired", "musicintent", "fashioniq", "recipempr")


def word_set(name: str, turns_file: Path | None = None, beta: float | None = None) -> WordSet:
    """turns_file: of the annotated turns; beta: of the attenuator, default as configured.

    Raises BadRequest for an unknown name, or annotated turns without their file.
    """
    short = name.removeprefix("requests-").removeprefix("labels-")
    if short == "annotated":
        if turns_file is None:
            raise BadRequest("annotated turns lie in a file of their own: pass --turns FILE")
        return Annotated(turns_file)
    plain: dict[str, type[WordSet]] = {
        "iard": Iard, "redial": Redial, "inspired": Inspired, "musicintent": MusicIntent, "fashioniq": FashionIq,
    }  # fmt: skip
    if short in plain:
        return plain[short]()
    if short != "recipempr":
        raise BadRequest(f"there is no set {name!r}; choose one of {', '.join(SET_NAMES)}")
    return RecipeMpr() if beta is None else RecipeMpr(beta)
