"""What a model may answer: short lines with a sign, an object of a pydantic model, or one of a few words; and how each
is read.

Of a choice between words nothing is generated: the likelihoods of the answer's first token are asked for.

A `Shape` is the same rule twice: a grammar for the embedded server (llguidance), and a JSON schema for every other
endpoint (`response_format`). Whatever the server enforced, the text is validated here.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from intently.errors import AnswerInvalid
from intently.nouns import CallRow

__all__ = [
    "WORDLESS",
    "Answer",
    "Chances",
    "Line",
    "Lines",
    "Shape",
    "Sign",
    "answer_of",
    "choice_shape",
    "lines_shape",
    "read_choice",
    "read_lines",
    "read_object",
    "schema_shape",
]

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
Sign = Literal["+", "-", "=", "x", "~"]
MAX_LINES = 6
LIKELIEST = 20  # first tokens whose likelihood is asked for: the most that OpenAI's own endpoint gives
WORDLESS = re.compile("[\u3040-\u30ff\u3400-\u9fff]")  # Chinese and Japanese: no spaces between words


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """An answer and what it cost. `tokens_new` and `tokens_reused` add up to the prompt; all zero when `cached`."""

    value: T
    tokens_new: int
    tokens_reused: int
    tokens_out: int
    seconds: float
    cached: bool
    call_hash: str


@dataclass(frozen=True, slots=True)
class Chances:
    """A choice between words. `of`: each word's probability, together 1; `mass`: what the model gave to all of them
    together before that: near 0, it wanted to say something else."""

    of: Mapping[str, float]
    mass: float


class Line(BaseModel):
    """One line of a command's reading.

    sign "+" want and "-" avoid: `text` is quoted from the command; "x": `text` is the id of the preference that goes;
    "=": nothing changes; "~": more variety (both without text).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    sign: Sign
    text: str = ""


class Lines(BaseModel):
    """The same lines as JSON, for endpoints that take a schema and no grammar."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the server should enforce: `grammar` where it is llama.cpp, `schema` elsewhere."""

    name: str
    grammar: str
    schema: dict[str, Any]
    by_lines: bool = False  # an answer that was cut off is good up to its last whole line
    fresh_after: tuple[str, ...] = ()  # see `Listing.fresh_after`
    likeliest: int = 0  # the answer is the log-probabilities of so many first tokens, as JSON, instead of text


def schema_shape(
    answer: type[BaseModel], schema: Mapping[str, Any] | None = None, fresh_after: tuple[str, ...] = ()
) -> Shape:
    """The shape of a pydantic model. Written without spaces: indented JSON costs three times the tokens."""
    schema = dict(schema or answer.model_json_schema())
    compact = {**schema, "x-guidance": {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}}
    grammar = "%llguidance {}\nstart: %json " + json.dumps(compact)
    return Shape(answer.__name__, grammar, schema, fresh_after=fresh_after)


def lines_shape(command: str, ids: tuple[str, ...]) -> Shape:
    """The shape of a reading: quotes are runs of whole words of the command, ids are those that exist.

    Where the command is in a script without spaces, any run of its characters may be quoted.
    """
    unit = "substring_chars" if WORDLESS.search(command) else "substring_words"
    quoted = "%regex " + json.dumps({unit: command})
    rules = [
        "%llguidance {}",
        f'start: change ("\\n" change){{0,{MAX_LINES - 1}}} | "="',
        'change: ("+ " | "- ") QUOTE | "~"' + (' | "x " ID' if ids else ""),
        f"WORDS: {quoted}",
        "QUOTE: WORDS & /(?s:.*\\w.*)/",  # not the empty run of words
    ]
    if ids:
        rules.append("ID: " + " | ".join(json.dumps(known) for known in ids))
    return Shape("Lines", "\n".join(rules), Lines.model_json_schema(), by_lines=True)


def choice_shape(words: tuple[str, ...]) -> Shape:
    """The shape of a choice. The server enforces nothing: what the model would say of itself is what is weighed."""
    return Shape("Choice", "", {"enum": list(words)}, likeliest=LIKELIEST)


def read_choice(text: str, words: tuple[str, ...]) -> Chances:
    """Read the likeliest first tokens: [[token, natural logarithm of its probability], ...]. A token speaks for the one
    word that it begins, whatever its case ("Y", " yes"). Raises AnswerInvalid when no word is among them."""
    given = dict.fromkeys(words, 0.0)
    for token, weight in json.loads(text):
        start = token.strip().casefold()
        begun = [word for word in words if start and word.casefold().startswith(start)]
        if len(begun) == 1:
            given[begun[0]] += math.exp(weight)
    mass = sum(given.values())
    if mass <= 0:
        raise AnswerInvalid(f"none of {', '.join(words)} is among the likeliest beginnings of the answer")
    return Chances({word: part / mass for word, part in given.items()}, min(1.0, mass))


def read_object(text: str, answer: type[M]) -> M:
    """Validate an answer; a fence or chatter around a JSON object is forgiven. Raises AnswerInvalid with the fault."""
    start, end = text.find("{"), text.rfind("}")
    try:
        return answer.model_validate_json(text[start : end + 1] if 0 <= start < end else text)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'answer'}: {e['msg']}" for e in error.errors()[:5])
        raise AnswerInvalid(f"the answer does not fit {answer.__name__}: {faults}") from error


def read_lines(text: str) -> tuple[Line, ...]:
    """Read signed lines, or the same as JSON. Raises AnswerInvalid that quotes the first line that has no sign, or when
    there is no line at all: a model that has nothing to change says "="."""
    if text.lstrip().startswith("{"):
        return read_object(text, Lines).lines
    lines = tuple(_line(raw.strip()) for raw in text.strip().splitlines() if raw.strip())
    if not lines:
        raise AnswerInvalid("the answer is empty")
    return lines


def _line(raw: str) -> Line:
    match = re.fullmatch(r"([-+x=~])\s*(.*)", raw)
    if match is None or (match[1] in "+-x" and not match[2]):
        raise AnswerInvalid(f"a line of the answer has no sign or no words: {raw[:80]!r}")
    sign = cast(Sign, match[1])
    return Line(sign=sign, text=match[2].strip(" \"'.,") if sign in "+-x" else "")


def answer_of(value: T, rows: Sequence[tuple[CallRow, bool]]) -> Answer[T]:
    """What was read, with what its calls cost. rows: of each call, and whether it came from the cache."""
    paid = [made for made, from_cache in rows if not from_cache]
    return Answer(
        value=value,
        tokens_new=sum(made.tokens_new for made in paid),
        tokens_reused=sum(made.tokens_reused for made in paid),
        tokens_out=sum(made.tokens_out for made in paid),
        seconds=sum(made.seconds for made in paid),
        cached=not paid,
        call_hash=rows[-1][0].hash,
    )
