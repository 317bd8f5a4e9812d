"""The chain of tools, chosen by the model: names out of a fixed list, in order. It never sees items or scores them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from intently.language.answer import Answer
from intently.language.model import Model
from intently.language.prompt import render

__all__ = ["Chain", "ask_chain"]

MAX_TOKENS = 64


class Chain(BaseModel):
    """Names of tools in the order in which they run."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    tools: tuple[str, ...]


def ask_chain(
    model: Model,
    tools: Mapping[str, str],
    kinds: Sequence[str],
    *,
    timeout_seconds: float = 12.0,
    home: Path | None = None,
) -> Answer[Chain]:
    """Ask which of the `tools` (name: what it is for) a request needs in which these kinds of preference hold.

    The grammar permits known names alone. Raises ModelUnavailable, ModelTimeout, AnswerInvalid.
    """
    prompt = render("planning", home=home, tools=list(tools.items()), kinds=list(kinds))
    schema = {
        "type": "object",
        "properties": {
            "tools": {"type": "array", "items": {"enum": list(tools)}, "minItems": 1, "maxItems": len(tools)},
        },
        "required": ["tools"],
        "additionalProperties": False,
    }
    return model.ask(prompt, Chain, lane="batch", max_tokens=MAX_TOKENS, timeout_seconds=timeout_seconds, schema=schema)
