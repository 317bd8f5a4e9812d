"""Lists of short lines: an answer in which every line has one form, and how many lines there are is bounded.

The embedded server gets the form as a grammar, one line after the other without any sign of JSON (a third of the
tokens); every other endpoint gets it as a JSON schema. Either is validated here, whatever the server enforced.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from intently.errors import AnswerInvalid
from intently.language.answer import Shape, read_object

__all__ = ["Listing", "list_shape", "one_of", "read_list"]

QUOTED = 80  # characters of a wrong line, in the fault


class Listed(BaseModel):
    """The same lines as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked for: from `least` to `most` lines, each wholly of the form `pattern`.

    pattern: a regular expression that both Python and Rust read alike, without look-around and anchors; it matches no
    line break. form: the same for people and models, in a few words. enough: with so many lines an answer is taken,
    though it was cut off by its length or fell short; 0: `least`. fresh_after: where given, the model is held back from
    saying again what the conversation holds; a repetition is counted anew after any of these strings. (A small model
    goes round in circles otherwise: of 33 tags that were asked for, 7 were different.)
    """

    pattern: str
    least: int
    most: int
    form: str
    enough: int = 0
    fresh_after: tuple[str, ...] = ()


def list_shape(wanted: Listing) -> Shape:
    """Grammar and schema of a list."""
    rest = f'("\\n" LINE){{{max(0, wanted.least - 1)},{wanted.most - 1}}}' if wanted.most > 1 else ""
    grammar = f"%llguidance {{}}\nstart: LINE {rest}\nLINE: /{wanted.pattern.replace('/', chr(92) + '/')}/"
    line = {"type": "string", "pattern": f"^{wanted.pattern}$", "description": wanted.form}
    lines = {"type": "array", "items": line, "minItems": wanted.least, "maxItems": wanted.most}
    schema = {"type": "object", "properties": {"lines": lines}, "required": ["lines"], "additionalProperties": False}
    return Shape("Listed", grammar, schema, by_lines=True, fresh_after=wanted.fresh_after)


def one_of(texts: Iterable[str]) -> str:
    """The pattern of a line that is one of these texts, letter for letter."""
    return "(" + "|".join(re.sub(r"\\(\s)", r"\1", re.escape(text)) for text in texts) + ")"


def read_list(text: str, wanted: Listing, *, strict: bool) -> tuple[str, ...]:
    """The lines of an answer, written as lines or as JSON. What comes back always has the form and fits the bounds.

    strict: a single line of another form is a fault; else such lines are passed over. Raises AnswerInvalid that quotes
    the first wrong line, or counts those that are missing. Lines beyond `most` are cut.
    """
    raw = read_object(text, Listed).lines if text.lstrip().startswith("{") else text.splitlines()
    lines = [line.strip() for line in raw if line.strip()]
    good = tuple(line for line in lines if re.fullmatch(wanted.pattern, line))
    enough = wanted.enough or wanted.least
    wrong = next((line for line in lines if not re.fullmatch(wanted.pattern, line)), None)
    if wrong is not None and (strict or len(good) < enough):
        raise AnswerInvalid(f"the line {json.dumps(wrong[:QUOTED])} is not {wanted.form}")
    if len(good) < enough:
        raise AnswerInvalid(f"there are {len(good)} lines, and at least {enough} are needed")
    return good[: wanted.most]
