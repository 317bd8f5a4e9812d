"""The language model: one wire, the embedded server, structured answers, rows, budgets, prompts.

open_model(config, calls)  ─►  Model  ─►  ask_reading (a command), ask (an object), prefill, estimate, status
"""

from intently.language.answer import Answer, Chances, Line
from intently.language.budget import Budget, Estimate, Prices
from intently.language.calls import CallStore, MemoryCalls
from intently.language.connect import open_model
from intently.language.fake import ScriptedModel
from intently.language.fetch import adopt_model, fetch_model, find_model
from intently.language.listing import Listing, one_of
from intently.language.model import Model
from intently.language.prompt import Message, Prompt, approximate_tokens, plain, render
from intently.language.reading import Wish, ask_reading, prefill_reading, reading_prompt
from intently.language.status import ModelStatus

__all__ = [
    "Answer",
    "Budget",
    "CallStore",
    "Chances",
    "Estimate",
    "Line",
    "Listing",
    "MemoryCalls",
    "Message",
    "Model",
    "ModelStatus",
    "Prices",
    "Prompt",
    "ScriptedModel",
    "Wish",
    "adopt_model",
    "approximate_tokens",
    "ask_reading",
    "fetch_model",
    "find_model",
    "one_of",
    "open_model",
    "plain",
    "prefill_reading",
    "reading_prompt",
    "render",
]
