"""What a model may answer: short lines with a sign, or an object of a pydantic model; and how either is read.

A `Shape` is the same rule twice: a grammar for the embedded server (llguidance), and a JSON schema for every other
endpoint (`response_format`). Whatever the server enforced, the text is validated here.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from intently.errors import AnswerInvalid

__all__ = [
    "WORDLESS",
    "Answer",
    "Line",
    "Lines",
    "Shape",
    "Sign",
    "lines_shape",
    "read_lines",
    "read_object",
    "schema_shape",
]

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
Sign = Literal["+", "-", "=", "x", "~"]
MAX_LINES = 6
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


def schema_shape(answer: type[BaseModel], schema: Mapping[str, Any] | None = None) -> Shape:
    """The shape of a pydantic model. Written without spaces: indented JSON costs three times the tokens."""
    schema = dict(schema or answer.model_json_schema())
    compact = {**schema, "x-guidance": {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}}
    return Shape(answer.__name__, "%llguidance {}\nstart: %json " + json.dumps(compact), schema)


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
